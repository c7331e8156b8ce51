"""A decision as it was agreed in the visit, as a US Core CarePlan.

http://hl7.org/fhir/us/core/StructureDefinition/us-core-careplan (US Core 9.0.0; up to 7.0 the category
`assess-plan` is required).
"""

import re
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Final

from smartapp.fhir.codes import ASSESS_PLAN, PCO_PERSON_CENTERED, CarePlanStatus, Profile
from smartapp.fhir.profiles import ResourceForm
from smartapp.fhir.references import VisitReferences, named
from smartapp.fhir.wording import date_time, encounter, identifier, meta, note_text, notes, speaker
from smartapp.sdm.model import DraftStatement

_TITLE: Final = "Decision agreed"
_NOT_XML: Final = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""https://www.w3.org/TR/xml/#charsets"""


def to_fhir(
    draft: DraftStatement,
    visit: VisitReferences,
    *,
    said_at: datetime,
    form: ResourceForm,
    goals: Sequence[str] = (),
    supporting: Sequence[str] = (),
) -> dict[str, object]:
    """The CarePlan to create; arguments as for a Goal. `goals` and `supporting`: references of the goals and
    preferences that the decision rests on.
    """
    contributor = speaker(draft, visit)
    categories = [ASSESS_PLAN, *([PCO_PERSON_CENTERED] if form.pco else [])]
    optional = {
        "encounter": encounter(visit),
        "author": visit.clinician if visit.practitioner else {},
        "contributor": [contributor] if contributor else [],
        "addresses": [named(reference) for reference in draft.addresses],
        "goal": [named(reference) for reference in goals],
        "supportingInfo": [named(reference) for reference in supporting],
        "note": notes(note_text(draft), visit, said_at=said_at),
        "meta": meta(draft, systems=form.systems, claimed=form.claimed(Profile.CARE_PLAN)),
    }
    plan: dict[str, object] = {
        "resourceType": "CarePlan",
        "identifier": [identifier(draft.id, form)],
        # Servers may word a narrative anew. What is compared after reading back is the description.
        "text": {"status": "additional", "div": narrative(draft.words)},
        "status": CarePlanStatus.ACTIVE.value,
        "intent": "plan",
        "category": [{"coding": [category.to_fhir()]} for category in categories],
        "title": _TITLE,
        "description": draft.words,
        "subject": visit.patient,
        "created": date_time(said_at),
    }
    return plan | {name: value for name, value in optional.items() if value}


def narrative(words: str) -> str:
    """Words as XHTML, every line on its own. https://hl7.org/fhir/R4/narrative.html#xhtml"""
    plain = _NOT_XML.sub("\ufffd", words)
    lines = "<br/>".join(escape(line, quote=False) for line in plain.splitlines())
    return f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{lines}</p></div>'
