"""Every statement in the chart, newest first, each with its source: what was said, and apart from it what
nobody known said.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements
from smartapp.i18n import gettext as _
from smartapp.sdm.contrast import contrasts
from smartapp.sdm.model import Statement
from smartapp.web.desk import look
from smartapp.web.found import view_with
from smartapp.web.goal import changes_of
from smartapp.web.presenters_apart import (
    apart,
    in_chart_heading,
    in_chart_note,
    nothing_said,
    share_one_origin,
    told_heading,
)
from smartapp.web.presenters_before import set_aside_line
from smartapp.web.presenters_change import ChangeView, change_views
from smartapp.web.presenters_differ import DifferView, View, differ_views, differs_from
from smartapp.web.presenters_found import Answer, AnswerView, answer_view
from smartapp.web.presenters_frame import Frame, frame
from smartapp.web.presenters_said import Said, said
from smartapp.web.presenters_unread import Unread, unread_notes, unread_said
from smartapp.web.visit import open_visit


@dataclass(frozen=True, slots=True)
class Day:
    """Statements of one day; `label` "9 Jun 2026" or "No date"."""

    label: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """`id` is the place that other pages link to."""

    id: str
    heading: str
    note: str
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class AsideView:
    """`again`: the button that shows it again."""

    said: Said
    again: AnswerView


@dataclass(frozen=True, slots=True)
class SetAsideView:
    heading: str
    statements: tuple[AsideView, ...]


@dataclass(frozen=True, slots=True)
class StatementsPage:
    """`nothing` is "" when something was said. `differ`: those that do not agree, side by side. `others`:
    what stands in the chart and was not said. `aside`: what was set aside, None without any. `changes`: what
    the clinician changed in goals, or wanted to.
    """

    frame: Frame
    heading: str
    differ: tuple[DifferView, ...]
    nothing: str
    days: tuple[Day, ...]
    others: tuple[Section, ...]
    aside: SetAsideView | None
    unread: tuple[Unread, ...]
    changes: tuple[ChangeView, ...] = ()


async def show(request: Request) -> Response:
    visit = await open_visit(request)
    patient = await visit.patient()
    record = await visit.record()
    view = view_with(visit, record, await look(visit))
    page = statements_page(record, await frame(visit, patient, ""), view, today=visit.services.today())
    changes = change_views(await changes_of(visit))
    page = replace(page, aside=_aside(await visit.set_aside(), view), changes=changes)
    return HTMLResponse(await visit.services.pages.html("statements.html", page))


def statements_page(record: PatientRecord, page_frame: Frame, view: View, *, today: date) -> StatementsPage:
    """`view`: how a statement is shown."""
    name, statements = page_frame.call_name, all_statements(record)
    parts, differing = apart(statements), contrasts(statements)
    notes = differs_from(differing)

    def listed(statement: Statement) -> Said:
        shown = view(statement)
        return replace(shown, differs=notes.get(shown.anchor, ""))

    unread = unread_said(record, name) + unread_notes(record, name)
    nothing = "" if parts.said else nothing_said(record.patient, name, all_was_read=not unread)
    return StatementsPage(
        frame=page_frame,
        heading=told_heading(record.patient, name),
        differ=differ_views(differing, view, name=name, can_ask=not record.patient.deceased),
        nothing=nothing,
        days=_by_day(listed(statement) for statement in parts.said),
        others=(
            *_in_chart(parts.in_chart, listed, today),
            *_code_status(parts.code_status, listed),
            *_on_file(parts.on_file, listed),
        ),
        aside=None,
        unread=unread,
    )


def _aside(statements: tuple[Statement, ...], view: View) -> SetAsideView | None:
    if not statements:
        return None
    views = (AsideView(view(one), answer_view(Answer.SHOW_AGAIN, one.words)) for one in statements)
    return SetAsideView(set_aside_line(len(statements)), tuple(views))


def _in_chart(in_chart: tuple[Statement, ...], listed: View, today: date) -> list[Section]:
    if not in_chart:
        return []
    # Whose words they are stands above the group where that is one.
    names_speaker = not share_one_origin(in_chart)
    views = (
        replace(listed(one), source=said(one, today, names_speaker=names_speaker).source) for one in in_chart
    )
    return [Section("in-chart", in_chart_heading(in_chart), in_chart_note(in_chart), _by_day(views))]


def _code_status(code_status: tuple[Statement, ...], listed: View) -> list[Section]:
    if not code_status:
        return []
    note = _("As notes have it. The EHR has a place of its own for it, and that one counts.")
    return [Section("code-status", _("Code status"), note, _by_day(listed(each) for each in code_status))]


def _on_file(on_file: tuple[Statement, ...], listed: View) -> list[Section]:
    if not on_file:
        return []
    note = _("That they are there, not what they say.")
    return [Section("on-file", _("Planning documents"), note, _by_day(listed(each) for each in on_file))]


def _by_day(views: Iterable[Said]) -> tuple[Day, ...]:
    """In the order they come in, which is newest first."""
    days: dict[str, list[Said]] = {}
    for view in views:
        days.setdefault(view.day, []).append(view)
    return tuple(Day(label, tuple(each)) for label, each in days.items())
