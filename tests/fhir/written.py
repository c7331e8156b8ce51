"""One visit's statements and what is made of them: the resources of tests/golden, by name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType
from typing import cast

from smartapp import __version__
from smartapp.ehr.profile import NoteShape
from smartapp.fhir.codes import PCO, LocalSystems, Profile
from smartapp.fhir.guard import Expected
from smartapp.fhir.profiles import ResourceForm, claims_for
from smartapp.fhir.references import VisitReferences
from smartapp.fhir.transaction_bundle import bundle_of
from smartapp.sdm.handout_text import plain_text
from smartapp.sdm.model import Change, ChangeKind, DraftStatement, Kind, SaidBy
from smartapp.smart.registration import Questionnaire
from smartapp.writing.building import Link, Making, made, visit_of
from smartapp.writing.entry import HANDOUT, PROVENANCE, Entry, FiledHandout
from smartapp.writing.expected import expected_of
from smartapp.writing.model import Rung, WriteContext, WriteSite
from tests.sdm.handouts import page

GOLDEN = Path(__file__).parent.parent / "golden"
EASTERN = timezone(timedelta(hours=-5))
SAID_AT = datetime(2026, 11, 22, 22, 5, tzinfo=EASTERN)
"""Already the next day in UTC: the goal's start must still be the 22nd."""
NOW = datetime(2026, 11, 22, 22, 20, tzinfo=EASTERN)

SYSTEMS = LocalSystems()
PLAIN = ResourceForm(SYSTEMS)

US_CORE = {"6.1": "6.1.0", "7.0": "7.0.0", "8.0": "8.0.0", "9.0": "9.0.0"}
_SINCE_7 = {Profile.CARE_EXPERIENCE, Profile.TREATMENT}


def listed(version: str) -> frozenset[str]:
    """What a server of one US Core version lists, and with it PCO 1.0.0."""
    ours = [profile for profile in Profile if not profile.value.startswith(PCO)]
    known = [profile for profile in ours if version != "6.1.0" or profile not in _SINCE_7]
    guides = [profile for profile in Profile if profile.value.startswith(PCO)]
    return frozenset([*(f"{each}|{version}" for each in known), *(f"{each}|1.0.0" for each in guides)])


def _form(version: str, *, pco: bool = False) -> ResourceForm:
    return ResourceForm(SYSTEMS, claims_for(version, pco=pco, listed=listed(US_CORE[version])), pco)


FORMS: Mapping[str, ResourceForm] = MappingProxyType(
    {
        "plain": PLAIN,
        **{version: _form(version) for version in US_CORE},
        **{f"{version} pco": _form(version, pco=True) for version in US_CORE},
    }
)
"""Every form that a resource can have, by the US Core version of the server, with and without PCO."""

CONTEXT = WriteContext(
    launch_id="launch-1",
    owner="owner-1",
    patient_id="p1",
    patient_name="Rosa Delgado",
    encounter_id="e1",
    practitioner="Practitioner/pr1",
    practitioner_name="Dr Ada Osei",
    organization="Organization/o1",
    organization_name="Riverside Clinic",
    site=WriteSite(
        questionnaire=Questionnaire(
            "https://clinic.example.org/fhir/Questionnaire/what-matters|2",
            (("goal", "1"), ("people", "2"), ("decision_role", "3"), ("worry", "1")),
        )
    ),
)
VISIT: VisitReferences = visit_of(CONTEXT)


def id_of(kind: Kind) -> str:
    return f"{kind.value:0>32}".replace("_", "0")


def draft(kind: Kind, words: str, **others: object) -> DraftStatement:
    values = {
        "id": id_of(kind),
        "kind": kind,
        "words": words,
        "said_at": SAID_AT,
    } | others
    return DraftStatement(**values)  # type: ignore[arg-type]  # keyword tests pass are typed at the call


DRAFTS: Mapping[str, DraftStatement] = {
    "goal": draft(
        Kind.GOAL,
        "I want to dance at Lucía’s wedding. One whole song with Ernesto, and not pay for it the next day.",
        due=date(2027, 10, 17),
        addresses=("Condition/c1",),
    ),
    "goal_of_family": draft(
        Kind.GOAL,
        "That he can stay at home with us.",
        said_by=SaidBy.RELATED_PERSON,
        speaker="Maria, daughter",
    ),
    "goal_of_known_family": draft(
        Kind.GOAL,
        "That she can stay at home with us.",
        said_by=SaidBy.RELATED_PERSON,
        speaker="Ernesto, husband",
        speaker_reference="RelatedPerson/rp1",
    ),
    "hope": draft(
        Kind.HOPE, "To be there for my family, and “not be a burden”.", question="What do you hope for?"
    ),
    "worry": draft(Kind.WORRY, "I’m scared of ending up like my sister.\nShe never walked right after hers."),
    "matters": draft(
        Kind.MATTERS,
        "Her morning walk to the market keeps her with her people.",
        verbatim=False,
    ),
    "people": draft(
        Kind.PEOPLE,
        "Yo la llevo a la terapia los martes y los jueves.",
        said_by=SaidBy.RELATED_PERSON,
        speaker="Ernesto, husband",
    ),
    "people_known": draft(Kind.PEOPLE, "Ernesto, always. Not my brother.", addresses=("RelatedPerson/rp1",)),
    "unacceptable": draft(Kind.UNACCEPTABLE, "If I could not walk again, I would not want it."),
    "treatment_preference": draft(
        Kind.TREATMENT_PREFERENCE, "Exercise first. No injection.", addresses=("Condition/c1",)
    ),
    "care_experience": draft(Kind.CARE_EXPERIENCE, "Tell me bad news when my daughter is here."),
    "decision_role": draft(Kind.DECISION_ROLE, "I decide, after you tell me what you think."),
    "decision_role_chosen": draft(
        Kind.DECISION_ROLE,
        "You know the knee, I know my days.",
        choice="shared",
        question="How do you want to decide?",
    ),
    "strength": draft(Kind.STRENGTH, "My garden."),
    "confidence": draft(Kind.CONFIDENCE, "8 of 10", choice="8", about=(id_of(Kind.GOAL),)),
    "confidence_with_words": draft(
        Kind.CONFIDENCE,
        "More than last year, with Ernesto beside me.",
        choice="7",
        question="How sure are you that you can do the exercises?",
    ),
    "decision": draft(
        Kind.DECISION,
        "Exercise & one injection first.\nSurgery again in 8 weeks; if the pain is < 4 of 10, no surgery.",
        addresses=("Condition/c1",),
        about=(id_of(Kind.GOAL), id_of(Kind.UNACCEPTABLE)),
    ),
    "priorities": draft(
        Kind.PRIORITIES,
        "1. My garden.\n2. I want to dance at Lucía’s wedding. One whole song with Ernesto, and not pay for"
        " it the next day.\n3. Exercise first. No injection.",
        about=(id_of(Kind.STRENGTH), id_of(Kind.GOAL), id_of(Kind.TREATMENT_PREFERENCE)),
    ),
}
_OF_VISIT = ("goal", "hope", "unacceptable", "treatment_preference", "strength")
LINKS: Mapping[str, Link] = {
    DRAFTS["goal"].id: Link("Goal/goal-1", "Goal"),
    DRAFTS["hope"].id: Link("Observation/o-1", "Observation"),
    DRAFTS["unacceptable"].id: Link("Observation/o-2", "Observation"),
    DRAFTS["strength"].id: Link("Observation/o-3", "Observation"),
}
"""What is in the chart already. The treatment preference is not."""


@dataclass(frozen=True, slots=True)
class Example:
    """A row of the ledger. `shape`: of the EHR's notes; `handout_type`: the site's, of handouts."""

    row_id: str
    rung: str
    entry: Entry
    shape: NoteShape = NoteShape.US_CORE
    links: Mapping[str, Link] = field(default_factory=lambda: LINKS)
    handout_type: str = ""

    @property
    def context(self) -> WriteContext:
        site = replace(CONTEXT.site, note_shape=self.shape, handout_type=self.handout_type)
        return replace(CONTEXT, site=site)

    def making(self, form: ResourceForm) -> Making:
        statements = {DRAFTS[name].id: DRAFTS[name] for name in _OF_VISIT}
        return Making(form, NOW, EASTERN, self.links, statements)


def of_statement(statement: DraftStatement, **others: object) -> Example:
    rungs = {
        Kind.GOAL: Rung.GOAL,
        Kind.DECISION: Rung.CARE_PLAN,
        Kind.PRIORITIES: Rung.LIST,
    }
    rung = rungs.get(statement.kind, Rung.OBSERVATION)
    return Example(statement.id, rung, Entry((statement,), SAID_AT, read_back=True), **others)  # type: ignore[arg-type]


def _several(row_id: str, rung: str, *names: str, **others: object) -> Example:
    entry = Entry(tuple(DRAFTS[name] for name in names), SAID_AT, read_back=True)
    return Example(row_id, rung, entry, **others)  # type: ignore[arg-type]


def _provenance(*names: str, kind: ChangeKind | None = None) -> Example:
    change = Change("change-1", kind, "Goal/goal-1", "3") if kind else None
    drafts = tuple(DRAFTS[name] for name in names)
    targets = ("Goal/goal-1", "Observation/o-1") if kind is None else ("Goal/goal-1",)
    return Example("provenance-1", PROVENANCE, Entry(drafts, SAID_AT, targets=targets, change=change))


def _handout(row_id: str, language: str = "en", **others: object) -> Example:
    found = page(language)
    filed = FiledHandout(found.title, plain_text(found), found.tag)
    return Example(row_id, HANDOUT, Entry((), SAID_AT, handout=filed), **others)  # type: ignore[arg-type]


_NOTED = ("goal", "people", "matters", "decision_role_chosen", "confidence", "decision", "priorities")
EXAMPLES: Mapping[str, Example] = {
    **{name: of_statement(statement) for name, statement in DRAFTS.items()},
    "note": _several("note-1", Rung.NOTE, *_NOTED),
    "note_epic": _several("note-2", Rung.NOTE, *_NOTED, shape=NoteShape.EPIC),
    "note_oracle": _several("note-3", Rung.NOTE, *_NOTED, shape=NoteShape.ORACLE),
    "handout_document": _handout("handout-1"),
    "handout_document_es": _handout("handout-2", "es", handout_type="11506-3"),
    "handout_document_epic": _handout("handout-3", shape=NoteShape.EPIC, handout_type="11506-3"),
    "handout_document_oracle": _handout("handout-4", shape=NoteShape.ORACLE, handout_type="11506-3"),
    "answers": _several("answers-1", Rung.QUESTIONNAIRE, "worry", "goal", "decision_role_chosen"),
    "answers_of_family": _several("answers-2", Rung.QUESTIONNAIRE, "goal_of_family", "people"),
    "provenance": _provenance("goal", "people", "goal_of_known_family"),
    "provenance_of_update": _provenance(kind=ChangeKind.ACHIEVED),
    "provenance_of_withdrawal": _provenance("goal", kind=ChangeKind.WITHDRAWN),
}
NAMES = tuple(EXAMPLES)


def written(name: str, form: ResourceForm = PLAIN) -> dict[str, object]:
    """What the app makes of the example called `name`, before the guard sees it."""
    example = EXAMPLES[name]
    return made(
        example.row_id, example.rung, example.entry, context=example.context, making=example.making(form)
    )


def expected(name: str, form: ResourceForm = PLAIN) -> Expected:
    """What the guard is told about it."""
    example = EXAMPLES[name]
    return expected_of(
        example.row_id, example.rung, example.entry, context=example.context, making=example.making(form)
    )


def transaction(form: ResourceForm = PLAIN) -> dict[str, object]:
    """A goal, a hope, a confidence about the goal, and their Provenance, in one Bundle."""
    urns = {
        "goal": "urn:uuid:c0222e7a-af12-4f55-8ea2-087117fdc779",
        "hope": "urn:uuid:9ac4dede-814a-4fa7-b47d-a386c4bf6b74",
        "confidence": "urn:uuid:d7a6f80c-8d13-402a-8feb-9ef9e24cb9b9",
    }
    types = {"goal": "Goal", "hope": "Observation", "confidence": "Observation"}
    links = {DRAFTS[name].id: Link(urn, types[name]) for name, urn in urns.items()}
    drafts = tuple(DRAFTS[name] for name in urns)
    making = replace(EXAMPLES["goal"].making(form), links=links)
    parts = []
    for name, urn in urns.items():
        example = EXAMPLES[name]
        resource = made(example.row_id, example.rung, example.entry, context=CONTEXT, making=making)
        parts.append((urn, resource, f"identifier={SYSTEMS.identifiers}|{example.row_id}"))
    entry = Entry(drafts, SAID_AT, targets=tuple(urns.values()))
    record = made("provenance-1", PROVENANCE, entry, context=CONTEXT, making=making)
    return bundle_of([*parts, ("urn:uuid:4a7b2e7d-9f94-4488-927a-734f647a848d", record, None)])


def golden(name: str) -> dict[str, object]:
    """The file's resource, as this version of the app writes it."""
    text = (GOLDEN / f"{name}.json").read_text()
    return cast(
        "dict[str, object]", json.loads(text.replace("Common Ground 0.1.0", f"Common Ground {__version__}"))
    )
