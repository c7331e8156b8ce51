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
from smartapp.sdm.model import Statement
from smartapp.web.goal import changes_of
from smartapp.web.presenters_apart import (
    apart,
    in_chart_heading,
    in_chart_note,
    nothing_said,
    share_one_origin,
    told_heading,
)
from smartapp.web.presenters_change import ChangeView, change_views
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
class StatementsPage:
    """`nothing` is "" when something was said. `others`: what stands in the chart and was not said.
    `changes`: what the clinician changed in goals, or wanted to.
    """

    frame: Frame
    heading: str
    nothing: str
    days: tuple[Day, ...]
    others: tuple[Section, ...]
    unread: tuple[Unread, ...]
    changes: tuple[ChangeView, ...] = ()


async def show(request: Request) -> Response:
    visit = await open_visit(request)
    patient = await visit.patient()
    record = await visit.services.charts.record(visit.session)
    page = statements_page(record, await frame(visit, patient, ""), visit.services.today())
    page = replace(page, changes=change_views(await changes_of(visit)))
    return HTMLResponse(await visit.services.pages.html("statements.html", page))


def statements_page(record: PatientRecord, page_frame: Frame, today: date) -> StatementsPage:
    name = page_frame.call_name
    parts = apart(all_statements(record))
    unread = unread_said(record, name) + unread_notes(record, name)
    nothing = "" if parts.said else nothing_said(record.patient, name, all_was_read=not unread)
    return StatementsPage(
        frame=page_frame,
        heading=told_heading(record.patient, name),
        nothing=nothing,
        days=_by_day(said(statement, today) for statement in parts.said),
        others=tuple(_in_chart(parts.in_chart, today) + _on_file(parts.on_file, today)),
        unread=unread,
    )


def _in_chart(in_chart: tuple[Statement, ...], today: date) -> list[Section]:
    if not in_chart:
        return []
    names_speaker = not share_one_origin(in_chart)
    views = (said(statement, today, names_speaker=names_speaker) for statement in in_chart)
    return [Section("in-chart", in_chart_heading(in_chart), in_chart_note(in_chart), _by_day(views))]


def _on_file(on_file: tuple[Statement, ...], today: date) -> list[Section]:
    if not on_file:
        return []
    note = "That they are there, not what they say."
    return [Section("on-file", "Planning documents", note, _by_day(said(each, today) for each in on_file))]


def _by_day(views: Iterable[Said]) -> tuple[Day, ...]:
    """In the order they come in, which is newest first."""
    days: dict[str, list[Said]] = {}
    for view in views:
        days.setdefault(view.day, []).append(view)
    return tuple(Day(label, tuple(each)) for label, each in days.items())
