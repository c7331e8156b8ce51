"""One box of the questions page: what is chosen and typed, whose words they are, what they are about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from smartapp.fhir.patient_record import ChartItem, RelatedPerson
from smartapp.i18n import gettext as _
from smartapp.i18n import marked
from smartapp.sdm.choices import CHOICES
from smartapp.sdm.model import Kind, SaidBy
from smartapp.web import words
from smartapp.web.asking import is_of_sheet
from smartapp.web.draft import ABOUT, Box, BoxFault
from smartapp.web.draft_form import OTHER, PATIENT, PERSON
from smartapp.web.merging import mark

_MOST_PEOPLE: Final = 6
_NO_ANSWER: Final = marked("No answer")
_MORE_WORDS: Final = marked("In the patient’s words, if they said more")
_MEANINGS: Final = {"0": marked("not at all"), "10": marked("completely")}
_DECIDED: Final = marked("What was decided, in words the patient would use")
_WHY: Final = marked("Why:")
"""Leads to the why of a decision, in the text that is kept."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A radio button or tick. `id` names its input. `meaning`: of a number at an end of a scale, else ""."""

    id: str
    value: str
    label: str
    is_checked: bool
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class BoxView:
    """`label`: what the words are to; `hint`: above them, "" for none. `options` to choose from, below
    `legend`; `ends`: what the numbers of a scale mean; `no_answer` takes the choice back. `about_kept`: what
    is ticked and is not on this page. `errors` by field name: "words", "name", "due", "choice"; "" for none.
    `has_why`: a decision, with the field for its `why`, to which `because` leads in the text that is kept.
    `shown`: mark of all that the box says. `goal`: id of the goal that a confidence is about.
    `add_confidence`: the value of the button, "" for none.
    """

    id: str
    kind: str
    question: str
    label: str
    hint: str
    words: str
    legend: str
    options: tuple[Choice, ...]
    no_answer: Choice
    ends: tuple[str, ...]
    people: tuple[Choice, ...]
    name: str
    is_summary: bool
    form_note: str
    has_due: bool
    due: str
    about: tuple[Choice, ...]
    about_kept: tuple[str, ...]
    errors: dict[str, str]
    shown: str
    goal: str
    add_confidence: str
    has_why: bool
    why: str
    because: str


@dataclass(frozen=True, slots=True)
class Around:
    """What the boxes offer to choose from. `patient`: the patient's call name."""

    patient: str
    people: tuple[RelatedPerson, ...] = ()
    conditions: tuple[ChartItem, ...] = ()


def box_view(
    box: Box, around: Around, faults: Iterable[BoxFault], *, label: str, add_confidence: str = ""
) -> BoxView:
    errors = {"words": "", "name": "", "due": "", "choice": ""} | {
        fault.field: fault.message for fault in faults if fault.box.id == box.id
    }
    people, is_other = _people(box, around)
    offered = _offered(box, around)
    references = {reference for reference, _ in offered}
    return BoxView(
        id=box.id,
        kind=str(box.kind),
        question=box.question,
        label=label,
        hint=_hint(box),
        words=box.words,
        legend=_legend(box, around),
        options=_options(box),
        no_answer=Choice(f"{box.id}-choice-none", "", _(_NO_ANSWER), not box.option),
        ends=_ends(box),
        people=people,
        name=box.speaker if is_other else "",
        is_summary=not box.verbatim,
        form_note=_form_note(box, around),
        has_due=box.kind is Kind.GOAL,
        due=box.due,
        about=_about(box, offered),
        about_kept=tuple(each for each in box.addresses if each not in references),
        errors=errors,
        shown=mark(box.said),
        goal=box.goal,
        add_confidence=add_confidence,
        has_why=_is_decision(box),
        why=box.why,
        because=box.because or _(_WHY),
    )


def _hint(box: Box) -> str:
    if _is_decision(box):
        return _(_DECIDED)
    return _(_MORE_WORDS) if box.kind in CHOICES else ""


def _is_decision(box: Box) -> bool:
    """Itself, and not an answer to a question about it."""
    return box.kind is Kind.DECISION and (not box.question or is_of_sheet(box.question))


def _legend(box: Box, around: Around) -> str:
    if box.kind is Kind.CONFIDENCE:
        return _("How confident, from 0 to 10")
    return _("Closest to what %(name)s said", name=around.patient)


def _options(box: Box) -> tuple[Choice, ...]:
    """The first one's id is where a fault of the choice leads to."""
    codes = CHOICES.get(box.kind, {})
    is_scale = box.kind is Kind.CONFIDENCE
    meanings = _MEANINGS if is_scale else {}
    return tuple(
        Choice(
            id=f"{box.id}-choice-{code}" if number else f"{box.id}-choice",
            value=code,
            label=code if is_scale else _(label),
            is_checked=code == box.choice,
            meaning=_(meanings.get(code, "")),
        )
        for number, (code, label) in enumerate(codes.items())
    )


def _ends(box: Box) -> tuple[str, ...]:
    if box.kind is not Kind.CONFIDENCE:
        return ()
    return tuple(f"{number}: {_(meaning)}" for number, meaning in _MEANINGS.items())


def _form_note(box: Box, around: Around) -> str:
    """A decision belongs to both, so it starts as the summary of the one who writes it down."""
    if not _is_decision(box):
        return ""
    return _(
        "Kept as your summary of what you and %(name)s decided, unless it is exactly as said.",
        name=around.patient,
    )


def _people(box: Box, around: Around) -> tuple[tuple[Choice, ...], bool]:
    """Who may have said it, and whether it was someone whose name is typed."""
    known = list(dict.fromkeys(_speaker(person) for person in around.people if person.name))[:_MOST_PEOPLE]
    is_patient = box.said_by is not SaidBy.RELATED_PERSON
    is_other = not is_patient and box.speaker not in known
    values = [(PATIENT, around.patient, is_patient)]
    values += [(PERSON + name, name, not is_patient and name == box.speaker) for name in known]
    values.append((OTHER, _("Someone else"), is_other))
    return tuple(
        Choice(f"{box.id}-by-{number}", value, label, is_checked)
        for number, (value, label, is_checked) in enumerate(values)
    ), is_other


def _speaker(person: RelatedPerson) -> str:
    name, role = words.one_line(person.name, 80), words.one_line(person.relationship, 60)
    return f"{name}, {role}" if role else name


def _offered(box: Box, around: Around) -> tuple[tuple[str, str], ...]:
    """References and names of what of the chart this kind of statement can be about."""
    people = [(person.reference, _speaker(person)) for person in around.people if person.name]
    conditions = [(item.reference, words.one_line(item.text, 60)) for item in around.conditions]
    kind = ABOUT.get(box.kind)
    return tuple(each for each in (*people, *conditions) if kind and each[0].startswith(kind))


def _about(box: Box, offered: Iterable[tuple[str, str]]) -> tuple[Choice, ...]:
    return tuple(
        Choice(f"{box.id}-about-{number}", reference, label, reference in box.addresses)
        for number, (reference, label) in enumerate(offered)
    )
