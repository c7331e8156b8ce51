"""One goal of the chart, and what becomes of it: as it stands now, what can be changed, and what was."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from smartapp.fhir.amendable import Obstacle, note_of
from smartapp.fhir.chart_entry import ChartEntry
from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.model import Change, ChangeKind
from smartapp.sdm.phrases import sentences
from smartapp.web import words
from smartapp.web.goal_status import achievement_words, status_words
from smartapp.web.merging import mark
from smartapp.web.presenters.change import CHOICES, ChangeView, change_view
from smartapp.web.presenters.frame import Frame
from smartapp.web.presenters.said import Said, said
from smartapp.writing.model import ChangeReceipt, State

_STORED_AS: Final = {
    ChangeKind.ACHIEVED: marked("Stored as completed, achieved."),
    ChangeKind.REWORDED: marked(
        "The words in the box take the place of these, which go into the goal’s note."
    ),
    ChangeKind.NO_LONGER_WANTED: marked("Stored as cancelled."),
}
_IN_EHR: Final = marked("Open the goal in the EHR and mark there what became of it.")


@dataclass(frozen=True, slots=True)
class ChoiceView:
    value: str
    label: str
    stored_as: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class GoalForm:
    """`id`: of the change that it makes. `version`: of the goal that it changes; `shown` stands for its words
    and `day` is the one that the choices name. `words` and `note` as they stand in the boxes. `may_reword`
    False: `no_words` says why.
    """

    id: str
    version: str
    shown: str
    day: str
    legend: str
    choices: tuple[ChoiceView, ...]
    may_reword: bool
    no_words: str
    words: str
    note: str
    note_label: str


@dataclass(frozen=True, slots=True)
class InEhr:
    """What to do in the EHR instead, with the text to find the goal by."""

    why: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class GoalPage:
    """`goal` None: it could not be read now, and `unread` says so. `outcome`: of the newest change, None
    without any. `is_conflict`: both versions stand side by side. `message`: what to mend in the form.
    """

    frame: Frame
    goal_id: str
    heading: str
    intro: str
    goal: Said | None
    status: str
    unread: str
    outcome: ChangeView | None
    is_conflict: bool
    check_label: str
    message: str
    form: GoalForm | None
    in_ehr: InEhr | None


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was filled in: `kind` None when nothing was chosen."""

    kind: ChangeKind | None
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class Showing:
    """What a page of a goal is made from. `entry` None: not readable now. `last`: the newest change of it,
    its time local. `typed`: what to put into the form, None for nothing. `new_id`: for the change that it
    makes. `now`: local.
    """

    goal_id: str
    entry: ChartEntry | None
    can_change: bool
    last: ChangeReceipt | None
    typed: Typed | None
    new_id: str
    now: datetime
    message: str = ""


def goal_page(frame: Frame, showing: Showing) -> GoalPage:
    entry, last = showing.entry, showing.last
    statement = entry.statement if entry else None
    is_open = last is not None and last.state in {State.SENDING, State.UNKNOWN}
    why = "" if entry is None or is_open else _why_not(entry, can_change=showing.can_change)
    is_fit = entry is not None and not is_open and not why
    is_over = entry is not None and Obstacle.ENDED in entry.obstacles.values()
    return GoalPage(
        frame=frame,
        goal_id=showing.goal_id,
        heading=_("This goal") if is_over else _("Change this goal"),
        intro=_("Nothing is sent before you press the button.") if is_fit else "",
        goal=said(statement, showing.now.date()) if statement else None,
        status=_status(entry) if entry else "",
        unread="" if entry else _("The goal could not be read now. Nothing you typed is lost."),
        outcome=change_view(last) if last else None,
        is_conflict=last is not None and last.state is State.CONFLICT,
        check_label=_("Check the chart again") if is_open else "",
        message=showing.message,
        form=_form(frame, entry, showing) if entry and is_fit else None,
        in_ehr=_in_ehr(entry, why) if entry and why and not is_over else None,
    )


def mark_of(text: str) -> str:
    """What stands for words in the form, however a browser breaks their lines."""
    return mark(" ".join(text.split()))


def faults_of(typed: Typed, *, limit: int) -> str:
    """What to mend before it can be sent, "" for nothing."""
    if typed.kind is None:
        return _("Choose what became of the goal.")
    if typed.kind is ChangeKind.REWORDED and not typed.words.strip():
        return _("Write the goal in its new words.")
    if max(len(typed.words), len(typed.note)) > limit:
        return _("The text is over the limit of %(limit)s characters. Shorten it.", limit=words.number(limit))
    return ""


def _status(entry: ChartEntry) -> str:
    """Active, in progress. Version 2."""
    achievement = entry.statement.achievement if entry.statement else ""
    parts = [status_words(entry.status), achievement_words(achievement)]
    status = words.details(parts) if any(parts) else ""
    version = _("Version %(version)s.", version=words.one_line(entry.version, 20)) if entry.version else ""
    return sentences((status, version))


def _why_not(entry: ChartEntry, *, can_change: bool) -> str:
    """Why nothing can be changed from here, "" when something can."""
    if Obstacle.ENDED in entry.obstacles.values():
        return Obstacle.ENDED
    if not can_change:
        return _("This EHR takes no changes from apps.")
    if not entry.version:
        return _("This EHR tells no versions of its goals. A change could overwrite somebody else’s.")
    return ""


def _in_ehr(entry: ChartEntry, why: str) -> InEhr:
    return InEhr(why, _(_IN_EHR), f"{entry.reference}\n{entry.words}")


def _form(frame: Frame, entry: ChartEntry, showing: Showing) -> GoalForm:
    typed = showing.typed or Typed(None, entry.words, "")
    kinds = [kind for kind in CHOICES if kind not in entry.obstacles]
    obstacle = entry.obstacles.get(ChangeKind.REWORDED)
    return GoalForm(
        id=showing.new_id,
        version=entry.version,
        shown=mark_of(entry.words),
        day=showing.now.date().isoformat(),
        legend=_("What became of it, as %(name)s sees it?", name=frame.call_name),
        choices=tuple(_choice(kind, entry, showing.now, is_chosen=kind is typed.kind) for kind in kinds),
        may_reword=obstacle is None,
        no_words=f"{obstacle} {_(_IN_EHR)}" if obstacle else "",
        words=typed.words or entry.words,
        note=typed.note,
        note_label=_("In %(name)s’s words, if %(name)s said why", name=frame.call_name),
    )


def _choice(kind: ChangeKind, entry: ChartEntry, now: datetime, *, is_chosen: bool) -> ChoiceView:
    stored_as = _(_STORED_AS[kind])
    if kind is not ChangeKind.REWORDED:
        note = note_of(Change("", kind, entry.reference, entry.version), words_before=entry.words, at=now)
        stored_as = f"{stored_as} " + _("The goal’s note begins: %(note)s", note=note)
    return ChoiceView(kind.value, CHOICES[kind], stored_as, is_chosen)
