"""The language of the page that is being made: English in the source, others in `locales/<tag>/messages.po`.

A message is its English text. `gettext` answers in the language that the running request speaks, which the
web's middleware sets in a context variable; outside a request, and for what nobody translated, that is
English. The .po files are read once at start: nothing compiled is kept in files.
"""

import gettext as _gettext
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Protocol

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "en"
LANGUAGES = (SOURCE, "es", "zh-Hans")
"""BCP 47, in the order in which they are offered. Each has its folder in LOCALES, but English."""
LOCALES = Path(__file__).parent / "locales"
_MOST_TAGS = 20
_WRITES_AS = {"es": "es-419"}  # dates and numbers as in Latin America: 20,000
_SIMPLIFIED = frozenset({"zh", "zh-cn", "zh-sg", "zh-my", "zh-hans"})
_TRADITIONAL = re.compile(r"zh-(hant|tw|hk|mo)(-.*)?")


class Translations(Protocol):
    """What answers for a message."""

    def gettext(self, message: str, /) -> str: ...
    def ngettext(self, one: str, many: str, n: int, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Language:
    """`tag`: BCP 47. `name`: in the language itself. `direction`: "ltr" or "rtl". `locale`: how Babel writes
    dates and numbers.
    """

    tag: str
    name: str
    direction: str
    locale: Locale
    translations: Translations


def language_of(tag: str, translations: Translations) -> Language:
    """Raises UnknownLocaleError for a tag that Babel does not know."""
    locale = Locale.parse(tag, sep="-")
    name = locale.get_display_name() or tag
    writes = Locale.parse(_WRITES_AS.get(tag, tag), sep="-")
    return Language(tag, name[:1].upper() + name[1:], locale.text_direction, writes, translations)


ENGLISH = language_of(SOURCE, _gettext.NullTranslations())
_spoken: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def load_languages(folder: Path = LOCALES) -> dict[str, Language]:
    """Every language of the interface by its tag, English first. Raises OSError, or ValueError from Babel."""
    others = (language_of(tag, read_translations(folder / tag / "messages.po")) for tag in LANGUAGES[1:])
    return {language.tag: language for language in (ENGLISH, *others)}


def read_translations(file: Path) -> _gettext.GNUTranslations:
    """A .po file as translations in memory. What is marked fuzzy is left out: English shows instead."""
    with file.open("rb") as stream:
        catalogue = read_po(stream, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


def gettext(message: str, /, **values: object) -> str:
    """The message in the language of this request, with `%(name)s` filled in from `values`."""
    # The empty message is where a .po file keeps its header.
    text = _spoken.get().translations.gettext(message) if message else ""
    return text % values if values else text


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """As `gettext`, in the form that the number asks for; `%(n)s` is the number itself."""
    text = _spoken.get().translations.ngettext(one, many, n)
    return text % ({"n": n} | values)


def marked(message: str) -> str:
    """The message itself: says that it is one, where it stands before anybody knows the language.

    Whoever shows it passes it to `gettext`.
    """
    return message


def language() -> str:
    """BCP 47, of the running request."""
    return _spoken.get().tag


def direction() -> str:
    """ "ltr" or "rtl", of the running request."""
    return _spoken.get().direction


def locale() -> Locale:
    """How Babel writes dates and numbers in the language of the running request."""
    return _spoken.get().locale


def speak(spoken: Language) -> Token[Language]:
    """Every `gettext` in this context answers in that language from now on."""
    return _spoken.set(spoken)


@contextmanager
def speaking(spoken: Language) -> Iterator[None]:
    """That language, and the one before again at the end."""
    token = speak(spoken)
    try:
        yield
    finally:
        _spoken.reset(token)


def match(wanted: Iterable[str], known: Mapping[str, object]) -> str | None:
    """The first of the wanted tags that is known, or its language is: es-MX finds es, zh-CN finds zh-Hans."""
    by_lower = {tag.casefold(): tag for tag in known}
    for tag in wanted:
        lower = tag.casefold().replace("_", "-")
        if lower in by_lower:
            return by_lower[lower]
        if (lower in _SIMPLIFIED or lower.startswith("zh-hans-")) and "zh-hans" in by_lower:
            return by_lower["zh-hans"]
        base = lower.split("-", maxsplit=1)[0]
        if base in by_lower:
            return by_lower[base]
    return None


def nearest(wanted: Iterable[str], known: Mapping[str, object]) -> str | None:
    """As `match`. Who reads Chinese in traditional characters, and nothing else that is known, gets it in
    simplified ones: that is nearer than English, and the page offers the others.
    """
    tags = tuple(wanted)
    simplified = "zh-Hans" if "zh-Hans" in known and any(map(is_traditional, tags)) else None
    return match(tags, known) or simplified


def is_traditional(tag: str) -> bool:
    """Whether it asks for Chinese in traditional characters: zh-Hant, zh-TW, zh-HK."""
    return _TRADITIONAL.fullmatch(tag.casefold().replace("_", "-")) is not None


def accepted(header: str) -> tuple[str, ...]:
    """The tags of an Accept-Language header, best first; what makes no sense is left out. RFC 9110 12.5.4."""
    found: list[tuple[float, str]] = []
    for part in header.split(",")[:_MOST_TAGS]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if tag and tag != "*" and 0 < quality <= 1:
            found.append((quality, tag.strip()))
    return tuple(tag for _, tag in sorted(found, key=lambda one: -one[0]))
