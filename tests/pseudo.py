"""Languages that nobody speaks, for tests: long words with accents, and everything from right to left."""

import gettext
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from babel import Locale

from smartapp.i18n import Language, load_languages

_LONG = str.maketrans("aeiounAEIOUNcs", "áéíóúñÁÉÍÓÚÑçš")
_HEBREW_AND_ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابثدهفغحيجكلمنوپقرستءڤطخيز")
_KEPT = re.compile(r"(%\([a-z_]+\)s|%%|<[^>]+>|\{time\}|&[a-z]+;)")


def _changed(message: str, change: Callable[[str], str]) -> str:
    """Placeholders and markup stay as they are."""
    return "".join(part if _KEPT.fullmatch(part) else change(part) for part in _KEPT.split(message))


def long_words(message: str) -> str:
    """About 40 % longer, as translations into many languages are, with a mark at both ends."""
    text = _changed(message, lambda part: part.translate(_LONG))
    return f"[{text} {'één twó'[: max(len(message) * 2 // 5, 1)]}{'·' * max(len(message) * 2 // 5 - 7, 0)}]"


def right_to_left(message: str) -> str:
    """In Arabic letters: no word is one, and every line runs from right to left."""
    return _changed(message, lambda part: part.lower().translate(_HEBREW_AND_ARABIC))


@dataclass(frozen=True)
class Pseudo(gettext.NullTranslations):
    change: Callable[[str], str] = long_words

    def __hash__(self) -> int:
        return id(self)

    def gettext(self, message: str) -> str:
        return self.change(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.change(msgid1 if n == 1 else msgid2)


LONG_WORDS = Language("en-XA", "Ļóñğ", "ltr", Locale("en"), Pseudo(long_words))
RIGHT_TO_LEFT = Language("ar-XB", "ابث", "rtl", Locale("ar"), Pseudo(right_to_left))


def with_pseudo_languages() -> Mapping[str, Language]:
    """What the app speaks, and the two."""
    return {**load_languages(), LONG_WORDS.tag: LONG_WORDS, RIGHT_TO_LEFT.tag: RIGHT_TO_LEFT}
