"""Review and send: every statement exactly as it will be stored, and where it goes."""

from collections.abc import Mapping
from dataclasses import dataclass

from smartapp.sdm.model import DraftStatement, Kind, SaidBy
from smartapp.sdm.wording import KIND_WORDS
from smartapp.web import words
from smartapp.web.presenters_frame import Frame
from smartapp.writing.model import PlannedItem, Rung, WhyNot

_WHERE = {
    Rung.GOAL: "Goal in the chart",
    Rung.OBSERVATION: "Observation in the chart",
    Rung.COPY: "Text for your note",
}
_TREATMENT = frozenset({Kind.TREATMENT_PREFERENCE, Kind.UNACCEPTABLE})
_YOU_COPY = "You copy the text once you are done."


@dataclass(frozen=True, slots=True)
class ItemView:
    """`said_by`: "Said by Rosa" or "Your summary of what Rosa said". `lines`: beneath the place it goes
    to.
    """

    id: str
    kind: str
    said_by: str
    words: str
    is_quoted: bool
    notes: tuple[str, ...]
    where: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """`shown`: a fingerprint of all that is on the page, to tell at Send that nothing changed since."""

    frame: Frame
    heading: str
    intro: str
    change_label: str
    message: str
    items: tuple[ItemView, ...]
    shown: str
    is_read_back: bool
    read_back_note: str
    chart_label: str
    send_label: str


def review_page(
    frame: Frame,
    items: tuple[PlannedItem, ...],
    *,
    shown: str,
    condition_names: Mapping[str, str],
    read_back: bool,
    message: str,
) -> ReviewPage:
    """`condition_names`: the chart's words for the references that a goal may be about."""
    copy_only = all(item.rung is Rung.COPY for item in items)
    in_record = "" if copy_only else " in the record"
    return ReviewPage(
        frame=frame,
        heading=f"{words.count(len(items), 'statement', 'statements')}, word for word"
        if items
        else "Nothing to send yet",
        intro=_intro(items, copy_only=copy_only),
        change_label="Change the words" if items else "Go to the questions",
        message=message,
        items=tuple(_item(item, frame.call_name, condition_names) for item in items),
        shown=shown,
        is_read_back=read_back,
        read_back_note="Kept with the date. You may leave it empty. "
        f"{frame.call_name} can read these words{in_record}.",
        chart_label="For the note of" if copy_only else "To the chart of",
        send_label="Make the text" if copy_only else "Send to this chart",
    )


def said_by(draft: DraftStatement, name: str) -> str:
    """Whose words: "Said by Rosa"; a summary never passes for a quotation."""
    who = name if draft.said_by is SaidBy.PATIENT else words.one_line(draft.speaker, 120) or "someone close"
    return f"Said by {who}" if draft.verbatim else f"Your summary of what {who} said"


def _intro(items: tuple[PlannedItem, ...], *, copy_only: bool) -> str:
    if not items:
        return "What you write in the room is listed here, word for word, before anything is sent."
    if copy_only:
        return "Nothing will be sent as data. You will get one text for your note. Untick what should not go."
    return "Nothing is sent before you press the button. Untick what should not go."


def _item(item: PlannedItem, name: str, condition_names: Mapping[str, str]) -> ItemView:
    draft = item.draft
    about = [condition_names[reference] for reference in draft.addresses if reference in condition_names]
    return ItemView(
        id=draft.id,
        kind=KIND_WORDS[draft.kind],
        said_by=said_by(draft, name),
        words=draft.words,
        is_quoted=draft.verbatim,
        notes=(f"About: {', '.join(about)}",) if about else (),
        where=_WHERE[item.rung],
        lines=_lines(item, name),
    )


def _lines(item: PlannedItem, name: str) -> tuple[str, ...]:
    draft = item.draft
    lines = [f"Target date {words.day(draft.due)}"] if draft.due else []
    if item.rung is Rung.OBSERVATION:
        lines.append("Treatment preference" if draft.kind in _TREATMENT else "Care experience preference")
    if draft.said_by is SaidBy.RELATED_PERSON:
        speaker = words.one_line(draft.speaker.partition(",")[0], 60) or "this person"
        lines.append(f"Kept as {speaker}’s words, not as {name}’s")
    if item.why_not is not None:
        lines.append(why_not(item))
    return tuple(lines)


def why_not(item: PlannedItem) -> str:
    """Why the statement does not go to its best place."""
    things = "goals" if item.draft.kind is Kind.GOAL else "preferences"
    reason = {
        WhyNot.NOT_OFFERED: f"This EHR takes no {things} as data.",
        WhyNot.NOT_PERMITTED: f"This EHR does not let this app write {things}.",
        WhyNot.NOT_CONFIGURED: f"Your site does not send {things} as data.",
        WhyNot.CAPABILITY_UNKNOWN: "This EHR did not say what it takes.",
        WhyNot.NO_RESOURCE: "No chart has a place for this kind of statement as data.",
    }[item.why_not or WhyNot.CAPABILITY_UNKNOWN]
    return f"{reason} {_YOU_COPY}" if item.rung is Rung.COPY else reason
