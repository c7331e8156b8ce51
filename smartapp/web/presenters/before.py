"""Before you walk in: one question to open with, what the patient has told us, and what else stands in the
chart.
"""

import re
from dataclasses import dataclass
from datetime import date

from smartapp.fhir.patient_record import PatientIdentity, PatientRecord, Reason
from smartapp.fhir.statements import all_statements
from smartapp.i18n import gettext as _
from smartapp.i18n import ngettext
from smartapp.sdm.because import because
from smartapp.sdm.conditions import WordingInNotes
from smartapp.sdm.contrast import Contrast, contrasts
from smartapp.sdm.knowledge import Citation, Reminder, Repeats
from smartapp.sdm.model import Kind, Statement
from smartapp.sdm.selection import Prompts, ShownReminder
from smartapp.sdm.standing import is_over
from smartapp.sdm.translations import IN_ENGLISH, Speech, Wording
from smartapp.web.panels import Panel
from smartapp.web.presenters.apart import (
    Apart,
    apart,
    in_chart_heading,
    in_chart_note,
    nothing_said,
    share_one_origin,
    told_heading,
)
from smartapp.web.presenters.differ import DifferView, View, differ_views
from smartapp.web.presenters.heads_up import HeadsUp, heads_up
from smartapp.web.presenters.room import PROMPTS
from smartapp.web.presenters.said import Said, is_own_words, is_somebody_elses, said
from smartapp.web.presenters.unread import (
    Unread,
    unread_notes,
    unread_people,
    unread_rules,
    unread_said,
)
from smartapp.web.presenters.waiting import Waiting, waiting
from smartapp.web.presenters.who import strengths
from smartapp.web.speaking import other_language
from smartapp.web.telling import mark, with_grade

MOST_TOLD = 3
_MOST_IN_CHART = 3
_CHILD_UNDER = 12
_LINES = tuple(str(prompt.kind) for prompt in PROMPTS)
_SENTENCE_END = re.compile(r"(?<=[.?])\s+(?=[^\W_a-zá-ú]|¿)|(?<=[。？])")


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands at the top before anything is read. `ask` is "" where there is nobody to ask; `lang`: its
    language where that is not the page's, else "". `line` is quiet. `mark`: that `ask` is a draft.
    `write`: the line of the next page below which its answer can be written at once, "" for none.
    `questions`: those lines in the order of their keys, apart by spaces, "" where there is nobody to ask.
    """

    label: str
    ask: str
    line: str
    waiting: str
    next_page: str
    next_label: str
    lang: str = ""
    mark: str = ""
    write: str = ""
    questions: str = ""


@dataclass(frozen=True, slots=True)
class ReminderView:
    """`sources` in short form, such as "Elwyn 2017, expert opinion"; the whole citations have their own
    page. `lang` of its texts and `because_lang`, where these are not the page's, else "". `mark`: that it is
    a draft.
    """

    id: str
    text: str
    because: str
    why: str
    sources: tuple[str, ...]
    can_hide_for_good: bool
    comes_back: str
    lang: str
    because_lang: str
    mark: str


@dataclass(frozen=True, slots=True)
class Told:
    """`shown`: the first is shown large. `differ`: two that do not agree, which are not in `shown`, or None.
    `all_line` links to every statement; "" when these are all. `aside_line`: that some were set aside, or "".
    `retry`: what failed and can be asked for again, None where nothing did.
    """

    heading: str
    shown: tuple[Said, ...]
    differ: DifferView | None
    nothing: str
    all_line: str
    aside_line: str
    unread: tuple[Unread, ...]
    retry: Panel | None


@dataclass(frozen=True, slots=True)
class InChart:
    """Goals and plans that are nobody's words as far as the chart tells."""

    heading: str
    note: str
    shown: tuple[Said, ...]
    all_line: str


@dataclass(frozen=True, slots=True)
class ToldView:
    """What is there as soon as what was said is: the notes may still be on their way."""

    told: Told
    in_chart: InChart | None


@dataclass(frozen=True, slots=True)
class RestView:
    """What waits for the whole chart. `unread`: what reminders need and could not be read; `retry` as in
    Told. `can_reread`: so much failed that the whole chart can be asked for again.
    """

    reminders: tuple[ReminderView, ...]
    heads_up: HeadsUp | None
    strengths: tuple[Said, ...]
    unread: tuple[Unread, ...]
    retry: Panel | None
    can_reread: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What a chart is shown with. `view`: how a statement is shown, with what can be done about it.
    `set_aside`: how many statements were. `sources`: all of the catalogue. `knows_clinician`: a later visit
    will know that it is the same one. `speech`: how the catalogue is told.
    """

    today: date
    name: str
    view: View
    set_aside: int
    sources: tuple[Citation, ...]
    knows_clinician: bool = False
    speech: Speech = IN_ENGLISH


def opening(patient: PatientIdentity, said: Wording, *, name: str, today: date, prompt: str = "") -> Opening:
    """`said`: the question in the language of the page, as far as it is known there. `prompt`: the line of
    the questions page that asks it.
    """
    if patient.deceased:
        return Opening(
            label=_("Before you go on"),
            ask="",
            line=_("The chart says that %(name)s has died. What was said can still be read here.", name=name),
            waiting=_("The chart is still being read."),
            next_page="statements",
            next_label=_("All statements"),
        )
    return Opening(
        label=_("Open with"),
        ask=said.text,
        line=_("Ask the child and the parent.") if is_child(patient.birth_date, today) else "",
        waiting=_("The chart is still being read. You can go in now."),
        next_page="room",
        next_label=_("Go to the questions"),
        lang=other_language(said.language),
        mark=mark([said]),
        write=prompt if prompt in _LINES else "",
        questions=" ".join(_LINES),
    )


def is_child(birth_date: str, today: date) -> bool:
    """Whether somebody born then is surely under 12. For this line only: no rule reads an age."""
    found = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", birth_date)
    if found is None:
        return False
    year, month, day = (int(part or 1) for part in found.groups())
    return today.year - year - ((today.month, today.day) < (month, day)) < _CHILD_UNDER


def waits(patient: PatientIdentity, name: str) -> tuple[Waiting, ...]:
    """The lines of a page whose chart is still being read."""
    go = "" if patient.deceased else _("You can go in now.")
    what = _("Goals, preferences and forms:")
    told = waiting("told", Panel.SAID, what, heading=told_heading(patient, name), go=go)
    people = _("Family, friends and care team:")
    rest = () if patient.deceased else (waiting("rest", Panel.CHART, _("The whole chart, for reminders:")),)
    return (
        *rest,
        told,
        waiting("notes", Panel.NOTES, _("Notes:")),
        waiting("who", Panel.PEOPLE, people, heading=_("Who matters")),
    )


def told_view(record: PatientRecord, beside: Beside) -> ToldView:
    """`record`: with the notes or, where they are late, without them."""
    statements = all_statements(record)
    parts = apart(statements)
    return ToldView(
        told=_told(record, parts, contrasts(statements), beside),
        in_chart=_in_chart(parts.in_chart, beside.today),
    )


def rest_view(record: PatientRecord, prompts: Prompts, beside: Beside) -> RestView:
    reminders = () if record.patient.deceased else prompts.reminders
    unread = unread_rules(record)
    failed = (unread, unread_said(record, beside.name), unread_people(record))
    return RestView(
        reminders=tuple(_reminder(shown, beside) for shown in reminders),
        heads_up=heads_up(record, beside.sources, is_reminded=any(map(_is_about_wording, reminders))),
        strengths=strengths(apart(all_statements(record)).said, beside.today),
        unread=unread,
        retry=Panel.RULES if unread else None,
        can_reread=sum(map(bool, failed)) > 1,
    )


def _is_about_wording(shown: ShownReminder) -> bool:
    return any(isinstance(condition, WordingInNotes) for condition in shown.reminder.when)


def most_telling(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """At most three: the patient's before somebody else's, own words before what others wrote of them, then
    each kind once, then the newest.

    Nothing that is over. `statements` come newest first.
    """
    open_ones = [s for s in statements if s.kind is not Kind.STRENGTH and not is_over(s)]
    open_ones.sort(key=lambda s: (is_somebody_elses(s), not is_own_words(s), not s.confirmed))
    kinds = [statement.kind for statement in open_ones]
    first_of_kind = [s for place, s in enumerate(open_ones) if kinds.index(s.kind) == place]
    others = [statement for statement in open_ones if statement not in first_of_kind]
    return tuple((first_of_kind + others)[:MOST_TOLD])


def _told(record: PatientRecord, parts: Apart, differing: tuple[Contrast, ...], beside: Beside) -> Told:
    name, first = beside.name, differing[:1]
    pair = [statement for one in first for statement in (one.earlier, one.later)]
    # Two that differ stand in the place of one.
    told = most_telling(tuple(one for one in parts.said if one not in pair))[: MOST_TOLD - len(first)]
    is_early = record.notes.problem is Reason.STILL_READING
    not_read = unread_said(record, name)
    unread = not_read + unread_notes(record, name)
    nothing = "" if told or pair else _("No goal, worry or preference on file is still open.")
    if is_early and not told and not pair:
        nothing = _("Nothing that is still open in goals, preferences and forms.")
    elif not parts.said and not pair:
        nothing = nothing_said(record.patient, name, all_was_read=not unread)
    differ = differ_views(first, beside.view, name=name, can_ask=not record.patient.deceased)
    retry = Panel.SAID if is_early else Panel.TOLD
    return Told(
        heading=told_heading(record.patient, name),
        shown=tuple(beside.view(statement) for statement in told),
        differ=next(iter(differ), None),
        nothing=nothing,
        all_line=all_line(
            len(parts.said), len(told) + sum(one in parts.said for one in pair), is_early=is_early
        ),
        aside_line=set_aside_line(beside.set_aside) if beside.set_aside else "",
        unread=unread,
        retry=retry if not_read else None,
    )


def all_line(count: int, shown: int, *, is_early: bool = False) -> str:
    """ "" where all are shown. `is_early`: nobody knows yet how many there are."""
    if count <= shown:
        return ""
    if is_early:
        return _("All statements")
    return ngettext("All %(n)s statement, newest first", "All %(n)s statements, newest first", count)


def _in_chart(in_chart: tuple[Statement, ...], today: date) -> InChart | None:
    """Goals before plans, at most three, nothing that is over or that a note alone says; None when there are
    none.
    """
    standing = (s for s in in_chart if s.confirmed and not is_over(s))
    open_ones = sorted(standing, key=lambda s: s.kind is not Kind.GOAL)
    if not open_ones:
        return None
    shown = tuple(open_ones[:_MOST_IN_CHART])
    names_speaker = not share_one_origin(shown)
    more = len(in_chart) > len(shown)
    return InChart(
        heading=in_chart_heading(shown),
        note=in_chart_note(shown),
        shown=tuple(said(statement, today, names_speaker=names_speaker) for statement in shown),
        all_line=_all_with_sources(len(in_chart)) if more else _("Sources"),
    )


def _all_with_sources(number: int) -> str:
    return ngettext("All %(n)s, with their sources", "All %(n)s, with their sources", number)


def set_aside_line(number: int) -> str:
    return ngettext(
        "%(n)s statement set aside as not right", "%(n)s statements set aside as not right", number
    )


def _reminder(shown: ShownReminder, beside: Beside) -> ReminderView:
    told = beside.speech.told(shown.reminder)
    reason = because(shown.evidence, beside.speech.labels)
    return ReminderView(
        id=shown.reminder.id,
        text=told.thing.text,
        because=reason.text,
        why=_SENTENCE_END.split(" ".join(told.thing.why.split()), maxsplit=1)[0],
        sources=tuple(with_grade(source) for source in shown.reminder.sources),
        can_hide_for_good=beside.knows_clinician,
        comes_back=_comes_back(shown.reminder),
        lang=other_language(told.language),
        because_lang=other_language(reason.language),
        mark=mark([told]),
    )


def _comes_back(reminder: Reminder) -> str:
    if reminder.repeats is Repeats.EVERY_VISIT:
        return _(
            "Nobody counts or reports it. "
            "It comes back when nothing new goes first, for the need does not go away."
        )
    return _("Nobody counts or reports it. For the same reason it comes back after twelve months.")
