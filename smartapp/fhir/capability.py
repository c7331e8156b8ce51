"""What an EHR says that it offers: its CapabilityStatement, reduced to the few questions asked of it.

`scopes_supported` of discovery does not tell; this does. https://hl7.org/fhir/R4/capabilitystatement.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from smartapp.clock import Clock
from smartapp.errors import OutboundError
from smartapp.fhir.client import FhirClient

KEPT_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Capability:
    """`known` False: the EHR did not say, so nothing is taken to be offered. `transaction`: whether a
    transaction Bundle is taken. `profiles`: canonical URLs as the EHR lists them, with or without a version.
    `searches`: search parameters by type.
    """

    known: bool = False
    interactions: frozenset[tuple[str, str]] = frozenset()
    conditional_creates: frozenset[str] = frozenset()
    transaction: bool = False
    profiles: frozenset[str] = frozenset()
    searches: frozenset[tuple[str, str]] = frozenset()

    def offers(self, resource_type: str, interaction: str) -> bool:
        """Whether the EHR lists the interaction ("create", "read", "search-type", ...) for the type."""
        return (resource_type, interaction) in self.interactions

    def conditional_create(self, resource_type: str) -> bool:
        """Whether If-None-Exist is honoured for the type."""
        return resource_type in self.conditional_creates

    def searches_of(self, resource_type: str) -> frozenset[str]:
        """The search parameters that the EHR lists for the type."""
        return frozenset(name for of_type, name in self.searches if of_type == resource_type)


class _Interaction(msgspec.Struct, gc=False):
    code: str = ""


class _SearchParam(msgspec.Struct, gc=False):
    name: str = ""


class _Resource(msgspec.Struct, gc=False, rename="camel"):
    type: str = ""
    interaction: tuple[_Interaction, ...] = ()
    search_param: tuple[_SearchParam, ...] = ()
    conditional_create: bool = False
    supported_profile: tuple[str, ...] = ()


class _Rest(msgspec.Struct, gc=False):
    mode: str = ""
    resource: tuple[_Resource, ...] = ()
    interaction: tuple[_Interaction, ...] = ()


class _Statement(msgspec.Struct, gc=False, rename="camel"):
    resource_type: str = ""
    rest: tuple[_Rest, ...] = ()


def capability_of(statement: Mapping[str, object]) -> Capability:
    """The capability that a CapabilityStatement states; unknown when it is none or makes no sense."""
    try:
        stated = msgspec.convert(dict(statement), _Statement)
    except (msgspec.ValidationError, RecursionError):
        return Capability()
    if stated.resource_type != "CapabilityStatement":
        return Capability()
    servers = [rest for rest in stated.rest if rest.mode == "server"]
    resources = [one for rest in servers for one in rest.resource]
    return Capability(
        known=True,
        interactions=frozenset((one.type, done.code) for one in resources for done in one.interaction),
        conditional_creates=frozenset(one.type for one in resources if one.conditional_create),
        transaction=any(done.code == "transaction" for rest in servers for done in rest.interaction),
        profiles=frozenset(profile for one in resources for profile in one.supported_profile),
        searches=frozenset((one.type, asked.name) for one in resources for asked in one.search_param),
    )


@dataclass(slots=True)
class Capabilities:
    """The capabilities of each FHIR base, kept for an hour. What could not be read is asked for again."""

    clock: Clock
    _kept: dict[str, tuple[datetime, Capability]] = field(default_factory=dict)

    async def of(self, client: FhirClient) -> Capability:
        """The server's capability, unknown when it cannot be read now. Raises SessionEnded."""
        now = self.clock()
        kept = self._kept.get(client.fhir_base)
        if kept is not None and now - kept[0] <= KEPT_FOR:
            return kept[1]
        try:
            capability = capability_of(await client.capability_statement())
        except OutboundError:
            return Capability()
        if capability.known:
            self._kept[client.fhir_base] = (now, capability)
        return capability
