"""Every value of a resource with the path it stands at and what it must be."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from smartapp.fhir.guard_expected import refuse
from smartapp.fhir.guard_shapes import Leaf, Many, Shape


@dataclass(frozen=True, slots=True)
class Place:
    """One value. `path` as in "Goal.target[0].dueDate", `key` its last name."""

    path: str
    key: str
    value: object

    @property
    def element(self) -> str:
        """The element that a literal reference is of: "addresses" for "Goal.addresses[0].reference"."""
        return re.sub(r"\[\d+\]", "", self.path).split(".")[-2]


def leaves(place: Place, shape: Leaf | Many | Shape) -> Iterator[tuple[Place, Leaf]]:
    """Every value with what it must be. Refuses what has no shape, and what the shape asks for in vain."""
    if isinstance(shape, Leaf):
        yield place, shape
    elif isinstance(shape, Many):
        if not isinstance(place.value, list):
            refuse(place.path, "not a list")
        if not place.value:
            refuse(place.path, "empty")
        for number, value in enumerate(place.value):
            yield from leaves(Place(f"{place.path}[{number}]", place.key, value), shape.of)
    else:
        yield from _elements(place, shape)


def _elements(place: Place, shape: Shape) -> Iterator[tuple[Place, Leaf]]:
    if not isinstance(place.value, Mapping):
        refuse(place.path, "not an object")
    if not place.value:
        refuse(place.path, "empty")
    for name in shape.required:
        if name not in place.value:
            refuse(f"{place.path}.{name}", "missing")
    for name, value in place.value.items():
        below = shape.required.get(name) or shape.optional.get(name)
        if below is None:
            # The name itself came from outside and may hold anything.
            refuse(place.path, "an element that the app does not write")
        yield from leaves(Place(f"{place.path}.{name}", name, value), below)
