"""Prior statements: what the patient, or somebody for the patient, said before, out of goals and preferences;
and all statements of a chart in one order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from smartapp.fhir import elements, lenses
from smartapp.fhir.codes import PCO_CONFIDENCE, Coding
from smartapp.fhir.dates import day_of, known_to
from smartapp.fhir.own_marks import whose_words, words_in
from smartapp.fhir.patient_record import PatientRecord
from smartapp.fhir.people import note_author
from smartapp.fhir.this_patient import ThisPatient
from smartapp.sdm.choices import DECISION_ROLES, option
from smartapp.sdm.model import Kind, Source, Statement
from smartapp.sdm.sameness import said_once

CONCEPTS_SUFFIX: Final = "/CodeSystem/sdm-concepts"
"""How the local code system ends, whatever host the site that wrote it has."""

_ROLES_SUFFIX: Final = "/CodeSystem/decision-role"
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
_YES: Final = frozenset({"373066001", "LA33-6", "Y"})


@dataclass(frozen=True, slots=True)
class _Value:
    """What an Observation says; fields as in Statement."""

    words: str
    choice: str = ""
    coded: bool = False


def goal_statements(goal: lenses.Goal, patient: ThisPatient) -> list[Statement]:
    """The goal in the words it was written in; none when it has no words."""
    words = goal.description.words
    if not words.strip():
        return []
    whose = whose_words(goal.expressed_by, patient, meta=goal.meta, notes=goal.note)
    return [
        Statement(
            kind=Kind.GOAL,
            words=words,
            said_by=whose.said_by,
            source=Source(goal.reference),
            said_on=day_of(goal.start_date or goal.status_date),
            known_to=known_to(goal.start_date or goal.status_date),
            status_on=day_of(goal.status_date),
            status_known_to=known_to(goal.status_date),
            status_reason=goal.status_reason if isinstance(goal.status_reason, str) else "",
            speaker=whose.speaker,
            recorder=note_author(goal.note, patient),
            language=goal.language,
            due=next((due for target in goal.target if (due := day_of(target.due_date))), None),
            status=goal.lifecycle_status,
            achievement=next((one.code for one in goal.achievement_status.coding if one.code), ""),
            coded=goal.description.is_only_coded,
            verbatim=whose.verbatim,
        )
    ]


def preference_statements(observation: lenses.Observation, patient: ThisPatient) -> list[Statement]:
    """What the observation says; none when it was asked and not answered, or is about something else."""
    kind = _kind_of(observation)
    if kind is None:
        return []
    value = _value_of(observation, kind)
    if not value.words.strip():
        return []
    performer = next(iter(observation.performer), elements.Reference())
    whose = whose_words(performer, patient, meta=observation.meta, notes=observation.note)
    effective = observation.effective_date_time or observation.effective_period.start
    return [
        Statement(
            kind=kind,
            words=value.words,
            said_by=whose.said_by,
            source=Source(observation.reference),
            said_on=day_of(effective or observation.issued),
            known_to=known_to(effective or observation.issued),
            speaker=whose.speaker,
            recorder=note_author(observation.note, patient),
            language=observation.language,
            status=observation.status,
            question=_question(observation.code) if kind is not Kind.PLANNING_DOCUMENT else "",
            coded=value.coded,
            choice=value.choice,
            verbatim=whose.verbatim,
        )
    ]


def all_statements(record: PatientRecord) -> tuple[Statement, ...]:
    """Every statement of the chart, newest first, those without a date last.

    Of the same thing said twice the newest stays, with the other days; of the same day's, the confirmed.
    Words that were said do not give way to a target of unknown origin. What stands in the chart as data is
    not taken from a note again, and what a note of the app's own holds not from another note.
    """
    data = (
        *record.goals.items,
        *record.preferences.items,
        *record.questionnaires.items,
        *record.care_plans.items,
        *record.priorities.items,
        *record.consents.items,
        *record.planning_documents.items,
    )
    noted = [one for one in record.note_statements if one.confirmed]
    found = [one for one in record.note_statements if not one.confirmed]
    return newest_first(said_once((*newest_first(data), *newest_first(noted), *newest_first(found))))


def newest_first(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The same thing once, see said_once."""
    newest = sorted(statements, key=lambda one: (one.said_on or date.min, one.confirmed), reverse=True)
    return said_once(newest)


def _kind_of(observation: lenses.Observation) -> Kind | None:
    """The app's own coding first, since it says more than the LOINC code that US Core fixes."""
    codings = observation.code.coding
    own = (_CONCEPTS.get(one.code) for one in codings if one.system.endswith(CONCEPTS_SUFFIX))
    guide = (Kind.CONFIDENCE for one in codings if _is(PCO_CONFIDENCE, one))
    loinc = (_LOINC.get(one.code) for one in codings if one.system == "http://loinc.org")
    category = (_CATEGORIES.get(code) for one in observation.category for code in one.code_set)
    return next((kind for kinds in (own, guide, loinc, category) for kind in kinds if kind is not None), None)


def _value_of(observation: lenses.Observation, kind: Kind) -> _Value:
    concept = observation.value_codeable_concept
    is_typed = bool(observation.value_string.strip())
    if kind is Kind.PLANNING_DOCUMENT:
        words = observation.code.words if _says_yes(observation) else ""
        return _Value(words, coded=not is_typed and concept.is_only_coded)
    if kind is Kind.CONFIDENCE and observation.value_integer is not None:
        return _level(observation, str(observation.value_integer))
    if is_typed:
        return _Value(observation.value_string)
    roles = (one.code for one in concept.coding if one.system.endswith(_ROLES_SUFFIX))
    choice = next((code for code in roles if code in DECISION_ROLES), "")
    return _Value(concept.words, choice, concept.is_only_coded)


def _level(observation: lenses.Observation, number: str) -> _Value:
    """What was said with the number, else the number. That it is one of ten is known of our own only."""
    is_own = any(one.system.endswith(CONCEPTS_SUFFIX) for one in observation.code.coding)
    label = option(Kind.CONFIDENCE, number) if is_own else ""
    words = words_in(observation.note) if label else ""
    return _Value(words or label or number, number if label else "", coded=not words)


def _question(code: elements.Concept) -> str:
    """The question as asked; a text that only repeats a code's name is none."""
    names: Sequence[str] = [coding.display.casefold() for coding in code.coding]
    return "" if code.text.casefold() in names else code.text


def _says_yes(observation: lenses.Observation) -> bool:
    concept = observation.value_codeable_concept
    words = observation.value_string if observation.value_string.strip() else concept.words
    is_yes = words.strip().casefold().startswith("yes")
    return is_yes or observation.value_boolean is True or bool(concept.code_set & _YES)


def _is(coding: Coding, found: elements.Coding) -> bool:
    return (found.system, found.code) == (coding.system, coding.code)
