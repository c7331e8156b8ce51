"""One visit as its clinician goes through it, page by page, at whatever EHR: nothing here looks into one."""

import re
from collections.abc import Sequence
from typing import Protocol

import httpx2

from tests.pages import Form, form, forms, words


class Hand(Protocol):
    """A browser: keeps cookies, follows redirects, posts forms."""

    async def get(self, url: str) -> httpx2.Response: ...

    async def post(self, url: str, fields: Sequence[tuple[str, str]]) -> httpx2.Response: ...


class Stuck(AssertionError):
    """The visit cannot go on: what the app or the EHR showed instead, in its own words."""


class Journey:
    """`root`: the app's address. `first`: the answer to the launch."""

    def __init__(self, hand: Hand, root: str, first: httpx2.Response) -> None:
        self.hand = hand
        self.root = root
        self.first = first
        self.seen = [words(first.text)]
        if not first.url.path.startswith("/visits/"):
            raise Stuck(f"no visit was opened: {first.status_code} at {first.url.path}: {self.seen[0][:300]}")
        self.base = "/".join(first.url.path.split("/")[:3])

    async def page(self, name: str = "") -> str:
        """The page's source. Its words are noted."""
        answer = await self.hand.get(f"{self.root}{self.base}/{name}")
        if answer.status_code != 200:
            raise Stuck(f"{name or 'the first page'}: {answer.status_code}: {words(answer.text)[:300]}")
        self.seen.append(words(answer.text))
        return answer.text

    async def press(self, filled: Form, changes: dict[str, str] | None = None) -> str:
        """Post a form, some of its fields changed. The page that answers."""
        answer = await self.hand.post(f"{self.root}{filled.action}", filled.changed(changes or {}))
        if answer.status_code != 200:
            raise Stuck(f"{filled.action}: {answer.status_code}: {words(answer.text)[:300]}")
        self.seen.append(words(answer.text))
        return answer.text

    async def write(self, **said: str) -> None:
        """Type words into the first empty boxes of these kinds ("goal", "worry")."""
        room = form(await self.page("room"), "/draft")
        fields = dict(room.fields)
        changes = {"next": "room"}
        for kind, typed in said.items():
            boxes = [box for box in room.values("box") if fields[f"{box}-kind"] == kind]
            box = next(box for box in boxes if not fields[f"{box}-words"])
            changes[f"{box}-words"] = typed
        await self.press(room, changes)

    async def send(self) -> str:
        """Send everything that was typed, also as a note that is signed at once. The page that answers."""
        page = await self.page("review")
        return await self.press(form(page, "/send"), {"signed": "yes"} if 'name="signed"' in page else {})

    async def press_on_done(self, said: str, label: str) -> str:
        """Press the button beside the entry with these words whose form's address has `label` in it. Where a
        page of its own asks first, press there too. The page that answers.
        """
        item = next((one for one in _items(await self.page("done")) if said in words(one)), "")
        found = [one for one in forms(item) if f"/{label}" in one.action]
        if not found and (link := re.search(rf'href="{self.base}/({label}[^"]*)"', item)):
            found = [one for one in forms(await self.page(link[1])) if f"/{label}" in one.action]
        if not found:
            raise Stuck(f"no way to {label}: {words(item)[:300]}")
        return await self.press(found[0])

    async def achieve(self, goal_id: str) -> str:
        """Mark a goal as achieved. The page that answers; "" where no change is offered."""
        page = await self.page(f"goals/{goal_id}")
        offered = [one for one in forms(page) if one.action.endswith(f"/goals/{goal_id}")]
        return await self.press(offered[0], {"kind": "achieved"}) if offered else ""

    async def take_back(self, said: str) -> str:
        """Take back the statement with these words that this visit sent. The page that answers."""
        return await self.press_on_done(said, "undo")

    async def told(self) -> str:
        """Every page of the visit that shows the chart, as words."""
        return " ".join([words(await self.page(name)) for name in ("", "statements", "room", "sources")])


def _items(done: str) -> list[str]:
    """The source of each entry on Done."""
    return [one.partition("</li>")[0] for one in done.split('<li class="done__item">')[1:]]
