"""What clinicians press in many tabs on an ordinary bad day."""

import asyncio
from datetime import timedelta

import httpx2

from smartapp.sandbox.faults import TokenFaults
from tests.security.tabs_browser import Tab
from tests.security.tabs_clinic import PATIENTS, SITES, VISITS
from tests.security.tabs_judge import Asker
from tests.security.tabs_machine import Machine, Move

PAGES = (
    "", "room", "review", "done", "statements", "handout", "handout/page", "sources", "divert",
    "why/R02", "patient/hope",
)  # fmt: skip
_WEIGHTS = (2, 2, 8, 9, 5, 5, 4, 3, 5, 5, 5)
_INTERLEAVED = ("AaBb", "ABab", "ABba", "BAab", "BAba", "BbAa")
"""All orders of two launches (capitals) and their callbacks (small letters)."""


class Presses:
    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.random = machine.random

    def moves(self) -> dict[Move, float]:
        return {
            self.open: 3, self.interleave: 1, self.open_sandbox: 1, self.look: 16, self.refresh: 9,
            self.type: 5, self.type_by_itself: 5, self.send: 3, self.double: 0.6, self.side_by_side: 0.6,
            self.adopt: 1.5, self.discard: 0.4, self.change_goal: 1.2, self.take_back: 1, self.reread: 0.5,
            self.keep_handout: 1, self.close: 1, self.end: 0.4, self.wait: 2, self.idle: 0.1,
            self.night: 0.04, self.renew: 2, self.break_ehr: 2, self.mend: 4,
        }  # fmt: skip

    async def open(self) -> str:
        browser, site, patient, visit = self.machine.somebody()
        return str(await self.machine.launch(browser, site, patient, visit))

    async def open_sandbox(self) -> str:
        browser, _, patient, _ = self.machine.somebody()
        answers: list[httpx2.Response] = []
        tab = self.machine.keep(await browser.open_sandbox(patient, answers))
        self.machine.judge_pages(answers)
        return str(tab)

    async def interleave(self) -> str:
        """Two launches in one browser whose steps come in any order: two patients, one patient in two
        encounters, or two EHRs.
        """
        browser, site, patient, visit = self.machine.somebody()
        _, other_site, other_patient, _ = self.machine.somebody()
        other_visit = VISITS[1 - VISITS.index(visit)]
        whose = {"a": (site, patient, visit), "b": (other_site, other_patient, other_visit)}
        order, callbacks = self.random.choice(_INTERLEAVED), dict[str, str]()
        answers: list[httpx2.Response] = []
        for step in order:
            its_site, its_patient, its_visit = whose[step.lower()]
            if step.isupper():
                launch = self.machine.new_launch(browser, its_site, its_patient, its_visit)
                url = await browser.to_sign_in(launch, answers)
                callbacks[step.lower()] = await browser.sign_in(url) if url else ""
            elif callbacks[step]:
                asker = Asker(its_site, its_patient)
                tab = await browser.come_back(callbacks[step], asker, encounter=its_visit, answers=answers)
                self.machine.keep(tab)
        self.machine.judge_pages(answers)
        return f"{order} {whose}"

    async def look(self) -> str:
        tab = await self.machine.some_tab()
        [page] = self.random.choices(PAGES, _WEIGHTS)
        return f"{tab} {page} {(await self.machine.view(tab, page)).status_code}"

    async def refresh(self) -> str:
        """The page again that was shown before, or back to one that was shown long ago."""
        tab = await self.machine.some_tab()
        page = self.random.choice([*tab.html] or [""])
        return f"{tab} {page} {(await self.machine.view(tab, page)).status_code}"

    async def type(self) -> str:
        tab = await self.machine.some_tab()
        return f"{tab} {await self._type(tab, json=False)}"

    async def type_by_itself(self) -> str:
        tab = await self.machine.some_tab()
        return f"{tab} {await self._type(tab, json=True)}"

    async def send(self) -> str:
        tab = await self.machine.some_tab()
        return f"{tab} {await self._send(tab)}"

    async def double(self) -> str:
        """One button, pressed twice at once."""
        tab = await self.machine.some_tab()
        found = await self.machine.form(tab, "review", "/send", fresh=0.9)
        if not found:
            return f"{tab} nothing to send"
        both = await asyncio.gather(*(self.machine.press(tab, found) for _ in range(2)))
        return f"{tab} {[answer.status_code for answer in both]}"

    async def side_by_side(self) -> str:
        """Two tabs write and send at the same moment."""
        one, other = await self.machine.some_tab(), await self.machine.some_tab()
        await asyncio.gather(self._type(one, json=False), self._type(other, json=True))
        sent = await asyncio.gather(self._send(one), self._send(other))
        return f"{one} {other} {sent}"

    async def adopt(self) -> str:
        return await self._press_in_room("/draft/adopt")

    async def discard(self) -> str:
        return await self._press_in_room("/draft/discard")

    async def change_goal(self) -> str:
        tab = await self.machine.some_tab()
        goal = self.random.choice(
            self.machine.sites.ehrs[tab.asker.site].store.of_patient("Goal", tab.asker.patient)
        )["id"]
        found = await self.machine.form(tab, f"goals/{goal}", f"/goals/{goal}", fresh=0.8)
        if not found:
            return f"{tab} goal {goal} cannot be changed"
        kind = self.random.choice(["achieved", "reworded", "no-longer-wanted"])
        found.fields = found.changed({"kind": kind, "note": self.machine.new_words(tab)})
        if kind == "reworded":
            found.fields = found.changed({"words": self.machine.new_words(tab)})
        return f"{tab} goal {goal} {kind} {(await self.machine.press(tab, found)).status_code}"

    async def take_back(self) -> str:
        tab = await self.machine.some_tab()
        await self.machine.view(tab, "done")
        html = tab.html.get("done", "")
        rows = {part.partition('"')[0] for part in html.split("/undo/")[1:]}
        if not rows:
            return f"{tab} nothing to take back"
        row = self.random.choice(sorted(rows))
        found = await self.machine.form(tab, "done", f"/undo/{row}", fresh=0)
        return f"{tab} {row} {(await self.machine.press(tab, found)).status_code if found else 'no form'}"

    async def reread(self) -> str:
        tab = await self.machine.some_tab()
        found = await self.machine.form(tab, "review", "/send")
        if not found:
            return f"{tab} no form"
        found.action = tab.path("reread")
        return f"{tab} {(await self.machine.press(tab, found)).status_code}"

    async def keep_handout(self) -> str:
        tab = await self.machine.some_tab()
        found = await self.machine.form(tab, "handout", "/handout")
        if not found:
            return f"{tab} no form"
        found.fields = found.changed({"why": self.machine.new_words(tab), "next": "page"})
        return f"{tab} {(await self.machine.press(tab, found)).status_code}"

    async def close(self) -> str:
        tab = await self.machine.some_tab()
        self.machine.tabs.remove(tab)
        return str(tab)

    async def end(self) -> str:
        """The clinician ends the visit, where a page offers that."""
        tab = await self.machine.some_tab()
        found = next((form for page in tab.html if (form := tab.form(page, "/end"))), None)
        return f"{tab} {(await self.machine.press(tab, found)).status_code if found else 'no button'}"

    async def wait(self) -> str:
        return self._pass(timedelta(seconds=self.random.choice([1, 20, 65])))

    async def idle(self) -> str:
        return self._pass(timedelta(minutes=16))

    async def night(self) -> str:
        return self._pass(timedelta(hours=9))

    async def renew(self) -> str:
        """The EHR's tokens are over while a tab asks for something; renewing them works, or fails, or answers
        with another patient.
        """
        tab = await self.machine.some_tab()
        ehr, patient = self.machine.sites.ehrs[tab.asker.site], tab.asker.patient
        how = self.random.choice(["", "", "refused", "other patient", "down"])
        ehr.expire_tokens()
        ehr.faults.token.refuse_refresh = how == "refused"
        ehr.faults.token.status = 503 if how == "down" else None
        other = next(one for one in PATIENTS if one != patient)
        ehr.faults.token.refresh_switches_patient = other if how == "other patient" else None
        shown = [(await self.machine.view(tab, f"goals/{patient}-goal")).status_code for _ in range(2)]
        ehr.faults.token = TokenFaults()
        return f"{tab} {how} {shown}"

    async def break_ehr(self) -> str:
        """The EHR refuses, forgets, breaks off, or puts another patient's entries into its answers."""
        site = self.random.choice(SITES)
        faults = self.machine.sites.ehrs[site].faults
        faults.write.remaining, faults.write.retry_after = 1, "0"
        what = self.random.randrange(10)
        match what:
            case 0:
                faults.refuse_late |= {"Goal"}
            case 1:
                faults.refuse_create |= {"Observation"}
            case 2:
                faults.write.commit_then_drop = True
            case 3:
                faults.write.drop_before_commit = True
            case 4:
                faults.write.reset_mid_answer = True
            case 5:
                faults.authorize_error = "access_denied"
            case 6:
                faults.fail_types["Goal"] = 403
            case 7:
                faults.read.foreign_next_link = "https://elsewhere.test/fhir/Goal?page=2"
            case _:
                faults.read.wrong_patient_in_results = True
        return f"{site} {what}"

    async def mend(self) -> str:
        self.machine.mend()
        return ""

    async def _type(self, tab: Tab, *, json: bool) -> int:
        found = await self.machine.form(tab, "room", "/draft", fresh=0.1)
        if not found:
            return 0
        self.machine.type_into(tab, found)
        return (await self.machine.press(tab, found, json=json)).status_code

    async def _send(self, tab: Tab) -> int:
        found = await self.machine.form(tab, "review", "/send", fresh=0.9)
        return (await self.machine.press(tab, found)).status_code if found else 0

    async def _press_in_room(self, ends: str) -> str:
        tab = await self.machine.some_tab()
        found = await self.machine.form(tab, "room", ends)
        return f"{tab} {(await self.machine.press(tab, found)).status_code if found else 'no offer'}"

    def _pass(self, time: timedelta) -> str:
        self.machine.sites.clock.now += time
        return str(time)
