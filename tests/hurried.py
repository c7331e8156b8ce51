"""Two clinicians in a hurry: several tabs each, old pages, presses twice over, an EHR with faults.

Plays random moves against app and EHR, and after each one has it judged what must never happen.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from smartapp.web import desk, draft
from smartapp.writing.model import State
from tests.hurried_clinicians import CLINICIANS, PATIENTS, Clinicians, Opened
from tests.hurried_judge import chart_of, judge_claims, judge_request, words_in
from tests.pages import Form
from tests.visits import APP

_TYPES = ("Goal", "Observation", "CarePlan", "List", "DocumentReference", "QuestionnaireResponse")
_LOOK_EVERY = 5
_LEAVES_ONE_OUT = 0.2


class Hurried(Clinicians):
    """Plays against the clinic `at`."""

    async def play(self, moves: int) -> None:
        choices: dict[Callable[[], Awaitable[None]], int] = {
            self.launch: 4, self.view: 6, self.write: 8, self.type_over: 5, self.old_page: 9, self.send: 6,
            self.double: 3, self.adopt: 4, self.discard: 1, self.check: 5, self.expire: 1, self.end: 1,
            self.wait: 3, self.fault: 6, self.peek: 1, self.add: 1, self.order: 2, self.divert: 3,
            self.paste: 2, self.take_back: 3, self.change_goal: 4, self.change_twice: 1, self.say: 6,
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

    async def view(self) -> None:
        one = await self._somebody()
        await self._page(one, self.random.choice(["", "room", "review", "done", "divert", "statements"]))

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
        """All of it, or all but one."""
        one = await self._somebody()
        if found := await self._form(one, "review", "/send"):
            items = found.values("item")
            if len(items) > 1 and self.random.random() < _LEAVES_ONE_OUT:
                found.fields.remove(("item", self.random.choice(items)))
            await self._post(one, found)

    async def say(self) -> None:
        """Two statements, written and sent."""
        one = await self._somebody()
        if found := await self._form(one, "room", "/draft"):
            self._type_new_words(one, found)
            self._type_new_words(one, found)
            await self._post(one, found)
        if found := await self._form(one, "review", "/send"):
            await self._post(one, found)

    async def add(self) -> None:
        """A place to write a decision."""
        one = await self._somebody()
        if found := await self._form(one, "room", "/draft"):
            found.fields = found.changed({"next": "add-decision"})
            await self._post(one, found)

    async def order(self) -> None:
        """Some statements get a number, and no two the same, as a rule."""
        one = await self._somebody()
        found = await self._form(one, "review", "/send")
        ranks = [name for name, _ in found.fields if name.startswith("rank-")] if found else []
        if found and ranks:
            self.random.shuffle(ranks)
            chosen = ranks[: self.random.randint(2, len(ranks))]
            numbers = {name: str(number) for number, name in enumerate(chosen, start=1)}
            fields = found.changed(numbers | {name: "" for name in ranks if name not in numbers})
            await self._post(one, Form(found.id, found.action.removesuffix("send") + "order", "post", fields))

    async def divert(self) -> None:
        """What was refused goes another way."""
        one = await self._somebody_with(State.REFUSED)
        if found := await self._form(one, "divert", "/divert"):
            await self._post(one, found)

    async def paste(self) -> None:
        one = await self._somebody_with(State.REFUSED, State.PLANNED)
        if found := await self._form(one, "done", "/pasted"):
            await self._post(one, found)

    async def take_back(self) -> None:
        """From the page of all receipts, or from the one that shows how the entry stands now."""
        one = await self._somebody_with(State.STORED)
        receipts = await self.services.sender.receipts(one.visit.id)
        stored = [receipt for receipt in receipts if receipt.state is State.STORED]
        if not stored:
            return
        chosen = self.random.choice(stored)
        page = self.random.choice(["done", f"undo/{chosen.row}"])
        if found := await self._form(one, page, f"/undo/{chosen.row}"):
            self._wishes(one, chosen.reference, [])
            await self._post(one, found)

    async def change_goal(self) -> None:
        one = await self._somebody()
        if found := await self._goal_form(one):
            self._fill_goal_form(one, found)
            await self._post(one, found)

    async def change_twice(self) -> None:
        """Two clinicians change one goal, each as they saw it; and one of them presses twice."""
        one = await self._somebody()
        other = self.random.choice([each for each in self.going if each.patient == one.patient] or [one])
        mine = await self._goal_form(one)
        action = mine.action.rpartition("/goals/")[2] if mine else ""
        theirs = await self._form(other, f"goals/{action}", f"/goals/{action}") if action else None
        if mine and theirs:
            self._fill_goal_form(one, mine)
            self._fill_goal_form(other, theirs)
            presses = [self._post(one, mine), self._post(one, mine), self._post(other, theirs)]
            await asyncio.gather(*presses)

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
        """Look again, or send again what can be."""
        one = await self._somebody_with(State.UNKNOWN, State.SENDING, State.REFUSED)
        shown = await self._page(one, "done")
        if self.random.randrange(3) == 0:
            shown = await self._page(one, f"goals/{self._some_goal(one)}")
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
        write = faults.write
        write.remaining = self.random.choice([1, 2])
        write.retry_after = "0"
        match self.random.randrange(11):
            case 0:
                write.commit_then_drop = True
            case 1:
                write.drop_before_commit = True
            case 2:
                faults.refuse_late |= set(self.random.choices(self._taken(), k=2))
            case 3:
                write.ignore_if_none_exist = True
            case 4:
                write.busy, write.busy_status = "after_commit", 503
            case 5:
                write.busy, write.busy_status = "before_commit", self.random.choice([429, 503])
            case 6:
                write.reset_mid_answer = True
            case 7:
                write.keeps_good_half = True
                faults.refuse_late.add(self.random.choice(self._taken()))
            case 8:
                write.commit_then_drop = True
                write.index_lag_s = 30
            case 9:
                faults.refuse_update.add(self.random.choice(self._taken()))
            case _:
                write.remaining = None

    def _taken(self) -> list[str]:
        """What this EHR takes."""
        return [name for name in _TYPES if self.at.ehr.manner.offers(name, "create")]

    async def peek(self) -> None:
        """A browser asks for the visit of another one."""
        one = await self._somebody()
        other = self.browsers[1 - one.clinician]
        answer = await other.get_once(APP + one.visit.path("room"))
        assert answer.status_code == 403

    def look_at_the_ehr(self) -> None:
        """No request touched another patient than its token's, and the chart holds each thing once."""
        while self.at.ehr.requests:
            judge_request(self.at.ehr.requests.popleft(), self.at.ehr.store)
            self.requests += 1
        self.chart = chart_of(self.at.ehr.store)

    async def look_at_the_words(self) -> None:
        """Each is in a draft, in the ledger or in the chart; and what is claimed is so."""
        kept = set(self.chart)
        for owner in self.owners:
            told = await self._told(owner)
            judge_claims(told, self.at.ehr.store, self.chart)
            kept |= told.words
            for stored in await self.services.drafts.all_offered(owner, to_launch=""):
                kept |= {box.words for box in draft.decode(stored.body).boxes}
        lost = [words.text for words in self.typed.values() if not words.gone and words.text not in kept]
        assert not lost, f"lost: {lost}"

    async def every_word_can_still_be_reached(self) -> None:
        """All visits are over; in a new one, everything that is not in the chart is offered, or was sent.
        What somebody said that they pasted into their note is done with.
        """
        for one in self.opened:
            await (await self._inside(one)).session.end("ended by the test")
        self.going.clear()
        receipts = [receipt for owner in self.owners for receipt in (await self._told(owner)).receipts]
        pasted = {receipt.draft.words for receipt in receipts if receipt.state is State.PASTED}
        reached = self.chart | pasted
        for clinician in range(len(CLINICIANS)):
            for patient in PATIENTS:
                one = await self._launch(clinician, patient)
                reached |= await self._on_the_pages_of_goals(one)
                while found := await self._form(one, "room", "/adopt"):
                    await self._post(one, found)
                reached |= {box.words for box in (await desk.look(await self._inside(one))).draft.boxes}
        lost = [words.text for words in self.typed.values() if not words.gone and words.text not in reached]
        assert not lost, f"out of reach: {lost}"

    async def _on_the_pages_of_goals(self, one: Opened) -> set[str]:
        found: set[str] = set()
        for goal in self.at.ehr.store.of_patient("Goal", one.patient):
            found |= words_in((await one.visit.page(f"goals/{goal['id']}")).text)
        return found
