"""What the site chose to be counted and traced: nothing, unless its settings say so."""

from collections.abc import Callable
from dataclasses import dataclass

from smartapp.errors import ConfigurationError, Fault
from smartapp.observability.metrics import UNCOUNTED, Metrics
from smartapp.observability.traces import UNTRACED, Traces
from smartapp.settings import Settings


@dataclass(frozen=True, slots=True)
class Observed:
    """`metrics_page`: everything counted so far and its media type; None while nothing is counted."""

    metrics: Metrics = UNCOUNTED
    traces: Traces = UNTRACED
    metrics_page: Callable[[], tuple[bytes, str]] | None = None


def observed(settings: Settings) -> Observed:
    """Raises ConfigurationError when the packages for it are not installed."""
    metrics: Metrics = UNCOUNTED
    traces: Traces = UNTRACED
    page = None
    setting = "SMARTAPP_METRICS"
    try:
        if settings.metrics:
            from smartapp.observability.prometheus import PrometheusMetrics  # noqa: PLC0415 - an extra

            metrics = counted = PrometheusMetrics()
            page = counted.page
        setting = "SMARTAPP_TRACES"
        if settings.traces:
            from smartapp.observability.otel import otel_traces  # noqa: PLC0415 - an extra

            traces = otel_traces()
    except ImportError as error:
        problem = f'{setting}=true needs more packages: pip install "smartapp[observability]"'
        raise ConfigurationError((Fault("environment", None, problem),)) from error
    return Observed(metrics, traces, page)
