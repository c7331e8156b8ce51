"""SMART scopes as the demo EHR reads them: v1 and v2, also granular.

https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from smartapp.sandbox.manner import ACTIONS, Manner

_RESOURCE = re.compile(
    r"(?P<context>patient|user|system)/(?P<type>\*|[A-Z][A-Za-z]+)\.(?P<actions>read|write|\*|c?r?u?d?s?)(?:\?(?P<query>.+))?"
)
_V1 = {"read": "rs", "write": "cud", "*": "cruds"}
_RESOURCE_SHAPED = re.compile(r"(patient|user|system)/.*")
_SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, 3.3
LAUNCH_SCOPES = (
    "openid",
    "fhirUser",
    "profile",
    "launch",
    "launch/patient",
    "launch/encounter",
    "online_access",
    "offline_access",
)


@dataclass(frozen=True, slots=True)
class ResourceScope:
    """`actions`: letters of "cruds". `query`: the restriction of a granular scope, as search parameters."""

    context: str
    resource_type: str
    actions: str
    query: tuple[tuple[str, str], ...] = ()

    def covers(self, resource_type: str, action: str) -> bool:
        return self.resource_type in {"*", resource_type} and action in self.actions


def parse(scope: str) -> ResourceScope | None:
    """A resource scope, or None for any other scope. Raises ValueError for one that is malformed."""
    if not _SCOPE_TOKEN.fullmatch(scope):
        raise ValueError(scope)
    match = _RESOURCE.fullmatch(scope)
    if match is None or not match["actions"]:
        if _RESOURCE_SHAPED.fullmatch(scope):
            raise ValueError(scope)
        return None
    query = tuple(parse_qsl(match["query"] or "", keep_blank_values=True))
    return ResourceScope(match["context"], match["type"], _V1.get(match["actions"], match["actions"]), query)


def grantable(requested: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the requested scopes that this server gives: what it knows, for a patient or a user. Raises
    ValueError for a malformed one.
    """
    parsed = [(scope, parse(scope)) for scope in requested]
    return tuple(
        scope
        for scope, resource in parsed
        if (resource.context != "system" if resource else scope in LAUNCH_SCOPES)
    )


def narrowed(scopes: tuple[str, ...], manner: Manner) -> tuple[str, ...]:
    """The scopes without the actions that the server has no interaction for; those left with none go."""
    found: list[str] = []
    for scope in scopes:
        resource = parse(scope)
        if resource is None or resource.resource_type == "*":
            found.append(scope)
            continue
        kept = "".join(
            action
            for action in resource.actions
            if manner.offers(resource.resource_type, ACTIONS.get(action, "delete"))
        )
        query = scope.partition("?")[2]
        if kept == resource.actions:
            found.append(scope)
        elif kept:
            narrower = f"{resource.context}/{resource.resource_type}.{kept}"
            found.append(f"{narrower}?{query}" if query else narrower)
    return tuple(dict.fromkeys(found))


def in_wildcards(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """The same scopes as a server tells them that knows no types: whatever was granted for one, for all."""
    spelled: dict[str, None] = {}
    for scope in scopes:
        resource = parse(scope)
        spelled[f"{resource.context}/*.cruds" if resource else scope] = None
    return tuple(spelled)


def in_v1(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """The same scopes in the older spelling, which is coarser: any of c, u, d becomes write."""
    spelled: dict[str, None] = {}
    for scope in scopes:
        resource = parse(scope)
        if resource is None:
            spelled[scope] = None
            continue
        words = ["read"] * bool(set("rs") & set(resource.actions)) + ["write"] * bool(
            set("cud") & set(resource.actions)
        )
        for word in words:
            spelled[f"{resource.context}/{resource.resource_type}.{word}"] = None
    return tuple(spelled)
