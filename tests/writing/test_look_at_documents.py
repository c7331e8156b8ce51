"""A note is stored when its text was read back, wherever the EHR keeps it; else nobody can tell."""

import base64
from dataclasses import dataclass, field
from html import escape
from typing import Any

import httpx2
import pytest

from smartapp.writing.look import Seen, look
from tests.fhir.written import written
from tests.writing.chart import Chart, Resource, client_of

SENT = written("note")
TEXT = base64.b64decode(
    SENT["content"][0]["attachment"]["data"]  # type: ignore[index]
).decode()
READ_NOT = "The chart has the note; its text could not be read back. Look in the chart."


@dataclass
class Shelf(Chart):
    """A chart that keeps the text of notes elsewhere. `binaries`: status, content type and body by id."""

    binaries: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    searches: list[dict[str, str]] = field(default_factory=list)

    def read(self, resource_type: str, resource_id: str) -> httpx2.Response:
        if resource_type != "Binary":
            return super().read(resource_type, resource_id)
        self.fetched.append(resource_id)
        status, content_type, body = self.binaries.get(resource_id, (404, "text/plain", b""))
        return httpx2.Response(status, headers={"content-type": content_type}, content=body)

    def search(self, resource_type: str, request: httpx2.Request) -> httpx2.Response:
        self.searches.append(dict(request.url.params))
        return super().search(resource_type, request)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def html_of(text: str) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))
    return f"<html><head><title>Note</title></head><body><h1>Progress note</h1>{lines}</body></html>"


def linked(number: str, content_type: str = "text/html") -> Resource:
    """The note as it comes back, with a link in the place of its text."""
    attachment = {"contentType": content_type, "url": f"Binary/{number}"}
    return SENT | {"content": [{"attachment": attachment}]}


def nameless(resource: Resource) -> Resource:
    """Without our identifier, as an EHR gives it back that ignores what it does not know."""
    return {name: value for name, value in resource.items() if name != "identifier"}


async def test_note_that_comes_back_whole_is_as_sent(shelf: Shelf) -> None:
    shelf.keep(dict(SENT))

    sight = await look(client_of(shelf), SENT, candidate="DocumentReference/1")

    assert (sight.seen, sight.reference, shelf.fetched) == (Seen.SAME, "DocumentReference/1", [])


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", TEXT),
        ("text/plain; charset=utf-8", TEXT.replace("\n", "\r\n") + "\r\n"),
        ("text/html", html_of(TEXT)),
        ("application/xhtml+xml", html_of(TEXT)),
    ],
)
@pytest.mark.parametrize("candidate", ["", "DocumentReference/1"])
async def test_text_that_is_kept_elsewhere_is_fetched_and_compared(
    shelf: Shelf, content_type: str, body: str, candidate: str
) -> None:
    shelf.keep(linked("b1", content_type))
    shelf.binaries["b1"] = (200, content_type, body.encode())

    sight = await look(client_of(shelf), SENT, candidate=candidate)

    assert (sight.seen, shelf.fetched) == (Seen.SAME, ["b1"])


async def test_text_that_came_as_a_binary_resource_is_compared(shelf: Shelf) -> None:
    shelf.keep(linked("b1", "text/plain"))
    data = base64.b64encode(TEXT.encode()).decode()
    body = f'{{"resourceType": "Binary", "contentType": "text/plain", "data": "{data}"}}'
    shelf.binaries["b1"] = (200, "application/fhir+json", body.encode())

    assert (await look(client_of(shelf), SENT)).seen is Seen.SAME


@pytest.mark.parametrize(
    "body", [html_of("Other words."), html_of(TEXT[:-20]), html_of(TEXT.replace("Lucía", "Maria"))]
)
async def test_note_with_other_words_is_not_as_sent(shelf: Shelf, body: str) -> None:
    shelf.keep(linked("b1"))
    shelf.binaries["b1"] = (200, "text/html", body.encode())

    sight = await look(client_of(shelf), SENT, candidate="DocumentReference/1")

    assert (sight.seen, sight.reason) == (Seen.OTHER, "The chart shows other words.")


async def test_plain_text_with_more_in_it_is_not_as_sent(shelf: Shelf) -> None:
    shelf.keep(linked("b1", "text/plain"))
    shelf.binaries["b1"] = (200, "text/plain", f"{TEXT}\nDisregard the above.".encode())

    assert (await look(client_of(shelf), SENT)).seen is Seen.OTHER


UNREADABLE: dict[str, dict[str, Any]] = {
    "missing": {},
    "refused": {"b1": (403, "text/plain", b"")},
    "broken": {"b1": (500, "text/plain", b"")},
    "sign-in page": {"b1": (200, "text/html", b"<html>Sign in</html>")},
}


@pytest.mark.parametrize("binaries", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("candidate", ["", "DocumentReference/1"])
async def test_note_whose_text_cannot_be_read_is_not_called_stored(
    shelf: Shelf, binaries: dict[str, tuple[int, str, bytes]], candidate: str
) -> None:
    shelf.keep(linked("b1", "text/plain"))
    shelf.binaries = binaries

    sight = await look(client_of(shelf), SENT, candidate=candidate)

    assert (sight.seen, sight.reference, sight.reason) == (
        Seen.CANNOT_TELL,
        "DocumentReference/1",
        READ_NOT,
    )


@pytest.mark.parametrize(
    "content",
    [
        [],
        [{"attachment": {"contentType": "application/rtf", "url": "Binary/b1"}}],
        [{"attachment": {"contentType": "text/plain", "url": "https://elsewhere.example.org/Binary/b1"}}],
        [{"attachment": {"contentType": "text/plain", "url": "Patient/p2"}}],
        [{"attachment": {"contentType": "text/plain", "data": "not base64!"}}],
        [{"attachment": {"contentType": "text/plain"}}],
        [{"attachment": "x"}],
    ],
)
async def test_content_that_is_no_text_of_this_server_is_not_fetched(
    shelf: Shelf, content: list[Resource]
) -> None:
    shelf.keep(SENT | {"content": content})

    sight = await look(client_of(shelf), SENT)

    assert (sight.seen, sight.reason, shelf.fetched) == (Seen.CANNOT_TELL, READ_NOT, [])


async def test_of_several_forms_the_plain_text_counts(shelf: Shelf) -> None:
    forms = [
        {"attachment": {"contentType": "text/html", "url": "Binary/b1"}},
        {"attachment": {"contentType": "text/plain", "url": "Binary/b2"}},
    ]
    shelf.keep(SENT | {"content": forms})
    shelf.binaries["b2"] = (200, "text/plain", TEXT.encode())

    assert ((await look(client_of(shelf), SENT)).seen, shelf.fetched) == (Seen.SAME, ["b2"])


async def test_note_of_another_patient_is_said_before_its_text_is_asked_for(shelf: Shelf) -> None:
    shelf.keep(linked("b1") | {"subject": {"reference": "Patient/p2"}})

    sight = await look(client_of(shelf), SENT)

    assert (sight.seen, sight.reason) == (Seen.OTHER, "The chart shows it with another patient.")


@pytest.mark.parametrize("candidate", ["", "DocumentReference/1"])
async def test_note_that_lost_its_identifier_is_known_by_its_text(shelf: Shelf, candidate: str) -> None:
    shelf.keep(nameless(linked("b1")) | {"date": "2026-11-23T03:25:00Z"})
    shelf.binaries["b1"] = (200, "text/html", html_of(TEXT).encode())

    assert (await look(client_of(shelf), SENT, candidate=candidate)).seen is Seen.SAME


async def test_notes_without_identifiers_are_searched_by_day(shelf: Shelf) -> None:
    shelf.knows_identifier = True
    shelf.keep(nameless(SENT))

    sight = await look(client_of(shelf), SENT, listed=frozenset({"date"}))

    assert sight.seen is Seen.SAME
    assert shelf.searches == [
        {"patient": "p1", "identifier": "https://commonground.example.org/fhir/ids|note-1"},
        {"patient": "p1", "date": "ge2026-11-21T22:20:00-05:00"},
    ]


@dataclass
class Deaf(Shelf):
    """It answers that there is nothing to every search that it does not know."""

    def search(self, resource_type: str, request: httpx2.Request) -> httpx2.Response:
        if {"identifier", "date"} & set(request.url.params):
            nothing = {"resourceType": "Bundle", "type": "searchset", "total": 0}
            return httpx2.Response(200, json=nothing)
        return super().search(resource_type, request)


@pytest.mark.parametrize("kept", [SENT, nameless(SENT)])
async def test_note_is_found_where_the_ehr_searches_neither_by_identifier_nor_by_day(kept: Resource) -> None:
    deaf = Deaf()
    deaf.keep(dict(kept))

    assert (await look(client_of(deaf), SENT, listed=frozenset({"patient"}))).seen is Seen.SAME


async def test_note_that_is_not_there_is_absent_where_the_ehr_searches_neither_way() -> None:
    deaf = Deaf()
    deaf.keep(nameless(SENT) | {"date": "2026-11-20T22:20:00-05:00"})

    assert (await look(client_of(deaf), SENT, listed=frozenset({"patient"}))).seen is Seen.ABSENT


@pytest.mark.parametrize(
    "other",
    [
        {"date": "2026-11-20T22:20:00-05:00"},
        {"subject": {"reference": "Patient/p2"}},
        {"identifier": [{"system": "https://commonground.example.org/fhir/ids", "value": "note-9"}]},
    ],
)
async def test_same_text_of_another_day_patient_or_item_is_not_ours(shelf: Shelf, other: Resource) -> None:
    shelf.keep(nameless(SENT) | other)

    assert (await look(client_of(shelf), SENT)).seen is Seen.ABSENT


async def test_other_notes_of_the_day_whose_text_was_read_leave_it_absent(shelf: Shelf) -> None:
    shelf.knows_identifier = False
    shelf.keep(nameless(linked("b1")))
    shelf.binaries["b1"] = (200, "text/html", html_of("A note of somebody else.").encode())

    assert (await look(client_of(shelf), SENT)).seen is Seen.ABSENT


async def test_note_of_the_day_whose_text_cannot_be_read_may_be_ours(shelf: Shelf) -> None:
    shelf.knows_identifier = False
    shelf.keep(nameless(linked("b1")))

    assert (await look(client_of(shelf), SENT)).seen is Seen.CANNOT_TELL


@pytest.mark.parametrize("around", ["Filed by the gateway.\n{}", "{}\nSigned.", "First line only: {:.71}"])
async def test_note_with_more_around_its_words_may_be_ours(shelf: Shelf, around: str) -> None:
    shelf.keep(nameless(linked("b1", "text/plain")))
    shelf.binaries["b1"] = (200, "text/plain", around.format(TEXT).encode())

    assert (await look(client_of(shelf), SENT)).seen is Seen.CANNOT_TELL


async def test_no_more_than_ten_texts_are_fetched(shelf: Shelf) -> None:
    for number in range(12):
        shelf.keep(nameless(linked(f"b{number}")))
        shelf.binaries[f"b{number}"] = (200, "text/html", html_of(f"Note {number}.").encode())

    sight = await look(client_of(shelf), SENT)

    assert (sight.seen, len(shelf.fetched)) == (Seen.CANNOT_TELL, 10)


async def test_session_that_ends_while_the_text_is_fetched_is_said(shelf: Shelf) -> None:
    shelf.keep(linked("b1", "text/plain"))
    shelf.binaries["b1"] = (401, "text/plain", b"")

    sight = await look(client_of(shelf), SENT, candidate="DocumentReference/1")

    assert sight.seen is Seen.CANNOT_TELL
    assert sight.ended is not None
