"""How one vendor's FHIR server differs from US Core: one named field for each known deviation.

The defaults are US Core's (http://hl7.org/fhir/us/core/, 6.1 to 9.0).
"""

from dataclasses import dataclass

ASSESS_PLAN = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category|assess-plan"


@dataclass(frozen=True, slots=True)
class EhrProfile:
    """What reading does differently at an EHR.

    `condition_categories`: tokens, one search for each; none is one search without a category.
    `care_plan_categories`: tokens, one search for each. `page_size`: `_count` of every search, records.
    """

    vendor: str = "generic"
    condition_categories: tuple[str, ...] = ()
    care_plan_categories: tuple[str, ...] = (ASSESS_PLAN,)
    page_size: int = 200


def profile_for(vendor: str) -> EhrProfile:
    """The profile of a registration's `vendor`; US Core's for every vendor without a known deviation."""
    match vendor:
        case "epic":
            return _epic()
        case "oracle" | "cerner":
            return _oracle()
        case _:
            return EhrProfile(vendor=vendor)


def _epic() -> EhrProfile:
    """Epic.

    Symptom: Condition search by patient alone is refused or returns one kind only, since each category is an
    API of its own. Decision: one search for each category. From: the R4 CapabilityStatement "Epic May 2026"
    (fhir.epic.com) and US Core's `patient` + `category` search; captured 2026-07-24.

    Symptom: longitudinal care plans stand under a SNOMED category, encounter plans under US Core's.
    Decision: search for both. From: an integrator's report on CarePlan.Search (38717003); 2026-10-02.
    """
    return EhrProfile(
        vendor="epic",
        condition_categories=("problem-list-item", "health-concern", "encounter-diagnosis"),
        care_plan_categories=(ASSESS_PLAN, "http://snomed.info/sct|38717003"),
    )


def _oracle() -> EhrProfile:
    """Oracle Health Millennium.

    Symptom: DocumentReference gives 10 records a page unless asked, and refuses a `_count` above 100.
    Decision: ask for 100 everywhere. From: fhir.cerner.com repository, DocumentReference page; 2024-05-02.

    Symptom: dates need a time, and `date` with `period` is refused. Decision: no search here has a date.
    From: the same page, same day.
    """
    return EhrProfile(vendor="oracle", page_size=100)
