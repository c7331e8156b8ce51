"""Whether two resources say the same: the words, the value, the order, the text, the answers."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from smartapp.fhir.dates import day_of, instant_of
from smartapp.fhir.this_patient import ThisPatient
from smartapp.fhir.words import answers_of, document_text, is_markup, objects, words_of

Resource = Mapping[str, object]

_A_DAY: Final = timedelta(days=1)
_TELLING: Final = 20
"""Characters; a shorter line may stand in any note."""


def says_the_same(sent: Resource, stored: Resource, *, patient: ThisPatient) -> bool:
    """Whether `stored` holds what was said in `sent`. What a server adds does not matter.

    A document whose text is not in `stored` says nothing.
    """
    compare = _COMPARISONS[str(sent["resourceType"])]
    return compare(sent, stored, patient)


def has_words_of(sent: Resource, stored: Resource) -> bool:
    """Whether any line of the document that was sent is in `stored`, whatever stands around it."""
    lines = [_line(line) for line in (document_text(sent) or "").splitlines()]
    shown = _line(document_text(stored) or "")
    return any(len(line) >= _TELLING and line in shown for line in lines)


def is_of_same_day(sent: Resource, stored: Resource) -> bool:
    """Whether two documents were filed within a day of each other; the EHR may put its own time there."""
    ours, theirs = str(sent.get("date", "")), str(stored.get("date", ""))
    filed, shown = instant_of(ours), instant_of(theirs)
    if filed is None or shown is None:
        return day_of(ours) is not None and day_of(ours) == day_of(theirs)
    return abs(filed - shown) <= _A_DAY


def _same_words(sent: Resource, stored: Resource, _patient: ThisPatient) -> bool:
    return words_of(sent) == words_of(stored)


def _same_value(sent: Resource, stored: Resource, _patient: ThisPatient) -> bool:
    if "valueInteger" in sent:
        # Words that belong to a number stand in a note.
        return sent["valueInteger"] == stored.get("valueInteger") and _has_notes_of(sent, stored)
    if "valueString" in sent:
        return sent["valueString"] == stored.get("valueString")
    ours, theirs = sent.get("valueCodeableConcept"), stored.get("valueCodeableConcept")
    if not isinstance(ours, Mapping) or not isinstance(theirs, Mapping):
        return False
    return ours.get("text") == theirs.get("text") and _codes(ours) <= _codes(theirs)


def _same_plan(sent: Resource, stored: Resource, _patient: ThisPatient) -> bool:
    return _line(words_of(sent)) == _line(words_of(stored))


def _same_order(sent: Resource, stored: Resource, patient: ThisPatient) -> bool:
    return _order(sent, patient) == _order(stored, patient) and _has_notes_of(sent, stored)


def _same_document(sent: Resource, stored: Resource, _patient: ThisPatient) -> bool:
    ours, theirs = document_text(sent), document_text(stored)
    if not ours or theirs is None:
        return False
    # A server that makes a web page of a text may put a heading of its own around it.
    is_same = _line(ours) == _line(theirs)
    return is_same or (is_markup(stored) and f" {_line(ours)} " in f" {_line(theirs)} ")


def _same_answers(sent: Resource, stored: Resource, _patient: ThisPatient) -> bool:
    return sorted(answers_of(sent)) == sorted(answers_of(stored))


_COMPARISONS: Final[Mapping[str, Callable[[Resource, Resource, ThisPatient], bool]]] = MappingProxyType(
    {
        "Goal": _same_words,
        "Observation": _same_value,
        "CarePlan": _same_plan,
        "List": _same_order,
        "DocumentReference": _same_document,
        "QuestionnaireResponse": _same_answers,
    }
)


def _order(priorities: Resource, patient: ThisPatient) -> list[str]:
    """Every entry by reference, or by its words where it has none."""
    items = [item for entry in objects(priorities, "entry") if isinstance(item := entry.get("item"), Mapping)]
    references = [patient.relative(str(item.get("reference", ""))) for item in items]
    return [
        reference or str(item.get("display", "")) for reference, item in zip(references, items, strict=True)
    ]


def _has_notes_of(sent: Resource, stored: Resource) -> bool:
    return set(_notes(sent)) <= set(_notes(stored))


def _notes(resource: Resource) -> list[str]:
    return [_line(str(note.get("text"))) for note in objects(resource, "note")]


def _codes(concept: Resource) -> set[tuple[str, str]]:
    return {(str(coding.get("system")), str(coding.get("code"))) for coding in objects(concept, "coding")}


def _line(text: str) -> str:
    return " ".join(text.split())
