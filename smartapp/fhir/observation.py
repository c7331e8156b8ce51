"""A hope, a worry, a preference in somebody's own words, as a preference Observation.

http://hl7.org/fhir/us/core/StructureDefinition/us-core-care-experience-preference and
.../us-core-treatment-intervention-preference (US Core 9.0.0). US Core fixes the LOINC code; what the
statement is about stands in a second coding of the app's own system.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from smartapp.fhir.codes import (
    CARE_EXPERIENCE_CATEGORY,
    CARE_EXPERIENCE_CODE,
    PCO_WHAT_MATTERS,
    SURVEY_CATEGORY,
    TREATMENT_CATEGORY,
    TREATMENT_CODE,
    Coding,
    LocalSystems,
    ObservationStatus,
    Profile,
)
from smartapp.fhir.profiles import ResourceForm
from smartapp.fhir.references import VisitReferences, named
from smartapp.fhir.wording import (
    chosen,
    date_time,
    encounter,
    identifier,
    meta,
    note_text,
    notes,
    quoted,
)
from smartapp.sdm.model import DraftStatement, Kind


@dataclass(frozen=True, slots=True)
class Shape:
    """The fixed parts of a preference Observation."""

    category: Coding
    code: Coding
    profile: Profile


CARE_EXPERIENCE: Final = Shape(CARE_EXPERIENCE_CATEGORY, CARE_EXPERIENCE_CODE, Profile.CARE_EXPERIENCE)
TREATMENT: Final = Shape(TREATMENT_CATEGORY, TREATMENT_CODE, Profile.TREATMENT)


@dataclass(frozen=True, slots=True)
class Preference:
    """How one kind of statement is coded."""

    shape: Shape
    concept: str
    display: str

    def codings(self, systems: LocalSystems) -> list[dict[str, str]]:
        return [self.shape.code.to_fhir(), systems.concept(self.concept, self.display).to_fhir()]


PREFERENCES: Final[Mapping[Kind, Preference]] = MappingProxyType(
    {
        Kind.HOPE: Preference(CARE_EXPERIENCE, "hopes", "What the patient hopes for"),
        Kind.WORRY: Preference(CARE_EXPERIENCE, "worries", "What the patient is most worried about"),
        Kind.MATTERS: Preference(CARE_EXPERIENCE, "what-matters", "What matters to the patient"),
        Kind.PEOPLE: Preference(CARE_EXPERIENCE, "people-involved", "People the patient wants involved"),
        Kind.CARE_EXPERIENCE: Preference(
            CARE_EXPERIENCE, "care-experience", "How the patient wants care to be given"
        ),
        Kind.DECISION_ROLE: Preference(
            CARE_EXPERIENCE, "decision-role", "How the patient wants to take part in decisions"
        ),
        Kind.STRENGTH: Preference(CARE_EXPERIENCE, "strength", "What gives the patient strength"),
        Kind.UNACCEPTABLE: Preference(TREATMENT, "unacceptable-outcome", "What the patient would not accept"),
        Kind.TREATMENT_PREFERENCE: Preference(
            TREATMENT, "treatment-preference", "Treatment the patient prefers"
        ),
    }
)

WHAT_MATTERS: Final = frozenset({Kind.HOPE, Kind.WORRY, Kind.MATTERS, Kind.STRENGTH})
"""Kinds that are what PCO calls "what matters"."""
_WITH_FOCUS: Final = frozenset({Kind.UNACCEPTABLE, Kind.TREATMENT_PREFERENCE, Kind.PEOPLE})
"""Kinds that may be about something in the chart besides the patient: a condition, a person."""


def to_fhir(
    draft: DraftStatement, visit: VisitReferences, *, said_at: datetime, form: ResourceForm
) -> dict[str, object]:
    """The Observation to create; arguments as for a Goal. Raises KeyError for a kind not in PREFERENCES."""
    preference = PREFERENCES[draft.kind]
    focus = draft.addresses if draft.kind in _WITH_FOCUS else ()
    performer = quoted(draft, visit)
    optional = {
        "encounter": encounter(visit),
        "performer": [performer] if performer else [],
        "focus": [named(reference) for reference in focus],
        "note": notes(note_text(draft), visit, said_at=said_at),
        "meta": meta(draft, systems=form.systems, claimed=_claimed(draft.kind, preference.shape, form)),
    }
    observation: dict[str, object] = {
        "resourceType": "Observation",
        "identifier": [identifier(draft.id, form)],
        "status": ObservationStatus.FINAL.value,
        "category": [{"coding": [category.to_fhir()]} for category in _categories(draft.kind, form)],
        # The question as it was asked; where none is known, none is made up.
        "code": {"coding": preference.codings(form.systems), "text": draft.question or preference.display},
        "subject": visit.patient,
        "effectiveDateTime": date_time(said_at),
    }
    return observation | _value(draft, form) | {name: value for name, value in optional.items() if value}


def _value(draft: DraftStatement, form: ResourceForm) -> dict[str, object]:
    label = chosen(draft)
    if not label:
        return {"valueString": draft.words}
    role = form.systems.decision_role(draft.choice, label)
    return {"valueCodeableConcept": {"coding": [role.to_fhir()], "text": draft.words}}


def _categories(kind: Kind, form: ResourceForm) -> list[Coding]:
    ours = PREFERENCES[kind].shape.category
    return [ours, SURVEY_CATEGORY, PCO_WHAT_MATTERS] if _is_what_matters(kind, form) else [ours]


def _claimed(kind: Kind, shape: Shape, form: ResourceForm) -> list[str]:
    """A server that does not know the preference profile may know the simple one, which this is too."""
    us_core = form.claimed(shape.profile) or form.claimed(Profile.SIMPLE_OBSERVATION)
    return us_core + (form.claimed(Profile.PCO_WHAT_MATTERS) if _is_what_matters(kind, form) else [])


def _is_what_matters(kind: Kind, form: ResourceForm) -> bool:
    return form.pco and kind in WHAT_MATTERS
