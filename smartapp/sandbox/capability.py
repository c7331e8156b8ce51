"""The CapabilityStatement, which says what works now, under the faults that are switched on.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from smartapp.sandbox.fhir_store import instant
from smartapp.sandbox.interactions import Interactions
from smartapp.sandbox.resource import Resource
from smartapp.sandbox.search_parameters import COMMON, parameters_of

_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
_SINCE_6 = ("6.1.0", "7.0.0", "8.0.0", "9.0.0")
_SINCE_7 = _SINCE_6[1:]
_PROFILES = {
    "CarePlan": (("us-core-careplan", _SINCE_6),),
    "DocumentReference": (("us-core-documentreference", _SINCE_6),),
    "Goal": (("us-core-goal", _SINCE_6),),
    "Observation": (
        ("us-core-simple-observation", _SINCE_6),
        ("us-core-observation-screening-assessment", _SINCE_6),
        ("us-core-care-experience-preference", _SINCE_7),
        ("us-core-treatment-intervention-preference", _SINCE_7),
    ),
    "Patient": (("us-core-patient", _SINCE_6),),
    "Provenance": (("us-core-provenance", _SINCE_6),),
    "QuestionnaireResponse": (("us-core-questionnaireresponse", _SINCE_6),),
    "RelatedPerson": (("us-core-relatedperson", _SINCE_6),),
}


def capability_statement(
    interactions: Interactions, *, fhir_base: str, oauth_uris: dict[str, str] | None
) -> Resource:
    """`oauth_uris`: authorize, token and revoke URLs of a server that wants a token; None for an open one."""
    rest: Resource = {
        "mode": "server",
        "resource": [_resource(interactions, name) for name in sorted(interactions.types())],
    }
    if oauth_uris is not None:
        rest["security"] = _security(oauth_uris)
    if not interactions.faults.refuse_all_writes:
        rest["interaction"] = [{"code": "transaction"}, {"code": "batch"}]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": instant(interactions.clock()),
        "kind": "instance",
        "software": {"name": "Common Ground demo EHR"},
        "implementation": {"description": "A demo EHR with invented patients", "url": fhir_base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [rest],
    }


def _resource(interactions: Interactions, name: str) -> Resource:
    creates, updates = interactions.offers_create(name), interactions.offers_update(name)
    searches = name != "Binary"
    offered = {"read": True, "search-type": searches, "create": creates, "update": updates}
    found: Resource = {
        "type": name,
        "interaction": [{"code": code} for code, works in offered.items() if works],
        "versioning": "versioned-update" if updates else "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": creates and not interactions.faults.write.ignore_if_none_exist,
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
    }
    if profiles := _PROFILES.get(name):
        found["supportedProfile"] = [
            f"{_US_CORE}{profile}|{version}" for profile, since in profiles for version in since
        ]
    if searches:
        parameters = COMMON | parameters_of(name)
        found["searchParam"] = [
            {"name": key, "type": parameter.kind.value} for key, parameter in sorted(parameters.items())
        ]
    return found


def _security(oauth_uris: dict[str, str]) -> Resource:
    extensions = [{"url": name, "valueUri": uri} for name, uri in oauth_uris.items()]
    system = "http://terminology.hl7.org/CodeSystem/restful-security-service"
    return {
        "service": [
            {"coding": [{"system": system, "code": "SMART-on-FHIR"}], "text": "OAuth2 using SMART on FHIR"}
        ],
        "extension": [
            {
                "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                "extension": extensions,
            }
        ],
    }
