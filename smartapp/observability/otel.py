"""Traces with OpenTelemetry, to where the standard OTEL_EXPORTER_OTLP_* variables say.

Needs the extra "observability". The exporter talks to the collector by itself, in a thread of its own: not
through the outbound door, which is for EHRs. Neither a browser's nor an EHR's trace is joined: no
`traceparent` is read or sent, so that nobody else's system can tie its users to our spans.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, Tracer

from smartapp import __version__
from smartapp.observability.traces import ATTRIBUTES

_EXPORT_S = 5


class OtelSpan:
    def __init__(self, span: Span) -> None:
        self._span = span

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def note(self, **values: str | int) -> None:
        for name, value in values.items():
            if name in ATTRIBUTES:
                self._span.set_attribute(ATTRIBUTES[name], value)


class OtelTraces:
    """A provider of this app's own; the process-wide one stays as it is."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer: Tracer = provider.get_tracer("smartapp", __version__)

    @contextmanager
    def span(self, name: str, *, is_outgoing: bool = False) -> Iterator[OtelSpan]:
        # An exception's words may be a server's, so nothing of it goes along.
        with self._tracer.start_as_current_span(
            name,
            kind=SpanKind.CLIENT if is_outgoing else SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield OtelSpan(span)

    def close(self) -> None:
        self._provider.shutdown()


def otel_traces(exporter: SpanExporter | None = None) -> OtelTraces:
    """Traces that go to `exporter`; by default over HTTP, as the environment says."""
    named = Resource({"service.name": "common-ground", "service.version": __version__})
    named = named.merge(OTELResourceDetector().detect())  # OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES
    uncounted = NoOpMeterProvider()
    provider = TracerProvider(resource=named, shutdown_on_exit=False, meter_provider=uncounted)
    exporter = exporter or OTLPSpanExporter(timeout=_EXPORT_S, meter_provider=uncounted)
    provider.add_span_processor(BatchSpanProcessor(exporter, meter_provider=uncounted))
    return OtelTraces(provider)
