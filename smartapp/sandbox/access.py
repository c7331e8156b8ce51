"""What the bearer of a token may see and do: scopes, and the compartment of the patient in context."""

from collections.abc import Iterable
from dataclasses import dataclass

from smartapp.sandbox import scopes
from smartapp.sandbox.fhir_store import FhirStore
from smartapp.sandbox.outcome import FhirProblem
from smartapp.sandbox.resource import Resource, local_reference, reference_to, values_at
from smartapp.sandbox.scopes import ResourceScope
from smartapp.sandbox.search import criteria

SHARED_TYPES = frozenset(
    {"Practitioner", "PractitionerRole", "Organization", "Location", "Medication", "Questionnaire"}
)
"""About no patient: readable whoever is in context."""

_ACTIONS = {"c": "create", "r": "read", "u": "update", "s": "search"}


@dataclass(frozen=True, slots=True)
class Access:
    """`patient`: id of the patient in context. `user`: reference, readable on its own when `knows_user`.
    `everything`: no authorization. `confines` False: the patient in context restricts nothing.
    `wildcards_write` False: a scope for every type allows no create and no update.
    """

    resource_scopes: tuple[ResourceScope, ...] = ()
    patient: str | None = None
    user: str = ""
    knows_user: bool = False
    everything: bool = False
    confines: bool = True
    wildcards_write: bool = True

    @classmethod
    def of_token(cls, granted: Iterable[str], *, patient: str | None, user: str) -> "Access":
        granted = tuple(granted)
        parsed = tuple(scope for text in granted if (scope := scopes.parse(text)))
        return cls(parsed, patient, user, knows_user="fhirUser" in granted or "profile" in granted)

    def covers(self, scope: ResourceScope, action: str, resource_type: str) -> bool:
        """Whether this one scope allows the interaction for some resource of the type."""
        is_in_vain = scope.resource_type == "*" and action in "cu" and not self.wildcards_write
        return scope.covers(resource_type, action) and not is_in_vain


OPEN_ACCESS = Access(everything=True)


def require(access: Access, action: str, resource_type: str) -> None:
    """Refuse with 403 when no scope allows the interaction ("c", "r", "u" or "s") for any resource of the
    type.
    """
    if access.everything or any(
        access.covers(scope, action, resource_type) for scope in access.resource_scopes
    ):
        return
    raise insufficient(f"no granted scope allows to {_ACTIONS[action]} {resource_type}")


def insufficient(diagnostics: str) -> FhirProblem:
    return FhirProblem(
        403, "forbidden", diagnostics, headers={"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
    )


def may(access: Access, action: str, resource: Resource, *, store: FhirStore) -> bool:
    """Whether one of the scopes allows the interaction with this very resource."""
    if access.everything or (action == "r" and access.knows_user and reference_to(resource) == access.user):
        return True
    return any(
        _scope_allows(scope, access, action, resource=resource, store=store)
        for scope in access.resource_scopes
    )


def _scope_allows(
    scope: ResourceScope, access: Access, action: str, *, resource: Resource, store: FhirStore
) -> bool:
    resource_type = resource["resourceType"]
    if not access.covers(scope, action, resource_type):
        return False
    if scope.context == "patient" and access.confines and not _in_context(access, resource, store):
        return False
    return not scope.query or criteria(resource_type, scope.query, strict=True).accepts(resource)


def _in_context(access: Access, resource: Resource, store: FhirStore) -> bool:
    resource_type = resource["resourceType"]
    if resource_type in SHARED_TYPES:
        return True
    if access.patient is None:
        return False
    if resource_type == "Binary":
        documents = store.of_patient("DocumentReference", access.patient)
        return any(reference_to(resource) in _attached(document) for document in documents)
    return store.patients_of(resource) == {access.patient}


def _attached(document: Resource) -> list[str]:
    urls = [str(url) for url in values_at(document, "content.attachment.url")]
    return [local_reference("/".join(url.split("/")[-2:])) for url in urls]
