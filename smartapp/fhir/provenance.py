"""Who said, who wrote down and what assembled the entries of one visit, as a US Core Provenance.

http://hl7.org/fhir/us/core/StructureDefinition/us-core-provenance (US Core 9.0.0); its rule provenance-1
asks for `onBehalfOf` beside every practitioner and device.
"""

from collections.abc import Sequence
from datetime import datetime

from smartapp.fhir.codes import ASSEMBLER, AUTHOR, CREATE, INFORMANT, Coding, Profile
from smartapp.fhir.profiles import ResourceForm
from smartapp.fhir.references import VisitReferences, named
from smartapp.fhir.wording import speaker
from smartapp.sdm.model import DraftStatement, SaidBy


def to_fhir(
    targets: Sequence[str],
    drafts: Sequence[DraftStatement],
    *,
    visit: VisitReferences,
    recorded: datetime,
    assembler: str,
    form: ResourceForm,
    activity: Coding = CREATE,
) -> dict[str, object]:
    """One Provenance for `targets` ("Goal/1"), which hold the words of `drafts`.

    `assembler`: name and version of the app. `activity`: what was done to the targets. Raises ValueError for
    a time without an offset.
    """
    if recorded.utcoffset() is None:
        raise ValueError("a time without an offset")
    site = {"onBehalfOf": visit.site} if visit.site else {}
    agents = [_agent(AUTHOR, visit.clinician) | site] if visit.clinician else []
    agents += [_agent(INFORMANT, informant) for informant in _informants(drafts, visit)]
    agents.append(_agent(ASSEMBLER, named("", assembler)) | site)
    claimed = form.claimed(Profile.PROVENANCE)
    meta = {"meta": {"profile": claimed}} if claimed else {}
    return {
        "resourceType": "Provenance",
        **meta,
        "target": [named(target) for target in targets],
        "recorded": recorded.isoformat(timespec="milliseconds"),
        "activity": {"coding": [activity.to_fhir()]},
        "agent": agents,
    }


def _agent(role: Coding, who: dict[str, str]) -> dict[str, object]:
    return {"type": {"coding": [role.to_fhir()]}, "who": who}


def _informants(drafts: Sequence[DraftStatement], visit: VisitReferences) -> list[dict[str, str]]:
    """Each speaker once, the patient first: by reference where the chart knows them, else by the name that
    was typed.
    """
    speakers = [_informant(draft, visit) for draft in drafts]
    speakers.sort(key=lambda who: who != visit.patient)
    return [who for number, who in enumerate(speakers) if who and who not in speakers[:number]]


def _informant(draft: DraftStatement, visit: VisitReferences) -> dict[str, str]:
    if draft.said_by is SaidBy.CLINICIAN:
        return {}
    return speaker(draft, visit) or named("", draft.speaker.strip())
