"""Two statements that do not agree, side by side: the older first, in equal type, and no verdict."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from smartapp.i18n import gettext as _
from smartapp.sdm.contrast import Contrast
from smartapp.sdm.model import Statement
from smartapp.web import words
from smartapp.web.presenters.said import Said, anchor

View = Callable[[Statement], Said]
_ABOUT_LIMIT: Final = 40


@dataclass(frozen=True, slots=True)
class DifferView:
    """`ask`: what to do about it, "" where nobody can be asked. `both`: the older first."""

    heading: str
    ask: str
    both: tuple[Said, ...]


def differ_views(
    contrasts: Iterable[Contrast], view: View, *, name: str, can_ask: bool
) -> tuple[DifferView, ...]:
    """`can_ask`: False for somebody who has died."""
    return tuple(_differ(one, view, name=name, can_ask=can_ask) for one in contrasts)


def differs_from(contrasts: Iterable[Contrast]) -> Mapping[str, str]:
    """By place on the page: "Differs from 14 Feb 2024"."""
    found: dict[str, str] = {}
    for one in contrasts:
        for this, other in ((one.earlier, one.later), (one.later, one.earlier)):
            day = (
                words.known_day(other.said_on, other.known_to)
                if other.said_on
                else _("a statement without a date")
            )
            found.setdefault(anchor(this), _("Differs from %(day)s", day=day))
    return found


def _differ(contrast: Contrast, view: View, *, name: str, can_ask: bool) -> DifferView:
    about = words.one_line(contrast.about, _ABOUT_LIMIT)
    return DifferView(
        heading=_("Two statements about %(about)s differ.", about=_(about))
        if about
        else _("These two statements differ."),
        ask=_("Ask %(name)s which is true now.", name=name) if can_ask else "",
        both=(view(contrast.earlier), view(contrast.later)),
    )
