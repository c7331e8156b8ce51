"""Every address of the app, with something that exists in each placeholder: for tests that leave none out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from starlette.routing import BaseRoute, Mount, Route

from smartapp.web.routes import routes

_ENDS = "/end"
_FILES = "/static/app.css"
_VALUES = {
    "kind": "questions",
    "id": "hope",
    "sheet_id": "serious-news",
    "question_id": "hope",
    "row": "1",
    "goal_id": "none",
    "prompt_id": "R01",
}


@dataclass(frozen=True, slots=True)
class Address:
    """`methods`: those that the route takes. `is_visit`: it belongs to a launch."""

    path: str
    methods: frozenset[str]
    is_visit: bool


def addresses(visit_id: str) -> tuple[Address, ...]:
    """All of them, those of a registration once for an EHR with sign-in and once for one without, and at last
    those that end the visit.
    """
    found: dict[str, Address] = {}
    for registration, (path, methods, is_visit) in product(("demo", "demo-open"), list(_all(routes()))):
        values = {**_VALUES, "launch_id": visit_id, "registration_id": registration}
        filled = path.format(**values)
        known = found.get(filled)
        found[filled] = Address(filled, methods | (known.methods if known else frozenset()), is_visit)
    assert len(found) > 50
    return tuple(sorted(found.values(), key=lambda each: each.path.endswith(_ENDS)))


def _all(listed: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, frozenset[str], bool]]:
    for route in listed:
        if isinstance(route, Route):
            yield prefix + route.path, frozenset(route.methods or ()) - {"HEAD"}, "{launch_id}" in prefix
        elif isinstance(route, Mount) and route.routes:
            yield from _all(route.routes, prefix + route.path)
        elif isinstance(route, Mount):
            yield _FILES, frozenset({"GET"}), False
        else:
            raise AssertionError(f"a route that this walk does not know: {route!r}")
