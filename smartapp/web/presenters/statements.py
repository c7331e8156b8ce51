"""The page of all statements: the picture, what differs, every statement with its source, newest first, and
apart from it what nobody known said.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.statements import all_statements, newest_first
from smartapp.i18n import gettext as _
from smartapp.i18n import ngettext
from smartapp.sdm.contrast import contrasts
from smartapp.sdm.goal_track import GoalTrack, track_of
from smartapp.sdm.model import Statement
from smartapp.web.goal_past import Past, is_entry
from smartapp.web.presenters.apart import (
    apart,
    in_chart_heading,
    in_chart_note,
    nothing_said,
    share_one_origin,
    told_over_time,
)
from smartapp.web.presenters.before import set_aside_line
from smartapp.web.presenters.change import ChangeView
from smartapp.web.presenters.differ import DifferView, View, differ_views, differs_from
from smartapp.web.presenters.found import Answer, AnswerView, answer_view
from smartapp.web.presenters.frame import Frame
from smartapp.web.presenters.said import Said, anchor, said
from smartapp.web.presenters.source import SourceView, sources_of
from smartapp.web.presenters.timeline import Picture, TimelineView, day_id, timeline
from smartapp.web.presenters.unread import Unread, unread_notes, unread_said

MOST_LISTED: Final = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement of the list with its source."""

    said: Said
    source: SourceView


@dataclass(frozen=True, slots=True)
class Day:
    """Statements of one day; `label` "9 Jun 2026" or "No date"; `id` its place, "" where it has none."""

    id: str
    label: str
    entries: tuple[Entry, ...]


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
    """`picture` None: nothing has a day. `nothing` is "" when something was said. `differ`: those that do not
    agree, side by side. `days`: what was said, newest first; `older`: what is beyond a page's measure, and
    `older_line` how many these are. `others`: what stands in the chart and was not said. `aside`: what was
    set aside, None without any. `changes`: what the clinician changed in goals, or wanted to. `back`: the
    address and name of the page from which one came.
    """

    frame: Frame
    heading: str
    picture: TimelineView | None
    differ: tuple[DifferView, ...]
    nothing: str
    days: tuple[Day, ...]
    older: tuple[Day, ...]
    older_line: str
    others: tuple[Section, ...]
    aside: SetAsideView | None
    unread: tuple[Unread, ...]
    back: tuple[str, str] = ("", "")
    changes: tuple[ChangeView, ...] = ()


@dataclass(frozen=True, slots=True)
class _Listing:
    """How statements are listed. `differs` and `sources` by place on the page."""

    view: View
    differs: Mapping[str, str]
    sources: Mapping[str, SourceView]

    def days(
        self, statements: Iterable[Statement], *, has_places: bool = True, taken: Collection[str] = ()
    ) -> tuple[Day, ...]:
        """In the order they come in, which is newest first. `has_places`: whether the picture leads to these
        days. `taken`: places that are on the page already.
        """
        found: dict[str, list[Entry]] = {}
        for one in statements:
            found.setdefault(day_id(one), []).append(self._entry(one))
        return tuple(
            Day(id_ if has_places and id_ not in taken else "", entries[0].said.day, tuple(entries))
            for id_, entries in found.items()
        )

    def _entry(self, statement: Statement) -> Entry:
        place = anchor(statement)
        shown = replace(self.view(statement), differs=self.differs.get(place, ""))
        return Entry(shown, self.sources[place])


def statements_page(
    record: PatientRecord, page_frame: Frame, view: View, *, today: date, past: Past
) -> StatementsPage:
    """`view`: how a statement is shown. `past`: what the goals said before."""
    name, statements = page_frame.call_name, all_statements(record)
    parts, differing = apart(statements), contrasts(statements)
    tracks = _tracks(statements, past)
    sources = sources_of(statements, record.notes.items, tracks, read=past.versions)
    listing = _Listing(view, differs_from(differing), sources)
    unread = unread_said(record, name) + unread_notes(record, name)
    nothing = "" if parts.said else nothing_said(record.patient, name, all_was_read=not unread)
    days, older = listing.days(parts.said[:MOST_LISTED]), parts.said[MOST_LISTED:]
    taken = {day.id for day in days}
    drawn = newest_first((*parts.said, *parts.in_chart))
    return StatementsPage(
        frame=page_frame,
        heading=told_over_time(record.patient, name),
        picture=timeline(Picture(drawn, tracks, differing, past.missing, name, today)),
        differ=differ_views(differing, view, name=name, can_ask=not record.patient.deceased),
        nothing=nothing,
        days=days,
        older=listing.days(older, taken=taken),
        older_line=_older(len(older)),
        others=(
            *_in_chart(parts.in_chart, listing, today),
            *_code_status(parts.code_status, listing),
            *_on_file(parts.on_file, listing),
        ),
        aside=None,
        unread=unread,
    )


def aside_view(statements: tuple[Statement, ...], view: View) -> SetAsideView | None:
    if not statements:
        return None
    views = (AsideView(view(one), answer_view(Answer.SHOW_AGAIN, one.words)) for one in statements)
    return SetAsideView(set_aside_line(len(statements)), tuple(views))


def _in_chart(in_chart: tuple[Statement, ...], listing: _Listing, today: date) -> list[Section]:
    if not in_chart:
        return []
    # Whose words they are stands above the group where that is one.
    names_speaker = not share_one_origin(in_chart)

    def shown(statement: Statement) -> Said:
        own = said(statement, today, names_speaker=names_speaker)
        return replace(listing.view(statement), source=own.source)

    days = replace(listing, view=shown).days(in_chart)
    return [Section("in-chart", in_chart_heading(in_chart), in_chart_note(in_chart), days)]


def _code_status(code_status: tuple[Statement, ...], listing: _Listing) -> list[Section]:
    if not code_status:
        return []
    note = _("As notes have it. The EHR has a place of its own for it, and that one counts.")
    return [
        Section(
            "code-status",
            _("Code status"),
            note,
            listing.days(code_status, taken=[*map(day_id, code_status)]),
        )
    ]


def _on_file(on_file: tuple[Statement, ...], listing: _Listing) -> list[Section]:
    if not on_file:
        return []
    note = _("That they are there, not what they say.")
    return [
        Section(
            "on-file", _("Planning documents"), note, listing.days(on_file, taken=[*map(day_id, on_file)])
        )
    ]


def _tracks(statements: Iterable[Statement], past: Past) -> dict[str, GoalTrack]:
    """By place on the page, of the goals that are entries of the chart."""
    return {
        anchor(one): track_of(one, past.versions.get(one.source.reference, ()))
        for one in statements
        if is_entry(one)
    }


def _older(number: int) -> str:
    if not number:
        return ""
    return ngettext("Show %(n)s older statement", "Show %(n)s older statements", number)
