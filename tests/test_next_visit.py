"""What was written in one visit is there at the next one: each statement once, with its words, kind, speaker
and day.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape

import pytest

from smartapp.sandbox.stories import story_resources
from smartapp.sdm.model import Kind
from smartapp.sdm.wording import KIND_WORDS
from tests.pages import form, forms, words
from tests.visits import START, Clinic, OpenVisit, clinic
from tests.web.charts import SUBJECT, Resource, sam

SAM = "gray-sam"
MARIA: dict[str, str] = {"by": "other", "name": "Maria, daughter"}
SUMMARY: dict[str, str] = {"form": "summary"}


@dataclass(frozen=True)
class Typed:
    """One box of the questions page; `more`: its other fields."""

    kind: Kind
    words: str
    more: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return hashlib.sha256(f"{self.kind} {self.words}".encode()).hexdigest()[:32]

    @property
    def fields(self) -> list[tuple[str, str]]:
        values = {"kind": self.kind.value, "words": self.words, "by": "patient", "form": "words"} | self.more
        return [("box", self.id), *((f"{self.id}-{name}", value) for name, value in values.items())]


EVERYTHING = (
    Typed(Kind.GOAL, 'Dance at the "big" wedding.\nOne whole song.', {"due": "2027-10-17"}),
    Typed(Kind.GOAL, "That he can stay at home with us.", MARIA),
    Typed(Kind.HOPE, "To be there for my family."),
    Typed(Kind.WORRY, "I’m scared of ending up like my sister.\nShe never walked right after hers."),
    Typed(Kind.MATTERS, "His morning walk keeps him with his people.", SUMMARY),
    Typed(Kind.UNACCEPTABLE, "Not to walk again."),
    Typed(Kind.TREATMENT_PREFERENCE, "Exercise first. No injection.", MARIA | SUMMARY),
    Typed(Kind.CARE_EXPERIENCE, "Tell me bad news when my daughter is here."),
    Typed(Kind.DECISION_ROLE, "You know the knee, I know my days.", {"choice": "shared"}),
    Typed(Kind.PEOPLE, "Maria, always."),
    Typed(Kind.STRENGTH, "My garden."),
    Typed(Kind.CONFIDENCE, "", {"choice": "8"}),
    Typed(Kind.CONFIDENCE, "More than last year.", {"choice": "7"}),
    Typed(Kind.DECISION, "Exercise first; if the pain is < 4 of 10, no surgery."),
)
ORDER = "1. To be there for my family.\n2. Not to walk again."


@asynccontextmanager
async def clinic_of_sam(ehr: str) -> AsyncIterator[Clinic]:
    encounter: Resource = {
        "resourceType": "Encounter",
        "id": "sam-today",
        "status": "in-progress",
        "class": {"code": "AMB"},
        "subject": SUBJECT,
        "period": {"start": "2026-11-22T10:00:00-05:00"},
    }
    async with clinic(resources=[*story_resources(START.date()), sam(), encounter], ehr=ehr) as running:
        yield running


async def open_sam(running: Clinic) -> OpenVisit:
    return await running.browser().open(SAM, encounter_id="sam-today")


async def write(visit: OpenVisit, *typed: Typed) -> None:
    room = form((await visit.page("room")).text, "/draft")
    kept = [(name, value) for name, value in room.fields if name in {"token", "patient", "page"}]
    boxes = [pair for each in typed for pair in each.fields]
    answer = await visit.browser.post(room.action, [*kept, *boxes, ("next", "review")])
    assert answer.status_code == 200, words(answer.text)


async def order(visit: OpenVisit, *typed: Typed) -> None:
    review = await visit.review()
    ranks = {f"rank-{one.id}": str(number) for number, one in enumerate(typed, start=1)}
    answer = await visit.browser.post(visit.path("order"), review.changed(ranks))
    assert answer.status_code == 200, words(answer.text)


async def send(visit: OpenVisit) -> None:
    """With a yes to a note that is signed at once, where the EHR takes no other."""
    review = await visit.review()
    review.fields += [("signed", "yes")]
    answer = await visit.send(review)
    assert answer.status_code == 200, words(answer.text)


async def next_visit(running: Clinic, days: int = 40) -> OpenVisit:
    running.clock.now += timedelta(days=days)
    return await open_sam(running)


def copied(page: str) -> str:
    """The text that the page offers to copy."""
    found = re.search(r"<textarea class=\"app-copy\"[^>]*>\n(.*?)</textarea>", page, re.S)
    assert found is not None
    return unescape(found[1])


def note_with(text: str) -> Resource:
    """The clinician's own note, with a text pasted into it."""
    whole = f"HPI: knee pain for two years.\n\n{text}\n\nPlan: see above."
    data = b64encode(whole.encode()).decode()
    category = "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category"
    return {
        "resourceType": "DocumentReference",
        "id": "own-note",
        "status": "current",
        "type": {"text": "Progress note"},
        "category": [{"coding": [{"system": category, "code": "clinical-note"}]}],
        "subject": SUBJECT,
        "date": "2026-11-22T16:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
    }


async def statements(visit: OpenVisit) -> list[str]:
    """What the page of all statements shows, one text each."""
    page = (await visit.page("statements")).text
    return [
        words(f"<li{one}".split("</li>", maxsplit=1)[0]) for one in page.split("<li")[1:] if ' id="s' in one
    ]


def shown(typed: Typed, day: str = "22 Nov 2026") -> list[str]:
    """What the page must say of a statement, beside its words."""
    said = [" ".join(typed.words.split()) or "8 of 10", f"{KIND_WORDS[typed.kind]}, {day}"]
    said += ["Said by Maria, daughter"] if "name" in typed.more else []
    said += ["in the clinician’s words"] if "form" in typed.more else []
    said += ["chosen: We decide together"] if typed.kind is Kind.DECISION_ROLE else []
    return said


def shows_each_once(found: list[str], typed: Sequence[Typed]) -> bool:
    """Whether every statement is there once, and nothing else."""
    hits = [[all(part in text for part in shown(one)) for text in found] for one in typed]
    return len(found) == len(typed) and all(sum(row) == 1 for row in hits)


@pytest.mark.parametrize("ehr", ["full", "epic", "oracle"])
async def test_everything_that_was_written_is_there_once_at_the_next_visit(ehr: str) -> None:
    async with clinic_of_sam(ehr) as running:
        visit = await open_sam(running)
        await write(visit, *EVERYTHING)
        await order(visit, EVERYTHING[2], EVERYTHING[5])
        await send(visit)

        found = await statements(await next_visit(running))

    assert shows_each_once(found, [*EVERYTHING, Typed(Kind.PRIORITIES, ORDER)]), found


@pytest.mark.parametrize("ehr", ["athenahealth", "eclinicalworks", "meditech"])
async def test_answers_to_the_sites_form_are_there_once_at_the_next_visit(ehr: str) -> None:
    async with clinic_of_sam(ehr) as running:
        visit = await open_sam(running)
        await write(visit, *EVERYTHING)
        await send(visit)

        page = await next_visit(running)
        found = await statements(page)

    # The form of these sites has no question about strengths and confidence: they are text to copy.
    asked = [one for one in EVERYTHING if one.kind not in {Kind.STRENGTH, Kind.CONFIDENCE}]
    assert shows_each_once(found, asked), found


async def test_text_that_was_pasted_into_a_note_is_found_and_not_taken_for_confirmed() -> None:
    async with clinic_of_sam("readonly") as running:
        visit = await open_sam(running)
        await write(visit, *EVERYTHING)
        await send(visit)
        running.ehr.store.write(note_with(copied((await visit.page("done")).text)))

        found = await statements(await next_visit(running))

    assert shows_each_once(found, EVERYTHING), found
    assert all("From a note, not confirmed" in one for one in found)


@pytest.mark.parametrize("ehr", ["full", "oracle"])
async def test_what_was_taken_back_is_not_there_at_the_next_visit(ehr: str) -> None:
    async with clinic_of_sam(ehr) as running:
        visit = await open_sam(running)
        await write(visit, *EVERYTHING)
        await order(visit, EVERYTHING[2], EVERYTHING[5])
        await send(visit)
        done = (await visit.page("done")).text
        for undo in [one for one in forms(done) if "/undo/" in one.action]:
            answer = await visit.browser.post(undo.action, undo.fields)
            assert answer.status_code == 200

        later = await next_visit(running)
        found, before = await statements(later), words((await later.page()).text)

    assert found == []
    assert "Nothing is on file yet." in before


@pytest.mark.parametrize(("change", "status"), [("achieved", "completed"), ("no_longer_wanted", "cancelled")])
async def test_goal_that_is_over_is_said_to_be_over_and_not_shown_first(change: str, status: str) -> None:
    async with clinic_of_sam("full") as running:
        visit = await open_sam(running)
        await write(visit, EVERYTHING[1])
        await send(visit)
        (goal,) = running.ehr.created("Goal")
        page = form((await visit.page(f"goals/{goal['id']}")).text, f"/goals/{goal['id']}")
        answer = await visit.browser.post(page.action, page.changed({"kind": change}))
        assert answer.status_code == 200, words(answer.text)

        later = await next_visit(running)
        (found,), before = await statements(later), words((await later.page()).text)

    assert f"Goal, {status}, 22 Nov 2026" in found
    assert "No goal, worry or preference on file is still open." in before


async def test_words_that_changed_since_are_shown_as_they_are_now() -> None:
    async with clinic_of_sam("full") as running:
        visit = await open_sam(running)
        await write(visit, EVERYTHING[1])
        await send(visit)
        (goal,) = running.ehr.created("Goal")
        page = form((await visit.page(f"goals/{goal['id']}")).text, f"/goals/{goal['id']}")
        said = {"kind": "reworded", "words": "Stay at home with us until spring."}
        await visit.browser.post(page.action, page.changed(said))

        (found,) = await statements(await next_visit(running))

    assert "Stay at home with us until spring. Said by Maria, daughter. Goal, 22 Nov 2026" in found
