"""What is asked of the server for each part of the chart, as plain values.

US Core's searches where it has them (http://hl7.org/fhir/us/core/, 9.0.0), base R4 for Consent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from smartapp.ehr.profile import EhrProfile
from smartapp.fhir.codes import PCO_CONFIDENCE, PRIORITIES_CODE, LocalSystems
from smartapp.fhir.patient_record import PartName
from smartapp.sdm.measured import Asked

_LOINC = "http://loinc.org"
_US_CORE_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category"
OTHER_PREFERENCE_CODES = (
    "81363-4", "81360-0", "81361-8", "81362-6", "81366-7", "81378-2", "81380-8", "75776-5",
    "75777-3", "75778-1", "75779-9", "75780-7", "75781-5", "75782-3", "45473-6",
)  # fmt: skip
"""LOINC codes of statements besides US Core's two: likes, fears, advance care planning, and whether there is
an advance directive. Those for religious beliefs are not asked for, so that no rule can depend on them."""


@dataclass(frozen=True, slots=True)
class Search:
    """One search: a resource type and its parameters. `is_extra`: an EHR that does not offer it has nothing
    that it would find. `is_optional`: a site that did not ask for permission wants it not; it is not sent
    then, and nobody misses it.
    """

    resource_type: str
    params: tuple[tuple[str, str], ...]
    is_extra: bool = False
    is_optional: bool = False


def searches_for(patient_id: str, profile: EhrProfile) -> Mapping[PartName, tuple[Search, ...]]:
    """The searches of every part that is searched for; patient and visit are read by id, and values have
    searches of their own.
    """

    def ask(resource_type: str, *params: tuple[str, str]) -> Search:
        always = (("patient", patient_id), *params, ("_count", str(profile.page_size)))
        return Search(resource_type, always)

    def each(resource_type: str, name: str, values: Iterable[str]) -> tuple[Search, ...]:
        return tuple(ask(resource_type, (name, value)) for value in values)

    def extra(resource_type: str, code: str) -> Search:
        return replace(ask(resource_type, ("code", code)), is_extra=True)

    own = LocalSystems().concept("confidence", "")
    confidence = ",".join(f"{one.system}|{one.code}" for one in (own, PCO_CONFIDENCE))
    other_codes = ",".join(f"{_LOINC}|{code}" for code in OTHER_PREFERENCE_CODES)
    return {
        PartName.CONDITIONS: (
            each("Condition", "category", profile.condition_categories) or (ask("Condition"),)
        ),
        PartName.MEDICINES: (ask("MedicationRequest", ("intent", "order"), ("status", "active")),),
        PartName.ALLERGIES: (ask("AllergyIntolerance"),),
        # Only `patient` is a SHALL: some servers refuse lifecycle-status.
        PartName.GOALS: (ask("Goal"),),
        PartName.PREFERENCES: (
            *each(
                "Observation",
                "category",
                (
                    f"{_US_CORE_CATEGORY}|care-experience-preference",
                    f"{_US_CORE_CATEGORY}|treatment-intervention-preference",
                ),
            ),
            *each("Observation", "code", (f"{_LOINC}|95541-9", f"{_LOINC}|75773-2", other_codes)),
            # Where no preference can be an Observation, no confidence is one.
            *([] if "Observation" in profile.creates_of_other_kinds else [extra("Observation", confidence)]),
        ),
        PartName.CARE_PLANS: each("CarePlan", "category", profile.care_plan_categories),
        PartName.PRIORITIES: (extra("List", f"{PRIORITIES_CODE.system}|{PRIORITIES_CODE.code}"),),
        PartName.CARE_TEAM: (ask("CareTeam", ("status", "active")),),
        PartName.RELATED_PERSONS: (ask("RelatedPerson"),),
        PartName.CONSENTS: (ask("Consent"),),
        PartName.PLANNING_DOCUMENTS: (ask("DocumentReference", ("category", f"{_LOINC}|42348-3")),),
        PartName.QUESTIONNAIRES: (ask("QuestionnaireResponse"),),
        PartName.ORDERS: (ask("ServiceRequest"),),
        PartName.NOTES: (
            ask("DocumentReference", ("category", "clinical-note")),
            *(replace(ask(name), is_extra=True, is_optional=True) for name in profile.other_note_types),
        ),
    }


def value_searches(
    patient_id: str, profile: EhrProfile, *, asked: Iterable[Asked], today: date
) -> tuple[Search, ...]:
    """One search for each group of laboratory and vital sign lines that the rules ask for.

    A day is added, since the server's day may be another. `date` has a time, without which Oracle Health
    refuses it.
    """
    return tuple(
        Search(
            "Observation",
            (
                ("patient", patient_id),
                ("code", ",".join(f"{_LOINC}|{code}" for code in group.codes)),
                ("date", f"ge{today - timedelta(days=group.within_days + 1)}T00:00:00Z"),
                ("_count", str(profile.page_size)),
            ),
        )
        for group in asked
    )
