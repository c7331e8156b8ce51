"""Two clinicians in a hurry: several tabs each, old pages, presses twice over, an EHR with faults.

Plays random moves against app and EHR, and after each one looks at what must never happen.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qs

import httpx2

from smartapp.sandbox.request_log import LoggedRequest
from smartapp.store.ledger import Ledger
from smartapp.web import cookies, desk, draft
from smartapp.web.services import Services
from smartapp.web.visit import Visit
from smartapp.writing.entry import PROVENANCE, receipt_of
from smartapp.writing.model import Receipt, State
from tests.pages import Form, forms
from tests.visits import APP, Browser, Clinic, OpenVisit

PATIENTS = ("ada", "ben", "cleo")
CLINICIANS = ("Practitioner/one", "Practitioner/two")
RESOURCES: list[dict[str, Any]] = [
    *({"resourceType": "Patient", "id": one, "name": [{"family": one.title()}]} for one in PATIENTS),
    *(
        {"resourceType": "Practitioner", "id": one.partition("/")[2], "name": [{"family": one[-3:]}]}
        for one in CLINICIANS
    ),
]
_KINDS = ("goal", "hope", "worry", "matters")
_MOST_VISITS = 8
_MOST_PAGES = 30
_LOOK_EVERY = 5
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
class Hurried:
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

    def __post_init__(self) -> None:
        self.browsers: list[Browser] = [self.at.browser() for _ in CLINICIANS]

    @property
    def services(self) -> Services:
        services: Services = self.at.app.state.services
        return services

    async def play(self, moves: int) -> None:
        choices: dict[Callable[[], Awaitable[None]], int] = {
            self.launch: 4, self.view: 6, self.write: 8, self.type_over: 5, self.old_page: 9, self.send: 6,
            self.double: 3, self.adopt: 4, self.discard: 1, self.check: 3, self.expire: 1, self.end: 1,
            self.wait: 2, self.fault: 3, self.peek: 1,
        }  # fmt: skip
        for number in range(1, moves + 1):
            move = self.random.choices([*choices], [*choices.values()])[0]
            await move()
            self.counts[move.__name__] += 1
            self.look_at_the_ehr()
            if number % _LOOK_EVERY == 0:
                await self.look_at_the_words()
        self.at.ehr.faults.reset()
        await self.every_word_can_still_be_reached()

    async def launch(self) -> None:
        clinician = self.random.randrange(len(CLINICIANS))
        await self._launch(clinician, self.random.choice(PATIENTS))

    async def _launch(self, clinician: int, patient: str) -> Opened:
        visit = await self.browsers[clinician].open(patient, user=CLINICIANS[clinician])
        assert visit.id, visit.first.text
        one = Opened(visit, clinician, patient)
        self.opened.append(one)
        self.going.append(one)
        self.owners.add((await self._inside(one)).session.owner)
        if len(self.going) > _MOST_VISITS:
            self.going.pop(self.random.randrange(len(self.going)))
        return one

    async def view(self) -> None:
        one = await self._somebody()
        await self._page(one, self.random.choice(["", "room", "review", "done", "statements"]))

    async def write(self) -> None:
        one = await self._somebody()
        if found := await self._form(one, "room", "/draft"):
            self._type_new_words(one, found)
            await self._post(one, found)

    async def type_over(self) -> None:
        one = await self._somebody()
        if found := await self._form(one, "room", "/draft"):
            self._type_other_words(one, found)
            await self._post(one, found)

    async def old_page(self) -> None:
        """A page that was shown at any time is posted, as it was or with something typed on it since."""
        if not self.pages:
            return
        page = self.random.choice(self.pages)
        if page.form.action.endswith("/discard"):
            return
        if page.form.action.endswith("/draft"):
            match self.random.randrange(3):
                case 0:
                    self._type_new_words(page.of, page.form)
                case 1:
                    self._type_other_words(page.of, page.form)
        await self._post(page.of, page.form)

    async def send(self) -> None:
        one = await self._somebody()
        if found := await self._form(one, "review", "/send"):
            await self._post(one, found)

    async def double(self) -> None:
        """Two presses of the same button, and a page that keeps itself, all at once."""
        one = await self._somebody()
        room = await self._form(one, "room", "/draft")
        found = await self._form(one, "review", "/send")
        if found and room:
            self._type_other_words(one, room)
            presses = [self._post(one, found) for _ in range(2)]
            await asyncio.gather(*presses, self._post(one, room))

    async def adopt(self) -> None:
        one = await self._somebody()
        if found := await self._form(one, "room", "/adopt"):
            await self._post(one, found)

    async def discard(self) -> None:
        one = await self._somebody()
        offered = await self._offered(one)
        if found := await self._form(one, "room", "/discard"):
            await self._post(one, found)
            for text in offered:
                self.typed[text].gone = True

    async def check(self) -> None:
        one = await self._somebody()
        shown = await self._page(one, "done")
        found = [each for each in shown if "/check" in each.action or "/retry/" in each.action]
        if found:
            pressed = self.random.choice(found)
            await self._post(one, pressed)

    async def expire(self) -> None:
        self.at.ehr.expire_tokens()

    async def end(self) -> None:
        one = await self._somebody()
        await (await self._inside(one)).session.end("ended by the test")

    async def wait(self) -> None:
        self.at.clock.now += timedelta(seconds=self.random.choice([1, 20, 65]))

    async def fault(self) -> None:
        """The next write comes to grief, or all is well again."""
        faults = self.at.ehr.faults
        faults.reset()
        faults.write.remaining = self.random.choice([1, 2])
        match self.random.randrange(5):
            case 0:
                faults.write.commit_then_drop = True
            case 1:
                faults.write.drop_before_commit = True
            case 2:
                faults.refuse_late.add(self.random.choice(["Goal", "Observation"]))
            case 3:
                faults.write.ignore_if_none_exist = True
            case _:
                faults.write.remaining = None

    async def peek(self) -> None:
        """A browser asks for the visit of another one."""
        one = await self._somebody()
        other = self.browsers[1 - one.clinician]
        answer = await other.get_once(APP + one.visit.path("room"))
        assert answer.status_code == 403

    async def _somebody(self) -> Opened:
        if not self.going:
            return await self._launch(0, PATIENTS[0])
        return self.random.choice(self.going)

    async def _page(self, one: Opened, name: str) -> list[Form]:
        """The forms of a page; each is remembered as it is left."""
        answer = await one.visit.page(name)
        self._answered(answer)
        if answer.status_code == 401 and one in self.going:
            self.going.remove(one)
        self._shows_only(answer.text, one)
        shown = [each for each in forms(answer.text) if each.method == "post"]
        self.pages += [OldPage(one, each) for each in shown]
        del self.pages[:-_MOST_PAGES]
        return shown

    async def _form(self, one: Opened, page: str, action_ends: str) -> Form | None:
        found = [each for each in await self._page(one, page) if each.action.endswith(action_ends)]
        return found[0] if found else None

    async def _post(self, one: Opened, form: Form) -> None:
        answer = await one.visit.browser.post(form.action, form.fields)
        self._answered(answer)
        self._shows_only(answer.text, one)

    def _answered(self, answer: httpx2.Response) -> None:
        assert answer.status_code in _OK, (answer.status_code, answer.url.path, answer.text)
        self.counts[f"status {answer.status_code}"] += 1

    def _shows_only(self, html: str, one: Opened) -> None:
        for words in self.typed.values():
            if (words.clinician, words.patient) != (one.clinician, one.patient):
                is_in_chart = words.patient == one.patient and words.text in self.chart
                assert is_in_chart or words.text not in html, (
                    f"{words} shown to {one.clinician}, {one.patient}"
                )

    def _new_words(self, one: Opened) -> str:
        text = f"Words {len(self.typed):05} of {one.patient}, clinician {one.clinician}."
        self.typed[text] = Words(text, one.clinician, one.patient)
        return text

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

    def look_at_the_ehr(self) -> None:
        """No request touched another patient than its token's, and the chart holds each thing once."""
        while self.at.ehr.requests:
            self._touches_its_patient_only(self.at.ehr.requests.popleft())
            self.requests += 1
        self.chart = self._is_stored_once_and_at_home()

    async def look_at_the_words(self) -> None:
        """Each is in a draft, in the ledger or in the chart; nothing else is claimed to be in the chart."""
        receipts = [receipt for owner in self.owners for receipt in await self._receipts(owner)]
        kept = self.chart | {receipt.draft.words for receipt in receipts}
        for owner in self.owners:
            for stored in await self.services.drafts.all_offered(owner, to_launch=""):
                kept |= {box.words for box in draft.decode(stored.body).boxes}
        lost = [words.text for words in self.typed.values() if not words.gone and words.text not in kept]
        assert not lost, f"lost: {lost}"
        claimed = {receipt.draft.words for receipt in receipts if receipt.state is State.STORED}
        assert claimed <= self.chart, "claimed in vain"

    def _touches_its_patient_only(self, request: LoggedRequest) -> None:
        if not request.path.startswith("/fhir/") or request.path.endswith("/metadata"):
            return
        if request.patient is None:
            # The token is over: whose it was is not known any more.
            assert request.status == 401 or "well-known" in request.path, request
            return
        parts = request.path.removeprefix("/fhir/").split("/")
        named = parse_qs(request.query)
        asked = {
            value.removeprefix("Patient/") for key in ("patient", "subject") for value in named.get(key, [])
        }
        if parts[0] == "Patient":
            asked.add(parts[1])
        elif len(parts) == 2 and (resource := self.at.ehr.store.get(parts[0], parts[1])):
            asked |= self.at.ehr.store.patients_of(resource)
        if isinstance(request.body, dict) and "subject" in request.body:
            asked.add(request.body["subject"]["reference"].removeprefix("Patient/"))
        assert asked <= {request.patient}, request

    def _is_stored_once_and_at_home(self) -> set[str]:
        """The words in the chart."""
        stored = [*self.at.ehr.created("Goal"), *self.at.ehr.created("Observation")]
        identifiers = [one["identifier"][0]["value"] for one in stored]
        assert len(identifiers) == len(set(identifiers)), "stored twice"
        texts = [_words_of(one) for one in stored]
        assert len(texts) == len(set(texts)), f"same words twice: {Counter(texts).most_common(1)}"
        for one in stored:
            words = self.typed[_words_of(one)]
            assert one["subject"]["reference"] == f"Patient/{words.patient}", "wrong patient"
        covered = [t["reference"] for one in self.at.ehr.created("Provenance") for t in one["target"]]
        assert len(covered) == len(set(covered)), "two Provenances for one entry"
        return set(texts)

    async def _receipts(self, owner: str) -> list[Receipt]:
        ledger = Ledger(self.services.database, self.services.vault, self.services.clock)
        rows = await ledger.left_over(owner, to_launch="", states=list(State))
        return [receipt_of(row) for row in rows if row.rung != PROVENANCE]

    async def _inside(self, one: Opened) -> Visit:
        secret = one.visit.browser._app.cookies.get(cookies.launch_name(one.visit.id))
        return Visit(
            self.services, await self.services.sessions.find_even_ended(one.visit.id, browser=secret), ""
        )

    async def _offered(self, one: Opened) -> list[str]:
        offered = await desk.offer(await self._inside(one))
        return [box.words for box in offered.draft.boxes] if offered else []

    async def every_word_can_still_be_reached(self) -> None:
        """All visits are over; in a new one, everything that is not in the chart is offered, or was sent."""
        for one in self.opened:
            await (await self._inside(one)).session.end("ended by the test")
        self.going.clear()
        reached = set(self.chart)
        for clinician in range(len(CLINICIANS)):
            for patient in PATIENTS:
                one = await self._launch(clinician, patient)
                while found := await self._form(one, "room", "/adopt"):
                    await self._post(one, found)
                reached |= {box.words for box in (await desk.look(await self._inside(one))).draft.boxes}
        lost = [words.text for words in self.typed.values() if not words.gone and words.text not in reached]
        assert not lost, f"out of reach: {lost}"


def _words_of(resource: dict[str, Any]) -> str:
    text: str = resource["valueString"] if "valueString" in resource else resource["description"]["text"]
    return text
