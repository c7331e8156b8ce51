"""Two clinicians press, at random, whatever can be pressed in many tabs; after each press all is judged.

Three modules: here is how a press is made and judged; `tabs_presses` has those that any clinician makes,
`tabs_mischief` those that nobody should.
"""

from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import httpx2

from tests.pages import Form
from tests.security.tabs_browser import Tab, TabsBrowser
from tests.security.tabs_clinic import CLINICIANS, PATIENTS, SITES, VISITS, Sites
from tests.security.tabs_judge import Asker, Judge, Wrong

Move = Callable[[], Awaitable[str]]
_MOST_TABS = 8
_TOLD = 25
_OLD_FORMS = 60


@dataclass(eq=False)
class Machine:
    """`tabs`: those that are open; one that ended stays until it is closed. `old`: forms that were shown at
    any time. `told`: the last presses, for whoever has to find out what went wrong.
    """

    sites: Sites
    judge: Judge
    random: Random
    tabs: list[Tab] = field(default_factory=list)
    old: deque[tuple[Tab, Form]] = field(default_factory=lambda: deque(maxlen=_OLD_FORMS))
    told: deque[str] = field(default_factory=lambda: deque(maxlen=_TOLD))
    counts: Counter[str] = field(default_factory=Counter)
    words: int = 0

    def __post_init__(self) -> None:
        self.browsers = [TabsBrowser(name, self.sites) for name in CLINICIANS]

    async def play(self, moves: dict[Move, float], count: int) -> None:
        """Raises Wrong with the last presses as soon as one goes wrong."""
        names, weights = [*moves], [*moves.values()]
        for number in range(1, count + 1):
            [move] = self.random.choices(names, weights)
            try:
                said = await move()
                self.told.append(f"{number} {move.__name__}: {said}")
                self.judge.settle()
            except AssertionError as error:
                last = "\n".join([*self.told, f"{number} {move.__name__} went wrong"])
                raise Wrong(f"{error}\nthe last presses:\n{last}") from error
            self.counts[move.__name__] += 1

    async def launch(self, browser: TabsBrowser, site: str, patient: str, visit: str) -> Tab | None:
        """The whole way from the EHR into the app, in one go."""
        answers: list[httpx2.Response] = []
        url = await browser.to_sign_in(self.new_launch(browser, site, patient, visit), answers)
        tab = None
        if url:
            callback = await browser.sign_in(url)
            asker = Asker(site, patient)
            tab = await browser.come_back(callback, asker, encounter=visit, answers=answers)
        self.judge_pages(answers)
        return self.keep(tab)

    def new_launch(self, browser: TabsBrowser, site: str, patient: str, visit: str) -> str:
        user = f"Practitioner/{browser.name}"
        encounter = f"{patient}-{visit}" if visit else None
        return self.sites.ehrs[site].new_launch(patient, encounter_id=encounter, user=user)

    def keep(self, tab: Tab | None) -> Tab | None:
        """One tab more; the browser closes another one when there are too many."""
        if tab is not None:
            self.tabs.append(tab)
            if len(self.tabs) > _MOST_TABS:
                self.tabs.pop(self.random.randrange(_MOST_TABS))
        return tab

    def judge_pages(self, answers: Sequence[httpx2.Response]) -> None:
        """Pages on the way in: nobody's."""
        for answer in answers:
            self.judge.page(answer, of="")

    async def some_tab(self) -> Tab:
        if not self.tabs and await self.launch(*self.somebody()) is None:
            self.mend()
            assert await self.launch(*self.somebody()), "no launch although the EHR is sound"
        return self.random.choice(self.tabs)

    def somebody(self) -> tuple[TabsBrowser, str, str, str]:
        random = self.random
        return (
            random.choice(self.browsers),
            random.choice(SITES),
            random.choice(PATIENTS),
            random.choice(VISITS),
        )

    def mend(self) -> None:
        for ehr in self.sites.ehrs.values():
            ehr.faults.reset()

    async def view(self, tab: Tab, page: str) -> httpx2.Response:
        """Show a page of a tab, and remember it as it was."""
        answer = await tab.browser.get(tab.path(page), tab.asker)
        self.judge.page(answer, of=tab.mark)
        if answer.status_code == 200:
            tab.html[page] = answer.text
        elif answer.status_code == 401 and tab in self.tabs:
            self.tabs.remove(tab)
        return answer

    async def form(self, tab: Tab, page: str, ends: str, *, fresh: float = 0.4) -> Form | None:
        """A form of a page. `fresh`: how likely the page is shown anew before; otherwise it is as old as it
        is.
        """
        if page not in tab.html or self.random.random() < fresh:
            await self.view(tab, page)
        found = tab.form(page, ends)
        if found:
            self.old.append((tab, found))
        return found

    async def press(self, tab: Tab, form: Form, *, json: bool = False) -> httpx2.Response:
        """Post a form of a tab, from its own browser."""
        answer = await tab.browser.post(form.action, form.fields, tab.asker, json=json)
        self.judge.page(answer, of=tab.mark)
        return answer

    def new_words(self, tab: Tab) -> str:
        """Words that nobody else says, with the mark of the patient whom they are about."""
        self.words += 1
        return f"Words {self.words} about {tab.mark}"

    def type_into(self, tab: Tab, room: Form) -> None:
        """Into one of the boxes, empty or not."""
        boxes = [name for name, _ in room.fields if name.endswith("-words")]
        if boxes:
            room.fields = room.changed({self.random.choice(boxes): self.new_words(tab)})
