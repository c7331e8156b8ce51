"""What is counted: routes, types, outcomes. Never a patient, a clinician, a launch or a word."""

import re
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.errors import ConfigurationError, TemporaryOutboundError
from smartapp.fhir.purpose import RESOURCE_TYPES, purpose_of
from smartapp.observability.chosen import observed
from smartapp.observability.metrics import Metrics, Uncounted
from smartapp.observability.prometheus import PrometheusMetrics
from smartapp.observability.watch import Purpose, Watch
from tests.figures import record
from tests.pages import form
from tests.refusals import ROSA, TYPED
from tests.visits import APP, EHR, Clinic, OpenVisit, clinic, settings

BASE = f"{EHR}/fhir"
LABELS = {
    "route",
    "method",
    "status",
    "resource_type",
    "interaction",
    "outcome",
    "rung",
    "registration",
    "le",
}
_SAMPLE = re.compile(r"^(\w+?)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@pytest.fixture
async def at() -> AsyncIterator[Clinic]:
    async with clinic(setting={"metrics": True}) as running:
        yield running


async def page(at: Clinic) -> str:
    answer = await at.browser().get_once(f"{APP}/metrics")
    assert answer.status_code == 200
    return answer.text


async def counted(at: Clinic, name: str, **labels: str) -> float:
    """The sum of the samples with this name and at least these labels."""
    return sum(
        float(value)
        for found, inside, value in _SAMPLE.findall(await page(at))
        if found == name and labels.items() <= dict(_LABEL.findall(inside)).items()
    )


async def whole_visit(at: Clinic) -> OpenVisit:
    """Read, typed, kept, sent, looked at; with a page that does not exist and a launch that is none."""
    browser = at.browser()
    visit = await browser.open(ROSA)
    await visit.write(goal=TYPED, worry=TYPED)
    await visit.send()
    for each in ("", "room", "statements", "done", "nothing"):
        await visit.page(each)
    await browser.get_once(f"{APP}/launch")
    await browser.get_once(f"{APP}/{ROSA}/{TYPED}")
    return visit


async def test_whole_visit_is_counted_by_route_type_rung_and_outcome(at: Clinic) -> None:
    await whole_visit(at)

    assert await counted(at, "smartapp_launches_total", outcome="opened") == 1
    assert await counted(at, "smartapp_launches_total", outcome="launch-parameters") == 1
    assert await counted(at, "smartapp_request_seconds_count", route="callback", status="3xx") == 0
    assert await counted(at, "smartapp_request_seconds_count", route="launch.callback", status="3xx") == 1
    assert await counted(at, "smartapp_request_seconds_count", route="none", status="4xx") == 2
    assert await counted(at, "smartapp_drafts_kept_total") >= 1
    assert await counted(at, "smartapp_writes_total", rung="goal", outcome="stored") == 1
    assert await counted(at, "smartapp_writes_total", rung="observation", outcome="stored") == 1
    for asked in (("Patient", "read"), ("Goal", "search"), ("", "token"), ("", "discovery")):
        labels = dict(zip(("resource_type", "interaction"), asked, strict=True))
        assert await counted(at, "smartapp_ehr_request_seconds_count", outcome="ok", **labels) >= 1, asked


async def test_nothing_that_is_counted_names_anybody(at: Clinic) -> None:
    visit = await whole_visit(at)

    text = await page(at)

    samples = _SAMPLE.findall(text)
    values = {value for _, inside, _ in samples for _, value in _LABEL.findall(inside)}
    names = {name for _, inside, _ in samples for name, _ in _LABEL.findall(inside)}
    cookies = [cookie.value or "" for cookie in visit.browser._app.cookies.jar]
    about_somebody = [ROSA, TYPED, "Quokka", "DELGADO", visit.id, visit.id[:12], "4172283"]
    cookies = [each for each in cookies if len(each) > 8]
    found = [each for each in (*about_somebody, *cookies) if each.lower() in text.lower()]
    assert found == []
    assert names <= LABELS
    assert all(re.fullmatch(r"[A-Za-z0-9_.+\- ]{0,40}", value) for value in values), values
    assert not re.search("reminder|prompt_shown|hidden", text)
    record("identifiers in metrics", len(found))


async def test_reminder_that_is_hidden_is_a_request_like_any_other(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    hide = form((await visit.page()).text, "/hide")
    await visit.browser.post(hide.action, hide.fields)

    text = await page(at)

    assert await counted(at, "smartapp_request_seconds_count", route="prompts.hide") == 1
    assert "R0" not in text


async def test_renewal_of_the_sign_in_is_counted(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    at.ehr.expire_tokens()
    at.clock.now += timedelta(minutes=11)

    await visit.page()

    assert await counted(at, "smartapp_sign_in_renewals_total", outcome="renewed") == 1


async def test_method_of_somebodys_own_making_adds_one_row_for_all(at: Clinic) -> None:
    browser = at.browser()
    for method in ("ROSA", "DELGADO", "4172283"):
        await browser._app.request(method, f"{APP}/about")

    assert "DELGADO" not in await page(at)
    assert await counted(at, "smartapp_request_seconds_count", method="other") == 3


async def test_two_apps_in_one_process_count_apart(at: Clinic) -> None:
    async with clinic(setting={"metrics": True}) as other:
        await other.browser().open(ROSA)

        assert await counted(other, "smartapp_launches_total") == 1
        assert await counted(at, "smartapp_launches_total") == 0


def test_outcomes_of_requests_to_an_ehr_are_four_words() -> None:
    metrics = PrometheusMetrics()
    watch = Watch(metrics)
    for status in (200, 201, 304, 404, 401, 500, 503):
        with watch.request(Purpose("Goal", "search")) as seen:
            seen.status = status
    with pytest.raises(TemporaryOutboundError), watch.request(Purpose("Goal", "search")):
        raise TemporaryOutboundError("deadline")

    text = metrics.page()[0].decode()

    counts = {
        dict(_LABEL.findall(inside))["outcome"]: float(value)
        for name, inside, value in _SAMPLE.findall(text)
        if name == "smartapp_ehr_request_seconds_count"
    }
    assert counts == {"ok": 3, "refused": 2, "server-error": 2, "no-answer": 1}


@pytest.mark.parametrize(
    ("method", "url", "purpose"),
    [
        ("GET", f"{BASE}/metadata", ("CapabilityStatement", "capabilities", False)),
        ("GET", f"{BASE}/Patient/delgado-rosa", ("Patient", "read", False)),
        ("GET", f"{BASE}/Goal?patient=delgado-rosa", ("Goal", "search", False)),
        ("GET", f"{BASE}/Goal/1/_history/2", ("Goal", "vread", False)),
        ("GET", f"{BASE}?_getpages=4172283", ("other", "other", False)),
        ("GET", f"{BASE}/Binary/1", ("Binary", "read", False)),
        ("GET", f"{BASE}/Delgado/Rosa", ("other", "other", False)),
        ("GET", f"{EHR}/documents/Delgado.pdf", ("other", "other", False)),
        ("POST", f"{BASE}/Goal", ("Goal", "create", True)),
        ("PUT", f"{BASE}/Goal/1", ("Goal", "update", True)),
        ("POST", BASE, ("Bundle", "transaction", True)),
        ("POST", f"{BASE}/Delgado", ("other", "other", True)),
        ("DELETE", f"{BASE}/Goal/1", ("Goal", "other", True)),
    ],
)
def test_purpose_is_read_off_the_address_without_what_names_somebody(
    method: str, url: str, purpose: tuple[str, str, bool]
) -> None:
    found = purpose_of(method, url, fhir_base=BASE)

    assert (found.resource_type, found.interaction, found.stores) == purpose


@given(st.sampled_from(["GET", "POST", "PUT"]), st.text(max_size=60))
def test_no_address_brings_a_word_of_its_own_into_a_label(method: str, rest: str) -> None:
    found = purpose_of(method, BASE + rest, fhir_base=BASE)

    assert found.stores == (method != "GET")
    assert found.resource_type in {"other", "Bundle", "CapabilityStatement"} | RESOURCE_TYPES
    assert found.interaction in {
        "read", "search", "vread", "create", "update", "transaction", "capabilities", "other",
    }  # fmt: skip


def test_site_that_wants_metrics_without_the_packages_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "smartapp.observability.prometheus", None)

    with pytest.raises(ConfigurationError) as caught:
        observed(replace(settings("sqlite+aiosqlite://"), metrics=True))

    (fault,) = caught.value.faults
    assert str(fault) == (
        'environment: SMARTAPP_METRICS=true needs more packages: pip install "smartapp[observability]"'
    )


def test_app_that_counts_nothing_loads_nothing_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("smartapp.observability.prometheus", "smartapp.observability.otel"):
        monkeypatch.setitem(sys.modules, name, None)

    found = observed(settings("sqlite+aiosqlite://"))

    assert found.metrics_page is None


def test_what_counts_nothing_takes_everything() -> None:
    metrics: Metrics = Uncounted()

    metrics.request("x", method="GET", status=200, seconds=0.1)
    metrics.outgoing("Goal", "read", outcome="ok", seconds=0.1)
    metrics.write("goal", "stored")
    metrics.launch("opened")
    metrics.renewal("renewed")
    metrics.draft_kept()
    metrics.left_alone("demo")
