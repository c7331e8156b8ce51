"""Traces say which page and which kind of request took how long, and nothing about anybody."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx2
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from smartapp.errors import ConfigurationError
from smartapp.observability.chosen import Observed, observed
from smartapp.observability.otel import OtelTraces, otel_traces
from smartapp.observability.traces import ATTRIBUTES
from tests.figures import record
from tests.refusals import ROSA, TYPED, Watched, watched_clinic
from tests.visits import APP, settings


class Kept:
    """Spans as they would be sent."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.traces: OtelTraces = otel_traces(self.exporter)

    def all(self) -> tuple[ReadableSpan, ...]:
        self.traces._provider.force_flush()
        return self.exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.all() if span.name == name]


@asynccontextmanager
async def traced() -> AsyncIterator[tuple[Watched, Kept]]:
    kept = Kept()
    async with watched_clinic(watched=Observed(traces=kept.traces)) as at:
        yield at, kept


async def test_request_and_what_it_asks_of_the_ehr_are_one_trace() -> None:
    async with traced() as (at, kept):
        visit = await at.open()
        await visit.page("statements")

        (callback,) = kept.named("launch.callback")
        (token,) = kept.named("token")
        (patient,) = kept.named("Patient read")
        assert callback.kind is SpanKind.SERVER
        assert dict(callback.attributes or {}) == {
            "http.route": "launch.callback",
            "http.request.method": "GET",
            "http.response.status_code": 303,
        }
        assert token.kind is patient.kind is SpanKind.CLIENT
        for part in (token, patient):
            assert part.parent is not None
            assert callback.context is not None
            assert part.parent.span_id == callback.context.span_id
        assert dict(patient.attributes or {}) == {
            "fhir.resource_type": "Patient",
            "fhir.interaction": "read",
            "smartapp.outcome": "ok",
        }


async def test_no_span_holds_an_id_an_address_a_word_or_an_error() -> None:
    async with traced() as (at, kept):
        visit = await at.open()
        await visit.write(goal=TYPED, worry=TYPED)
        await visit.send()
        said = JSONResponse({"issue": [{"diagnostics": "DELGADO 4172283"}]}, status_code=500)
        at.wire.answer("GET /fhir/Patient", said)
        at.clinic.app.state.services.charts.forget(visit.id)
        await visit.page()
        at.wire.answer("GET /fhir/Goal", httpx2.ReadTimeout("DELGADO 4172283"))
        at.clinic.app.state.services.charts.forget(visit.id)
        await visit.page()
        await at.browser().get_once(f"{APP}/{ROSA}/?name=DELGADO")

        spans = kept.all()
        text = "\n".join(span.to_json() for span in spans)
        marks = [ROSA, "delgado", "4172283", "quokka", visit.id, *at.secrets()]
        found = [mark for mark in marks if mark.lower() in text.lower()]
        assert len(spans) > 40
        assert found == []
        assert {name for span in spans for name in span.attributes or {}} <= set(ATTRIBUTES.values())
        assert all(not span.events and not span.links for span in spans)
        assert all(span.status.description is None for span in spans)
        record("identifiers in traces", len(found))


async def test_trace_of_somebody_else_is_neither_joined_nor_handed_on() -> None:
    async with traced() as (at, kept):
        foreign = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        seen: set[bytes] = set()
        ehr = at.wire.ehr

        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            seen.update(name for name, _ in scope["headers"])
            await ehr(scope, receive, send)

        at.wire.ehr = noting
        browser = at.browser()
        await browser._app.get(f"{APP}/about", headers={"traceparent": foreign})
        await browser.open(ROSA)

        (about,) = kept.named("about.show")
        assert about.parent is None
        assert about.context is not None
        assert f"{about.context.trace_id:032x}" not in foreign
        assert b"authorization" in seen
        assert b"traceparent" not in seen


def test_the_process_wide_provider_stays_as_it_is() -> None:
    before = trace.get_tracer_provider()

    Kept()

    assert trace.get_tracer_provider() is before


async def test_collector_that_fails_changes_nothing_for_anybody() -> None:
    class Failing(SpanExporter):
        def export(self, spans: object) -> SpanExportResult:
            raise OSError("no collector")

    traces = otel_traces(Failing())
    async with watched_clinic(watched=Observed(traces=traces)) as at:
        visit = await at.open()

        assert visit.first.status_code == 200
        traces._provider.force_flush()
        at.assert_log_is_clean()


@pytest.mark.parametrize("variable", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
def test_traces_go_where_the_standard_variable_says(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9/v1/traces")

    traces = observed(replace(settings("sqlite+aiosqlite://"), traces=True)).traces

    assert isinstance(traces, OtelTraces)
    traces.close()


def test_site_that_wants_traces_without_the_packages_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "smartapp.observability.otel", None)

    with pytest.raises(ConfigurationError, match="SMARTAPP_TRACES=true needs more packages"):
        observed(replace(settings("sqlite+aiosqlite://"), traces=True))
