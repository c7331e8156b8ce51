"""Counts and times every request that leaves for an EHR, by what it is for and how it ended."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from smartapp import logs
from smartapp.clock import Clock, now
from smartapp.errors import EhrLeftAlone
from smartapp.observability.metrics import UNCOUNTED, Metrics
from smartapp.observability.traces import UNTRACED, Traces

_SERVER_ERROR = 500
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a request is for, in words of the code's own: to be counted, so never an id or an address.
    `resource_type` "": nothing of FHIR. `stores`: whether it may change something in a chart. `counts`:
    whether how it ends says something of the EHR; False for what a visit does as well without.
    """

    resource_type: str = ""
    interaction: str = "other"
    stores: bool = False
    counts: bool = True


OTHER = Purpose()


@dataclass(slots=True)
class Seen:
    """`status`: of the answer, to be filled in; 0 while there is none."""

    status: int = 0

    @property
    def outcome(self) -> str:
        if self.status == 0:
            return "no-answer"
        if self.status >= _SERVER_ERROR:
            return "server-error"
        return "refused" if self.status >= _REFUSED else "ok"


@dataclass(frozen=True, slots=True)
class Watch:
    """Who counts and times what leaves, and the clock by which a failing server is left alone."""

    metrics: Metrics = UNCOUNTED
    traces: Traces = UNTRACED
    clock: Clock = now

    @contextmanager
    def request(self, purpose: Purpose) -> Iterator[Seen]:
        """One request. What it raises counts as no answer, or as not sent where it never left."""
        seen, began = Seen(), time.monotonic()
        outcome = ""
        name = f"{purpose.resource_type} {purpose.interaction}".strip()
        with self.traces.span(name, is_outgoing=True) as span:
            try:
                yield seen
            except EhrLeftAlone:
                outcome = "left-alone"
                raise
            finally:
                outcome = outcome or seen.outcome
                span.note(
                    resource_type=purpose.resource_type, interaction=purpose.interaction, outcome=outcome
                )
                self.metrics.outgoing(
                    purpose.resource_type,
                    purpose.interaction,
                    outcome=outcome,
                    seconds=time.monotonic() - began,
                )

    def left_alone(self, registration: str) -> None:
        """Tell that one of this registration's servers fails too often."""
        self.metrics.left_alone(registration)
        logs.event("ehr-left-alone", level=logging.WARNING, registration=registration or None)


WATCH = Watch()
