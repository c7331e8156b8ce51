"""How confident somebody is, from 0 to 10, as a US Core screening assessment.

http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-screening-assessment (US Core 9.0.0).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from smartapp.fhir.codes import PCO_CONFIDENCE, SURVEY_CATEGORY, ObservationStatus, Profile
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
    words_note,
)
from smartapp.sdm.model import DraftStatement

_CONCEPT: Final = "confidence"
_DISPLAY: Final = "How confident the patient is, from 0 to 10"


def to_fhir(
    draft: DraftStatement,
    visit: VisitReferences,
    *,
    said_at: datetime,
    form: ResourceForm,
    goals: Sequence[str] = (),
) -> dict[str, object]:
    """The Observation to create; arguments as for a Goal. `goals`: references of what the confidence is
    about.

    Raises KeyError for a statement without a number, which is no data: it is words for a note.
    """
    label = chosen(draft)
    if not label:
        raise KeyError(draft.kind)
    said = [words_note(draft, visit, said_at=said_at)] if draft.words.strip() != label else []
    performer = quoted(draft, visit)
    concept = form.systems.concept(_CONCEPT, _DISPLAY)
    codes = [PCO_CONFIDENCE, concept] if form.pco else [concept]
    optional = {
        "encounter": encounter(visit),
        "performer": [performer] if performer else [],
        "focus": [named(reference) for reference in goals],
        "note": said + notes(note_text(draft), visit, said_at=said_at),
        "meta": meta(draft, systems=form.systems, claimed=form.claimed(Profile.SCREENING)),
    }
    observation: dict[str, object] = {
        "resourceType": "Observation",
        "identifier": [identifier(draft.id, form)],
        "status": ObservationStatus.FINAL.value,
        "category": [{"coding": [SURVEY_CATEGORY.to_fhir()]}],
        "code": {"coding": [code.to_fhir() for code in codes], "text": draft.question or _DISPLAY},
        "subject": visit.patient,
        "effectiveDateTime": date_time(said_at),
        "valueInteger": int(draft.choice),
    }
    return observation | {name: value for name, value in optional.items() if value}
