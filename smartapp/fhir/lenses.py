"""What is looked at in the FHIR R4 resources that are read: only named fields, all optional, nothing checked
but their types. Race, ethnicity, religion, gender identity and sexual orientation have no field here.

A lens is not a validator. A field of the wrong type makes its resource unreadable, and no other.
https://hl7.org/fhir/R4/resourcelist.html
"""

import msgspec

from smartapp.fhir.elements import (
    Annotation,
    Attachment,
    Coding,
    Concept,
    HumanName,
    Identifier,
    Lens,
    Meta,
    Narrative,
    Period,
    Reference,
)


class Resource(Lens, frozen=True):
    """What every resource has."""

    resource_type: str = ""
    id: str = ""
    language: str = ""
    meta: Meta = Meta()

    @property
    def reference(self) -> str:
        return f"{self.resource_type}/{self.id}"


class OfSubject(Resource, frozen=True):
    """A resource whose `subject` is the patient. `is_void`: it must not be used."""

    status: str = ""
    subject: Reference = Reference()

    @property
    def patient_reference(self) -> str:
        return self.subject.reference

    @property
    def is_void(self) -> bool:
        return self.status == "entered-in-error"


class OfPatient(Resource, frozen=True):
    """A resource whose `patient` is the patient. `is_void`: it must not be used."""

    status: str = ""
    patient: Reference = Reference()

    @property
    def patient_reference(self) -> str:
        return self.patient.reference

    @property
    def is_void(self) -> bool:
        return self.status == "entered-in-error"


class Communication(Lens, frozen=True):
    language: Concept = Concept()
    preferred: bool = False


class LanguageExtension(Lens, frozen=True):
    """Of all the extensions of Patient only the ones about an interpreter are looked at; see people.py."""

    url: str = ""
    value_coding: Coding = Coding()
    value_boolean: bool | None = None


class Patient(Resource, frozen=True):
    identifier: tuple[Identifier, ...] = ()
    name: tuple[HumanName, ...] = ()
    birth_date: str = ""
    gender: str = ""
    communication: tuple[Communication, ...] = ()
    deceased_boolean: bool = False
    deceased_date_time: str = ""
    extension: tuple[LanguageExtension, ...] = ()


class Qualification(Lens, frozen=True):
    code: Concept = Concept()


class Practitioner(Resource, frozen=True):
    name: tuple[HumanName, ...] = ()
    qualification: tuple[Qualification, ...] = ()


class PractitionerRole(Resource, frozen=True):
    practitioner: Reference = Reference()
    organization: Reference = Reference()
    code: tuple[Concept, ...] = ()


class EncounterLocation(Lens, frozen=True):
    location: Reference = Reference()
    status: str = ""


class Encounter(OfSubject, frozen=True):
    type: tuple[Concept, ...] = ()
    service_type: Concept = Concept()
    reason_code: tuple[Concept, ...] = ()
    period: Period = Period()
    location: tuple[EncounterLocation, ...] = ()
    service_provider: Reference = Reference()


class Condition(OfSubject, frozen=True):
    clinical_status: Concept = Concept()
    verification_status: Concept = Concept()
    category: tuple[Concept, ...] = ()
    code: Concept = Concept()
    onset_date_time: str = ""
    recorded_date: str = ""
    abatement_date_time: str = ""
    abatement_string: str = ""
    abatement_period: Lens | None = None
    abatement_age: Lens | None = None
    abatement_range: Lens | None = None

    @property
    def is_void(self) -> bool:
        return bool(self.verification_status.code_set & {"entered-in-error", "refuted"})

    @property
    def has_ended(self) -> bool:
        words = self.abatement_date_time or self.abatement_string
        return bool(words or self.abatement_period or self.abatement_age or self.abatement_range)


class ContainedMedication(Lens, frozen=True):
    id: str = ""
    code: Concept = Concept()


class MedicationRequest(OfSubject, frozen=True):
    intent: str = ""
    category: tuple[Concept, ...] = ()
    medication_codeable_concept: Concept = Concept()
    medication_reference: Reference = Reference()
    contained: tuple[msgspec.Raw, ...] = ()
    authored_on: str = ""


class AllergyIntolerance(OfPatient, frozen=True):
    clinical_status: Concept = Concept()
    verification_status: Concept = Concept()
    category: tuple[str, ...] = ()
    code: Concept = Concept()
    onset_date_time: str = ""
    recorded_date: str = ""

    @property
    def is_void(self) -> bool:
        return bool(self.verification_status.code_set & {"entered-in-error", "refuted"})


class ServiceRequest(OfSubject, frozen=True):
    intent: str = ""
    category: tuple[Concept, ...] = ()
    code: Concept = Concept()
    authored_on: str = ""


class GoalTarget(Lens, frozen=True):
    due_date: str = ""


class Goal(OfSubject, frozen=True):
    lifecycle_status: str = ""
    achievement_status: Concept = Concept()
    description: Concept = Concept()
    start_date: str = ""
    status_date: str = ""
    status_reason: object = ""
    target: tuple[GoalTarget, ...] = ()
    expressed_by: Reference = Reference()
    note: tuple[Annotation, ...] = ()

    @property
    def is_void(self) -> bool:
        return self.lifecycle_status == "entered-in-error"


class Observation(OfSubject, frozen=True):
    category: tuple[Concept, ...] = ()
    code: Concept = Concept()
    effective_date_time: str = ""
    effective_period: Period = Period()
    issued: str = ""
    performer: tuple[Reference, ...] = ()
    value_string: str = ""
    value_codeable_concept: Concept = Concept()
    value_boolean: bool | None = None
    value_integer: int | None = None
    note: tuple[Annotation, ...] = ()

    @property
    def is_void(self) -> bool:
        return self.status in {"entered-in-error", "cancelled"}


class Answer(Lens, frozen=True):
    value_string: str = ""
    item: tuple["Item", ...] = ()


class Item(Lens, frozen=True):
    link_id: str = ""
    text: str = ""
    answer: tuple[Answer, ...] = ()
    item: tuple["Item", ...] = ()


class QuestionnaireResponse(OfSubject, frozen=True):
    identifier: Identifier = Identifier()
    questionnaire: str = ""
    authored: str = ""
    author: Reference = Reference()
    source: Reference = Reference()
    item: tuple[Item, ...] = ()


class ActivityDetail(Lens, frozen=True):
    description: str = ""


class Activity(Lens, frozen=True):
    detail: ActivityDetail = ActivityDetail()


class CarePlan(OfSubject, frozen=True):
    identifier: tuple[Identifier, ...] = ()
    title: str = ""
    description: str = ""
    text: Narrative = Narrative()
    created: str = ""
    period: Period = Period()
    author: Reference = Reference()
    contributor: tuple[Reference, ...] = ()
    activity: tuple[Activity, ...] = ()
    note: tuple[Annotation, ...] = ()


class Entry(Lens, frozen=True):
    item: Reference = Reference()
    deleted: bool = False


class List(OfSubject, frozen=True):
    identifier: tuple[Identifier, ...] = ()
    code: Concept = Concept()
    source: Reference = Reference()
    date: str = ""
    entry: tuple[Entry, ...] = ()
    note: tuple[Annotation, ...] = ()


class Participant(Lens, frozen=True):
    role: tuple[Concept, ...] = ()
    member: Reference = Reference()


class CareTeam(OfSubject, frozen=True):
    participant: tuple[Participant, ...] = ()


class RelatedPerson(OfPatient, frozen=True):
    active: bool = True
    relationship: tuple[Concept, ...] = ()
    name: tuple[HumanName, ...] = ()
    communication: tuple[Communication, ...] = ()


class ConsentActor(Lens, frozen=True):
    role: Concept = Concept()
    reference: Reference = Reference()


class Provision(Lens, frozen=True):
    type: str = ""
    actor: tuple[ConsentActor, ...] = ()


class Consent(OfPatient, frozen=True):
    scope: Concept = Concept()
    category: tuple[Concept, ...] = ()
    date_time: str = ""
    policy_rule: Concept = Concept()
    provision: Provision = Provision()


class Content(Lens, frozen=True):
    attachment: Attachment = Attachment()


class DocumentContext(Lens, frozen=True):
    period: Period = Period()
    practice_setting: Concept = Concept()


class RelatesTo(Lens, frozen=True):
    code: str = ""
    target: Reference = Reference()


class DocumentReference(OfSubject, frozen=True):
    identifier: tuple[Identifier, ...] = ()
    doc_status: str = ""
    type: Concept = Concept()
    date: str = ""
    description: str = ""
    author: tuple[Reference, ...] = ()
    relates_to: tuple[RelatesTo, ...] = ()
    content: tuple[Content, ...] = ()
    context: DocumentContext = DocumentContext()

    @property
    def is_void(self) -> bool:
        return "entered-in-error" in {self.status, self.doc_status}
