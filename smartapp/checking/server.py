"""What a server's CapabilityStatement says, as far as a chart is read and written by it.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from smartapp.fhir.capability import Capability, capability_of

FHIR_VERSION: Final = "4.0"


@dataclass(frozen=True, slots=True)
class TypeStated:
    """One resource type. `params`: search parameters that are listed. `versioning`: "" where it says none."""

    interactions: frozenset[str] = frozenset()
    params: frozenset[str] = frozenset()
    versioning: str = ""

    @property
    def has_versions(self) -> bool:
        """Unless it says no: most servers leave it out."""
        return self.versioning != "no-version"


@dataclass(frozen=True, slots=True)
class Server:
    """`software`: name, version and date as far as they are given, in one line."""

    fhir_version: str
    software: str
    types: Mapping[str, TypeStated]
    capability: Capability

    @property
    def is_r4(self) -> bool:
        return self.fhir_version == FHIR_VERSION or self.fhir_version.startswith(f"{FHIR_VERSION}.")


class _Named(msgspec.Struct, gc=False):
    name: str = ""
    code: str = ""
    version: str = ""


class _Type(msgspec.Struct, gc=False, rename="camel"):
    type: str = ""
    interaction: tuple[_Named, ...] = ()
    search_param: tuple[_Named, ...] = ()
    versioning: str = ""


class _Rest(msgspec.Struct, gc=False):
    mode: str = ""
    resource: tuple[_Type, ...] = ()


class _Statement(msgspec.Struct, gc=False, rename="camel"):
    resource_type: str = ""
    fhir_version: str = ""
    date: str = ""
    software: _Named = msgspec.field(default_factory=_Named)
    rest: tuple[_Rest, ...] = ()


def server_of(statement: Mapping[str, object]) -> Server | None:
    """None when it is no CapabilityStatement, or one that makes no sense."""
    try:
        stated = msgspec.convert(dict(statement), _Statement)
    except (msgspec.ValidationError, RecursionError):
        return None
    if stated.resource_type != "CapabilityStatement":
        return None
    types = {
        one.type: TypeStated(
            frozenset(done.code for done in one.interaction),
            frozenset(param.name for param in one.search_param),
            one.versioning,
        )
        for rest in stated.rest
        if rest.mode == "server"
        for one in rest.resource
    }
    dated = f"statement of {stated.date}" if stated.date else ""
    software = ", ".join(filter(None, (stated.software.name, stated.software.version, dated)))
    return Server(stated.fhir_version, software, types, capability_of(statement))
