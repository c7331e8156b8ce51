"""What nobody should press in many tabs: stale forms, swapped tokens, cookies of others, callbacks twice."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2

from tests.pages import Form, forms
from tests.security.tabs_browser import Tab
from tests.security.tabs_clinic import PATIENTS
from tests.security.tabs_judge import Asker
from tests.security.tabs_machine import Machine, Move
from tests.security.tabs_presses import PAGES


class Mischief:
    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.random = machine.random

    def moves(self) -> dict[Move, float]:
        return {
            self.old_form: 7, self.form_of_another_launch: 6, self.other_patient: 6, self.other_token: 5,
            self.other_browser: 6, self.mixed_cookies: 6, self.lost_cookie: 5, self.callback_again: 0.5,
            self.swapped_codes: 0.5, self.callback_elsewhere: 0.5, self.stranger_goal: 1,
        }  # fmt: skip

    async def old_form(self) -> str:
        """A form that was shown at any time, posted as it is by its own browser."""
        if not self.machine.old:
            return "none"
        tab, form = self.random.choice(self.machine.old)
        return f"{tab} {form.action} {(await self.machine.press(tab, form)).status_code}"

    async def form_of_another_launch(self) -> str:
        """What one tab's form holds is posted to another tab's address."""
        tab, (other, form) = await self.machine.some_tab(), await self._some_form()
        if other is tab:
            return "the same"
        action = tab.path("/".join(form.action.split("/")[3:]))
        return f"{tab} {form.action} {await self._refused(tab, action, form.fields)}"

    async def other_patient(self) -> str:
        """The hidden patient is changed."""
        tab, form = await self._some_form()
        patient = next(one for one in PATIENTS if one != tab.asker.patient)
        return f"{tab} {await self._refused(tab, form.action, form.changed({'patient': patient}))}"

    async def other_token(self) -> str:
        """The token is another launch's."""
        tab, form = await self._some_form()
        other, theirs = await self._some_form()
        if other is tab:
            return "the same"
        return (
            f"{tab} {await self._refused(tab, form.action, form.changed({'token': theirs.value('token')}))}"
        )

    async def other_browser(self) -> str:
        """A browser asks for, or posts to, the address of another one's launch."""
        tab, form = await self._some_form()
        stranger = next(one for one in self.machine.browsers if one is not tab.browser)
        if self.random.random() < 0.5:
            answer = await stranger.get(tab.path(self.random.choice(PAGES)), Asker())
        else:
            answer = await stranger.post(form.action, form.fields, Asker())
        return f"{stranger.name} at {tab} {self._judged_refused(answer)}"

    async def mixed_cookies(self) -> str:
        """The secrets of the cookies are those of other launches."""
        tab = await self.machine.some_tab()
        every = {name: value for one in self.machine.browsers for name, value in one.cookies.items()}
        if len(set(every.values())) < 2:
            return "too few"
        names = [*every]
        mixed = dict(zip(names, [every[name] for name in [*names[1:], names[0]]], strict=True))
        if any(mixed[name] == every[name] for name in names):
            return "some fit"
        answer = await tab.browser.get(tab.path(self.random.choice(PAGES)), Asker(), cookies=mixed)
        return f"{tab} {self._judged_refused(answer)}"

    async def lost_cookie(self) -> str:
        """The browser dropped its cookies."""
        tab, form = await self._some_form()
        if self.random.random() < 0.5:
            answer = await tab.browser.get(tab.path(self.random.choice(PAGES)), Asker(), cookies={})
        else:
            answer = await tab.browser.post(form.action, form.fields, Asker(), cookies={})
        return f"{tab} {self._judged_refused(answer)}"

    async def callback_again(self) -> str:
        """The same callback twice, and once in the other browser."""
        browser, site, patient, visit = self.machine.somebody()
        answers: list[httpx2.Response] = []
        url = await browser.to_sign_in(self.machine.new_launch(browser, site, patient, visit), answers)
        if not url:
            return "refused"
        callback = await browser.sign_in(url)
        stranger = next(one for one in self.machine.browsers if one is not browser)
        self._judged_refused(await stranger.get(callback, Asker()))
        tab = await browser.come_back(callback, Asker(site, patient), encounter=visit, answers=answers)
        self.machine.keep(tab)
        self._judged_refused(await browser.get(callback, Asker()))
        self.machine.judge_pages(answers)
        return str(tab)

    async def swapped_codes(self) -> str:
        """Two launches come back with one another's code; the verifier does not fit."""
        browser, site, patient, visit = self.machine.somebody()
        other = next(one for one in PATIENTS if one != patient)
        answers: list[httpx2.Response] = []
        queries = []
        for whose in (patient, other):
            url = await browser.to_sign_in(self.machine.new_launch(browser, site, whose, visit), answers)
            if not url:
                return "refused"
            queries.append(dict(parse_qsl(urlsplit(await browser.sign_in(url)).query)))
        mine, theirs = queries
        if "code" not in mine or "code" not in theirs:
            return "refused"
        swapped = urlencode(mine | {"code": theirs["code"]})
        return f"{site} {self._judged_refused(await browser.get(f'/callback/{site}?{swapped}', Asker()))}"

    async def callback_elsewhere(self) -> str:
        """The answer of one EHR is brought to the address of the other one."""
        browser, site, patient, visit = self.machine.somebody()
        answers: list[httpx2.Response] = []
        url = await browser.to_sign_in(self.machine.new_launch(browser, site, patient, visit), answers)
        if not url:
            return "refused"
        query = urlsplit(await browser.sign_in(url)).query
        wrong = next(one for one in self.machine.sites.ehrs if one != site)
        return f"{site} {self._judged_refused(await browser.get(f'/callback/{wrong}?{query}', Asker()))}"

    async def stranger_goal(self) -> str:
        """A goal of another patient is asked for in this one's visit."""
        tab = await self.machine.some_tab()
        other = next(one for one in PATIENTS if one != tab.asker.patient)
        asker = replace(tab.asker, typed=f"/Goal/{other}-goal")
        answer = await tab.browser.get(tab.path(f"goals/{other}-goal"), asker)
        self.machine.judge.page(answer, of=tab.mark)
        assert not any(form.action.endswith("-goal") for form in forms(answer.text)), "a goal to change"
        return f"{tab} {answer.status_code}"

    async def _some_form(self) -> tuple[Tab, Form]:
        """A form of a launch, old or new, to be changed: a copy. A tab whose visit was ended has none and
        never will: it is closed.
        """
        while not self.machine.old:
            tab = await self.machine.some_tab()
            if await self.machine.form(tab, "room", "/draft", fresh=1) is None and tab in self.machine.tabs:
                self.machine.mend()
                self.machine.tabs.remove(tab)
        tab, form = self.random.choice(self.machine.old)
        return tab, replace(form, fields=[*form.fields])

    async def _refused(self, tab: Tab, action: str, fields: list[tuple[str, str]]) -> int:
        """Posted from the tab's own browser, and refused before anything reaches an EHR."""
        return self._judged_refused(await tab.browser.post(action, fields, Asker()), of=tab.mark)

    def _judged_refused(self, answer: httpx2.Response, *, of: str = "") -> int:
        self.machine.judge.page(answer, of=of)
        assert answer.status_code >= 400, f"{answer.request.method} {answer.url.path} was not refused"
        return answer.status_code
