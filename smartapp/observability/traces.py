"""How long each step of a request took, for a tracing system: an interface, and one that traces nothing.

A span carries the attributes of ATTRIBUTES and nothing else: no id, no address, no query, no word.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

ATTRIBUTES = {
    "route": "http.route",
    "method": "http.request.method",
    "status": "http.response.status_code",
    "resource_type": "fhir.resource_type",
    "interaction": "fhir.interaction",
    "outcome": "smartapp.outcome",
}
"""What may be noted, and how OpenTelemetry names it."""


class Span(Protocol):
    """One step that is being timed."""

    def rename(self, name: str) -> None:
        """`name`: of a route, or a resource type and an interaction."""

    def note(self, **values: str | int) -> None:
        """What is not in ATTRIBUTES is dropped."""


class Traces(Protocol):
    def span(self, name: str, *, is_outgoing: bool = False) -> AbstractContextManager[Span]:
        """Time a step. Steps that begin inside it are its parts, also in tasks that it starts."""

    def close(self) -> None:
        """Send what is left. Takes a few seconds when nobody takes it."""


class Unnoted:
    """A span that goes nowhere."""

    def rename(self, name: str) -> None:
        del name

    def note(self, **values: str | int) -> None:
        del values


class Untraced:
    """Traces nothing."""

    @contextmanager
    def span(self, name: str, *, is_outgoing: bool = False) -> Iterator[Span]:
        del name, is_outgoing
        yield Unnoted()

    def close(self) -> None:
        return None


UNTRACED: Traces = Untraced()
