"""The few reads that finish a launch: the clinician's name, and the patient where only the visit was given.

They use the fresh token and plain references under the FHIR base, nothing else. A name that cannot be read is
left out; a patient that cannot be found ends the launch.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from smartapp.errors import AnswerUnreadable, NoPatient, OutboundError, TemporaryOutboundError
from smartapp.http import MB, Door, Limits
from smartapp.smart.id_token import IdToken
from smartapp.smart.launch import Clinician

READ_LIMITS = Limits(total_s=5.0, max_bytes=MB)

_REFERENCE = re.compile(r"([A-Z][A-Za-z]{1,63})/([A-Za-z0-9\-.]{1,64})")
_MAX_NAME = 200

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
            headers={"Accept": "application/fhir+json", "Authorization": f"Bearer {self.access_token}"},
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


async def clinician_of(reader: Reader, id_token: IdToken) -> Clinician:
    """The signed-in user with name and role, as far as the EHR lets us read them."""
    resource: Resource = {}
    if id_token.reference:
        try:
            resource = await reader.read(id_token.reference)
        except OutboundError:
            resource = {}
    is_role = resource.get("resourceType") == "PractitionerRole"
    return Clinician(
        subject=id_token.subject,
        reference=id_token.reference,
        name=await _role_holder(reader, resource) if is_role else _human_name(resource),
        role=_first_text(resource.get("code")) if is_role else _qualification(resource),
        organization=reader.relative(_member(resource, "organization", "reference")) if is_role else "",
        fhir_user=id_token.fhir_user,
    )


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


async def _role_holder(reader: Reader, role: Resource) -> str:
    display = _clean(_member(role, "practitioner", "display"))
    reference = reader.relative(_member(role, "practitioner", "reference"))
    if display or not reference.startswith("Practitioner/"):
        return display
    try:
        return _human_name(await reader.read(reference))
    except OutboundError:
        return ""


def _human_name(resource: Resource) -> str:
    """The name to show: the official or usual one, else the first."""
    value = resource.get("name")
    names = [name for name in value if isinstance(name, dict)] if isinstance(value, list) else []
    if not names:
        return ""
    name = min(names, key=lambda n: {"official": 0, "usual": 1}.get(str(n.get("use")), 2))
    parts = [*_strings(name.get("prefix")), *_strings(name.get("given")), name.get("family")]
    spoken = " ".join(_clean(part) for part in [*parts, *_strings(name.get("suffix"))])
    return _clean(name.get("text")) or _clean(" ".join(spoken.split()))


def _qualification(resource: Resource) -> str:
    qualifications = resource.get("qualification")
    if not isinstance(qualifications, list):
        return ""
    return _first_text([q.get("code") for q in qualifications if isinstance(q, dict)])


def _first_text(concepts: object) -> str:
    """The text of the first CodeableConcept that has one, or a display of its codings."""
    for concept in concepts if isinstance(concepts, list) else []:
        if isinstance(concept, dict):
            codings = concept.get("coding")
            displays = (
                [c.get("display") for c in codings if isinstance(c, dict)]
                if isinstance(codings, list)
                else []
            )
            text = next((_clean(t) for t in [concept.get("text"), *displays] if _clean(t)), "")
            if text:
                return text
    return ""


def _member(resource: Resource, name: str, inner: str) -> object:
    value = resource.get(name)
    return value.get(inner) if isinstance(value, dict) else None


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _clean(value: object) -> str:
    """One line of printable text, or ""."""
    text = value if isinstance(value, str) else ""
    return "".join(c for c in text if c.isprintable()).strip()[:_MAX_NAME]
