"""The signed-in clinician, as far as the EHR lets us read them: a nicety, and never a reason to stop."""

from typing import Final

from smartapp.errors import AppError
from smartapp.fhir import lenses
from smartapp.fhir.keeping import looked_at
from smartapp.fhir.parts import Reader
from smartapp.fhir.patient_record import ClinicianDetails
from smartapp.fhir.people import name_of

_MAX_CHARACTERS: Final = 200


async def read_clinician(reader: Reader, fhir_user: str) -> ClinicianDetails:
    """Name, role and organization behind a relative fhirUser reference ("Practitioner/7").

    The fhirUser scope covers reading oneself, so no other scope is asked for.
    https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#scopes-for-requesting-identity-data
    """
    try:
        resource = await reader.read_user(fhir_user)
    except AppError:
        return ClinicianDetails()
    if fhir_user.startswith("PractitionerRole/"):
        role = looked_at(resource, lenses.PractitionerRole)
        return await _of_role(reader, role) if role else ClinicianDetails()
    person = looked_at(resource, lenses.Practitioner)
    if person is None:
        return ClinicianDetails()
    qualifications = (qualification.code.words for qualification in person.qualification)
    return ClinicianDetails(_line(name_of(person.name)), _line(next(filter(None, qualifications), "")))


async def _of_role(reader: Reader, role: lenses.PractitionerRole) -> ClinicianDetails:
    name = role.practitioner.display
    holder = reader.patient.relative(role.practitioner.reference)
    if not name and holder.startswith("Practitioner/"):
        name = (await read_clinician(reader, holder)).name
    return ClinicianDetails(
        _line(name),
        _line(next((code.words for code in role.code if code.words), "")),
        reader.patient.relative(role.organization.reference),
    )


def _line(text: str) -> str:
    """One line of printable text."""
    return "".join(character for character in text if character.isprintable()).strip()[:_MAX_CHARACTERS]
