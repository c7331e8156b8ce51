"""The decision sheet that a clinician fills in: its fields, kept with the draft and joined as its boxes are.

Nothing of it goes to the chart by itself. Its question and the names of its options stand above what was
said and decided, as the question of a statement.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from smartapp.web.draft import SheetText
from smartapp.web.merging import Page, mark

QUESTION: Final = "own-question"
PARTS: Final = ("label", "good", "hard", "sure", "cost")
MOST_OPTIONS: Final = 6
WAITING: Final = 0
"""The option that changes nothing for now, which every sheet has; the others count from 1."""
FEWEST_OPTIONS: Final = 2
_KEY: Final = re.compile(rf"own-(?:question|[{WAITING}-{MOST_OPTIONS}]-(?:{'|'.join(PARTS)}))")

Texts = tuple[SheetText, ...]


def key_of(option: int, part: str) -> str:
    """`option`: its number; `part` is one of PARTS."""
    return f"own-{option}-{part}"


def is_key(key: str) -> bool:
    return _KEY.fullmatch(key) is not None


def text_of(texts: Iterable[SheetText], key: str) -> str:
    """What a field holds. Where two pages wrote into it, both stand there, one below the other."""
    found = dict.fromkeys(each.text for each in texts if each.key == key and each.text.strip())
    return "\n".join(found)


def is_filled(texts: Iterable[SheetText]) -> bool:
    return any(each.text.strip() for each in texts)


def options_of(texts: Texts) -> tuple[int, ...]:
    """The options with anything typed in them, by number."""
    return tuple(
        number
        for number in range(1, MOST_OPTIONS + 1)
        if any(text_of(texts, key_of(number, part)) for part in PARTS)
    )


def joined(texts: Texts, posted: Mapping[str, str], page: Page) -> Texts:
    """The fields after one page's came in. What nobody typed on that page changes nothing; what another page
    wrote since it was shown stays beside.
    """
    for key, text in posted.items():
        now = text_of(texts, key)
        shown = page.shown.get(key)
        is_own = any(one.key == key and one.page == page.id for one in texts)
        if text == now or (mark(text) == shown and not is_own):
            continue
        typed_elsewhere = mark(now) != shown
        texts = (
            *(one for one in texts if one.key != key or (typed_elsewhere and one.page != page.id)),
            SheetText(key, text, page.id),
        )
    return tuple(one for one in texts if one.text.strip())


def beside(mine: Texts, others: Texts) -> Texts:
    """The fields of a draft, with those of an earlier launch that say something else."""
    return (*mine, *missing(others, mine))


def missing(others: Texts, mine: Texts) -> Texts:
    """The fields of an earlier launch that these do not hold."""
    here = {(one.key, one.text) for one in mine}
    return tuple(one for one in others if (one.key, one.text) not in here)
