"""Every value of a resource with the path it stands at, for the guard."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One value. `path` as in "Goal.target[0].dueDate", `key` its last name."""

    path: str
    key: str
    value: object


def places(resource: Mapping[str, object]) -> Iterator[Place]:
    """The resource itself, then everything in it, outside first."""
    yield from _below(Place(str(resource.get("resourceType", "")), "", resource))


def _below(place: Place) -> Iterator[Place]:
    yield place
    if isinstance(place.value, Mapping):
        for key, value in place.value.items():
            yield from _below(Place(f"{place.path}.{key}", str(key), value))
    elif isinstance(place.value, list | tuple):
        for number, value in enumerate(place.value):
            yield from _below(Place(f"{place.path}[{number}]", place.key, value))
