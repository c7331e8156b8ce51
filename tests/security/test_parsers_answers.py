"""Whatever a FHIR server answers: each reader of it gives what it promises, or its one error."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.errors import AppError, ForeignOrigin, OutboundError
from smartapp.fhir import elements, lenses, value_lenses
from smartapp.fhir.chart_entry import ChartEntry, read_entry, version_of
from smartapp.fhir.client import FhirClient, SearchResult
from smartapp.fhir.dates import day_of, instant_of
from smartapp.fhir.keeping import kept
from smartapp.fhir.note_lenses import ClinicalImpression, Composition, DiagnosticReport
from smartapp.fhir.note_sources import (
    ListedNote,
    best_attachment,
    of_composition,
    of_document,
    of_impression,
    of_report,
    page_for_people,
)
from smartapp.fhir.operation_outcome import MAX_WORDS, reason_of
from smartapp.fhir.paging import attachment_url
from smartapp.fhir.this_patient import ThisPatient, is_id
from smartapp.fhir.transaction_bundle import answers_of as entries_answered
from smartapp.fhir.values import measured
from smartapp.fhir.words import document_text, words_of
from smartapp.http import Answer, Origin
from smartapp.sdm.model import Kind, SaidBy, Source, Statement
from smartapp.web import words
from smartapp.web.presenters.before import is_child
from smartapp.writing import readback
from tests.figures import record
from tests.security.anything import BASE, bent, bodies, door_to, every_letter, texts, values

PATIENT = ThisPatient("p", BASE)
TODAY = date(2026, 11, 22)
GOAL: dict[str, object] = {
    "resourceType": "Goal",
    "id": "g",
    "meta": {"versionId": "1"},
    "identifier": [{"system": "urn:x", "value": "1"}],
    "lifecycleStatus": "active",
    "description": {"text": "Dance"},
    "subject": {"reference": "Patient/p"},
    "startDate": "2026-11-22",
    "note": [{"text": "x"}],
}
DOCUMENT: dict[str, object] = {
    "resourceType": "DocumentReference",
    "id": "d",
    "status": "current",
    "subject": {"reference": "Patient/p"},
    "date": "2026-11-22T10:00:00Z",
    "content": [{"attachment": {"contentType": "text/plain", "data": "eA==", "url": "Binary/1", "size": 1}}],
    "section": [{"title": "A", "text": {"div": "<p>x</p>"}, "section": []}],
    "conclusion": "",
    "code": {"text": "Discharge summary"},
    "presentedForm": [{"url": "Binary/2"}],
    "relatesTo": [{"code": "replaces", "target": {"reference": "DocumentReference/c"}}],
    "summary": "x",
    "note": [],
    "author": [{"reference": "Practitioner/1"}],
}
LINE: dict[str, object] = {
    "resourceType": "Observation",
    "id": "o",
    "status": "final",
    "subject": {"reference": "Patient/p"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]},
    "effectiveDateTime": "2026-11-22T10:00:00Z",
    "effectivePeriod": {"start": "2026"},
    "valueQuantity": {"value": 7.1, "unit": "%", "code": "%", "comparator": ""},
}
MAKERS: dict[Any, Any] = {  # Any: each lens with the maker of its own type
    lenses.DocumentReference: of_document,
    DiagnosticReport: of_report,
    Composition: of_composition,
    ClinicalImpression: of_impression,
}
moments = st.sampled_from(
    [
        "0000-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31", "2026-02-30",
        "2026", "2026-13", "20261122", "٢٠٢٦-١١-٢٢", "2026-11-22T10:00:00+99:99", "1" * 5_000, "2026-11-22T",
    ]
)  # fmt: skip
addresses = st.sampled_from(
    [
        "Binary/1", "/fhir/Binary/1", f"{BASE}/Binary/1", f"{BASE}/Patient/q", "Patient/q", "..", "../x", "http://[",
        "https://evil.test/Binary/1", "//evil.test/x", "Binary/../Patient/q", "Binary/%2e%2e/Patient/q", "",
        f"{BASE}.evil.test/Binary/1", "https://ehr.test@evil.test/", "javascript:1", "\\\\x",
    ]
)  # fmt: skip


@given(bodies(bent(
    {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "No"}]},
    st.lists(st.fixed_dictionaries({}, optional={"diagnostics": texts, "details": values}), max_size=3),
)), st.sampled_from(["application/fhir+json", "text/plain; charset=utf-16", "text/html"]))  # fmt: skip
def test_words_of_any_refusal_are_short_and_plain(body: bytes, content_type: str) -> None:
    found = reason_of(Answer(422, {"content-type": content_type}, body))

    assert len(found) <= MAX_WORDS
    assert found.isprintable()
    found.encode()
    record("bad inputs tried", 1)


@given(st.text(every_letter, max_size=60) | addresses)
def test_any_attachment_address_stays_with_the_content_of_this_server(url: str) -> None:
    record("bad inputs tried", 1)
    try:
        found = attachment_url(url, fhir_base=BASE)
    except ForeignOrigin:
        record("bad inputs refused with a plain error", 1)
        return

    assert Origin.of(found) == Origin.of(BASE)
    assert found.startswith(f"{BASE}/")
    assert "/Patient/" not in found.partition("?")[0]


@given(st.text(every_letter, max_size=60) | addresses)
def test_any_link_for_people_leads_to_the_ehr_over_the_web_or_is_none(url: str) -> None:
    found = page_for_people(url, BASE)

    assert found in {"", url}
    assert not found or Origin.of(found) == Origin.of(BASE)
    record("bad inputs tried", 1)


@settings(max_examples=120)
@given(st.sampled_from(list(MAKERS)), bent(DOCUMENT, moments | addresses.map(
    lambda url: [{"attachment": {"url": url, "contentType": url, "data": url}}]
)))  # fmt: skip
def test_any_document_is_listed_passed_over_or_left_out(lens: Any, resource: dict[str, object]) -> None:
    found = kept([encoded(resource | {"resourceType": lens.__name__})], lens, patient=PATIENT)

    notes = [MAKERS[lens](one, PATIENT) for one in found.resources]

    assert all(note is None or isinstance(note, ListedNote) for note in notes)
    assert len(notes) + found.left_out <= 1
    record("bad inputs tried", 1)
    record("bad inputs read as nothing", found.left_out)


@given(
    st.lists(st.builds(elements.Attachment, content_type=texts, url=texts, size=st.integers()), max_size=4)
)
def test_best_of_any_attachments_is_one_of_them(attachments: list[elements.Attachment]) -> None:
    found = best_attachment(attachments)

    assert found in attachments or not attachments


@settings(max_examples=120)
@given(bent(LINE, moments | st.fixed_dictionaries({"value": st.floats() | st.integers(), "unit": texts})))
def test_any_laboratory_line_is_a_finite_number_or_none(resource: dict[str, object]) -> None:
    found = kept([encoded(resource)], value_lenses.Observation, patient=PATIENT)

    for line in (line for one in found.resources for line in measured(one, PATIENT)):
        assert line.value is None or abs(line.value) < float("inf")
        assert line.at is None or line.at.tzinfo is not None
    record("bad inputs tried", 1)


@given(texts | moments)
def test_any_moment_is_a_day_or_none_and_no_page_minds(value: str) -> None:
    day, moment = day_of(value), instant_of(value)
    said = Statement(Kind.GOAL, "x", SaidBy.PATIENT, Source("Goal/1"), said_on=day)

    assert words.birth(value, TODAY)
    assert is_child(value, TODAY) in {True, False}
    assert said.is_older_than_a_year(TODAY) in {True, False}
    assert day is None or words.day(day)
    assert moment is None or moment.tzinfo is not None
    record("bad inputs tried", 1)


@settings(max_examples=120)
@given(bent(GOAL | DOCUMENT, moments | values) | st.dictionaries(texts, values))
def test_words_of_any_resource_are_text(resource: dict[str, object]) -> None:
    for resource_type in (
        "Goal",
        "Observation",
        "CarePlan",
        "List",
        "DocumentReference",
        "QuestionnaireResponse",
    ):
        assert isinstance(words_of(resource | {"resourceType": resource_type}), str)
    assert isinstance(document_text(resource), str | None)
    record("bad inputs tried", 1)


@given(bent({"meta": {"versionId": "1"}}, st.fixed_dictionaries({"versionId": values})))
def test_version_of_anything_can_stand_in_a_header(resource: dict[str, object]) -> None:
    found = version_of(resource)

    assert found.isascii()
    assert not set(found) & set('\r\n\x00 "')
    assert len(found) <= 64
    record("bad inputs tried", 1)


@settings(max_examples=120)
@given(bent(GOAL, moments | values))
def test_any_answer_is_compared_with_what_was_sent(stored: dict[str, object]) -> None:
    found = list(readback.differences(GOAL, stored, patient=PATIENT))

    assert (not found) <= readback.is_ours(GOAL, stored, patient=PATIENT)
    assert readback.may_be_ours(GOAL, stored, patient=PATIENT) in {True, False}
    assert readback.answers_search(GOAL, stored, patient=PATIENT) in {True, False}
    record("bad inputs tried", 1)


@given(st.lists(bent({"response": {"status": "201", "location": "Goal/1"}}, st.fixed_dictionaries(
    {"location": texts | addresses, "status": texts, "etag": texts}
)), max_size=3))  # fmt: skip
def test_any_location_is_a_reference_of_ours_or_none(entries: list[dict[str, object]]) -> None:
    body = encoded({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})
    try:
        found = entries_answered(json.loads(body), len(entries))
    except AppError:
        record("bad inputs refused with a plain error", 1)
        return
    assert len(found) == len(entries)
    assert all(not one.reference or is_id(one.reference.partition("/")[2]) for one in found)


@settings(max_examples=100)
@given(bodies(bent(GOAL, moments | values)))
async def test_any_goal_is_read_whole_or_refused(body: bytes) -> None:
    record("bad inputs tried", 1)
    try:
        found = await read_entry(client_to(body), "Goal/g")
    except AppError:
        record("bad inputs refused with a plain error", 1)
        return
    assert isinstance(found, ChartEntry)


@settings(max_examples=100)
@given(bodies(bent(
    {"resourceType": "Bundle", "entry": [{"resource": GOAL}], "link": [{"relation": "next", "url": "?p=2"}]},
    addresses.map(lambda url: [{"relation": "next", "url": url}]),
)), st.sampled_from([200, 204, 301, 400, 403, 404, 500, 503]))  # fmt: skip
async def test_any_search_is_a_result_or_refused(body: bytes, status: int) -> None:
    record("bad inputs tried", 1)
    try:
        found = await client_to(body, status).search("Goal", [("patient", "p")])
    except OutboundError:
        record("bad inputs refused with a plain error", 1)
        return
    assert isinstance(found, SearchResult)
    assert status < 300


@pytest.mark.parametrize("id_", [".", "..", "a/b", "%2e%2e", "", "x" * 65, "é", "1\n", "1?x", "1#x"])
async def test_id_that_is_none_is_asked_of_nobody(id_: str) -> None:
    with pytest.raises(OutboundError, match="not a FHIR id"):
        await client_to(b"").read("Goal", id_)


def encoded(resource: Mapping[str, object]) -> bytes:
    return json.dumps(resource).encode()


def client_to(body: bytes, status: int = 200) -> FhirClient:
    async def no_wait(_: float) -> None:
        return None

    return FhirClient(
        door_to(body, status),
        fhir_base=BASE,
        patient_id="p",
        access=Signed(),
        may=lambda *_: True,
        timeout_s=5,
        sleep=no_wait,
    )


class Signed:
    """A launch with a token that is always good."""

    async def bearer(self) -> str | None:
        return "t"

    async def renew(self, refused: str) -> str | None:
        return None
