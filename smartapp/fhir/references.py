"""The references that the entries of one visit carry: patient, encounter, clinician and site.

Always relative, `Type/id`. https://hl7.org/fhir/R4/references.html#literal
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VisitReferences:
    """Whose chart, which visit, who writes, and where. `practitioner` and `organization` are relative
    references; everything but the patient may be "".
    """

    patient_id: str
    patient_name: str = ""
    encounter_id: str = ""
    practitioner: str = ""
    practitioner_name: str = ""
    organization: str = ""
    organization_name: str = ""

    @property
    def patient(self) -> dict[str, str]:
        return named(f"Patient/{self.patient_id}", self.patient_name)

    @property
    def clinician(self) -> dict[str, str]:
        return named(self.practitioner, self.practitioner_name)

    @property
    def site(self) -> dict[str, str]:
        return named(self.organization, self.organization_name)


def named(reference: str, display: str = "") -> dict[str, str]:
    """A Reference with what is known of it: {} when nothing is."""
    parts = {"reference": reference, "display": display}
    return {name: value for name, value in parts.items() if value}
