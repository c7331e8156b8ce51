"""The visit of a launch in one line: what it is, when, and where, as the EHR has it."""

from collections.abc import Callable
from datetime import datetime

from smartapp.fhir.patient_record import AnyPart, Visit
from smartapp.i18n import gettext as _
from smartapp.web import words

_LIMIT = 40


def visit_name(part: AnyPart | None, local: Callable[[datetime], datetime]) -> str:
    """Office visit, Mon 9 Jun 2026, Cardiology; "" when the launch has no visit, or it is not read (yet).
    `part`: the VISIT part, None while it is on its way. `local`: a moment in the clinic's time.
    """
    visit = next((each for each in part.items if isinstance(each, Visit)), None) if part else None
    if visit is None:
        return ""
    return words.in_a_row(
        filter(
            None,
            (
                words.one_line(words.sentence(visit.type), _LIMIT) or _("Visit"),
                _day(visit.start, local) if visit.start else "",
                words.one_line(visit.place, _LIMIT),
            ),
        )
    )


def _day(start: datetime, local: Callable[[datetime], datetime]) -> str:
    """ "" at either end of the calendar, where a moment has no day in another time zone."""
    try:
        return words.weekday(local(start).date())
    except OverflowError:
        return ""
