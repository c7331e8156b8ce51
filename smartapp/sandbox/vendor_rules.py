"""What a vendor's server demands of a resource beyond FHIR, and what it makes of it before it is stored."""

from collections.abc import Iterator
from dataclasses import dataclass

from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.manner import Manner, NoteRules, Takes
from smartapp.sandbox.note_rules import check_epic_note, check_oracle_note, listed_by_oracle
from smartapp.sandbox.outcome import FhirProblem
from smartapp.sandbox.resource import Resource, as_list, values_at
from smartapp.sandbox.type_rules import objects_at

_CATEGORIES = {
    Takes.VITAL_SIGNS: frozenset({"vital-signs"}),
    Takes.VITAL_SIGNS_AND_LABS: frozenset({"vital-signs", "laboratory"}),
}


@dataclass(frozen=True, slots=True)
class VendorRules:
    """The rules of one server. `user`, where a method has it: reference of who is signed in; "" when nobody
    is, and then it is not compared.
    """

    manner: Manner
    store: FhirStore

    def check_new(self, resource: Resource, *, user: str) -> None:
        """Raises FhirProblem 400 or 422 for what this server does not take."""
        facts = self.manner.facts(resource["resourceType"])
        if facts is not None:
            self._check_takes(resource, facts.takes)
        if resource["resourceType"] == "DocumentReference":
            self._check_note(resource, user=user)

    def check_changed(self, resource: Resource) -> None:
        """The same for an update, which may also take something back."""
        facts = self.manner.facts(resource["resourceType"])
        if facts is not None and resource.get("status") != "entered-in-error":
            self._check_takes(resource, facts.takes)

    def kept(self, resource: Resource, *, user: str) -> Resource:
        """The resource as this server stores it. The text of a note may become a Binary in the chart."""
        if resource["resourceType"] != "DocumentReference":
            return resource
        if self.manner.note_rules is NoteRules.ORACLE:
            resource = listed_by_oracle(resource)
        if self.manner.note_rules is NoteRules.EPIC:
            author = {} if "author" in resource or not user else {"author": [{"reference": user}]}
            resource = {**resource, **author, "content": as_list(resource["content"])[:1]}
        return self._in_binaries(resource) if self.manner.notes_in_binary else resource

    def _check_takes(self, resource: Resource, takes: Takes) -> None:
        match takes:
            case Takes.VITAL_SIGNS | Takes.VITAL_SIGNS_AND_LABS:
                if not _CATEGORIES[takes] & set(map(str, values_at(resource, "category.coding.code"))):
                    raise self._refused(takes)
            case Takes.KNOWN_QUESTIONNAIRES:
                self._check_questionnaire(resource)
            case Takes.OF_OBSERVATIONS:
                targets = [str(value) for value in values_at(resource, "target.reference")]
                if not all(target.startswith("Observation/") for target in targets):
                    raise self._refused(takes)
            case Takes.ANYTHING:
                return

    def _refused(self, takes: Takes) -> FhirProblem:
        return FhirProblem(self._status, "business-rule", f"this server takes only {takes.value}")

    @property
    def _status(self) -> int:
        return 400 if self.manner.note_rules is NoteRules.EPIC else 422

    def _check_questionnaire(self, response: Resource) -> None:
        url, _, version = str(response.get("questionnaire", "")).partition("|")
        known = [
            questionnaire
            for questionnaire in self.store.of_type("Questionnaire")
            if questionnaire.get("url") == url and version in {"", questionnaire.get("version", "")}
        ]
        if not url or not known:
            raise self._refused(Takes.KNOWN_QUESTIONNAIRES)
        asked = {str(item["linkId"]) for item in _items(known[0])}
        if any(item["linkId"] not in asked for item in _items(response)):
            raise FhirProblem(self._status, "business-rule", "the questionnaire has no such item")

    def _check_note(self, note: Resource, *, user: str) -> None:
        match self.manner.note_rules:
            case NoteRules.EPIC:
                check_epic_note(note, store=self.store)
            case NoteRules.ORACLE:
                check_oracle_note(note, store=self.store, user=user)
            case NoteRules.R4:
                return

    def _in_binaries(self, note: Resource) -> Resource:
        content = [
            {**part, "attachment": self._with_url(part["attachment"])} for part in objects_at(note, "content")
        ]
        return {**note, "content": content}

    def _with_url(self, attachment: Resource) -> Resource:
        if "data" not in attachment:
            return attachment
        binary: Resource = {
            "resourceType": "Binary",
            "id": self.store.new_id("Binary"),
            "contentType": attachment["contentType"],
            "data": attachment["data"],
        }
        self.store.load(binary)
        kept = {name: value for name, value in attachment.items() if name != "data"}
        return {**kept, "url": f"Binary/{binary['id']}"}


def _items(node: Resource) -> Iterator[Resource]:
    """Every item of a Questionnaire or QuestionnaireResponse, however deep."""
    for item in objects_at(node, "item"):
        yield item
        yield from _items(item)
        for answer in objects_at(item, "answer"):
            yield from _items(answer)
