"""The one read that finishes a launch where the EHR named the visit and not the patient.

It uses the fresh token and plain references under the FHIR base, nothing else. A patient that cannot be found
ends the launch.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from smartapp.errors import AnswerUnreadable, NoPatient, OutboundError, TemporaryOutboundError
from smartapp.http import MB, Door, Limits

READ_LIMITS = Limits(total_s=5.0, max_bytes=MB)

_REFERENCE = re.compile(r"([A-Z][A-Za-z]{1,63})/(?!\.\.?\Z)([A-Za-z0-9\-.]{1,64})")

Resource = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads single resources with a token that is good right now."""

    door: Door
    fhir_base: str
    access_token: str = field(repr=False)

    async def read(self, reference: str) -> Resource:
        """Read a resource by its relative reference. Raises OutboundError."""
        resource_type, _, resource_id = reference.partition("/")
        answer = await self.door.fetch(
            "GET",
            f"{self.fhir_base}/{reference}",
            headers={
                "Accept": "application/fhir+json",
                "Cache-Control": "no-cache",
                "Authorization": f"Bearer {self.access_token}",
            },
            limits=READ_LIMITS,
        )
        if answer.status == 429 or answer.status >= 500:
            raise TemporaryOutboundError(f"status {answer.status}")
        if answer.status != 200:
            raise OutboundError(f"status {answer.status}")
        resource = answer.json()
        if not isinstance(resource, dict):
            raise AnswerUnreadable("not a JSON object")
        if (resource.get("resourceType"), resource.get("id")) != (resource_type, resource_id):
            raise AnswerUnreadable("another resource than the one asked for")
        return resource

    def relative(self, value: object) -> str:
        """A reference relative to the FHIR base, or "" for anything else."""
        text = value.removeprefix(f"{self.fhir_base}/") if isinstance(value, str) else ""
        return text if _REFERENCE.fullmatch(text) else ""


async def patient_of_encounter(reader: Reader, encounter_id: str) -> str:
    """The patient of a visit. Raises NoPatient when it cannot be read or names no patient of this server, and
    TemporaryOutboundError.
    """
    try:
        encounter = await reader.read(f"Encounter/{encounter_id}")
    except TemporaryOutboundError:
        raise
    except OutboundError as error:
        raise NoPatient(f"the encounter cannot be read: {error.detail}") from error
    resource_type, _, patient_id = reader.relative(_member(encounter, "subject", "reference")).partition("/")
    if resource_type != "Patient":
        raise NoPatient("the encounter has no patient")
    return patient_id


def _member(resource: Resource, name: str, inner: str) -> object:
    value = resource.get(name)
    return value.get(inner) if isinstance(value, dict) else None
