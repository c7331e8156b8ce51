"""How each vendor's FHIR server behaves where writing is concerned: one table of facts, read by the demo EHR.

From each vendor's CapabilityStatement: Epic (May 2026, captured 2026-07-24), athenahealth and eClinicalWorks
(2026-08-14), MEDITECH Greenfield (of 2023-05-25, captured 2026-08-14). Oracle Health: its documentation of
2024-05-02 (fhir.cerner.com); no statement was captured, so no profile is listed. How Epic answers and takes
notes: an integrator's record of its sandbox, 2026-09-30. Nobody told with which status a create that is not
offered is refused, except for Epic; the others differ so that each answer is met.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from smartapp.sandbox.manner import READ, Answers, Manner, NoteRules, Refusal, Takes, TypeFacts

_CREATE: Final = READ | {"create"}
_WRITE: Final = _CREATE | {"update"}
_US_CORE: Final = "http://hl7.org/fhir/us/core/StructureDefinition/"
_PCO: Final = "http://hl7.org/fhir/us/pco/StructureDefinition/"
_SINCE_6: Final = ("|6.1.0", "|7.0.0", "|8.0.0", "|9.0.0")
_SINCE_7: Final = _SINCE_6[1:]
_ANY_VERSION: Final = ("",)
_6_1: Final = ("|6.1.0",)


def _profiles(versions: tuple[str, ...], *names: str) -> tuple[str, ...]:
    return tuple(f"{_US_CORE}{name}{version}" for name in names for version in versions)


def _only(*names: str) -> frozenset[str]:
    """Parameters of a type that select; `_id` everywhere."""
    return frozenset({"_id", *names})


_SURVEY = ("us-core-simple-observation", "us-core-observation-screening-assessment")
_PREFERENCES = ("us-core-care-experience-preference", "us-core-treatment-intervention-preference")

FULL: Final = Manner(
    name="full",
    title="a server that takes everything",
    line="This one takes everything that the app can write.",
    types=MappingProxyType(
        {
            "Goal": TypeFacts(
                _WRITE, profiles=(*_profiles(_SINCE_6, "us-core-goal"), f"{_PCO}pco-goal-profile")
            ),
            "Observation": TypeFacts(
                _WRITE,
                profiles=(
                    *_profiles(_SINCE_6, *_SURVEY),
                    *_profiles(_SINCE_7, *_PREFERENCES),
                    f"{_PCO}pco-what-matters-assessment",
                    f"{_PCO}pco-readiness-assessment",
                ),
            ),
            "CarePlan": TypeFacts(
                _WRITE, profiles=(*_profiles(_SINCE_6, "us-core-careplan"), f"{_PCO}pco-care-plan")
            ),
            "List": TypeFacts(_WRITE, profiles=(f"{_PCO}pco-personal-priorities-organizer",)),
            "DocumentReference": TypeFacts(_WRITE, profiles=_profiles(_SINCE_6, "us-core-documentreference")),
            "QuestionnaireResponse": TypeFacts(
                _WRITE, profiles=_profiles(_SINCE_6, "us-core-questionnaireresponse")
            ),
            "Communication": TypeFacts(_WRITE),
            "Provenance": TypeFacts(_WRITE, profiles=_profiles(_SINCE_6, "us-core-provenance")),
            "RelatedPerson": TypeFacts(_WRITE, profiles=_profiles(_SINCE_6, "us-core-relatedperson")),
            "Questionnaire": TypeFacts(),
            "Consent": TypeFacts(),
            "Composition": TypeFacts(),
            "ClinicalImpression": TypeFacts(),
            "Patient": TypeFacts(profiles=_profiles(_SINCE_6, "us-core-patient")),
        }
    ),
    conditional_create=True,
    transaction=True,
    keeps_versions=True,
)

READONLY: Final = Manner(
    name="readonly",
    title="a server that takes nothing",
    line="This one can be read, and takes nothing.",
    types=MappingProxyType({name: TypeFacts(profiles=facts.profiles) for name, facts in FULL.types.items()}),
    refusal=Refusal(403),
)

EPIC: Final = Manner(
    name="epic",
    vendor="epic",
    title="Epic",
    line="This one behaves like Epic: it takes notes, no goals.",
    types=MappingProxyType(
        {
            "Goal": TypeFacts(
                READ,
                _only("category", "lifecycle-status", "patient", "start-date", "subject"),
                profiles=_profiles(_6_1, "us-core-goal"),
            ),
            "Observation": TypeFacts(
                _WRITE,
                _only("category", "code", "date", "focus", "patient", "subject"),
                Takes.VITAL_SIGNS,
                _profiles(_6_1, *_SURVEY),
            ),
            "CarePlan": TypeFacts(
                READ,
                _only("category", "encounter", "patient", "status", "subject"),
                profiles=_profiles(_6_1, "us-core-careplan"),
            ),
            "List": TypeFacts(READ, _only("code", "encounter", "identifier", "patient", "subject")),
            # "identifier" is listed, though without a word about what it does: taken to select nothing.
            "DocumentReference": TypeFacts(
                _WRITE,
                _only("category", "date", "encounter", "patient", "period", "status", "subject", "type"),
                profiles=_profiles(_6_1, "us-core-documentreference"),
            ),
            "QuestionnaireResponse": TypeFacts(
                _CREATE, _only("encounter", "patient", "subject"), Takes.KNOWN_QUESTIONNAIRES
            ),
            "Communication": TypeFacts(_CREATE),
            "Provenance": TypeFacts(
                frozenset({"read"}), frozenset(), profiles=_profiles(_6_1, "us-core-provenance")
            ),
            "RelatedPerson": TypeFacts(
                READ, _only("patient"), profiles=_profiles(_6_1, "us-core-relatedperson")
            ),
            "Questionnaire": TypeFacts(READ, _only()),
            "Consent": TypeFacts(),
            "Patient": TypeFacts(),
        }
    ),
    dialect="v1",
    narrows_scopes=True,
    note_rules=NoteRules.EPIC,
    notes_in_binary=True,
    answers=Answers("relative", has_versions=False, body="asked"),
    refusal=Refusal(403, has_outcome=False),
)

ORACLE: Final = Manner(
    name="oracle",
    vendor="oracle",
    title="Oracle Health",
    line="This one behaves like Oracle Health: it takes signed notes, no goals.",
    types=MappingProxyType(
        {
            "Goal": TypeFacts(READ, _only("patient", "target-date")),
            "Observation": TypeFacts(
                _WRITE,
                _only("category", "code", "date", "patient", "subject"),
                Takes.VITAL_SIGNS_AND_LABS,
            ),
            "CarePlan": TypeFacts(READ, _only("category", "patient")),
            "DocumentReference": TypeFacts(
                _WRITE, _only("category", "date", "encounter", "patient", "period", "type")
            ),
            "QuestionnaireResponse": TypeFacts(READ | {"update"}, _only("patient", "subject")),
            "Communication": TypeFacts(_CREATE),
            "Provenance": TypeFacts(_CREATE, _only("target"), Takes.OF_OBSERVATIONS),
            "RelatedPerson": TypeFacts(READ, _only("patient")),
            "Questionnaire": TypeFacts(READ, _only()),
            "Consent": TypeFacts(READ, _only("patient")),
            "Patient": TypeFacts(),
        }
    ),
    narrows_scopes=True,
    note_rules=NoteRules.ORACLE,
    notes_in_binary=True,
    answers=Answers("absolute", body="never"),
)

ATHENAHEALTH: Final = Manner(
    name="athenahealth",
    vendor="athenahealth",
    title="athenahealth",
    line="This one behaves like athenahealth: it takes answers to its own form, nothing else.",
    types=MappingProxyType(
        {
            "Goal": TypeFacts(READ, _only("patient"), profiles=_profiles(_6_1, "us-core-goal")),
            "Observation": TypeFacts(
                READ,
                _only("patient", "date", "category", "code", "encounter"),
                profiles=_profiles(_6_1, *_SURVEY),
            ),
            "CarePlan": TypeFacts(
                READ, _only("patient", "category"), profiles=_profiles(_6_1, "us-core-careplan")
            ),
            "DocumentReference": TypeFacts(
                READ,
                _only("patient", "category", "type", "date", "encounter"),
                profiles=_profiles(_6_1, "us-core-documentreference"),
            ),
            "QuestionnaireResponse": TypeFacts(
                _CREATE,
                _only("authored", "encounter", "patient", "questionnaire", "status"),
                Takes.KNOWN_QUESTIONNAIRES,
            ),
            "Provenance": TypeFacts(
                READ, frozenset({"target"}), profiles=_profiles(_6_1, "us-core-provenance")
            ),
            "RelatedPerson": TypeFacts(
                READ, _only("patient", "name"), profiles=_profiles(_ANY_VERSION, "us-core-relatedperson")
            ),
            "Questionnaire": TypeFacts(READ, _only()),
            "Patient": TypeFacts(),
        }
    ),
    narrows_scopes=True,
    has_form=True,
    refusal=Refusal(403),
)

ECLINICALWORKS: Final = Manner(
    name="eclinicalworks",
    vendor="eclinicalworks",
    title="eClinicalWorks",
    line="This one behaves like eClinicalWorks: it takes answers to its own form, nothing else.",
    types=MappingProxyType(
        {
            "Goal": TypeFacts(
                READ, _only("encounter", "patient"), profiles=_profiles(_ANY_VERSION, "us-core-goal")
            ),
            "Observation": TypeFacts(
                READ,
                _only("category", "code", "date", "encounter", "identifier", "patient", "status"),
                profiles=_profiles(_ANY_VERSION, *_SURVEY),
            ),
            "CarePlan": TypeFacts(
                READ,
                _only("category", "encounter", "patient"),
                profiles=_profiles(_ANY_VERSION, "us-core-careplan"),
            ),
            "DocumentReference": TypeFacts(
                READ,
                _only("category", "date", "encounter", "patient", "type"),
                profiles=_profiles(_ANY_VERSION, "us-core-documentreference"),
            ),
            "QuestionnaireResponse": TypeFacts(
                _CREATE,
                _only("authored", "patient", "status"),
                Takes.KNOWN_QUESTIONNAIRES,
                _profiles(_ANY_VERSION, "us-core-questionnaireresponse"),
            ),
            "Provenance": TypeFacts(READ, _only(), profiles=_profiles(_ANY_VERSION, "us-core-provenance")),
            "RelatedPerson": TypeFacts(
                READ, _only(), profiles=_profiles(_ANY_VERSION, "us-core-relatedperson")
            ),
            "Questionnaire": TypeFacts(READ, _only()),
            "Patient": TypeFacts(),
        }
    ),
    has_form=True,
    answers=Answers("absolute", has_versions=False),
    refusal=Refusal(404),
)

MEDITECH: Final = Manner(
    name="meditech",
    vendor="meditech",
    title="MEDITECH",
    line="This one behaves like MEDITECH: it takes answers to its own form, nothing else.",
    types=MappingProxyType(
        {
            "Goal": TypeFacts(
                READ,
                _only("patient", "lifecycle-status", "target-date"),
                profiles=_profiles(_ANY_VERSION, "us-core-goal"),
            ),
            "Observation": TypeFacts(
                READ,
                _only("patient", "category", "code", "date"),
                profiles=_profiles(_ANY_VERSION, _SURVEY[1]),
            ),
            "CarePlan": TypeFacts(
                READ,
                _only("patient", "category", "status"),
                profiles=_profiles(_ANY_VERSION, "us-core-careplan"),
            ),
            "DocumentReference": TypeFacts(
                READ,
                _only("patient", "type", "period", "status", "encounter", "category", "date"),
                profiles=_profiles(_ANY_VERSION, "us-core-documentreference"),
            ),
            # Its profiles are listed as addresses of web pages, which are no canonical URLs.
            "QuestionnaireResponse": TypeFacts(
                _WRITE,
                _only("authored", "patient", "questionnaire", "status"),
                Takes.KNOWN_QUESTIONNAIRES,
                (
                    "https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-questionnaireresponse.html",
                ),
            ),
            "Communication": TypeFacts(_CREATE, _only("patient", "sent", "subject")),
            "Provenance": TypeFacts(
                frozenset({"read"}), frozenset(), profiles=_profiles(_ANY_VERSION, "us-core-provenance")
            ),
            "RelatedPerson": TypeFacts(
                READ, _only("patient", "name"), profiles=_profiles(_ANY_VERSION, "us-core-relatedperson")
            ),
            "Patient": TypeFacts(),
        }
    ),
    has_form=True,
    answers=Answers("relative"),
)

MANNERS: Final[Mapping[str, Manner]] = MappingProxyType(
    {manner.name: manner for manner in (FULL, EPIC, ORACLE, ATHENAHEALTH, ECLINICALWORKS, MEDITECH, READONLY)}
)
"""By the name that `smartapp demo --ehr` and the tests use."""
