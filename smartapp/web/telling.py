"""What the catalogue says on a page, in the page's language, and the mark that tells when that is a draft."""

from collections.abc import Iterable
from typing import Protocol

from smartapp.i18n import SOURCE, language
from smartapp.i18n import gettext as _
from smartapp.sdm.knowledge import Citation
from smartapp.sdm.phrases import sentences
from smartapp.sdm.translations import Speech, Translations
from smartapp.web.presenters.sources import short_form


class Marked(Protocol):
    """Something that was told in a language."""

    @property
    def is_draft(self) -> bool: ...
    @property
    def is_fallback(self) -> bool: ...


def speech_of(translations: Translations) -> Speech:
    """How this request tells the catalogue."""
    return Speech(translations, language())


def mark(told: Iterable[Marked]) -> str:
    """What is to be said once beside all of this: that it is a draft, or in English; "" for neither."""
    found = tuple(told)
    draft = _("Draft translation. It needs a qualified translator.")
    english = _("What has no translation yet stands here in English.")
    return sentences(
        (
            draft if any(one.is_draft for one in found) else "",
            english if any(one.is_fallback for one in found) and language() != SOURCE else "",
        )
    )


def with_grade(source: Citation) -> str:
    """ "Elwyn 2017, expert opinion." """
    return _("%(short)s, %(grade)s.", short=short_form(source), grade=_(source.grade))
