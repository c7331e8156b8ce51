"""Answers that are made to take all memory or time end soon, take little, and are told as what they are.

More of them: tests/test_http.py, tests/fhir/test_client_paging.py, tests/notes/test_text_hostile.py.
"""

import asyncio
import json
import subprocess
import sys

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.figures import record
from tests.pages import words
from tests.refusals import ROSA, watched_clinic
from tests.security.bombs import BOMBS, TIMEOUT_S

MOST_MB = 50
CAME = {
    "packed": "ehr-answer-too-large",
    "entries": "ehr-answer-too-large",
    "odd_entries": "ehr-answer-too-large",
    "fewer_entries": "0 whole",
    "links": "ehr-answer-too-large",
    "deep": "ehr-answer-unreadable",
    "deep_objects": "ehr-answer-unreadable",
    "note": "ehr-answer-too-large",
    "names": "4 whole",
    "endless": "ehr-answer-too-large",
    "loop": "0 in part",
    "ten_thousand_pages": "20 in part",
    "large_pages": "0 in part",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_takes_little_memory_and_ends_in_time(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.bombs", name],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    found = json.loads(done.stdout)[name]
    assert found["came"] == CAME[name]
    assert found["mb"] < MOST_MB
    assert found["s"] < TIMEOUT_S * 20
    assert found["asked"] <= 20
    record("bombs", 1)
    record("bad inputs tried", 1)
    record("bad inputs refused with a plain error", int(found["came"].startswith("ehr-")))


class NeverClosing(Response):
    """An answer that neither begins nor ends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()


@pytest.mark.parametrize("resource_type", ["Goal", "Practitioner"])
async def test_answer_that_never_ends_is_one_part_that_took_too_long(resource_type: str) -> None:
    async with watched_clinic(registration={"request_timeout_s": 2.0, "wave_timeout_s": 3.0}) as at:
        at.wire.answer(f"GET /fhir/{resource_type}", NeverClosing())

        visit = await at.open(encounter_id=f"{ROSA}-today")

        page = words(visit.first.text)
        assert visit.first.status_code == 200
        assert ("(too_slow)" in page) is (resource_type != "Practitioner")
        assert "DELGADO, Rosa (Mrs)" in page
        assert at.log.events("unexpected") == []
    record("bombs", 1)
