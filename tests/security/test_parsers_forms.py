"""Whatever a browser, or somebody without one, sends to the pages is read, or refused in words."""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import FormData
from starlette.requests import Request

from smartapp import i18n
from smartapp.errors import ForgedForm, StoreUnavailable
from smartapp.web import (
    cookies,
    csrf,
    draft,
    draft_form,
    handout_kept,
    importance,
    language,
    own_sheet,
    reviewed,
)
from smartapp.web.merging import mark
from smartapp.web.routes import routes
from tests.figures import record
from tests.pages import form
from tests.refusals import ROSA, Watched, watched_clinic
from tests.security.anything import generated, read_or_refused, sound_texts, texts
from tests.security.hostile import PAYLOADS
from tests.visits import APP

ID = "a" * 32
ENDS = ["kind", "words", "by", "name", "form", "due", "about", "question", "choice", "goal", "why", "shown"]
NAMES = [
    *("token", "patient", "page", "next", "box", "sheet", "on-sheet", "item", "listed", "line", "shown"),
    *("read_back", "signed", "language", "written_in", "said_in", "why", "next_steps", "call", "costs"),
    *("rank-x", "uses_name", f"{ID}-because"),
    *(f"{ID}-{end}" for end in ENDS),
    *(own_sheet.key_of(1, part) for part in ("label", "good")),
]
CODECS = [
    "utf-7",
    "idna",
    "punycode",
    "undefined",
    "unicode_escape",
    "raw_unicode_escape",
    "utf-16",
    "rot13",
    "hex",
    "x",
]
forms = st.lists(
    st.tuples(
        st.sampled_from(NAMES) | sound_texts, sound_texts | st.sampled_from([ID, "goal", "person:x", "10"])
    ),
    max_size=12,
).map(lambda fields: FormData([("box", ID), *fields]))


@settings(max_examples=200)
@given(forms)
def test_any_form_of_questions_is_boxes_that_can_be_kept(posted: FormData) -> None:
    record("bad inputs tried", 1)
    found = draft_form.read_form(posted, lambda: "b" * 32)
    kept = draft.Draft(found.boxes)

    assert draft.decode(draft.encode(kept)) == kept
    assert draft.faults_of(kept) is not None
    for box in found.boxes:
        assert draft.is_box_id(box.id)
        assert draft_form.typed(box.words) == box.words
        mark(box.words)
    assert set(found.sheet) <= {key for key in found.sheet if own_sheet.is_key(key)}


@settings(max_examples=150)
@given(forms)
def test_any_form_of_a_handout_or_a_review_is_read(posted: FormData) -> None:
    record("bad inputs tried", 1)
    choices, found = handout_kept.read(posted), reviewed.read(posted)
    ranking = importance.read(found.ticks.numbers)

    for typed in (choices.why, choices.next_steps, choices.call, choices.costs, found.shown, *found.chosen):
        typed.encode()
    assert ranking.fault or len(set(ranking.order)) == len(ranking.order)


@given(sound_texts | st.text(max_size=300))
def test_typed_words_keep_every_letter_that_a_chart_can_hold(words: str) -> None:
    found = draft_form.typed(words)

    assert draft_form.typed(found) == found
    found.encode()
    held = [
        letter for letter in re.sub(r"\r\n?|[\x0b\x0c]", "\n", words) if letter >= " " or letter in "\n\t"
    ]
    assert found == "".join(held)
    record("bad inputs tried", 1)


@given(st.binary(max_size=80) | sound_texts.map(str.encode))
def test_any_kept_draft_is_read_or_of_another_version(body: bytes) -> None:
    read_or_refused(lambda: draft.decode(body), StoreUnavailable)


@given(
    texts
    | st.sampled_from(["//evil.test", "/\\evil.test", "/visits/x", "/cg/x", "/cg//x", "\\", "/\t/evil.test"])
)
def test_any_path_to_come_back_to_is_one_of_this_app(path: str) -> None:
    for root in ("", "/cg"):
        found = language.own_path(path, root)

        assert found.startswith(f"{root}/")
        assert not found.startswith(("//", "/\\"))
        assert found.isascii()
        assert found.isprintable()
    record("bad inputs tried", 1)


@given(sound_texts, sound_texts)
def test_any_token_that_is_not_ours_is_a_forged_form(expected: str, given_token: str) -> None:
    ours = f"{expected!r}-ours"
    assert read_or_refused(lambda: csrf.check_token(ours, given_token), ForgedForm) is None
    with pytest.raises(ForgedForm):
        csrf.check_token(ours, given_token)


@given(st.binary(max_size=80) | texts.map(lambda one: one.encode("utf-8", "surrogatepass")))
def test_any_cookie_header_is_read_without_an_error(header: bytes) -> None:
    request = Request({"type": "http", "headers": [(b"cookie", header)]})

    found = cookies.read(request, cookies.LANGUAGE)

    assert found is None or isinstance(found, str)
    record("bad inputs tried", 1)


@given(texts)
def test_any_launch_id_gives_a_cookie_name_that_a_header_can_hold(launch_id: str) -> None:
    assert re.fullmatch(r"__Host-cg-[A-Za-z0-9_-]{0,16}", cookies.launch_name(launch_id))


@given(texts, st.sampled_from(["en", "es", "zh-Hans"]))
def test_any_accepted_language_is_one_of_ours_or_none(header: str, also: str) -> None:
    known = dict.fromkeys(i18n.LANGUAGES)

    assert i18n.match(i18n.accepted(f"{header},{also}"), known) in {*known, None}
    record("bad inputs tried", 1)


@pytest.fixture(scope="module")
async def at() -> AsyncIterator[Watched]:
    async with watched_clinic() as watched:
        yield watched


@pytest.mark.parametrize("codec", CODECS)
async def test_form_in_a_strange_alphabet_is_read_or_refused_in_words(at: Watched, codec: str) -> None:
    visit = await at.open()
    found = form((await visit.page("room")).text, "/draft")
    box = found.values("box")[0]
    fields = [(name, value.encode()) for name, value in found.fields if name != f"{box}-words"]
    fields.append((f"{box}-words", b"+2AA- xn--\xff. \\ud800 \\N{x} ok"))
    head = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = b"".join(head % (name.encode(), value) for name, value in fields) + b"--x--\r\n"
    sent = {
        "Content-Type": f"multipart/form-data; boundary=x; charset={codec}",
        "Origin": APP,
        "Sec-Fetch-Site": "same-origin",
    }

    answer = await visit.browser._app.post(APP + visit.path("draft"), content=body, headers=sent)

    assert answer.status_code in {303, 400, 403}
    assert at.log.events("unexpected") == []
    assert (await visit.page("room")).status_code == 200
    record("bad inputs tried", 1)


async def test_any_address_is_a_page_or_a_refusal_in_words(at: Watched) -> None:
    addresses = st.tuples(
        st.sampled_from(["/", "/visits/", "/sources/", "/callback/", "/open/", "/static/", "/launch?"]),
        st.lists(texts, min_size=1, max_size=3),
        st.sampled_from(["GET", "POST", "PUT", "X"]),
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=at.clinic.app), base_url=APP) as client:
        for start, parts, method in generated(addresses, 120):
            url = APP + start + "/".join(quoted(part) for part in parts)
            answer = await client.request(method, url)

            assert answer.status_code < 500, (method, url)
            record("bad inputs tried", 1)
    assert at.log.events("unexpected") == []


async def test_every_address_with_an_id_in_it_refuses_any_id_in_words(at: Watched) -> None:
    visit = await at.open()
    shapes = [path for path in paths() if "{" in path.replace("{launch_id}", "")] + ["/visits/{id}/room"]
    tried = 0
    for number, shape in enumerate(shapes):
        for payload in (*PAYLOADS[number % 9 :: 9], "..", "%2e%2e", "a/b"):
            filled = re.sub(r"\{launch_id\}", visit.id, shape)
            url = APP + re.sub(r"\{\w+\}", lambda _, payload=payload: quoted(payload), filled)  # type: ignore[misc]
            answers = [
                await visit.browser.get_once(url),
                await visit.browser.post_once(url, [("token", "x"), ("patient", ROSA)]),
            ]
            assert {answer.status_code for answer in answers} <= {200, 303, 400, 403, 404, 405, 409}, url
            tried += 2
    assert len(shapes) > 10
    assert at.log.events("unexpected") == []
    record("bad inputs tried", tried)


def paths() -> list[str]:
    """The shape of every address of the app."""
    found = []
    for route in routes():
        inner = getattr(route, "routes", None) or []
        path = getattr(route, "path", "")
        found += [f"{path}{one.path}" for one in inner if hasattr(one, "path")] or [path]
    return found


def quoted(text: str) -> str:
    """As it would stand in an address, whatever it is."""
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))
