"""What the app answers to programs, held against docs/openapi.json with requests made from it."""

import inspect
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Mount, Route

from smartapp.web.routes import routes
from tests.figures import record
from tests.pages import form
from tests.refusals import ROSA, Watched, watched_clinic
from tests.security.anything import generated
from tests.visits import APP, OpenVisit

DOCUMENT: dict[str, Any] = json.loads(  # Any: OpenAPI
    (Path(__file__).parent.parent.parent / "docs" / "openapi.json").read_text(encoding="utf-8")
)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 16


@pytest.fixture(scope="module")
async def at() -> AsyncIterator[Watched]:
    async with watched_clinic() as watched:
        yield watched


@pytest.fixture(scope="module")
async def visit(at: Watched) -> OpenVisit:
    return await at.browser().open(ROSA)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
async def test_whatever_is_asked_the_answer_is_as_documented(
    at: Watched, visit: OpenVisit, path: str, method: str
) -> None:
    own = await own_fields(visit)
    for number, case in enumerate(generated(SCHEMA[path][method].as_strategy(), EXAMPLES)):
        if "launch_id" in case.path_parameters and number % 2:
            case.path_parameters["launch_id"] = visit.id
        if isinstance(case.body, dict) and number % 4 == 1:
            case.body |= own
        await assert_as_documented(visit, case)

    assert at.log.events("unexpected") == []


async def test_draft_handout_and_stay_are_answered_as_documented(at: Watched, visit: OpenVisit) -> None:
    own = await own_fields(visit)
    for page in ("draft", "handout", "stay"):
        case = SCHEMA[f"/visits/{{launch_id}}/{page}"]["POST"].Case(
            path_parameters={"launch_id": visit.id},
            body=dict(own),
            headers={"Accept": "application/json"},
            media_type="application/x-www-form-urlencoded",
        )
        assert await assert_as_documented(visit, case) == 200


async def test_every_source_is_answered_as_documented(visit: OpenVisit) -> None:
    html = (await visit.browser.get_once(f"{APP}/sources")).text
    links = set(re.findall(r'href="/sources/([^"#]+)"', html))

    for link in links:
        kind, _, id_ = link.rpartition("/")
        path = f"/sources/{'{kind}/' if kind else ''}{{id}}.json"
        case = SCHEMA[path]["GET"].Case(path_parameters={"kind": kind, "id": id_} if kind else {"id": id_})
        assert await assert_as_documented(visit, case) == 200
    assert len(links) > 50


def test_every_address_that_answers_json_is_in_the_document() -> None:
    answering = {path for path, route in all_routes("", routes()) if answers_json(route)}

    assert answering == set(DOCUMENT["paths"])


def all_routes(
    prefix: str, found: list[Any]
) -> list[tuple[str, Route]]:  # Any: BaseRoute, and those in mounts
    pairs: list[tuple[str, Route]] = []
    for route in found:
        if isinstance(route, Mount):
            pairs += all_routes(prefix + route.path, list(route.routes))
        elif isinstance(route, Route):
            pairs.append((prefix + route.path, route))
    return pairs


def answers_json(route: Route) -> bool:
    return "JSONResponse" in inspect.getsource(route.endpoint)


async def own_fields(visit: OpenVisit) -> dict[str, str]:
    page = form((await visit.page("room")).text, "/draft")
    return {"token": page.value("token"), "patient": page.value("patient")}


async def assert_as_documented(visit: OpenVisit, case: Case[Any]) -> int:
    """Ask as the app's own script would; status, type and every field must be as documented."""
    asked = case.as_transport_kwargs(base_url=APP)
    own = {"Origin": APP, "Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    answer = await visit.browser._app.request(
        asked["method"],
        asked["url"],
        headers={name: value for name, value in asked["headers"].items() if name == "Content-Type"} | own,
        data=asked.get("data"),
    )

    case.validate_response(answer, checks=CHECKS)
    record("bad inputs tried", 1)
    record("bad inputs refused with a plain error", int(answer.status_code >= 400))
    return answer.status_code
