"""Prior statements: what the patient, or somebody for the patient, said before, out of goals and preferences;
and all statements of a chart in one order.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from smartapp.fhir import lenses
from smartapp.fhir.dates import day_of
from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.people import note_author, said_by
from smartapp.fhir.this_patient import ThisPatient
from smartapp.sdm.model import Kind, SaidBy, Source, Statement

CONCEPTS_SUFFIX: Final = "/CodeSystem/sdm-concepts"
"""How the local code system ends, whatever host the site that wrote it has."""

_TAGS_SUFFIX: Final = "/tags"
_CONCEPTS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "hopes": Kind.HOPE,
        "worries": Kind.WORRY,
        "matters": Kind.MATTERS,
        "what-matters": Kind.MATTERS,
        "people-involved": Kind.PEOPLE,
        "unacceptable-outcome": Kind.UNACCEPTABLE,
        "decision-role": Kind.DECISION_ROLE,
        "treatment-preference": Kind.TREATMENT_PREFERENCE,
        "care-experience": Kind.CARE_EXPERIENCE,
        "strength": Kind.STRENGTH,
        "confidence": Kind.CONFIDENCE,
    }
)
_LOINC: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "95541-9": Kind.CARE_EXPERIENCE,
        "75773-2": Kind.TREATMENT_PREFERENCE,
        "81363-4": Kind.MATTERS,
        "81360-0": Kind.MATTERS,
        "81361-8": Kind.MATTERS,
        "81362-6": Kind.WORRY,
        "81366-7": Kind.MATTERS,
        "81378-2": Kind.TREATMENT_PREFERENCE,
        "81380-8": Kind.CARE_EXPERIENCE,
        "75776-5": Kind.TREATMENT_PREFERENCE,
        "75777-3": Kind.TREATMENT_PREFERENCE,
        "75778-1": Kind.TREATMENT_PREFERENCE,
        "75779-9": Kind.TREATMENT_PREFERENCE,
        "75780-7": Kind.TREATMENT_PREFERENCE,
        "75781-5": Kind.TREATMENT_PREFERENCE,
        "75782-3": Kind.TREATMENT_PREFERENCE,
        "45473-6": Kind.PLANNING_DOCUMENT,
    }
)
_CATEGORIES: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "care-experience-preference": Kind.CARE_EXPERIENCE,
        "treatment-intervention-preference": Kind.TREATMENT_PREFERENCE,
    }
)
_SAID_BY: Final = re.compile(r"Said by (?!a person close)(.{1,200}?)\.(?: Clinician's summary|$)")
_YES: Final = frozenset({"373066001", "LA33-6", "Y"})


def goal_statements(goal: lenses.Goal, patient: ThisPatient) -> list[Statement]:
    """The goal in the words it was written in; none when it has no words."""
    words = goal.description.words
    if not words.strip():
        return []
    who, speaker = _speaker(goal.expressed_by, patient, meta=goal.meta, notes=goal.note)
    return [
        Statement(
            kind=Kind.GOAL,
            words=words,
            said_by=who,
            source=Source(goal.reference),
            said_on=day_of(goal.start_date or goal.status_date),
            speaker=speaker,
            recorder=note_author(goal.note),
            language=goal.language,
            due=next((due for target in goal.target if (due := day_of(target.due_date))), None),
            status=goal.lifecycle_status,
            achievement=next((one.code for one in goal.achievement_status.coding if one.code), ""),
            coded=goal.description.is_only_coded,
        )
    ]


def preference_statements(observation: lenses.Observation, patient: ThisPatient) -> list[Statement]:
    """What the observation says; none when it was asked and not answered, or is about something else."""
    kind = _kind_of(observation)
    if kind is None:
        return []
    concept = observation.value_codeable_concept
    spoken = bool(observation.value_string.strip())
    words = observation.value_string if spoken else concept.words
    if kind is Kind.PLANNING_DOCUMENT:
        if not (observation.value_boolean or concept.code_set & _YES or _is_yes(words)):
            return []
        words = observation.code.words
    if not words.strip():
        return []
    performer = next(iter(observation.performer), lenses.Reference())
    who, speaker = _speaker(performer, patient, meta=observation.meta, notes=observation.note)
    effective = observation.effective_date_time or observation.effective_period.start
    return [
        Statement(
            kind=kind,
            words=words,
            said_by=who,
            source=Source(observation.reference),
            said_on=day_of(effective or observation.issued),
            speaker=speaker,
            recorder=note_author(observation.note),
            language=observation.language,
            status=observation.status,
            question=_question(observation.code) if kind is not Kind.PLANNING_DOCUMENT else "",
            coded=not spoken and concept.is_only_coded,
        )
    ]


def all_statements(record: PatientRecord) -> tuple[Statement, ...]:
    """Every statement of the chart, newest first, those without a date last.

    Of the same words about the same thing the newest stays; of the same day's, the confirmed. Words that
    were said do not give way to a target of unknown origin.
    """
    found = (
        *record.goals.items,
        *record.preferences.items,
        *record.questionnaires.items,
        *record.care_plans.items,
        *record.consents.items,
        *record.planning_documents.items,
        *record.note_statements,
    )
    return newest_first(found)


def newest_first(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    ordered = sorted(statements, key=lambda one: (one.said_on or date.min, one.confirmed), reverse=True)
    once: dict[tuple[Kind, bool, str], Statement] = {}
    for statement in ordered:
        once.setdefault((statement.kind, statement.was_said, _same_words(statement.words)), statement)
    return tuple(once.values())


def _same_words(words: str) -> str:
    return " ".join(words.split()).casefold()


def _kind_of(observation: lenses.Observation) -> Kind | None:
    """The app's own coding first, since it says more than the LOINC code that US Core fixes."""
    codings = observation.code.coding
    own = (_CONCEPTS.get(one.code) for one in codings if one.system.endswith(CONCEPTS_SUFFIX))
    loinc = (_LOINC.get(one.code) for one in codings if one.system == "http://loinc.org")
    category = (_CATEGORIES.get(code) for one in observation.category for code in one.code_set)
    return next((kind for kinds in (own, loinc, category) for kind in kinds if kind is not None), None)


def _question(code: lenses.Concept) -> str:
    """The question as asked; a text that only repeats a code's name is none."""
    names: Sequence[str] = [coding.display.casefold() for coding in code.coding]
    return "" if code.text.casefold() in names else code.text


def _is_yes(words: str) -> bool:
    return words.strip().casefold().startswith("yes")


def _speaker(
    reference: lenses.Reference,
    patient: ThisPatient,
    *,
    meta: lenses.Meta,
    notes: Sequence[lenses.Annotation],
) -> tuple[SaidBy, str]:
    """Whose words they are. Where the reference does not tell, the app's own tag and note do: R4 has no place
    for a relative whom the chart does not list.
    """
    who, name = said_by(reference, patient)
    tags = {tag.code for tag in meta.tag if tag.system.endswith(_TAGS_SUFFIX)}
    if who is SaidBy.UNKNOWN and "family-stated" in tags:
        named = (match[1] for note in notes if (match := _SAID_BY.match(note.text)))
        return SaidBy.RELATED_PERSON, next(named, "")
    if who is SaidBy.PATIENT and "clinician-summary" in tags:
        return SaidBy.REPORTED, ""
    return who, name
