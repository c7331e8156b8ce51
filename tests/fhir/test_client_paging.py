"""Many pages: next links are rebased on the configured server, bounded, and never lead elsewhere."""

from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.errors import ForeignOrigin, SessionEnded
from smartapp.fhir.paging import next_url
from tests.fhir.read_server import BASE, FakeServer, bundle, client_of, fhir, goal, outcome

PAGE_2 = f"{BASE}/Goal?page=2"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (f"{BASE}/Goal?page=2", f"{BASE}/Goal?page=2"),
        ("http://10.0.0.7:8080/fhir/Goal?page=2", f"{BASE}/Goal?page=2"),
        ("https://ehr.example:443:443/fhir/Goal?page=2", f"{BASE}/Goal?page=2"),
        ("https://user@evil.example/fhir/Goal?page=2", f"{BASE}/Goal?page=2"),
        ("/fhir/Goal?page=2", f"{BASE}/Goal?page=2"),
        ("?page=2", f"{BASE}/Goal?page=2"),
        ("Goal?page=2", f"{BASE}/Goal?page=2"),
        ("http://internal/fhir?_getpages=abc", f"{BASE}?_getpages=abc"),
        ("http://internal/fhir/?_getpages=abc", f"{BASE}/?_getpages=abc"),
        (f"{BASE}/Goal?page=2#top", f"{BASE}/Goal?page=2"),
    ],
)
def test_a_next_link_is_applied_to_the_configured_base(link: str, expected: str) -> None:
    assert next_url(link, current=f"{BASE}/Goal?patient=p1", fhir_base=BASE) == expected


@pytest.mark.parametrize(
    "link",
    [
        "https://ehr.example/other/Goal?page=2",
        "https://ehr.example/fhir2/Goal?page=2",
        "https://ehr.example/fhir/../admin?page=2",
        "https://ehr.example/fhir/%2e%2e/admin?page=2",
        "https://ehr.example/fhir/..%2fadmin?page=2",
        "https://ehr.example/fhir/..%5cadmin?page=2",
        "https://evil.example/?u=https://ehr.example/fhir",
        "https://ehr.example/fhir",
        "//evil.example/Goal",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://[broken/fhir/Goal",
    ],
)
def test_a_next_link_outside_the_base_is_refused(link: str) -> None:
    with pytest.raises(ForeignOrigin):
        next_url(link, current=f"{BASE}/Goal?patient=p1", fhir_base=BASE)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80) | st.from_regex(r"(https?:)?(//[a-z.@:0-9]{0,12})?/fhir[./%2e\\a-z?=]{0,20}"))
def test_whatever_the_link_the_next_request_stays_under_the_base(link: str) -> None:
    try:
        url = next_url(link, current=f"{BASE}/Goal?patient=p1", fhir_base=BASE)
    except ForeignOrigin:
        return

    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("https", "ehr.example")
    assert parts.path == "/fhir" or parts.path.startswith("/fhir/")
    assert ".." not in parts.path.split("/")


async def test_all_pages_of_a_search_come_together() -> None:
    pages = {"": bundle([goal("g1")], "http://internal/fhir/Goal?page=2"), "2": bundle([goal("g2")])}
    server = FakeServer(broken=lambda request: fhir(pages[request.url.params.get("page", "")]))

    found = await client_of(server).search("Goal", [("patient", "p1")])

    assert [one["id"] for one in found.as_dicts()] == ["g1", "g2"]
    assert (found.whole, found.left_out) == (True, 0)
    assert {request.url.host for request in server.requests} == {"ehr.example"}


async def test_a_foreign_next_link_is_not_followed_and_the_result_is_not_whole() -> None:
    server = FakeServer(broken=lambda request: fhir(bundle([goal()], "https://evil.example/steal?page=2")))

    found = await client_of(server).search("Goal", [("patient", "p1")])

    assert (len(found.resources), found.whole, len(server.requests)) == (1, False, 1)


async def test_a_next_link_that_repeats_ends_the_search() -> None:
    server = FakeServer(broken=lambda request: fhir(bundle([goal()], PAGE_2)))

    found = await client_of(server).search("Goal", [("patient", "p1")])

    assert (len(server.requests), found.whole) == (2, False)


async def test_endless_pages_end_after_twenty() -> None:
    def another(request: httpx2.Request) -> httpx2.Response:
        following = int(request.url.params.get("page", "1")) + 1
        return fhir(bundle([goal(f"g{following}")], f"{BASE}/Goal?page={following}"))

    server = FakeServer(broken=another)

    found = await client_of(server).search("Goal", [("patient", "p1")])

    assert (len(server.requests), len(found.resources), found.whole) == (20, 20, False)


async def test_more_entries_than_the_limit_are_cut_and_said_to_be_more() -> None:
    server = FakeServer(broken=lambda request: fhir(bundle([goal(f"g{n}") for n in range(30)], PAGE_2)))

    found = await client_of(server).search("Goal", [("patient", "p1")], max_entries=20)

    assert (len(found.resources), found.whole, len(server.requests)) == (20, False, 1)


@pytest.mark.parametrize("second", [outcome(500), fhir({"resourceType": "Patient"}), fhir(b"nonsense")])
async def test_a_later_page_that_fails_keeps_what_came(second: httpx2.Response) -> None:
    answers = [fhir(bundle([goal()], PAGE_2)), second]

    found = await client_of(FakeServer(broken=lambda request: answers.pop(0))).search("Goal", [])

    assert (len(found.resources), found.whole) == (1, False)


async def test_a_session_that_ends_between_pages_ends_the_search() -> None:
    answers = [fhir(bundle([goal()], PAGE_2)), outcome(401), outcome(401)]

    with pytest.raises(SessionEnded):
        await client_of(FakeServer(broken=lambda request: answers.pop(0))).search("Goal", [])


async def test_entries_that_were_not_asked_for_are_passed_over_and_senseless_ones_counted() -> None:
    entries = [
        {"resource": goal("g1"), "search": {"mode": "match"}},
        {"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}},
        {"resource": {"resourceType": "Patient", "id": "p1"}, "search": {"mode": "include"}},
        {"resource": {"id": "x", "resourceType": "Provenance"}},
        {"resource": 7},
        "not an entry",
        {"fullUrl": "urn:uuid:1"},
    ]
    server = FakeServer(broken=lambda request: fhir({"resourceType": "Bundle", "entry": entries}))

    found = await client_of(server).search("Goal", [])

    assert [one["id"] for one in found.as_dicts()] == ["g1"]
    assert (found.left_out, found.whole) == (3, True)
