"""What leaves for the EHR: nothing of another visit, nothing about another patient, no token twice."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from smartapp.http import Door, Origin
from smartapp.sandbox.stories import story_resources
from tests.visits import START, clinic
from tests.workers import PausedWire, another_worker, database_in, same_visit

ROSA, MARCUS = "delgado-rosa", "bell-marcus"


async def test_cookie_that_the_ehr_sets_for_one_clinician_travels_with_nobodys_request() -> None:
    sent: list[str | None] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.headers.get("cookie"))
        return httpx2.Response(200, headers={"Set-Cookie": "session=of-the-first; Path=/"}, json={})

    door = Door(httpx2.MockTransport(answer), frozenset({Origin.of("https://ehr.test")}))

    await door.fetch("GET", "https://ehr.test/fhir/Patient/a", headers={"Authorization": "Bearer a"})
    await door.fetch("GET", "https://ehr.test/fhir/Patient/b", headers={"Authorization": "Bearer b"})

    assert sent == [None, None]


@pytest.mark.parametrize(
    "url",
    [
        f"Patient/{MARCUS}",
        f"Observation?patient={MARCUS}",
        f"DocumentReference?patient={MARCUS}",
        f"https://ehr.test/fhir/Goal?patient={MARCUS}",
        f"Patient/{MARCUS}/$everything",
    ],
)
async def test_note_whose_text_is_said_to_be_another_patients_record_is_not_fetched(url: str) -> None:
    note: dict[str, object] = {
        "resourceType": "DocumentReference",
        "id": "hostile",
        "status": "current",
        "subject": {"reference": f"Patient/{ROSA}"},
        "category": [{"coding": [{"code": "clinical-note"}]}],
        "date": START.isoformat(),
        "content": [{"attachment": {"contentType": "text/plain", "url": url}}],
    }
    async with clinic(resources=[*story_resources(START.date()), note]) as at:
        visit = await at.browser().open(ROSA)
        await visit.page()

        touched = [f"{request.path}?{request.query}" for request in at.ehr.requests]
        assert not [one for one in touched if MARCUS in one]


async def test_two_workers_that_renew_one_token_at_once_both_go_on(tmp_path: Path) -> None:
    database = database_in(tmp_path)
    async with clinic(database=database) as at:
        wire, other_wire = PausedWire(at.wire), PausedWire(at.wire)
        async with (
            another_worker(at, database, wire=wire) as slow,
            another_worker(at, database, wire=other_wire) as other,
        ):
            visit = await at.browser().open(ROSA)
            at.ehr.expire_tokens()
            stop = wire.hold(lambda request: request.url.path == "/auth/token", answers=True)
            refused = other_wire.hold(lambda request: "/Patient/" in request.url.path, answers=True)
            first = asyncio.create_task(same_visit(visit, slow).page("statements"))
            await stop.reached.wait()
            second = asyncio.create_task(same_visit(visit, other).page("statements"))
            await refused.reached.wait()
            refused.release()
            asked = other_wire.hold(lambda request: request.url.path == "/auth/token")
            asked.release()
            await asyncio.wait({asyncio.ensure_future(asked.reached.wait())}, timeout=0.3)
            stop.release()

            answers = await asyncio.gather(first, second)

            assert [answer.status_code for answer in answers] == [200, 200]
            assert len([one for one in at.ehr.requests if one.path == "/auth/token"]) == 2
