"""What one resource may hold, said from the visit and the ledger and independently of its builder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NoReturn

from smartapp.ehr.profile import NoteShape
from smartapp.errors import GuardRefused
from smartapp.fhir.profiles import ResourceForm
from smartapp.sdm.model import Kind

_NOTHING: Mapping[str, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ExpectedHandout:
    """`title` and `language` as on the page; `loinc`: the type that the site names, "" for none."""

    title: str
    language: str
    loinc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`references`: by element ("addresses", "focus", "item", "who"), everything that may stand there,
    relative or "urn:uuid:...". The patient and the encounter are known where they belong. Where words are
    attributed (expressedBy, performer, source, contributor, authorReference, who) that is the patient unless
    the element is named here: then what is named, and nobody else.

    `moments`: by element ("startDate", "recorded"), the exact spellings that may stand there. `urn_types`:
    the resource type of each "urn:uuid:..." of the same transaction. `identifier`: the value of the one
    identifier of the resource, "" for a resource that has none.

    `texts`: every text that may stand there, besides what codes are called; `note_text`: the whole of a note
    or handout. `handout`: of a handout only, and then no statement is told of.

    Of a statement: its `kind`, `words`, `choice` (a code, see sdm/choices.py), and the `tag` that says whose
    words they are, "" for none; of an order of importance also its `entries`, the reference and the words of
    each, "" for what is not known. Of a note: `words` of every statement in it, and its `note_shape` and
    `note_type`. Of answers: the canonical `questionnaire`, and `answers`, the words that belong under each
    linkId, in their order. Of a Provenance: its `activity`, a code of v3-DataOperation.
    """

    patient_id: str
    encounter_id: str = ""
    identifier: str = ""
    references: Mapping[str, frozenset[str]] = field(default_factory=lambda: _NOTHING)
    moments: Mapping[str, frozenset[str]] = field(default_factory=lambda: _NOTHING)
    form: ResourceForm = field(default_factory=ResourceForm)
    urn_types: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    texts: frozenset[str] = frozenset()
    note_text: str = ""
    handout: ExpectedHandout | None = None
    kind: Kind | None = None
    words: tuple[str, ...] = ()
    choice: str = ""
    tag: str = ""
    entries: tuple[tuple[str, str], ...] = ()
    activity: str = "CREATE"
    note_shape: NoteShape = NoteShape.US_CORE
    note_type: str = "11506-3"
    questionnaire: str = ""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def patient(self) -> str:
        return f"Patient/{self.patient_id}"

    @property
    def encounter(self) -> str:
        return f"Encounter/{self.encounter_id}" if self.encounter_id else ""

    def named(self, element: str) -> frozenset[str]:
        """What was named for one element, without the patient where nothing was."""
        return self.references.get(element, frozenset())


def refuse(path: str, problem: str) -> NoReturn:
    """Raise GuardRefused with the path and never a value: the detail goes to the log."""
    raise GuardRefused(f"{path}: {problem}")
