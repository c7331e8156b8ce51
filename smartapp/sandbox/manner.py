"""In what one FHIR server differs from the next when it comes to writing: columns of the vendors' table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

READ: Final = frozenset({"read", "search-type"})
ACTIONS: Final = MappingProxyType({"c": "create", "r": "read", "u": "update", "s": "search-type"})
"""The letters of a scope, and the interaction that each allows."""

TABLED: Final = frozenset(
    {
        "Goal",
        "Observation",
        "CarePlan",
        "List",
        "DocumentReference",
        "QuestionnaireResponse",
        "Communication",
        "Provenance",
        "RelatedPerson",
        "Questionnaire",
        "Consent",
        "Composition",
        "ClinicalImpression",
        "Patient",
    }
)
"""The types that the table speaks about; every other one can be read anywhere, and written nowhere."""


class Takes(StrEnum):
    """Which resources of a type a server takes, where it does not take all. OF_OBSERVATIONS: a Provenance of
    Observations.
    """

    ANYTHING = "anything"
    VITAL_SIGNS = "vital signs"
    VITAL_SIGNS_AND_LABS = "vital signs and laboratory results"
    KNOWN_QUESTIONNAIRES = "answers to its own questionnaires"
    OF_OBSERVATIONS = "provenance of observations"


class NoteRules(StrEnum):
    """What a DocumentReference has to be like: FHIR R4's rules alone, or a vendor's as well."""

    R4 = "r4"
    EPIC = "epic"
    ORACLE = "oracle"


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """One resource type at one server. `interactions`: codes of the CapabilityStatement. `searches`: search
    parameters that select; None is every one that the demo EHR has. `profiles`: as the server lists them.
    """

    interactions: frozenset[str] = READ
    searches: frozenset[str] | None = None
    takes: Takes = Takes.ANYTHING
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """How a server answers. `location`: form of the Location of what was created. `has_versions`: ETag and
    meta.versionId. `body`: whether a write is answered with the resource: always unless `Prefer` says
    minimal, where `Prefer` asks for it, or never.
    """

    location: Literal["relative", "absolute"] = "absolute"
    has_versions: bool = True
    body: Literal["always", "asked", "never"] = "always"


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a create or update that is not offered is answered; `has_outcome` False: with an empty body."""

    status: int = 405
    has_outcome: bool = True


@dataclass(frozen=True, slots=True)
class Manner:
    """One way in which an EHR behaves. `line` says it to a clinician. `vendor`: as a registration names it.

    `types`: the types of the table at this server; one that is missing, the server does not have. `dialect`:
    how granted scopes are spelled. `narrows_scopes`: whether only scopes are granted that the server has an
    interaction for. `note_rules`: for notes. `notes_in_binary`: whether a note's text is kept
    as a Binary, to which the DocumentReference then points. `has_form`: whether it knows the demo's
    Questionnaire. `keeps_versions`: whether earlier versions can be read, one by one and as a history.
    """

    name: str
    title: str
    line: str
    types: Mapping[str, TypeFacts]
    vendor: str = "generic"
    conditional_create: bool = False
    transaction: bool = False
    dialect: Literal["v1", "v2"] = "v2"
    narrows_scopes: bool = False
    note_rules: NoteRules = NoteRules.R4
    notes_in_binary: bool = False
    has_form: bool = False
    keeps_versions: bool = False
    answers: Answers = field(default_factory=Answers)
    refusal: Refusal = field(default_factory=Refusal)

    def facts(self, resource_type: str) -> TypeFacts | None:
        """None for a type that this server does not have; one that is not in the table is read only."""
        return self.types.get(resource_type, None if resource_type in TABLED else TypeFacts())

    def offers(self, resource_type: str, interaction: str) -> bool:
        facts = self.facts(resource_type)
        return facts is not None and interaction in facts.interactions
