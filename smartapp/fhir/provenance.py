"""Who said, who wrote down and what assembled the entries of one visit, as a US Core Provenance.

http://hl7.org/fhir/us/core/StructureDefinition/us-core-provenance (US Core 9.0.0); its rule provenance-1
asks for `onBehalfOf` beside every practitioner and device.
"""

from collections.abc import Sequence
from datetime import datetime

from smartapp.fhir.codes import ASSEMBLER, AUTHOR, CREATE, INFORMANT, Coding, Profile
from smartapp.fhir.references import VisitReferences, named
from smartapp.sdm.model import DraftStatement, SaidBy

_NOT_OTHERS = (SaidBy.PATIENT, SaidBy.CLINICIAN)


def to_fhir(
    targets: Sequence[str],
    drafts: Sequence[DraftStatement],
    *,
    visit: VisitReferences,
    recorded: datetime,
    assembler: str,
    claimed: frozenset[str] = frozenset(),
) -> dict[str, object]:
    """One Provenance for `targets` ("Goal/1"), which hold the words of `drafts`.

    `assembler`: name and version of the app. Raises ValueError for a time without an offset.
    """
    if recorded.utcoffset() is None:
        raise ValueError("a time without an offset")
    site = {"onBehalfOf": visit.site} if visit.site else {}
    agents = [_agent(AUTHOR, visit.clinician) | site] if visit.clinician else []
    agents += [_agent(INFORMANT, informant) for informant in _informants(drafts, visit)]
    agents.append(_agent(ASSEMBLER, named("", assembler)) | site)
    meta = {"meta": {"profile": [Profile.PROVENANCE.value]}} if Profile.PROVENANCE in claimed else {}
    return {
        "resourceType": "Provenance",
        **meta,
        "target": [named(target) for target in targets],
        "recorded": recorded.isoformat(timespec="milliseconds"),
        "activity": {"coding": [CREATE.to_fhir()]},
        "agent": agents,
    }


def _agent(role: Coding, who: dict[str, str]) -> dict[str, object]:
    return {"type": {"coding": [role.to_fhir()]}, "who": who}


def _informants(drafts: Sequence[DraftStatement], visit: VisitReferences) -> list[dict[str, str]]:
    """Each speaker once: the patient by reference, others by the name that was typed."""
    said_by_patient = any(draft.said_by is SaidBy.PATIENT for draft in drafts)
    others = [draft.speaker.strip() for draft in drafts if draft.said_by not in _NOT_OTHERS]
    speakers = [named("", speaker) for speaker in dict.fromkeys(others) if speaker]
    return ([visit.patient] if said_by_patient else []) + speakers
