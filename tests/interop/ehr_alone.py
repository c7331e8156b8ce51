"""The demo EHR as a process of its own: python -m tests.interop.ehr_alone PORT APP_PORT [HABIT...]."""

import sys
from dataclasses import replace

import uvicorn

from smartapp.clock import now
from smartapp.sandbox.clients import demo_clients
from smartapp.sandbox.habits import put_on
from smartapp.sandbox.manner import READ, TypeFacts
from smartapp.sandbox.page import start_page_routes
from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.sandbox.stories import story_resources
from smartapp.sandbox.vendors import FULL
from tests.interop.registration import SMART

_CHANGED = TypeFacts(READ | {"create", "update"})


def main(port: int, app_port: int, habits: list[str]) -> None:
    app = f"http://127.0.0.1:{app_port}"
    running: list[DemoEhr] = []
    # The lane makes test patients of its own, as it does at any server that takes them.
    own = dict.fromkeys(("Patient", "Practitioner", "Encounter", "Condition"), _CHANGED)
    ehr = create_demo_ehr(
        base_url=f"http://127.0.0.1:{port}",
        app_launch_url=f"{app}/launch",
        resources=story_resources(now().astimezone().date()),
        clients=demo_clients(f"{app}/callback", registrations=(SMART,)),
        routes=start_page_routes(lambda: running[0]),
        manner=replace(FULL, types={**FULL.types, **own}),
    )
    running.append(ehr)
    put_on(ehr.faults, habits)
    uvicorn.run(ehr.app, port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
