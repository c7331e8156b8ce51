"""Metrics in Prometheus' text format, in a registry of this app's own.

Needs the extra "observability". Nothing of the process-wide registry is shown: what other libraries count is
not ours to publish.
"""

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, Counter, Histogram, generate_latest

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0)


class PrometheusMetrics:
    """Starts at nothing. See `Metrics` for what each of them means."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = self._seconds("request", "Requests of browsers.", "route", "method", "status")
        self._outgoing = self._seconds(
            "ehr_request", "Requests to EHRs.", "resource_type", "interaction", "outcome"
        )
        self._writes = self._count("writes", "Statements and changes by where they went.", "rung", "outcome")
        self._launches = self._count("launches", "Launches by what became of them.", "outcome")
        self._renewals = self._count("sign_in_renewals", "Renewals of the EHR's tokens.", "outcome")
        self._drafts = self._count("drafts_kept", "Times that typed text was kept.")
        self._alone = self._count("ehr_left_alone", "Times that an EHR was left alone.", "registration")

    def request(self, route: str, *, method: str, status: int, seconds: float) -> None:
        self._requests.labels(route, method, f"{status // 100}xx").observe(seconds)

    def outgoing(self, resource_type: str, interaction: str, *, outcome: str, seconds: float) -> None:
        self._outgoing.labels(resource_type, interaction, outcome).observe(seconds)

    def write(self, rung: str, outcome: str) -> None:
        self._writes.labels(rung, outcome).inc()

    def launch(self, outcome: str) -> None:
        self._launches.labels(outcome).inc()

    def renewal(self, outcome: str) -> None:
        self._renewals.labels(outcome).inc()

    def draft_kept(self) -> None:
        self._drafts.inc()

    def left_alone(self, registration: str) -> None:
        self._alone.labels(registration).inc()

    def page(self) -> tuple[bytes, str]:
        """Everything counted so far, and its media type."""
        return generate_latest(self._registry), CONTENT_TYPE_PLAIN_0_0_4

    def _count(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"smartapp_{name}", text, labels, registry=self._registry)

    def _seconds(self, name: str, text: str, *labels: str) -> Histogram:
        name = f"smartapp_{name}_seconds"
        return Histogram(name, text, labels, registry=self._registry, buckets=_BUCKETS)
