"""How the running request's language joins words, sentences and days: nothing here knows what they say."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import reduce

from babel.dates import format_date
from babel.lists import format_list

from smartapp.i18n import SOURCE, language, locale
from smartapp.i18n import gettext as _
from smartapp.sdm import wording


def day(value: date) -> str:
    """9 Jun 2026, or as the page's language has it: 9 jun 2026, 2026年6月9日"""
    return wording.day(value) if language() == SOURCE else format_date(value, "medium", locale())


def listed(each: Iterable[str]) -> str:
    """goals, notes and forms"""
    return format_list(list(each), locale="en_GB" if language() == SOURCE else locale())


def in_a_row(each: Iterable[str]) -> str:
    """Equals, side by side without an "and": E08, E10"""
    return _reduced(each, lambda first, second: _("%(first)s, %(second)s", first=first, second=second))


def in_parts(each: Iterable[str]) -> str:
    """Parts that may hold commas: conditions; orders"""
    return _reduced(each, lambda first, second: _("%(first)s; %(second)s", first=first, second=second))


def sentences(each: Iterable[str]) -> str:
    """Whole sentences, one after another; what is empty is left out."""
    return _reduced(
        filter(None, each), lambda first, second: _("%(first)s %(second)s", first=first, second=second)
    )


def ended(text: str) -> str:
    """A few words as a sentence of their own: expert opinion."""
    return _("%(text)s.", text=text)


def beside(what: str, more: str) -> str:
    """What it is, and more of it in brackets: diabetes (3 May 2021)"""
    return _("%(what)s (%(more)s)", what=what, more=more) if more else what


def _reduced(each: Iterable[str], join: Callable[[str, str], str]) -> str:
    found = list(each)
    return reduce(join, found) if found else ""
