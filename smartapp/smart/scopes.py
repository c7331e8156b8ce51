"""SMART scopes, v1 and v2: parse what was granted in either dialect, write what is asked in the server's.

https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from smartapp.smart.registration import Dialect, Registration

_RESOURCE_SCOPE = re.compile(
    r"(?P<context>patient|user|system)/(?P<type>\*|[A-Z][A-Za-z]{1,63})\."
    r"(?P<actions>read|write|\*|c?r?u?d?s?)(?:\?(?P<query>\S{1,500}))?"
)
_V1_ACTIONS = {"read": "rs", "write": "cud", "*": "cruds"}
_OTHER_SCOPES = frozenset({"openid", "fhirUser", "profile", "launch", "online_access", "offline_access"})
_LAUNCH_CONTEXT = re.compile(r"launch/[a-z][a-z-]{1,40}")


@dataclass(frozen=True, slots=True)
class ResourceScope:
    """`context` patient, user or system; `resource_type` may be "*"; `actions` a subset of "cruds"; `query`
    of a granular scope, else "".
    """

    context: str
    resource_type: str
    actions: str
    query: str = ""

    def takes(self, categories: Collection[str]) -> bool:
        """Whether a resource with these categories meets the restriction. Only `category` is understood; any
        other parameter, or a modifier, may leave the resource out, so it counts as if it did.
        """
        if not self.query:
            return True
        try:
            restrictions = parse_qsl(self.query, keep_blank_values=True, strict_parsing=True)
        except ValueError:
            return False
        return all(name == "category" and _is_among(categories, value) for name, value in restrictions)


@dataclass(frozen=True, slots=True)
class GrantedScopes:
    """The scopes of a token answer. `raw` as the server spelled them. `everything` for an open sandbox, which
    has no scopes.
    """

    raw: str = ""
    resources: tuple[ResourceScope, ...] = ()
    everything: bool = False

    def allows(self, resource_type: str, action: str) -> bool:
        """Whether an interaction (one letter of "cruds") is granted without a granular restriction."""
        return self.covers(resource_type, action)

    def allows_some(self, resource_type: str, action: str) -> bool:
        """Whether the interaction is granted at least for some resources of the type."""
        return self.everything or any(
            scope.resource_type in {resource_type, "*"} and action in scope.actions
            for scope in self.resources
        )

    def covers(self, resource_type: str, action: str, categories: Collection[str] = ()) -> bool:
        """Whether the interaction is granted for a resource with these categories, each "system|code". One
        scope must grant it alone; a patient/ or user/ context makes no difference here.
        """
        return self.everything or any(
            scope.resource_type in {resource_type, "*"}
            and action in scope.actions
            and scope.takes(categories)
            for scope in self.resources
        )

    def names(self, word: str) -> bool:
        """Whether a scope without a resource, such as "openid", was granted."""
        return word in self.raw.split()


def parse(raw: str) -> GrantedScopes:
    """Read a granted scope string. Words that are no resource scope stay in `raw` and grant nothing."""
    parsed = (_resource_scope(word) for word in raw.split())
    return GrantedScopes(raw, tuple(dict.fromkeys(scope for scope in parsed if scope is not None)))


def is_scope(word: str) -> bool:
    """Whether a word is a scope that SMART defines, in either dialect."""
    return (
        word in _OTHER_SCOPES
        or _LAUNCH_CONTEXT.fullmatch(word) is not None
        or _resource_scope(word) is not None
    )


def to_v1(scopes: Iterable[str]) -> tuple[str, ...]:
    """Say scopes in the v1 dialect, which is coarser: what comes out never grants less than what went in."""
    words: list[str] = []
    for word in scopes:
        scope = _resource_scope(word)
        words += [word] if scope is None else _v1_words(scope)
    return tuple(dict.fromkeys(words))


def asked(registration: Registration, capabilities: Iterable[str], *, standalone: bool) -> tuple[str, ...]:
    """The scopes to ask for: as configured, in the server's dialect, with the launch scope of this launch."""
    others = [word for word in registration.scopes if word not in {"launch", "launch/patient"}]
    words = ("launch/patient" if standalone else "launch", *others)
    dialect = registration.dialect
    if dialect is Dialect.AUTO:
        dialect = Dialect.V2 if "permission-v2" in capabilities else Dialect.V1
    return to_v1(words) if dialect is Dialect.V1 else tuple(dict.fromkeys(words))


def _is_among(categories: Collection[str], value: str) -> bool:
    """Whether a category is one of a search value: "system|code", "code" or "system|", a comma is "or".

    https://hl7.org/fhir/R4/search.html#token
    """
    for token in value.split(","):
        system, bar, code = token.rpartition("|")
        for category in categories:
            has_system, _, has_code = category.rpartition("|")
            if (not bar or system == has_system) and (code == has_code or (system and not code)):
                return True
    return False


def _resource_scope(word: str) -> ResourceScope | None:
    match = _RESOURCE_SCOPE.fullmatch(word)
    if match is None or not match["actions"]:
        return None
    actions = _V1_ACTIONS.get(match["actions"], match["actions"])
    return ResourceScope(match["context"], match["type"], actions, match["query"] or "")


def _v1_words(scope: ResourceScope) -> list[str]:
    stem = f"{scope.context}/{scope.resource_type}"
    if scope.actions == "cruds":
        return [f"{stem}.*"]
    words = [f"{stem}.read"] if set(scope.actions) & set("rs") else []
    if set(scope.actions) & set("cud"):
        words.append(f"{stem}.write")
    return words
