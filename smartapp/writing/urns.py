"""How entries of one transaction refer to one another before the server has named them.

https://hl7.org/fhir/R4/bundle.html#references
"""

from collections.abc import Mapping
from uuid import NAMESPACE_OID, uuid5

from smartapp.writing.making import Link


def urn_of(id_: str) -> str:
    """The urn of the statement with this id, always the same."""
    return f"urn:uuid:{uuid5(NAMESPACE_OID, id_)}"


def resolved(resource: Mapping[str, object], links: Mapping[str, Link]) -> dict[str, object]:
    """The resource with the reference of what has one by now in the place of its urn. `links`: by id."""
    references = {urn_of(id_): link.reference for id_, link in links.items()}
    return {name: _resolved(value, references) for name, value in resource.items()}


def _resolved(value: object, references: Mapping[str, str]) -> object:
    match value:
        case {"reference": str(reference), **others}:
            return {"reference": references.get(reference, reference), **others}
        case Mapping():
            return {name: _resolved(inner, references) for name, inner in value.items()}
        case list():
            return [_resolved(inner, references) for inner in value]
        case _:
            return value
