"""Charts that are made to break a page: every page of a visit stands, and what they say stays text."""

import os
import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from smartapp.sandbox.bundles import load_bundles
from smartapp.web import room_page
from tests.figures import record
from tests.pages import words
from tests.refusals import ROSA, Watched, watched_clinic
from tests.security.hostile import (
    CANARY,
    CODED,
    LONG,
    MARK,
    MARKUP,
    PAYLOADS,
    ROUNDS,
    ROUTING,
    Spoiler,
    harmless,
    in_base64,
    note_with,
    on_the_wire,
)
from tests.security.made_pages import Made, made
from tests.visits import APP, EHR, OpenVisit

FOLDER = os.environ.get("COMMON_GROUND_CHARTS")
WHO = ("delgado-rosa", "herrera-jose", "bell-marcus", "yusuf-amina", "pike-harold", "chen-lina")
PAGES = ("", "room", "review", "done", "statements", "divert", "handout", "handout/page", "sources")
MOST_OF_A_KIND = 2
NOTES = frozenset({"data"})
KEPT = {
    "words": ROUTING | CODED | NOTES,
    "dates and codes too": ROUTING | NOTES,
    "everything but whose it is": frozenset({"resourceType", "id", "reference"}) | NOTES,
}
LANGUAGES = ("en", "es", "zh-Hans")
DAYS = [
    "0000-01-01", "0000", "0000-00", "0001-01-01T00:00:00+14:00", "9999-12-31", "9999-12-31T23:59:59-14:00",
    "10000-01-01", "2026-13-45", "2026-02-30T25:61:61+99:99", "2026-01-01T24:00:00Z", "2026-W01-1",
    "20260101", "-2026-01-01", "٢٠٢٦-٠١-٠١", "2026-01-01T00:00:00.99999999999999Z", "1" * 5_000, " ", "\x00",
]  # fmt: skip
DAYS_AND_LANGUAGES = [
    *((day, LANGUAGES[number % 3]) for number, day in enumerate(DAYS)),
    *((day, language) for day in ("0000-01-01", "9999-12-31") for language in LANGUAGES),
]
SUSPECT = ("<script", "<img", "<svg", "<iframe", "<style", "<base", "<link", "<object", "<meta", "<math")
"""Elements that load something, or say how the page is to be taken."""
_DATE = re.compile(r"\d{4}-\d\d")


@pytest.fixture(autouse=True)
def nothing_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are compared element by element; on a busy machine one could wait in vain."""
    monkeypatch.setattr(room_page, "CHART_WAIT_S", 60.0)


@pytest.fixture
async def at() -> AsyncIterator[Watched]:
    async with watched_clinic() as watched:
        yield watched


async def pages_of(visit: OpenVisit) -> dict[str, str]:
    """The pages that can be reached from the visit's own, two of each kind, by their path."""
    found: dict[str, str] = {}
    waiting = list(PAGES)
    while waiting:
        page = waiting.pop(0)
        kind = page.partition("/")[0] + "/"
        if page in found or sum(one.startswith(kind) for one in found) >= MOST_OF_A_KIND:
            continue
        if page.endswith(".pdf"):
            continue
        answer = await visit.browser.get_once(APP + visit.path(page))
        is_elsewhere = answer.status_code == 303 and visit.path() in answer.headers["location"]
        assert is_elsewhere or answer.status_code in {200, 405}, (page, answer.status_code)
        found[page] = answer.text if answer.status_code == 200 else ""
        links = sorted(made(found[page]).addresses)
        inside = (re.split("[#?]", link)[0] for link in links if link.startswith(visit.path()))
        waiting += [link.removeprefix(visit.path()) for link in inside]
    return found


async def read(
    who: str, spoiler: Spoiler, *, language: str = "en", resources: list[dict[str, object]] | None = None
) -> dict[str, Made]:
    """The pages of a visit to a chart that is spoiled on its way."""
    async with watched_clinic(registration={"languages": (language,)}, resources=resources) as at:
        at.wire.change("GET /fhir/", on_the_wire(spoiler.spoiled))
        visit = await at.browser().open(who, encounter_id=f"{who}-today")
        assert visit.first.status_code == 200, words(visit.first.text)
        pages = await pages_of(visit)
        assert at.log.events("unexpected") == []
        assert {asked.url.partition("/fhir")[0].partition("/auth")[0] for asked in at.wire.asked} == {EHR}
        at.assert_log_is_clean()
        assert MARK not in "\n".join(at.log.lines)
    return {page: made(html) for page, html in pages.items()}


def suspects(pages: Iterable[Made]) -> set[str]:
    return {kind for page in pages for kind in page.kinds if kind.startswith(SUSPECT)}


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("round_", range(ROUNDS))
async def test_hostile_chart_makes_the_very_elements_that_a_harmless_one_makes(
    round_: int, kept: str
) -> None:
    who = WHO[round_ % len(WHO)]
    first, language = 17 * round_, LANGUAGES[round_ % len(LANGUAGES)]
    spoiler = Spoiler(PAYLOADS, first, KEPT[kept])

    hostile = await read(who, spoiler, language=language)
    twin = await read(who, Spoiler([harmless(one) for one in PAYLOADS], first, KEPT[kept]), language=language)

    assert hostile.keys() == twin.keys()
    assert [page for page, one in hostile.items() if one.order != twin[page].order] == []
    assert {page: one.wrong for page, one in hostile.items() if one.wrong} == {}
    assert sum(MARK in "".join(one.text) for one in hostile.values()) > 3
    record("bad inputs tried", spoiler.count)
    record("bad inputs shown as plain text", spoiler.count)


@pytest.mark.parametrize("content_type", ["text/plain", "text/html", "application/xml", "x"])
async def test_hostile_notes_stay_text_whatever_type_they_are_sent_as(at: Watched, content_type: str) -> None:
    payloads = [one for one in PAYLOADS if one.strip()]
    notes = iter([in_base64("\n\n".join(map(note_with, payloads[n::4]))) for n in range(4)] * 20)

    def spoil(resource: dict[str, object]) -> object:
        if resource["resourceType"] != "DocumentReference":
            return resource
        attachment = {"contentType": content_type, "data": next(notes), "title": MARKUP[0]}
        return resource | {"content": [{"attachment": attachment}], "description": MARKUP[2]}

    clean = [made(html) for html in (await pages_of(await at.open(encounter_id=f"{ROSA}-today"))).values()]
    at.wire.change("GET /fhir/", on_the_wire(spoil))

    visit = await at.open(encounter_id=f"{ROSA}-today")
    pages = {page: made(html) for page, html in (await pages_of(visit)).items()}

    assert {page: one.wrong for page, one in pages.items() if one.wrong} == {}
    assert suspects(pages.values()) == suspects(clean)
    assert MARK in "".join(pages["statements"].text) or content_type != "text/plain"
    assert at.log.events("unexpected") == []
    record("bad inputs tried", len(payloads))
    record("bad inputs shown as plain text", len(payloads))


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_page_that_is_served_in_place_of_a_note_stays_text(at: Watched, status: int) -> None:
    page = f'<html><body><p>Patient states: "I want {MARKUP[2]} to stop."</p>{"".join(MARKUP)}</body></html>'

    def by_link(resource: dict[str, object]) -> object:
        if resource["resourceType"] != "DocumentReference":
            return resource
        return resource | {"content": [{"attachment": {"contentType": "text/html", "url": "Binary/hostile"}}]}

    at.wire.change("GET /fhir/DocumentReference", on_the_wire(by_link))
    at.wire.answer("GET /fhir/Binary", Response(page, status, media_type="text/html"))

    visit = await at.open(encounter_id=f"{ROSA}-today")
    pages = {name: made(html) for name, html in (await pages_of(visit)).items()}

    assert at.wire.requests("GET /fhir/Binary/hostile")
    assert {name: one.wrong for name, one in pages.items() if one.wrong} == {}
    assert CANARY not in " ".join(address for one in pages.values() for address in one.addresses)
    assert ("did not reach this app" in words(visit.first.text)) is (status != 200)


@pytest.mark.parametrize(("day", "language"), DAYS_AND_LANGUAGES)
async def test_day_that_no_calendar_has_stops_no_page(day: str, language: str) -> None:
    def spoil(value: object) -> object:
        if isinstance(value, dict):
            return {name: spoil(below) for name, below in value.items()}
        if isinstance(value, list):
            return [spoil(below) for below in value]
        return day if isinstance(value, str) and _DATE.match(value) else value

    async with watched_clinic(registration={"languages": (language,)}) as at:
        at.wire.change("GET /fhir/", on_the_wire(spoil))

        visit = await at.open(encounter_id=f"{ROSA}-today")
        answers = [visit.first, *[await visit.page(page) for page in PAGES]]

        assert {answer.status_code for answer in answers} == {200}
        assert at.log.events("unexpected") == []
    record("bad inputs tried", 1)
    record("bad inputs read as nothing", 1)


@pytest.mark.parametrize("half", ["\\ud800", "\\udfff", "x\\udc80y", "\\udc00\\ud800"])
async def test_half_a_letter_spoils_its_part_and_no_other(at: Watched, half: str) -> None:
    def spoil(_: MutableHeaders, body: bytes) -> bytes:
        return body.replace(b'"description":{"text":"', b'"description":{"text":"' + half.encode())

    at.wire.change("GET /fhir/Goal", spoil)

    visit = await at.open(encounter_id=f"{ROSA}-today")

    page = words(visit.first.text)
    assert visit.first.status_code == 200
    assert "Goals could not be read." in page or "Goals were read in part." in page
    assert "Ernesto Delgado, husband" in page
    assert at.log.events("unexpected") == []
    record("bad inputs tried", 1)
    record("bad inputs refused with a plain error", 1)


@pytest.mark.parametrize("member", ["family", "given", "text", "display", "description", "title"])
async def test_name_of_a_megabyte_stops_no_page_or_stops_it_in_plain_words(at: Watched, member: str) -> None:
    def spoil(value: object, name: str = "") -> object:
        if isinstance(value, dict):
            return {key: spoil(below, key) for key, below in value.items()}
        if isinstance(value, list):
            return [spoil(below, name) for below in value]
        return LONG if name == member and isinstance(value, str) and len(value) > 2 else value

    at.wire.change("GET /fhir/", on_the_wire(spoil))

    visit = await at.open(encounter_id=f"{ROSA}-today")
    answers = [visit.first]
    if visit.first.status_code == 200:
        answers += [await visit.page("room"), await visit.page("handout")]

    assert {answer.status_code for answer in answers} in ({200}, {502})
    assert at.log.events("unexpected") == []
    record("bad inputs tried", 1)


@pytest.mark.skipif(not FOLDER, reason="COMMON_GROUND_CHARTS IS NOT SET: no chart made by others was spoiled")
async def test_charts_made_by_others_stay_text_when_they_are_hostile() -> None:
    resources = load_bundles(sorted(Path(FOLDER or "").glob("*.json")))
    patients = [str(one["id"]) for one in resources if one["resourceType"] == "Patient"]

    for number, who in enumerate(patients):
        spoiler = Spoiler(PAYLOADS, 7 * number)
        pages = await read(who, spoiler, language=LANGUAGES[number % 3], resources=resources)

        assert {page: one.wrong for page, one in pages.items() if one.wrong} == {}
        record("bad inputs tried", spoiler.count)
        record("bad inputs shown as plain text", spoiler.count)
