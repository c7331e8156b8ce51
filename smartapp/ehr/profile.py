"""How one vendor's FHIR server differs from US Core: one named field for each known deviation.

The defaults are US Core's (http://hl7.org/fhir/us/core/, 6.1 to 9.0).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

ASSESS_PLAN = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category|assess-plan"


class NoteShape(StrEnum):
    """The form in which an EHR takes a clinical note. US_CORE: a draft, with the encounter where known. EPIC:
    a draft, encounter required. ORACLE: signed at once; author, encounter and end of the visit required.
    """

    US_CORE = "us_core"
    EPIC = "epic"
    ORACLE = "oracle"


@dataclass(frozen=True, slots=True)
class EhrProfile:
    """What reading and writing do differently at an EHR.

    `condition_categories`: tokens, one search for each; none is one search without a category.
    `care_plan_categories`: tokens, one search for each. `other_note_types`: where notes stand besides
    DocumentReference, searched with permission only. `page_size`: `_count` of every search, records.
    `note_shape`: how a note is filed. `creates_of_other_kinds`: types whose create is offered, but not for
    what the app would write. `stated`: what its server said that it takes, None where nobody looked.
    """

    vendor: str = "generic"
    condition_categories: tuple[str, ...] = ()
    care_plan_categories: tuple[str, ...] = (ASSESS_PLAN,)
    other_note_types: tuple[str, ...] = ("DiagnosticReport", "Composition", "ClinicalImpression")
    page_size: int = 200
    note_shape: NoteShape = NoteShape.US_CORE
    creates_of_other_kinds: frozenset[str] = frozenset()
    stated: "Stated | None" = None


@dataclass(frozen=True, slots=True)
class Stated:
    """A CapabilityStatement that was read once: of what this app writes, the types with a create. `source`:
    which statement, and when. Only told to people: in a visit the server is asked itself.
    """

    creates: frozenset[str]
    source: str


def profile_for(vendor: str) -> EhrProfile:
    """The profile of a registration's `vendor`; US Core's for every vendor without a known deviation."""
    known = _KNOWN.get(vendor)
    return EhrProfile(vendor=vendor) if known is None else known()


def _epic() -> EhrProfile:
    """Epic.

    Symptom: Condition search by patient alone is refused or returns one kind only, since each category is an
    API of its own. Decision: one search for each category. From: the R4 CapabilityStatement "Epic May 2026"
    (fhir.epic.com) and US Core's `patient` + `category` search; captured 2026-07-24.

    Symptom: longitudinal care plans stand under a SNOMED category, encounter plans under US Core's.
    Decision: search for both. From: an integrator's report on CarePlan.Search (38717003); 2026-10-02.

    Symptom: notes are DocumentReferences only; DiagnosticReport has results of laboratories and imaging, and
    there is no Composition and no ClinicalImpression. Decision: none of them is searched. From: the
    CapabilityStatement of 2026-07-24.

    Symptom: Observation has a create, for vital signs and other flowsheet rows, lines and drains, and DICOM;
    a preference has no row there. Decision: preferences are never sent as Observation. From: the
    CapabilityStatement of 2026-07-24 for the create, an integrator's record of the APIs (963 and others) for
    what it takes; 2026-10-02.

    Symptom: a clinical note is refused without an encounter of the patient, and signed at once with docStatus
    "final". Decision: a draft ("preliminary"), and only in a visit that is known. From: the same integrator's
    record of DocumentReference.Create (1046) and sandbox runs of 2026-09-30.

    Symptom: QuestionnaireResponse has a create, for questionnaires that Epic numbered. Decision: as
    everywhere, only with the questionnaire that the site names. From: the same record (10023).
    """
    return EhrProfile(
        vendor="epic",
        condition_categories=("problem-list-item", "health-concern", "encounter-diagnosis"),
        care_plan_categories=(ASSESS_PLAN, "http://snomed.info/sct|38717003"),
        other_note_types=(),
        note_shape=NoteShape.EPIC,
        creates_of_other_kinds=frozenset({"Observation"}),
        stated=Stated(
            frozenset({"Observation", "DocumentReference", "QuestionnaireResponse"}),
            'the sandbox\'s CapabilityStatement "Epic May 2026", captured 2026-07-24',
        ),
    )


def _oracle() -> EhrProfile:
    """Oracle Health Millennium.

    Symptom: DocumentReference gives 10 records a page unless asked, and refuses a `_count` above 100.
    Decision: ask for 100 everywhere. From: fhir.cerner.com repository, DocumentReference page; 2024-05-02.

    Symptom: dates need a time, and `date` with `period` is refused. Decision: no search here has a date.
    From: the same page, same day.

    Symptom: Observation has a create, for vital signs and laboratory results. Decision: preferences are never
    sent as Observation. From: fhir.cerner.com repository, Observation page; 2024-05-02.

    Symptom: Provenance has a create, for Observations. Decision: none is sent. From: the Provenance page,
    same day.

    Symptom: a note is taken only as final, with one author who is the signed-in provider, an encounter and
    the end of the visit. Decision: the note is written so, and the clinician confirms that it is signed at
    once. From: the DocumentReference page, same day.
    """
    return EhrProfile(
        vendor="oracle",
        page_size=100,
        note_shape=NoteShape.ORACLE,
        creates_of_other_kinds=frozenset({"Observation", "Provenance"}),
        stated=Stated(
            frozenset({"Observation", "DocumentReference", "Provenance"}),
            "its public developer pages of 2024-05-02",
        ),
    )


def _athenahealth() -> EhrProfile:
    """athenahealth (athenaOne).

    Symptom: notes, goals and observations can be read only; QuestionnaireResponse is the one create.
    Decision: none here, the CapabilityStatement says so itself. From: that statement, dated 2022-06-06,
    fetched 2026-08-14.
    """
    return EhrProfile(
        vendor="athenahealth",
        stated=Stated(
            frozenset({"QuestionnaireResponse"}),
            "the preview server's CapabilityStatement, dated 2022-06-06, fetched 2026-08-14",
        ),
    )


def _eclinicalworks() -> EhrProfile:
    """eClinicalWorks.

    Symptom: `scopes_supported` lists creates of Goal and DocumentReference that the CapabilityStatement does
    not have. Decision: none here, the CapabilityStatement decides everywhere. From: both documents of "eCW
    FHIR Facade 1.6"; 2026-08-14.
    """
    return EhrProfile(
        vendor="eclinicalworks",
        stated=Stated(
            frozenset({"QuestionnaireResponse"}),
            'the CapabilityStatement of "eCW FHIR Facade 1.6", 2026-08-14',
        ),
    )


def _meditech() -> EhrProfile:
    """MEDITECH (Greenfield, US Core STU6).

    Symptom: scopes for writing DocumentReference and Observation are advertised, and the CapabilityStatement
    has no create of them. Decision: none here, the CapabilityStatement decides everywhere. From: both
    documents of the sandbox; the statement is dated 2023-05-25, fetched 2026-08.
    """
    return EhrProfile(
        vendor="meditech",
        stated=Stated(
            frozenset({"QuestionnaireResponse"}),
            "the Greenfield sandbox's CapabilityStatement, dated 2023-05-25, fetched 2026-08",
        ),
    )


def _takes_everything(vendor: str) -> EhrProfile:
    """Medplum and HAPI: no deviation; every type of R4 has a create. From: their documentation; 2026-08."""
    types = frozenset(
        {
            "Goal", "Observation", "CarePlan", "List", "DocumentReference", "QuestionnaireResponse",
            "Provenance",
        }
    )  # fmt: skip
    return EhrProfile(vendor=vendor, stated=Stated(types, "its documentation, 2026-08"))


_KNOWN: Mapping[str, Callable[[], EhrProfile]] = MappingProxyType(
    {
        "epic": _epic,
        "oracle": _oracle,
        "cerner": _oracle,
        "athenahealth": _athenahealth,
        "athena": _athenahealth,
        "eclinicalworks": _eclinicalworks,
        "ecw": _eclinicalworks,
        "meditech": _meditech,
        "medplum": lambda: _takes_everything("medplum"),
        "hapi": lambda: _takes_everything("hapi"),
    }
)
KNOWN_VENDORS: Final = ("generic", *_KNOWN)
"""What a registration's `vendor` may be so that something is known of it."""
