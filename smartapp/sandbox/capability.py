"""The CapabilityStatement, which says what works now, under the faults that are switched on.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from smartapp.sandbox.fhir_store import instant
from smartapp.sandbox.history import keeps_versions
from smartapp.sandbox.interactions import Interactions
from smartapp.sandbox.manner import TypeFacts
from smartapp.sandbox.resource import Resource
from smartapp.sandbox.search_parameters import COMMON, parameters_of


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
    if interactions.manner.transaction and not interactions.faults.refuse_all_writes:
        rest["interaction"] = [{"code": "transaction"}, {"code": "batch"}]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": instant(interactions.clock()),
        "kind": "instance",
        "software": {"name": f"Common Ground demo EHR, like {interactions.manner.title}"},
        "implementation": {"description": "A demo EHR with invented patients", "url": fhir_base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [rest],
    }


def _resource(interactions: Interactions, name: str) -> Resource:
    facts = interactions.manner.facts(name) or TypeFacts()
    creates, updates = interactions.offers_create(name), interactions.offers_update(name)
    searches = name != "Binary" and "search-type" in facts.interactions
    offered = {
        "read": "read" in facts.interactions,
        "search-type": searches,
        "create": creates,
        "update": updates,
        "vread": keeps_versions(interactions) and "read" in facts.interactions,
        "history-instance": keeps_versions(interactions) and "read" in facts.interactions,
    }
    versions = "versioned-update" if updates else "versioned"
    found: Resource = {
        "type": name,
        "interaction": [{"code": code} for code, works in offered.items() if works],
        "versioning": versions if interactions.has_versions else "no-version",
        "readHistory": keeps_versions(interactions),
        "updateCreate": False,
        "conditionalCreate": interactions.offers_conditional_create(name),
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
    }
    if facts.profiles:
        found["supportedProfile"] = list(facts.profiles)
    if searches:
        parameters = COMMON | parameters_of(name)
        found["searchParam"] = [
            {"name": key, "type": parameter.kind.value}
            for key, parameter in sorted(parameters.items())
            if (facts.searches is None or key in facts.searches) and key not in interactions.faults.read.lacks
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
