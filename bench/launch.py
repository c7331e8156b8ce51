"""From the EHR's launch to the first byte and to the last panel of the page, over real sockets on loopback.

Given as multiples of one FHIR round trip to the same server with the same delay, measured in the same run.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median

import httpx2

from smartapp.demo import Demo, build_demo, run_demo

RUNS = 9
WARM_UP = 2
PATIENT = "delgado-rosa"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds. `requests`: FHIR requests that one launch made."""

    first_byte: float
    last_panel: float
    requests: int


@dataclass(frozen=True, slots=True)
class Measured:
    """`round_trip`: seconds of one FHIR read, median; `delay_s` of it is the server's."""

    delay_s: float
    round_trip: float
    launches: tuple[Times, ...]


async def measure(delay_s: float) -> Measured:
    """Launch the app RUNS times against the demo EHR, which waits `delay_s` before each FHIR answer."""
    async with running_demo() as demo:
        demo.ehr.faults.delay_s = delay_s
        async with httpx2.AsyncClient(timeout=60) as client:
            trips = [await _round_trip(client, demo) for _ in range(RUNS)]
            launches = [await _launch(demo) for _ in range(WARM_UP + RUNS)][WARM_UP:]
    return Measured(delay_s, median(trips), tuple(launches))


def report(measured: Measured) -> str:
    """Two lines: the round trip, and both figures as multiples of it (median, and the range)."""
    trip = measured.round_trip
    first = [times.first_byte / trip for times in measured.launches]
    last = [times.last_panel / trip for times in measured.launches]
    milliseconds = median(times.last_panel for times in measured.launches) * 1000
    return (
        f"FHIR server with {measured.delay_s * 1000:.0f} ms of delay: "
        f"one round trip takes {trip * 1000:.1f} ms; "
        f"a launch makes {measured.launches[0].requests} FHIR requests\n"
        f"  launch to first byte {_figure(first)}, to last panel {_figure(last)} round trips "
        f"({milliseconds:.0f} ms)"
    )


def _figure(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} [{min(ratios):.2f} to {max(ratios):.2f}]"


@asynccontextmanager
async def running_demo() -> AsyncIterator[Demo]:
    demo = build_demo(app_port=0, ehr_port=0)
    ready, stop = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(run_demo(demo, ready=ready.set, stop=stop))
    await ready.wait()
    try:
        yield demo
    finally:
        stop.set()
        await running


async def _round_trip(client: httpx2.AsyncClient, demo: Demo) -> float:
    began = time.perf_counter()
    await client.get(f"{demo.ehr.open_fhir_base}/Patient/{PATIENT}")
    return time.perf_counter() - began


async def _launch(demo: Demo) -> Times:
    """One clinician opens the app: launch, sign-in, callback, page; redirects followed as by a frame."""
    demo.ehr.requests.clear()
    cookies: dict[str, str] = {}
    async with httpx2.AsyncClient(timeout=60) as browser:
        url = str(demo.ehr.new_launch(PATIENT, encounter_id=f"{PATIENT}-today"))
        began = time.perf_counter()
        while True:
            async with browser.stream("GET", url, headers=_cookie_header(cookies)) as answer:
                _keep_cookies(cookies, answer)
                if answer.is_redirect:
                    url = str(answer.url.join(answer.headers["Location"]))
                    continue
                assert answer.status_code == 200, f"the launch ended with {answer.status_code}"
                chunks = answer.aiter_raw()
                await anext(chunks)
                first = time.perf_counter() - began
                async for _ in chunks:
                    pass
                last = time.perf_counter() - began
                break
    fhir = sum(request.path.startswith("/fhir/") for request in demo.ehr.requests)
    return Times(first, last, fhir)


# Browsers send Secure cookies to loopback over http; the client library does not.
def _keep_cookies(cookies: dict[str, str], answer: httpx2.Response) -> None:
    for line in answer.headers.get_list("set-cookie"):
        name, _, value = line.split(";", 1)[0].partition("=")
        cookies[name] = value


def _cookie_header(cookies: dict[str, str]) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
