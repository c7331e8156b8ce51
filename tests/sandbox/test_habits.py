"""Habits of real servers as the demo EHR has them: what each does on the wire, and how they are chosen."""

import pytest

from smartapp.sandbox.faults import Faults
from smartapp.sandbox.habits import HABITS, HabitsDisagree, put_on, take_off, worn
from tests.interop.store import ROSA
from tests.visits import EHR, Clinic, clinic

OPEN = f"{EHR}/open/fhir"


async def bundle(at: Clinic, query: str) -> dict[str, object]:
    answer = await at.browser().get_once(f"{OPEN}/{query}")
    return dict(answer.json())


def next_of(found: dict[str, object]) -> str:
    links = found["link"]
    assert isinstance(links, list)
    return next(str(link["url"]) for link in links if link["relation"] == "next")


@pytest.mark.parametrize("name", HABITS)
def test_habit_is_put_on_and_taken_off_again(name: str) -> None:
    faults = Faults()

    put_on(faults, [name])
    assert name in worn(faults)

    take_off(faults)
    assert worn(faults) == ()
    assert faults == Faults()


def test_two_habits_that_no_server_has_together_are_refused_and_change_nothing() -> None:
    faults = Faults()

    with pytest.raises(HabitsDisagree, match="next-internal and next-relative"):
        put_on(faults, ["next-internal", "no-total", "next-relative"])

    assert faults == Faults()


@pytest.mark.parametrize(
    ("names", "follows"),
    [
        (["pages-by-offset"], f"{OPEN}/Observation?patient={ROSA}&_offset=3"),
        (["pages-by-number"], f"{OPEN}/Observation?patient={ROSA}&_page=2"),
        (["pages-by-token"], f"{OPEN}?_getpages=page-1"),
        (["next-relative"], f"/open/fhir/Observation?patient={ROSA}&_offset=3"),
        (
            ["next-internal"],
            f"http://ehr-internal.invalid:8080/open/fhir/Observation?patient={ROSA}&_offset=3",
        ),
        (["pages-by-number", "next-relative"], f"/open/fhir/Observation?patient={ROSA}&_page=2"),
    ],
)
async def test_next_page_is_written_in_its_way_and_holds_the_rest(names: list[str], follows: str) -> None:
    async with clinic() as at:
        whole = len(at.ehr.store.of_patient("Observation", ROSA))
        put_on(at.ehr.faults, names)

        first = await bundle(at, f"Observation?patient={ROSA}")
        path = next_of(first).partition("/open/fhir")[2].lstrip("/")
        second = await bundle(at, path)

        assert next_of(first) == follows
        assert whole > 3
        assert [len(first["entry"]), len(second["entry"])] == [3, min(whole - 3, 3)]  # type: ignore[arg-type]


async def test_search_by_what_the_server_does_not_know_is_passed_over_or_finds_nothing_or_is_refused() -> (
    None
):
    async with clinic() as at:
        asked = f"{OPEN}/Goal?patient={ROSA}&identifier=urn:x|1"
        found = []
        for name in ("searches-ignored", "searches-empty", "searches-refused"):
            take_off(at.ehr.faults)
            put_on(at.ehr.faults, [name])
            answer = await at.browser().get_once(asked)
            found.append((answer.status_code, len(answer.json().get("entry", []))))

        assert found == [(200, len(at.ehr.store.of_patient("Goal", ROSA))), (200, 0), (400, 0)]


async def test_search_is_answered_from_memory_for_a_minute_unless_asked_anew() -> None:
    async with clinic() as at:
        put_on(at.ehr.faults, ["searches-cached"])
        before = await bundle(at, f"Goal?patient={ROSA}")
        at.ehr.store.load({"resourceType": "Goal", "id": "new", "subject": {"reference": f"Patient/{ROSA}"}})

        at_once = await bundle(at, f"Goal?patient={ROSA}")
        at.clock.now = at.clock.now.replace(minute=2)
        later = await bundle(at, f"Goal?patient={ROSA}")

        assert at_once["total"] == before["total"]
        assert later["total"] == before["total"] + 1  # type: ignore[operator]


async def test_searchset_has_no_total() -> None:
    async with clinic() as at:
        put_on(at.ehr.faults, ["no-total"])

        assert "total" not in await bundle(at, f"Goal?patient={ROSA}")


async def test_every_search_answers_with_entries_of_all_patients() -> None:
    async with clinic() as at:
        put_on(at.ehr.faults, ["confines-nothing"])

        found = await bundle(at, f"Goal?patient={ROSA}&_count=200")

        assert len(found["entry"]) == len(at.ehr.store.of_type("Goal"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "media_type"), [("errors-as-text", "text/plain"), ("errors-as-html", "text/html")]
)
async def test_what_went_wrong_is_told_without_fhir(name: str, media_type: str) -> None:
    async with clinic() as at:
        put_on(at.ehr.faults, [name])

        answer = await at.browser().get_once(f"{OPEN}/Goal/none")

        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith(media_type)


async def test_issuer_elsewhere_says_where_its_keys_are() -> None:
    async with clinic() as at:
        put_on(at.ehr.faults, ["issuer-elsewhere", "keys-by-issuer"])
        browser = at.browser()

        told = (await browser.get_once(f"{EHR}/fhir/.well-known/smart-configuration")).json()
        of_issuer = (await browser.get_once(f"{told['issuer']}/.well-known/openid-configuration")).json()

        assert told["issuer"] == f"{EHR}/auth"
        assert "jwks_uri" not in told
        assert of_issuer["issuer"] == told["issuer"]
        assert of_issuer["jwks_uri"] == f"{EHR}/auth/jwks"
