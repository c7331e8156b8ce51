"""Beside the questions: what was said before, further questions, and who and what came after the boxes."""

from dataclasses import dataclass

from smartapp.fhir.patient_record import PatientRecord
from smartapp.i18n import gettext as _
from smartapp.web.panels import Panel
from smartapp.web.presenters.confirm import ConfirmView
from smartapp.web.presenters.room import MoreQuestion, TopicView
from smartapp.web.presenters.said import Said
from smartapp.web.presenters.talks import SheetLine
from smartapp.web.presenters.unread import Unread, unread_around
from smartapp.web.presenters.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class SaidBeforeView:
    """`confirm`: to be read to the patient, of the last month. `offered`: decisions that are open. `unread`:
    where more may have been said; `retry`: what of it can be asked for again, None where nothing failed.
    """

    confirm: tuple[ConfirmView, ...]
    before: tuple[Said, ...]
    offered: tuple[SheetLine, ...]
    unread: tuple[Unread, ...]
    retry: Panel | None


@dataclass(frozen=True, slots=True)
class MoreView:
    """The drawer of further questions, and of places to write."""

    topics: tuple[TopicView, ...]
    places: tuple[MoreQuestion, ...]


@dataclass(frozen=True, slots=True)
class Arrived:
    """People and conditions for the boxes. `line`: that some came after the boxes were sent, and can be shown
    in them, else "". `unread`, `retry`: as in SaidBeforeView.
    """

    line: str
    unread: tuple[Unread, ...]
    retry: Panel | None


def waits(*, has_around: bool) -> tuple[Waiting, ...]:
    """The lines of a page whose chart is still being read."""
    heading = _("The chart is still being read. The questions do not wait for it.")
    around = waiting("here", Panel.AROUND, _("People and conditions:"), heading=heading)
    earlier = waiting("said", Panel.CHART, _("Said before:"), heading=heading if has_around else "")
    return (earlier,) if has_around else (around, earlier)


def arrived(record: PatientRecord, *, are_in_boxes: bool) -> Arrived | None:
    """None where there is nothing to tell: all that the chart has is in the boxes, or it has nothing."""
    line, unread = "", unread_around(record)
    if not are_in_boxes and (record.related_persons.items or record.conditions.items):
        line = _("People and conditions of the chart are here now. Your words stay as they are.")
    return Arrived(line, unread, Panel.AROUND if unread else None) if line or unread else None
