"""What this app leaves in an entry and later reads again: that it is its own, and whose words it holds."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from smartapp.fhir import elements
from smartapp.fhir.codes import LocalSystems, Tag
from smartapp.fhir.people import said_by
from smartapp.fhir.this_patient import ThisPatient
from smartapp.sdm.model import SaidBy

_IDENTIFIERS: Final = LocalSystems().identifiers
_TAGS_SUFFIX: Final = "/tags"
_SENTENCES: Final = re.compile(
    r"(?:Said by (?P<relative>.{1,200}?)\.|(?P<clinician>Written by the clinician\.)"
    r"|Reported by (?P<reporter>.{1,200}?)\.|(?P<unknown>It is not known who said this\.))?"
    r" ?(?P<summary>Clinician's summary, not a quote\.)?"
)
"""As wording.note_text puts it."""

_NOBODY_NAMED: Final = frozenset({"a person close to the patient", "somebody else"})


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose words something is; fields as in Statement."""

    said_by: SaidBy
    speaker: str = ""
    verbatim: bool = True


def is_ours(identifiers: Iterable[elements.Identifier]) -> bool:
    return any(identifier.system == _IDENTIFIERS for identifier in identifiers)


def tags_of(meta: elements.Meta) -> frozenset[str]:
    """The app's own tags on an entry, whatever host the site that wrote it has."""
    ours = {tag.code for tag in meta.tag if tag.system.endswith(_TAGS_SUFFIX)}
    return frozenset(ours & {tag.value for tag in Tag})


def whose_words(
    reference: elements.Reference,
    patient: ThisPatient,
    *,
    meta: elements.Meta,
    notes: Sequence[elements.Annotation],
) -> Whose:
    """By the reference; where it does not tell, by the app's own tag and note: R4 has no place for a relative
    whom the chart does not list.
    """
    who, name = said_by(reference, patient)
    tags = tags_of(meta)
    told = next((found for note in notes if (found := told_in(note.text))), None) if tags else None
    speaker = name or (told.speaker if told else "")
    if Tag.SUMMARY in tags:
        return Whose(told.said_by if told else _of_summary(who), speaker, verbatim=False)
    if Tag.FAMILY_STATED in tags and who in {SaidBy.UNKNOWN, SaidBy.RELATED_PERSON}:
        return Whose(SaidBy.RELATED_PERSON, speaker)
    if Tag.PATIENT_STATED in tags and not reference.reference:
        return Whose(SaidBy.PATIENT)
    return Whose(who, name)


def told_in(text: str) -> Whose | None:
    """Who spoke, as a note of the app's own says it; None for any other text."""
    match = _SENTENCES.fullmatch(text.strip())
    if match is None or not match[0]:
        return None
    verbatim = match["summary"] is None
    if named := match["relative"] or match["reporter"]:
        who = SaidBy.RELATED_PERSON if match["relative"] else SaidBy.REPORTED
        return Whose(who, "" if named in _NOBODY_NAMED else named, verbatim)
    if match["clinician"]:
        return Whose(SaidBy.CLINICIAN, verbatim=verbatim)
    # A summary of which nothing else is told is one of the patient's words.
    return Whose(SaidBy.UNKNOWN if match["unknown"] else SaidBy.REPORTED, verbatim=verbatim)


def words_in(notes: Sequence[elements.Annotation]) -> str:
    """The statement's words, where the app had to put them into a note; "" without any."""
    return next((note.text for note in notes if note.text.strip() and told_in(note.text) is None), "")


def _of_summary(who: SaidBy) -> SaidBy:
    return SaidBy.REPORTED if who is SaidBy.PATIENT else who
