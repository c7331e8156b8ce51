"""Statements as answers to the site's own questionnaire.

http://hl7.org/fhir/us/core/StructureDefinition/us-core-questionnaireresponse (US Core 9.0.0).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from smartapp.fhir.codes import AnswersStatus, Profile
from smartapp.fhir.profiles import ResourceForm
from smartapp.fhir.references import VisitReferences
from smartapp.fhir.wording import chosen, date_time, encounter, identifier, note_text
from smartapp.sdm.model import DraftStatement, SaidBy


def to_fhir(
    id_: str,
    drafts: Sequence[DraftStatement],
    visit: VisitReferences,
    *,
    canonical: str,
    link_ids: Mapping[str, str],
    now: datetime,
    form: ResourceForm,
) -> dict[str, object]:
    """The QuestionnaireResponse to create. `id_` becomes its identifier; `link_ids`: by kind of statement, in
    the questionnaire's order.

    Raises KeyError for a statement that the questionnaire does not ask for, ValueError without statements.
    """
    if not drafts:
        raise ValueError("nothing to answer")
    answers: dict[str, list[object]] = {link_id: [] for link_id in link_ids.values()}
    for draft in drafts:
        answers[link_ids[draft.kind.value]].append({"valueString": answer(draft)})
    claimed = form.claimed(Profile.QUESTIONNAIRE_RESPONSE)
    said_by_patient = all(draft.said_by is SaidBy.PATIENT for draft in drafts)
    optional = {
        "meta": {"profile": claimed} if claimed else {},
        "encounter": encounter(visit),
        "author": visit.clinician if visit.practitioner else {},
        "source": visit.patient if said_by_patient else {},
    }
    response: dict[str, object] = {
        "resourceType": "QuestionnaireResponse",
        "identifier": identifier(id_, form),
        "questionnaire": canonical,
        "status": AnswersStatus.COMPLETED.value,
        "subject": visit.patient,
        "authored": date_time(now),
        "item": [{"linkId": link_id, "answer": given} for link_id, given in answers.items() if given],
    }
    return response | {name: value for name, value in optional.items() if value}


def answer(draft: DraftStatement) -> str:
    """The words; before them what was chosen, behind them who spoke where that was not the patient."""
    label, about = chosen(draft), note_text(draft)
    words = f"{label}. {draft.words}" if label and label != draft.words.strip() else draft.words
    return f"{words} ({about})" if about else words
