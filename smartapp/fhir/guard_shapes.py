"""Every element that the app may write, by resource type: what the guard does not find here does not leave.

Much less than FHIR R4 (4.0.1) allows, on purpose: an element that no builder makes is a mistake or an attack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Leaf(StrEnum):
    """What one value is. CODE, URI: fixed by a rule. TEXT: free words. MARKUP: XHTML. DATA: base64."""

    TEXT = "text"
    CODE = "code"
    URI = "uri"
    REFERENCE = "reference"
    DATE = "date"
    TIME = "time"
    INTEGER = "integer"
    MARKUP = "markup"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Many:
    """A list of at least one."""

    of: "Leaf | Shape"


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: the elements that must stand in it and those that may."""

    required: "Mapping[str, Leaf | Shape | Many]" = field(default_factory=lambda: MappingProxyType({}))
    optional: "Mapping[str, Leaf | Shape | Many]" = field(default_factory=lambda: MappingProxyType({}))


_CODING: Final = Shape({"system": Leaf.URI, "code": Leaf.CODE}, {"display": Leaf.TEXT})
_CODED: Final = Shape({"coding": Many(_CODING)})
_CODED_WITH_WORDS: Final = Shape({"coding": Many(_CODING), "text": Leaf.TEXT})
_REFERENCE: Final = Shape({"reference": Leaf.REFERENCE}, {"display": Leaf.TEXT})
_NAMED: Final = Shape({}, {"reference": Leaf.REFERENCE, "display": Leaf.TEXT})
"""What may be known by its name only."""
_IDENTIFIER: Final = Shape({"system": Leaf.URI, "value": Leaf.CODE})
_META: Final = Shape({}, {"profile": Many(Leaf.URI), "tag": Many(_CODING)})
_NOTE: Final = Shape(
    {"time": Leaf.TIME, "text": Leaf.TEXT}, {"authorReference": _REFERENCE, "authorString": Leaf.TEXT}
)

GOAL: Final = Shape(
    {
        "resourceType": Leaf.CODE,
        "identifier": Many(_IDENTIFIER),
        "lifecycleStatus": Leaf.CODE,
        "achievementStatus": _CODED,
        "category": Many(_CODED),
        "description": Shape({"text": Leaf.TEXT}),
        "subject": _REFERENCE,
        "startDate": Leaf.DATE,
        "statusDate": Leaf.DATE,
        "note": Many(_NOTE),
    },
    {
        "meta": _META,
        "target": Many(Shape({"dueDate": Leaf.DATE})),
        "expressedBy": _REFERENCE,
        "addresses": Many(_REFERENCE),
    },
)

OBSERVATION: Final = Shape(
    {
        "resourceType": Leaf.CODE,
        "identifier": Many(_IDENTIFIER),
        "status": Leaf.CODE,
        "category": Many(_CODED),
        "code": _CODED_WITH_WORDS,
        "subject": _REFERENCE,
        "effectiveDateTime": Leaf.TIME,
    },
    {
        "meta": _META,
        "encounter": _REFERENCE,
        "performer": Many(_REFERENCE),
        "focus": Many(_REFERENCE),
        "valueString": Leaf.TEXT,
        "valueCodeableConcept": _CODED_WITH_WORDS,
        "valueInteger": Leaf.INTEGER,
        "note": Many(_NOTE),
    },
)

CARE_PLAN: Final = Shape(
    {
        "resourceType": Leaf.CODE,
        "identifier": Many(_IDENTIFIER),
        "text": Shape({"status": Leaf.CODE, "div": Leaf.MARKUP}),
        "status": Leaf.CODE,
        "intent": Leaf.CODE,
        "category": Many(_CODED),
        "title": Leaf.TEXT,
        "description": Leaf.TEXT,
        "subject": _REFERENCE,
        "created": Leaf.TIME,
    },
    {
        "meta": _META,
        "encounter": _REFERENCE,
        "author": _REFERENCE,
        "contributor": Many(_REFERENCE),
        "addresses": Many(_REFERENCE),
        "goal": Many(_REFERENCE),
        "supportingInfo": Many(_REFERENCE),
        "note": Many(_NOTE),
    },
)

LIST: Final = Shape(
    {
        "resourceType": Leaf.CODE,
        "identifier": Many(_IDENTIFIER),
        "status": Leaf.CODE,
        "mode": Leaf.CODE,
        "code": _CODED,
        "subject": _REFERENCE,
        "date": Leaf.TIME,
        "orderedBy": _CODED,
        "note": Many(_NOTE),
        "entry": Many(Shape({"item": _NAMED})),
    },
    {"meta": _META, "encounter": _REFERENCE, "source": _REFERENCE},
)

DOCUMENT_REFERENCE: Final = Shape(
    {
        "resourceType": Leaf.CODE,
        "identifier": Many(_IDENTIFIER),
        "status": Leaf.CODE,
        "docStatus": Leaf.CODE,
        "type": Shape({"coding": Many(_CODING)}, {"text": Leaf.TEXT}),
        "category": Many(_CODED),
        "subject": _REFERENCE,
        "date": Leaf.TIME,
        "description": Leaf.TEXT,
        "content": Many(
            Shape(
                {
                    "attachment": Shape(
                        {"contentType": Leaf.CODE, "data": Leaf.DATA},
                        {"title": Leaf.TEXT, "creation": Leaf.TIME, "language": Leaf.CODE},
                    )
                }
            )
        ),
    },
    {
        "meta": _META,
        "author": Many(_REFERENCE),
        "context": Shape(
            {},
            {
                "encounter": Many(_REFERENCE),
                "period": Shape({"start": Leaf.TIME, "end": Leaf.TIME}),
                "related": Many(_REFERENCE),
            },
        ),
    },
)

QUESTIONNAIRE_RESPONSE: Final = Shape(
    {
        "resourceType": Leaf.CODE,
        "identifier": _IDENTIFIER,
        "questionnaire": Leaf.URI,
        "status": Leaf.CODE,
        "subject": _REFERENCE,
        "authored": Leaf.TIME,
        "item": Many(Shape({"linkId": Leaf.CODE, "answer": Many(Shape({"valueString": Leaf.TEXT}))})),
    },
    {"meta": _META, "encounter": _REFERENCE, "author": _REFERENCE, "source": _REFERENCE},
)

PROVENANCE: Final = Shape(
    {
        "resourceType": Leaf.CODE,
        "target": Many(_REFERENCE),
        "recorded": Leaf.TIME,
        "activity": _CODED,
        "agent": Many(Shape({"type": _CODED, "who": _NAMED}, {"onBehalfOf": _NAMED})),
    },
    {"meta": _META},
)

SHAPES: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "Goal": GOAL,
        "Observation": OBSERVATION,
        "CarePlan": CARE_PLAN,
        "List": LIST,
        "DocumentReference": DOCUMENT_REFERENCE,
        "QuestionnaireResponse": QUESTIONNAIRE_RESPONSE,
        "Provenance": PROVENANCE,
    }
)
