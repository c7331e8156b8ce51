"""Two clinicians with several tabs each, and what every page that they see and every press must be.

Each page is remembered as it was left: anybody may post it later, as it is or with something typed on it.
"""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx2

from smartapp.sdm.model import ChangeKind
from smartapp.store.ledger import Ledger
from smartapp.web import cookies, desk
from smartapp.web.services import Services
from smartapp.web.visit import Visit
from smartapp.writing.model import State
from tests.hurried_judge import Told, chart_of, told_of, words_for, words_in
from tests.pages import Form, forms
from tests.visits import Browser, Clinic, OpenVisit

PATIENTS = ("ada", "ben", "cleo")
CLINICIANS = ("Practitioner/one", "Practitioner/two")
RESOURCES: list[dict[str, Any]] = [
    *({"resourceType": "Patient", "id": one, "name": [{"family": one.title()}]} for one in PATIENTS),
    *(
        {"resourceType": "Practitioner", "id": one.partition("/")[2], "name": [{"family": one[-3:]}]}
        for one in CLINICIANS
    ),
    *(
        {
            "resourceType": "Encounter",
            "id": f"{one}-today",
            "status": "in-progress",
            "class": {"code": "AMB"},
            "subject": {"reference": f"Patient/{one}"},
        }
        for one in PATIENTS
    ),
    *(
        {
            "resourceType": "Goal",
            "id": f"{one}-goal",
            "lifecycleStatus": "active",
            "description": {"text": "Walk to the market."},
            "subject": {"reference": f"Patient/{one}"},
        }
        for one in PATIENTS
    ),
]
_KINDS = ("goal", "hope", "worry", "matters", "people", "decision")
_CHANGES = (ChangeKind.ACHIEVED, ChangeKind.REWORDED, ChangeKind.NO_LONGER_WANTED)
_MOST_VISITS = 8
_MOST_PAGES = 30
_HAS_A_NOTE = 0.5
_OK = {200, 401, 403, 404, 409}


@dataclass
class Opened:
    """A launch and whose it is."""

    visit: OpenVisit
    clinician: int
    patient: str


@dataclass
class OldPage:
    """A form that was shown once and may be posted at any time."""

    of: Opened
    form: Form


@dataclass
class Words:
    """What somebody typed. `gone`: typed over or thrown away on purpose."""

    text: str
    clinician: int
    patient: str
    gone: bool = False


@dataclass
class Clinicians:
    """`typed`: all words that anybody typed. `chart`: those that the chart held at the last look."""

    at: Clinic
    random: Random
    typed: dict[str, Words] = field(default_factory=dict)
    opened: list[Opened] = field(default_factory=list)
    going: list[Opened] = field(default_factory=list)
    pages: list[OldPage] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    chart: set[str] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    wishes: dict[tuple[int, str], list[str]] = field(default_factory=dict)
    """By clinician and entry: what was typed with the newest wish to change it."""

    def __post_init__(self) -> None:
        self.browsers: list[Browser] = [self.at.browser() for _ in CLINICIANS]

    @property
    def services(self) -> Services:
        services: Services = self.at.app.state.services
        return services

    async def _launch(self, clinician: int, patient: str) -> Opened:
        visit = await self.browsers[clinician].open(
            patient, user=CLINICIANS[clinician], encounter_id=f"{patient}-today"
        )
        assert visit.id, visit.first.text
        one = Opened(visit, clinician, patient)
        self.opened.append(one)
        self.going.append(one)
        self.owners.add((await self._inside(one)).session.owner)
        if len(self.going) > _MOST_VISITS:
            self.going.pop(self.random.randrange(len(self.going)))
        return one

    async def _somebody(self) -> Opened:
        if not self.going:
            return await self._launch(0, PATIENTS[0])
        return self.random.choice(self.going)

    async def _somebody_with(self, *states: State) -> Opened:
        """Whose visit has statements in one of these states, where there is such a visit."""
        found = [
            one
            for one in self.going
            if {receipt.state for receipt in await self.services.sender.receipts(one.visit.id)} & {*states}
        ]
        return self.random.choice(found) if found else await self._somebody()

    async def _page(self, one: Opened, name: str) -> list[Form]:
        """The forms of a visit's page, without the switch of language and "End visit", after which nobody
        could look whether words are lost; each is remembered as it is left.
        """
        answer = await one.visit.page(name)
        self._answered(answer)
        if answer.status_code == 401 and one in self.going:
            self.going.remove(one)
        self._shows_only(answer.text, one)
        posted = [each for each in forms(answer.text) if each.method == "post"]
        shown = [
            each for each in posted if each.action.startswith("/visits/") and not each.action.endswith("/end")
        ]
        self.pages += [OldPage(one, each) for each in shown]
        del self.pages[:-_MOST_PAGES]
        return shown

    async def _form(self, one: Opened, page: str, action_ends: str) -> Form | None:
        found = [each for each in await self._page(one, page) if each.action.endswith(action_ends)]
        return found[0] if found else None

    async def _post(self, one: Opened, form: Form) -> None:
        self.counts[f"posted {form.action.split('/')[3]}"] += 1
        answer = await one.visit.browser.post(form.action, form.fields)
        self._answered(answer)
        self._shows_only(answer.text, one)

    def _answered(self, answer: httpx2.Response) -> None:
        assert answer.status_code in _OK, (answer.status_code, answer.url.path, answer.text)
        self.counts[f"status {answer.status_code}"] += 1

    def _shows_only(self, html: str, one: Opened) -> None:
        """The clinician's own words about this patient, and those that are in the patient's chart."""
        for text in words_in(html):
            words = self.typed[text]
            if (words.clinician, words.patient) == (one.clinician, one.patient):
                continue
            shown_to = f"{words} shown to {one.clinician}, {one.patient}"
            assert words.patient == one.patient, shown_to
            assert text in self.chart or text in chart_of(self.at.ehr.store), shown_to

    def _new_words(self, one: Opened) -> str:
        text = words_for(len(self.typed), one.patient, one.clinician)
        self.typed[text] = Words(text, one.clinician, one.patient)
        return text

    async def _goal_form(self, one: Opened) -> Form | None:
        """The form that changes one of the patient's goals."""
        goal_id = self._some_goal(one)
        return await self._form(one, f"goals/{goal_id}", f"/goals/{goal_id}")

    def _some_goal(self, one: Opened) -> str:
        """The id of one of the patient's goals."""
        goal_id: str = self.random.choice(self.at.ehr.store.of_patient("Goal", one.patient))["id"]
        return goal_id

    def _fill_goal_form(self, one: Opened, page: Form) -> None:
        kind = self.random.choice(_CHANGES)
        note = self._new_words(one) if self.random.random() < _HAS_A_NOTE else ""
        filled = {"kind": kind.value, "note": note}
        if kind is ChangeKind.REWORDED:
            filled["words"] = self._new_words(one)
        page.fields = page.changed(filled)
        typed = [text for name, text in filled.items() if name != "kind" and text]
        self._wishes(one, f"Goal/{page.action.rpartition('/')[2]}", typed)

    def _wishes(self, one: Opened, reference: str, typed: list[str]) -> None:
        """What was typed with an earlier wish of the same clinician for this entry is typed over."""
        for text in self.wishes.get((one.clinician, reference), []):
            self.typed[text].gone = True
        self.wishes[one.clinician, reference] = typed

    def _type_new_words(self, one: Opened, page: Form) -> None:
        """Into an empty box, if there is one."""
        values = dict(page.fields)
        empty = [box for box in page.values("box") if not values[f"{box}-words"]]
        wanted = [box for box in empty if values[f"{box}-kind"] in _KINDS]
        if wanted:
            page.fields = page.changed({f"{self.random.choice(wanted)}-words": self._new_words(one)})

    def _type_other_words(self, one: Opened, page: Form) -> None:
        """Over words that stand in a box, if there are any."""
        values = dict(page.fields)
        written = [box for box in page.values("box") if values[f"{box}-words"]]
        if written:
            box = self.random.choice(written)
            self.typed[values[f"{box}-words"]].gone = True
            page.fields = page.changed({f"{box}-words": self._new_words(one)})

    async def _told(self, owner: str) -> Told:
        ledger = Ledger(self.services.database, self.services.vault, self.services.clock)
        return told_of(await ledger.left_over(owner, to_launch="", states=list(State)))

    async def _inside(self, one: Opened) -> Visit:
        secret = one.visit.browser._app.cookies.get(cookies.launch_name(one.visit.id))
        return Visit(
            self.services, await self.services.sessions.find_even_ended(one.visit.id, browser=secret), ""
        )

    async def _offered(self, one: Opened) -> list[str]:
        offered = await desk.offer(await self._inside(one))
        return [box.words for box in offered.draft.boxes] if offered else []
