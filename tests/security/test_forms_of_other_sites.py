"""Threat T28: whatever another site sends to any address that changes something, nothing happens."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import product

import httpx2
import pytest

from tests.addresses import Address, addresses
from tests.figures import record
from tests.visits import APP, Clinic, OpenVisit, clinic

OURS = {"Origin": APP, "Sec-Fetch-Site": "same-origin"}
FOREIGN = {
    "neither header": {},
    "cross-site": {"Origin": APP, "Sec-Fetch-Site": "cross-site"},
    "same-site": {"Origin": APP, "Sec-Fetch-Site": "same-site"},
    "typed": {"Sec-Fetch-Site": "none"},
    "foreign origin": {"Origin": "https://evil.test"},
    "foreign origin that is called ours": {"Origin": "https://evil.test", "Sec-Fetch-Site": "same-origin"},
    "origin that begins as ours": {"Origin": f"{APP}.evil.test"},
    "origin on another port": {"Origin": f"{APP}:8443"},
    "origin without TLS": {"Origin": APP.replace("https", "http")},
    "null": {"Origin": "null"},
    "null, cross-site": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "the EHR that frames us": {"Origin": "https://ehr.test", "Sec-Fetch-Site": "cross-site"},
}


@dataclass(frozen=True, slots=True)
class Scene:
    """Two visits of one browser, of two patients, both read to the end."""

    clinic: Clinic
    visit: OpenVisit
    other: OpenVisit
    fields: dict[str, str]
    posts: tuple[Address, ...]

    @property
    def of_the_visit(self) -> list[Address]:
        return [each for each in self.posts if each.is_visit]

    async def post(
        self, path: str, fields: dict[str, str], headers: dict[str, str]
    ) -> tuple[httpx2.Response, int]:
        """The answer, and how many requests it made the app send to the EHR."""
        before = len(self.clinic.ehr.requests)
        answer = await self.visit.browser._app.post(APP + path, data=fields, headers=headers)
        return answer, len(self.clinic.ehr.requests) - before


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with clinic() as running:
        browser = running.browser()
        visit, other = await browser.open("delgado-rosa"), await browser.open("herrera-jose")
        await other.page("review")
        await visit.page("review")
        fields = {"token": await token_of(visit), "patient": "delgado-rosa", "name": "a", "path": "/about"}
        posts = tuple(each for each in addresses(visit.id) if "POST" in each.methods)
        assert len(posts) >= 20
        yield Scene(running, visit, other, fields, posts)


async def token_of(visit: OpenVisit) -> str:
    found = re.search(r'name="token" value="([^"]+)"', (await visit.page("room")).text)
    assert found
    return found[1]


async def test_form_of_our_own_page_is_not_taken_for_another_sites(scene: Scene) -> None:
    for each in scene.posts:
        answer, _ = await scene.post(each.path, scene.fields, OURS)

        assert answer.status_code != 403, each.path
        assert "form-not-ours" not in answer.text, each.path


async def test_form_of_another_site_does_nothing_at_any_address_although_its_fields_are_right(
    scene: Scene,
) -> None:
    for (name, headers), each in product(FOREIGN.items(), scene.posts):
        answer, asked = await scene.post(each.path, scene.fields, headers)

        assert answer.status_code == 403, f"{name}: {each.path}"
        assert "form-not-ours" in answer.text
        assert "set-cookie" not in answer.headers
        assert asked == 0
    record("forms of other sites refused", len(FOREIGN) * len(scene.posts))


async def test_form_without_its_own_launchs_token_does_nothing_at_any_address_of_a_visit(
    scene: Scene,
) -> None:
    without = {name: value for name, value in scene.fields.items() if name != "token"}
    given = [{}, {"token": ""}, {"token": "x" * 43}, {"token": await token_of(scene.other)}]

    for token, each in product(given, scene.of_the_visit):
        answer, asked = await scene.post(each.path, without | token, OURS)

        assert answer.status_code == 403, each.path
        assert asked == 0
    record("forms of other sites refused", len(given) * len(scene.of_the_visit))


async def test_form_that_names_another_patient_does_nothing_at_any_address_of_a_visit(scene: Scene) -> None:
    others = ("", "herrera-jose", "Patient/delgado-rosa", "delgado-rosa ")

    for patient, each in product(others, scene.of_the_visit):
        answer, asked = await scene.post(each.path, scene.fields | {"patient": patient}, OURS)

        assert answer.status_code == 409, f"{patient}: {each.path}"
        assert asked == 0
    record("wrong-patient forms refused", len(others) * len(scene.of_the_visit))


async def test_address_of_a_form_that_is_only_opened_does_nothing(scene: Scene) -> None:
    pages = {each.path for each in addresses(scene.visit.id) if "GET" in each.methods}

    for each in scene.posts:
        before = len(scene.clinic.ehr.requests)
        answer = await scene.visit.browser._app.get(APP + each.path, params=scene.fields)

        since = list(scene.clinic.ehr.requests)[before:]
        assert {request.method for request in since} <= {"GET"}, each.path
        assert answer.status_code in ({200, 303, 404} if each.path in pages else {405}), each.path
        assert each.path in pages or not since


async def test_visit_of_another_browser_is_not_changed_by_its_right_fields(scene: Scene) -> None:
    stranger = scene.clinic.browser()

    for each in scene.of_the_visit:
        before = len(scene.clinic.ehr.requests)
        answer = await stranger._app.post(APP + each.path, data=scene.fields, headers=OURS)

        assert answer.status_code == 403, each.path
        assert len(scene.clinic.ehr.requests) == before
