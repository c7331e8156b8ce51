"""The steps of one visit at the target, with their outcomes, and whether the server agrees with the page."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.interop.charts import Chart
from tests.interop.journey import Journey, Stuck
from tests.interop.wire import FhirServer
from tests.pages import words

_READ_BACK = "Read back from the chart at"
_RUNGS = {
    "Goal": "as data",
    "Observation": "as data",
    "DocumentReference": "in a note",
    "QuestionnaireResponse": "in a questionnaire",
}
_REFERENCE = re.compile(rf"\b({'|'.join(_RUNGS)})/[A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `rung`: where a statement went, "" for a step that writes nothing."""

    way: str
    step: str
    outcome: str
    rung: str = ""


@dataclass(slots=True)
class Lane:
    """One way to the server ("SMART", "without sign-in"). `server`: asked for the truth, None where it cannot
    be. `open_visit` launches the app anew.
    """

    way: str
    chart: Chart
    server: FhirServer | None
    open_visit: Callable[[], Awaitable[Journey]]
    goal: str
    worry: str
    stranger: str
    rows: list[Row] = field(default_factory=list)

    def note(self, step: str, outcome: str, rung: str = "") -> None:
        self.rows.append(Row(self.way, step, outcome, rung))

    async def run(self) -> None:
        """The whole visit. Raises Stuck, or AssertionError where page and server do not agree."""
        visit = await self.open_visit()
        self.note("launch", "a visit is open")
        before = await visit.told()
        assert self.chart.name.casefold() in before.casefold(), "the patient's name is on no page"
        self.note("read", "the patient is named" + (", a problem is told" if "Osteoarth" in before else ""))
        await visit.write(goal=self.goal, worry=self.worry)
        done = await visit.send()
        stored = [await self._receipt(done, said) for said in (self.goal, self.worry)]
        await self._check()
        if stored[0]:
            await self._amend(visit, stored[0])
        if stored[1]:
            await self._take_back(visit, stored[1])
        await self._check()
        later = await self.open_visit()
        told = words(await later.page("statements"))
        assert not stored[0] or self.goal in told, "what was stored is not read again"
        self.note("read again", "the goal is there" if self.goal in told else "nothing was stored")
        seen = " ".join([*visit.seen, *later.seen])
        assert self.stranger.casefold() not in seen.casefold(), "another patient's words are on a page"
        self.note("other patients", "nothing of them on any page")

    async def _receipt(self, done: str, said: str) -> str:
        """The reference under which Done says that the words are in the chart, "" where it says otherwise."""
        item = next(
            (words(one) for one in done.split('<li class="done__item">')[1:] if said in words(one)), ""
        )
        named = _REFERENCE.search(item)
        step = f"write: {said.partition(' ')[0].lower()}"
        if _READ_BACK not in item or named is None:
            self.note(step, "not claimed to be in the chart", "text to copy")
            return ""
        self.note(step, "read back from the chart", _RUNGS[named[1]])
        return named[0]

    async def _check(self) -> None:
        """The server has each statement once at most, and only in this patient's chart."""
        if self.server is None:
            return
        for resource_type in ("Goal", "Observation"):
            found = await self.server.of_patient(resource_type, self.chart.patient)
            ours = [one for one in found if _says(one) in (self.goal, self.worry)]
            assert len(ours) <= 1, f"{resource_type} was stored {len(ours)} times"
            wrong = [one for one in ours if not _subject(one).endswith(f"Patient/{self.chart.patient}")]
            assert not wrong, f"{resource_type} of another patient"

    async def _amend(self, visit: Journey, reference: str) -> None:
        resource_type, _, goal_id = reference.partition("/")
        page = words(await visit.achieve(goal_id)) if resource_type == "Goal" else ""
        if not page:
            self.note("amend", "not offered here")
            return
        is_told = "In the chart: marked as achieved" in page
        stands = await self._stands(reference, "lifecycleStatus", "completed")
        assert not is_told or stands is not False, "told as achieved, and the server shows otherwise"
        self.note("amend", "marked as achieved, read back" if is_told else "not claimed")

    async def _take_back(self, visit: Journey, reference: str) -> None:
        try:
            page = words(await visit.take_back(self.worry))
        except Stuck:
            self.note("take back", "not offered here")
            return
        is_told = "Taken back" in page
        stands = await self._stands(reference, "status", "entered-in-error")
        assert not is_told or stands is not False, "told as taken back, and the server shows otherwise"
        self.note("take back", "entered in error, read back" if is_told else "not claimed")

    async def _stands(self, reference: str, element: str, value: str) -> bool | None:
        """Whether the server shows the value; None where it cannot be asked."""
        found = await self.server.read(reference) if self.server is not None else None
        return None if found is None else found.get(element) == value


def table(rows: list[Row]) -> str:
    """The rows in columns."""
    lines = [
        ("way", "step", "outcome", "rung"),
        *((row.way, row.step, row.outcome, row.rung) for row in rows),
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _says(resource: dict[str, Any]) -> str:
    description = resource.get("description")
    return str(description.get("text")) if isinstance(description, dict) else str(resource.get("valueString"))


def _subject(resource: dict[str, Any]) -> str:
    return str(resource.get("subject", {}).get("reference"))
