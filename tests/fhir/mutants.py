"""A resource once for each way in which one value, or one element, can be wrong."""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smartapp.errors import GuardRefused
from smartapp.fhir.walk import Place

Resource = dict[str, Any]  # Any: a resource that is spoiled in many places

Mutants = Iterator[tuple[str, Resource]]


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


def changed(resource: Resource, others: tuple[object, ...], *, where: Callable[[Place], bool]) -> Mutants:
    """With each other value at each place that `where` is true of."""
    for place in list(places(resource)):
        if not place.path.count(".") or not where(place):
            continue
        for number, other in enumerate(others):
            if type(other) is not type(place.value) or other != place.value:
                yield f"{place.path}, {number}", _with(resource, place.path, other)


def without(resource: Resource, *, where: Callable[[Place], bool] = lambda place: True) -> Mutants:
    """Without each element, list item and value."""
    for place in list(places(resource)):
        if place.path.count(".") and where(place):
            spoiled, parent, step = _copied(resource, place.path)
            del parent[step]
            yield f"without {place.path}", spoiled


def with_more(resource: Resource, extra: Resource) -> Mutants:
    """With `extra` in each object."""
    for place in list(places(resource)):
        if isinstance(place.value, dict) and not place.value.keys() & extra.keys():
            yield f"more in {place.path}", _with(resource, place.path, {**place.value, **extra})


def doubled(resource: Resource) -> Mutants:
    """With each list's last item twice."""
    for place in list(places(resource)):
        if isinstance(place.value, list):
            yield f"twice {place.path}", _with(resource, place.path, [*place.value, place.value[-1]])


def let_out(mutants: Mutants, check: Callable[[Resource], None]) -> list[str]:
    """Which of them pass. Fails when there were none to try."""
    passed, tried = [], 0
    for name, resource in mutants:
        tried += 1
        try:
            check(resource)
        except GuardRefused:
            continue
        passed.append(name)
    assert tried > 0, "nothing was spoiled"
    return passed


def _with(resource: Resource, path: str, value: object) -> Resource:
    if "." not in path:
        assert isinstance(value, dict)
        return value
    spoiled, parent, step = _copied(resource, path)
    parent[step] = value
    return spoiled


def _copied(
    resource: Resource, path: str
) -> tuple[Resource, Any, Any]:  # Any: dicts by name, lists by number
    """A copy that shares everything but the way to `path`, with what holds the last step."""
    steps: list[str | int] = []
    for element in path.split(".")[1:]:
        name, *numbers = element.replace("]", "").split("[")
        steps.append(name)
        steps.extend(int(number) for number in numbers)
    spoiled: Any = copy.copy(resource)
    parent = spoiled
    for step in steps[:-1]:
        parent[step] = copy.copy(parent[step])
        parent = parent[step]
    return spoiled, parent, steps[-1]
