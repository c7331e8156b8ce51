"""Taking back what was sent: what it was, how it stands in the chart now, and what can be done."""

from dataclasses import dataclass
from typing import Final

from smartapp.fhir.amendable import Obstacle
from smartapp.fhir.chart_entry import ChartEntry
from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.model import ChangeKind
from smartapp.sdm.phrases import sentences
from smartapp.sdm.wording import KIND_WORDS
from smartapp.web import words
from smartapp.web.goal_status import status_words
from smartapp.web.presenters.change import outcome_of
from smartapp.web.presenters.filing import title_of
from smartapp.web.presenters.frame import Frame
from smartapp.web.presenters.review import said_by
from smartapp.writing.changing import Written
from smartapp.writing.model import State

_SAME_WORDS: Final = marked("The words are as you sent them. Something else about it changed since.")


@dataclass(frozen=True, slots=True)
class SentView:
    said_by: str
    words: str
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class UndoPage:
    """`sent` beside `now`, which are the words in the chart; `status` beneath them. `tone` "": nobody asked
    to take it back yet. `button` "": it cannot be done from here, and `text` says what to do in the EHR, with
    `to_find` to be copied. `version`: the one shown.
    """

    frame: Frame
    row: str
    sent: tuple[SentView, ...]
    now: str
    is_now_quoted: bool
    status: str
    tone: str
    state: str
    lines: tuple[str, ...]
    text: str
    to_find: str
    button: str
    version: str


def undo_page(
    frame: Frame, row: str, written: Written, *, entry: ChartEntry | None, can_change: bool
) -> UndoPage:
    """`entry` None: the chart could not be read now. Times must be local."""
    wish = written.taken_back
    now = entry.words if entry else ""
    tone, state, lines = outcome_of(wish) if wish else ("", "", ())
    if wish and wish.state is State.CONFLICT and now == _sent_words(written):
        lines = (_(_SAME_WORDS), *lines[1:])
    is_sent = wish is not None and wish.state in {State.STORED, State.SENDING, State.UNKNOWN}
    why_not = "" if is_sent else _why_not(entry, can_change=can_change)
    return UndoPage(
        frame=frame,
        row=row,
        sent=_sent(written, frame.call_name),
        now=now,
        is_now_quoted=any(draft.verbatim and draft.words == now for draft in written.drafts),
        status=_status(entry) if entry else _("The chart could not be read now."),
        tone=tone,
        state=state,
        lines=lines,
        text=why_not,
        to_find=_to_find(written) if why_not else "",
        button="" if why_not else _button(wish.state if wish else None),
        version=entry.version if entry else "",
    )


def _sent(written: Written, name: str) -> tuple[SentView, ...]:
    if written.handout is not None:
        about = title_of(written.handout.language)
        return (SentView(about, written.handout.text, is_quoted=False),)
    return tuple(
        SentView(
            sentences((words.details([_(KIND_WORDS[draft.kind])]), said_by(draft, name))),
            draft.words,
            draft.verbatim,
        )
        for draft in written.drafts
    )


def _sent_words(written: Written) -> str:
    if written.handout is not None:
        return written.handout.text
    return "\n".join(draft.words for draft in written.drafts)


def _button(state: State | None) -> str:
    match state:
        case State.STORED:
            return ""
        case State.UNKNOWN | State.SENDING:
            return _("Check the chart again")
        case State.CONFLICT:
            return _("Mark it as entered in error all the same")
        case _:
            return _("Mark it as entered in error")


def _status(entry: ChartEntry) -> str:
    version = _("Version %(version)s.", version=words.one_line(entry.version, 20)) if entry.version else ""
    return sentences((words.details([entry.reference]), words.details([status_words(entry.status)]), version))


def _why_not(entry: ChartEntry | None, *, can_change: bool) -> str:
    """Why it cannot be done from here, and what to do instead; "" when it can."""
    ask = _("Open it in the EHR and mark it there as entered in error.")
    if not can_change:
        return sentences((_("This EHR takes no changes from apps."), ask))
    if entry is None:
        return ""
    if ChangeKind.WITHDRAWN in entry.obstacles:
        return _(Obstacle(entry.obstacles[ChangeKind.WITHDRAWN]).value)
    if not entry.version:
        no_versions = _("This EHR tells no versions, so a change could overwrite somebody else’s.")
        return sentences((no_versions, ask))
    return ""


def _to_find(written: Written) -> str:
    words = [written.handout.title] if written.handout else [draft.words for draft in written.drafts]
    return "\n".join((written.reference, *words))
