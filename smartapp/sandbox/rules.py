"""FHIR R4's demands on the types that clients may write here, as data: elements, required ones and codes.

https://hl7.org/fhir/R4/goal.html and the pages of the other types
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

DOMAIN_RESOURCE: Final = frozenset(
    {
        "resourceType",
        "id",
        "meta",
        "implicitRules",
        "language",
        "text",
        "contained",
        "extension",
        "modifierExtension",
    }
)
"""Elements that every type has."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`codes`: path to the codes of its required binding. `elements`: the type's own at the top level."""

    required: tuple[str, ...]
    codes: Mapping[str, frozenset[str]]
    elements: frozenset[str]


def _rules(required: str, codes: dict[str, str], elements: str) -> Rules:
    """Names and codes with a space between them, as the standard's pages list them."""
    return Rules(
        tuple(required.split()),
        {path: frozenset(allowed.split()) for path, allowed in codes.items()},
        frozenset(elements.split()),
    )


_REQUEST_STATUS = "draft active on-hold revoked completed entered-in-error unknown"
_EVENT_STATUS = "preparation in-progress not-done on-hold stopped completed entered-in-error unknown"
_NARRATIVE = {"text.status": "generated extensions additional empty"}

RULES: Final[Mapping[str, Rules]] = MappingProxyType(
    {
        "Goal": _rules(
            "lifecycleStatus description subject",
            {
                "lifecycleStatus": "proposed planned accepted active on-hold completed cancelled "
                "entered-in-error rejected",
                **_NARRATIVE,
            },
            "identifier lifecycleStatus achievementStatus category priority description subject startDate "
            "startCodeableConcept target statusDate statusReason expressedBy addresses note outcomeCode "
            "outcomeReference",
        ),
        "Observation": _rules(
            "status code subject",
            {
                "status": "registered preliminary final amended corrected cancelled entered-in-error unknown",
                **_NARRATIVE,
            },
            "identifier basedOn partOf status category code subject focus encounter effectiveDateTime "
            "effectivePeriod effectiveTiming effectiveInstant issued performer valueQuantity "
            "valueCodeableConcept valueString valueBoolean valueInteger valueRange valueRatio "
            "valueSampledData valueTime valueDateTime valuePeriod dataAbsentReason interpretation note "
            "bodySite method specimen device referenceRange hasMember derivedFrom component",
        ),
        "Provenance": _rules(
            "target recorded agent",
            dict(_NARRATIVE),
            "target occurredPeriod occurredDateTime recorded policy location reason activity agent entity "
            "signature",
        ),
        "DocumentReference": _rules(
            "status content",
            {
                "status": "current superseded entered-in-error",
                "docStatus": "preliminary final amended entered-in-error",
                "relatesTo.code": "replaces transforms signs appends",
                **_NARRATIVE,
            },
            "masterIdentifier identifier status docStatus type category subject date author authenticator "
            "custodian relatesTo description securityLabel content context",
        ),
        "QuestionnaireResponse": _rules(
            "status",
            {"status": "in-progress completed amended entered-in-error stopped", **_NARRATIVE},
            "identifier basedOn partOf questionnaire status subject encounter authored author source item",
        ),
        "CarePlan": _rules(
            "status intent subject",
            {
                "status": _REQUEST_STATUS,
                "intent": "proposal plan order option",
                "activity.detail.status": "not-started scheduled in-progress on-hold completed cancelled "
                "stopped unknown entered-in-error",
                **_NARRATIVE,
            },
            "identifier instantiatesCanonical instantiatesUri basedOn replaces partOf status intent category "
            "title description subject encounter period created author contributor careTeam addresses "
            "supportingInfo goal activity note",
        ),
        "Communication": _rules(
            "status",
            {"status": _EVENT_STATUS, "priority": "routine urgent asap stat", **_NARRATIVE},
            "identifier instantiatesCanonical instantiatesUri basedOn partOf inResponseTo status "
            "statusReason category priority medium subject topic about encounter sent received recipient "
            "sender reasonCode reasonReference payload note",
        ),
        "List": _rules(
            "status mode",
            {
                "status": "current retired entered-in-error",
                "mode": "working snapshot changes",
                **_NARRATIVE,
            },
            "identifier status mode title code subject encounter date source orderedBy note entry "
            "emptyReason",
        ),
        "RelatedPerson": _rules(
            "patient",
            {"gender": "male female other unknown", **_NARRATIVE},
            "identifier active patient relationship name telecom gender birthDate address photo period "
            "communication",
        ),
    }
)
