"""One made-up patient's chart: builds FHIR R4 resources that are all about the same patient.

Shapes follow US Core where `meta.profile` says so (http://hl7.org/fhir/us/core/); the rest is base R4.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from smartapp.sandbox.stories.codes import CONCEPTS, LOINC, TERMS, US_CORE, Concept, coded, coding, concept
from smartapp.sandbox.stories.days import at
from smartapp.sandbox.stories.shared import CLINIC, OSEI, Reference, display_of

Resource = dict[str, Any]  # FHIR JSON, nested as the standard has it

_CATEGORIES = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category"
_PREFERENCES = {
    "care-experience-preference": ("95541-9", "Care experience preference"),
    "treatment-intervention-preference": (
        "75773-2",
        "Goals, preferences, and priorities for medical treatment Narrative - Reported",
    ),
}
_NOTE_CATEGORY = coding(
    "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
    "clinical-note",
    "Clinical Note",
)


@dataclass(frozen=True, slots=True)
class Chart:
    """The chart of Patient/{id}, seen by `clinician` today at `visit_time` in Encounter/{encounter_id}."""

    id: str
    family: str
    given: str
    today: date
    clinician: str = OSEI
    visit_time: str = "10:20"

    @property
    def encounter_id(self) -> str:
        return f"{self.id}-today"

    @property
    def subject(self) -> Reference:
        return {"reference": f"Patient/{self.id}", "display": f"{self.given} {self.family}"}

    def patient(
        self,
        born: date,
        gender: str,
        *,
        mrn: str,
        prefix: str,
        usual: str = "",
        language: str = "en",
        extensions: Sequence[Resource] = (),
    ) -> Resource:
        names = [{"use": "official", "family": self.family, "given": [self.given], "prefix": [prefix]}]
        if usual:
            names.append({"use": "usual", "given": [usual]})
        medical_record_number = {
            "use": "usual",
            "type": concept(
                "Medical record number", coding(f"{TERMS}v2-0203", "MR", "Medical record number")
            ),
            "system": "https://demo-ehr.example.org/mrn",
            "value": mrn,
        }
        communication = {"language": coded(coding("urn:ietf:bcp:47", language)), "preferred": True}
        return self._new("Patient", "", profile="us-core-patient") | {
            **({"extension": list(extensions)} if extensions else {}),
            "identifier": [medical_record_number],
            "active": True,
            "name": names,
            "gender": gender,
            "birthDate": born.isoformat(),
            "communication": [communication],
        }

    def visit(self, kind: Concept, reason: Concept) -> Resource:
        """Today's encounter, in progress."""
        return self._new("Encounter", "today") | {
            "status": "in-progress",
            "class": coding(f"{TERMS}v3-ActCode", "AMB", "ambulatory"),
            "type": [kind],
            "subject": self.subject,
            "participant": [
                {
                    "type": [coded(coding(f"{TERMS}v3-ParticipationType", "PPRF", "primary performer"))],
                    "individual": display_of(self.clinician),
                }
            ],
            "period": {"start": at(self.today, self.visit_time)},
            "reasonCode": [reason],
            "serviceProvider": CLINIC,
        }

    def condition(self, slug: str, code: Concept, *, since: date) -> Resource:
        return self._new("Condition", slug) | {
            "clinicalStatus": coded(coding(f"{TERMS}condition-clinical", "active")),
            "verificationStatus": coded(coding(f"{TERMS}condition-ver-status", "confirmed")),
            "category": [
                coded(coding(f"{TERMS}condition-category", "problem-list-item", "Problem List Item"))
            ],
            "code": code,
            "subject": self.subject,
            "onsetDateTime": since.isoformat(),
            "recordedDate": since.isoformat(),
        }

    def medicine(
        self, slug: str, code: Concept, *, dose: str, since: date, status: str = "active"
    ) -> Resource:
        return self._new("MedicationRequest", slug) | {
            "status": status,
            "intent": "order",
            "medicationCodeableConcept": code,
            "subject": self.subject,
            "authoredOn": at(since, "10:12"),
            "requester": display_of(self.clinician),
            "dosageInstruction": [{"text": dose}],
        }

    def order(self, slug: str, code: Concept, *, reason: str) -> Resource:
        """Something that the clinician has begun to order today and not signed."""
        return self._new("ServiceRequest", slug) | {
            "status": "draft",
            "intent": "order",
            "code": code,
            "subject": self.subject,
            "encounter": self._today,
            "authoredOn": at(self.today, "10:09"),
            "requester": display_of(self.clinician),
            "reasonReference": [{"reference": f"Condition/{self.id}-{reason}"}],
        }

    def allergy(self, slug: str, code: Concept, *, since: date) -> Resource:
        return self._new("AllergyIntolerance", slug) | {
            "clinicalStatus": coded(coding(f"{TERMS}allergyintolerance-clinical", "active")),
            "verificationStatus": coded(coding(f"{TERMS}allergyintolerance-verification", "confirmed")),
            "code": code,
            "patient": self.subject,
            "recordedDate": since.isoformat(),
        }

    def goal(
        self,
        slug: str,
        words: str,
        *,
        said_on: date | None,
        due: date | None = None,
        status: str = "active",
        said_by: Reference | None = None,
        recorder: str = OSEI,
        note: str = "",
    ) -> Resource:
        """A goal in somebody's words. Without `said_on` it has no date at all, as charts often have not."""
        goal = self._new("Goal", slug, profile="us-core-goal") | {
            "lifecycleStatus": status,
            "category": [coded(coding(LOINC, "87528-6", "Personal health goal"))],
            "description": {"text": words},
            "subject": self.subject,
            "expressedBy": said_by or self.subject,
        }
        if status == "active":
            goal["achievementStatus"] = coded(
                coding(f"{TERMS}goal-achievement", "in-progress", "In Progress")
            )
        if said_on:
            goal |= {"startDate": said_on.isoformat(), "statusDate": said_on.isoformat()}
        if due:
            goal["target"] = [{"dueDate": due.isoformat()}]
        if note and said_on:
            goal["note"] = [
                {"authorReference": display_of(recorder), "time": at(said_on, "10:31"), "text": note}
            ]
        return goal

    def preference(
        self,
        slug: str,
        category: str,
        words: str,
        *,
        said_on: date,
        question: str,
        concept_code: str = "",
        said_by: Reference | None = None,
        recorder: str = OSEI,
        status: str = "final",
    ) -> Resource:
        """A US Core preference Observation. No words: asked, and the patient chose not to answer."""
        loinc, display = _PREFERENCES[category]
        codings = [coding(LOINC, loinc, display)]
        if concept_code:
            codings.append(coding(CONCEPTS, concept_code))
        observation = self._new("Observation", slug, profile=f"us-core-{category}") | {
            "status": status,
            "category": [coded(coding(_CATEGORIES, category))],
            "code": concept(question, *codings),
            "subject": self.subject,
            "effectiveDateTime": at(said_on, "10:30"),
            "performer": [said_by or self.subject],
            "note": [{"authorReference": display_of(recorder), "text": "Written down in the visit."}],
        }
        declined = coded(coding(f"{TERMS}data-absent-reason", "asked-declined", "Asked But Declined"))
        return observation | ({"valueString": words} if words else {"dataAbsentReason": declined})

    def note(
        self,
        slug: str,
        kind: Concept,
        text: str,
        *,
        written_on: date,
        author: str,
        title: str,
        content_type: str = "text/plain; charset=utf-8",
        language: str = "",
    ) -> Resource:
        """A clinical note with its text inside, in the charset that `content_type` names."""
        body = text.encode(content_type.partition("charset=")[2] or "utf-8")
        attachment = {"contentType": content_type, "data": base64_of(body), "title": title}
        if language:
            attachment["language"] = language
        return self.document(slug, kind, attachment, written_on=written_on, author=author)

    def document(
        self, slug: str, kind: Concept, attachment: Resource, *, written_on: date, author: str
    ) -> Resource:
        """A clinical note whose `attachment` is ready, for example a link to a Binary."""
        return self._new("DocumentReference", slug, profile="us-core-documentreference") | {
            "status": "current",
            "docStatus": "final",
            "type": kind,
            "category": [coded(_NOTE_CATEGORY)],
            "subject": self.subject,
            "date": at(written_on, "11:04"),
            "author": [display_of(author)],
            "description": attachment.get("title", kind["text"]),
            "content": [{"attachment": attachment}],
        }

    def binary(self, slug: str, content_type: str, body: bytes) -> Resource:
        return self._new("Binary", slug) | {
            "contentType": content_type,
            "securityContext": {"reference": f"Patient/{self.id}"},
            "data": base64_of(body),
        }

    def person(self, slug: str, name: str, *, relationship: str, role: str, language: str = "en") -> Resource:
        """Somebody close to the patient; `role` is a code of v3-RoleCode, such as DAU."""
        given, family = name.split(" ", 1)
        return self._new("RelatedPerson", slug, profile="us-core-relatedperson") | {
            "active": True,
            "patient": self.subject,
            "relationship": [concept(relationship, coding(f"{TERMS}v3-RoleCode", role))],
            "name": [{"use": "official", "text": name, "family": family, "given": [given]}],
            "communication": [{"language": coded(coding("urn:ietf:bcp:47", language))}],
        }

    def agent(self, person: Resource, *, named_on: date) -> Resource:
        """The patient's consent that `person` may decide as health care agent."""
        role = concept("Health care agent", coding(LOINC, "75783-1", "Primary healthcare agent [Reported]"))
        return self._new("Consent", "agent") | {
            "status": "active",
            "scope": coded(coding(f"{TERMS}consentscope", "adr", "Advanced Care Directive")),
            "category": [coded(coding(f"{TERMS}consentcategorycodes", "acd", "Advance Directive"))],
            "patient": self.subject,
            "dateTime": at(named_on, "09:40"),
            "performer": [self.subject],
            "organization": [CLINIC],
            "policyRule": {"text": "Durable power of attorney for health care"},
            "provision": {
                "type": "permit",
                "actor": [{"role": role, "reference": self.reference_to(person)}],
            },
        }

    def team(self, *members: tuple[str, Reference]) -> Resource:
        """The care team: pairs of a role in words and who has it."""
        return self._new("CareTeam", "team") | {
            "status": "active",
            "name": f"Care team of {self.given} {self.family}",
            "subject": self.subject,
            "participant": [{"role": [{"text": role}], "member": member} for role, member in members],
        }

    def plan(self, slug: str, title: str, text: str, *, made_on: date, conditions: Sequence[str]) -> Resource:
        """A care plan; `text` is plain and must need no escaping in XHTML."""
        return self._new("CarePlan", slug, profile="us-core-careplan") | {
            "text": {
                "status": "additional",
                "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{text}</p></div>',
            },
            "status": "active",
            "intent": "plan",
            "category": [
                coded(coding("http://hl7.org/fhir/us/core/CodeSystem/careplan-category", "assess-plan"))
            ],
            "title": title,
            "description": text,
            "subject": self.subject,
            "created": at(made_on, "15:10"),
            "author": display_of(self.clinician),
            "contributor": [self.subject],
            "addresses": [{"reference": f"Condition/{self.id}-{slug}"} for slug in conditions],
        }

    def answers(self, slug: str, *pairs: tuple[str, str], answered_on: date, form: str) -> Resource:
        """A form that the patient filled in: pairs of a question and an answer."""
        items = [
            {"linkId": str(number), "text": question, "answer": [{"valueString": answer}]}
            for number, (question, answer) in enumerate(pairs, start=1)
        ]
        return self._new("QuestionnaireResponse", slug, profile="us-core-questionnaireresponse") | {
            "questionnaire": f"https://demo-ehr.example.org/Questionnaire/{form}",
            "status": "completed",
            "subject": self.subject,
            "authored": at(answered_on, "19:42"),
            "author": self.subject,
            "source": self.subject,
            "item": items,
        }

    def origin(self, *targets: Resource, recorded_on: date, recorder: str) -> Resource:
        """Who said the targets and who wrote them down."""

        def agent(role: str, who: Reference) -> Resource:
            return {"type": coded(coding(f"{TERMS}provenance-participant-type", role)), "who": who}

        return self._new("Provenance", "origin", profile="us-core-provenance") | {
            "target": [self.reference_to(target) for target in targets],
            "recorded": at(recorded_on, "10:32"),
            "agent": [
                agent("author", display_of(recorder)) | {"onBehalfOf": CLINIC},
                agent("informant", self.subject),
            ],
        }

    def reference_to(self, resource: Resource) -> Reference:
        display = resource["name"][0]["text"] if resource["resourceType"] == "RelatedPerson" else ""
        reference = {"reference": f"{resource['resourceType']}/{resource['id']}"}
        return reference | ({"display": display} if display else {})

    @property
    def _today(self) -> Reference:
        return {"reference": f"Encounter/{self.encounter_id}"}

    def _new(self, resource_type: str, slug: str, *, profile: str = "") -> Resource:
        resource: Resource = {"resourceType": resource_type, "id": f"{self.id}-{slug}" if slug else self.id}
        return resource | ({"meta": {"profile": [f"{US_CORE}{profile}"]}} if profile else {})


def base64_of(body: bytes) -> str:
    return base64.b64encode(body).decode("ascii")


def race_and_ethnicity(
    race: tuple[str, str] | None = None, ethnicity: tuple[str, str] | None = None
) -> list[Resource]:
    """US Core race and ethnicity extensions, each a code and its display: real charts have them."""
    omb = "urn:oid:2.16.840.1.113883.6.238"

    def extension(name: str, category: tuple[str, str]) -> Resource:
        code, display = category
        return {
            "url": f"{US_CORE}{name}",
            "extension": [
                {"url": "ombCategory", "valueCoding": coding(omb, code, display)},
                {"url": "text", "valueString": display},
            ],
        }

    found = [("us-core-race", race), ("us-core-ethnicity", ethnicity)]
    return [extension(name, category) for name, category in found if category]


def interpreter_needed() -> Resource:
    return {
        "url": f"{US_CORE}us-core-interpreter-needed",
        "valueCoding": coding("http://snomed.info/sct", "373066001", "Yes (qualifier value)"),
    }
