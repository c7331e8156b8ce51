"""Marked patients, words and secrets go through whole visits, and come up in no log, URL or error page."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import httpx2
import pytest
from joserfc import jwt
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse

from smartapp.sandbox.stories import story_resources
from smartapp.sandbox.stories.chart import Chart
from smartapp.sandbox.stories.codes import PROGRESS_NOTE, VISIT_FOR_PROBLEM, concept
from smartapp.sandbox.stories.shared import WHITFIELD
from smartapp.web.services import Services
from tests.pages import form, forms, words
from tests.refusals import TRANSACTION, Watched, watched_clinic
from tests.visits import APP, EHR, START, Browser, OpenVisit, box_of, signing_key

PATIENT = "marked-patient"
TYPED = "Axolotl words, typed in the room"
CANARY = "https://canary.test"
MARKS = {
    "name": ("zyxwala", "quonnle"),
    "number": ("77-3141-59",),
    "birth date": ("1947-11-03", "03-nov-1947", "3-nov-1947"),
    "related person": ("wombattia",),
    "note": ("nudibranch",),
    "goal": ("pangolin",),
    "condition": ("numbat",),
    "typed": ("axolotl",),
}
"""In lower case, by what they stand for."""

_LINK = re.compile(r'(?:href|src|action|formaction|data)="([^"]*)"')
_ON_THEIR_WAY = {"state": "/auth/authorize", "nonce": "/auth/authorize", "code": "/callback/demo"}


def marked_chart(today: date) -> list[dict[str, Any]]:
    """A chart in which every word is a mark and every link leads to the canary."""
    chart = Chart(PATIENT, "Zyxwala", "Quonnle", today)
    day = today - timedelta(days=30)
    elsewhere = {"reference": f"{CANARY}/fhir/Practitioner/1", "display": "Wombattia"}
    note = chart.note(
        "note",
        PROGRESS_NOTE,
        'Patient states: "I want the nudibranch left alone."',
        written_on=day,
        author=WHITFIELD,
        title="Visit",
    )
    links = [
        f"{CANARY}/note.txt",
        f"{CANARY}/?u={EHR}/fhir/Binary/1",
        f"{EHR}.canary.test/fhir/Binary/1",
        "https://ehr.test@canary.test/fhir/Binary/1",
        "//canary.test/note.txt",
        "http://ehr.test/fhir/Binary/1",
    ]
    linked = [
        note | {"id": f"note-{n}", "content": [{"attachment": {"contentType": "text/plain", "url": url}}]}
        for n, url in enumerate(links)
    ]
    goal = chart.goal("goal", "Pangolin before winter.", said_on=day, recorder=WHITFIELD)
    goal |= {"expressedBy": elsewhere, "addresses": [{"reference": f"{CANARY}/fhir/Condition/1"}]}
    goal["text"] = {"status": "generated", "div": f'<div><img src="{CANARY}/pixel.png"/>Pangolin</div>'}
    picture = {"photo": [{"contentType": "image/png", "url": f"{CANARY}/photo.png"}]}
    return [
        chart.patient(date(1947, 11, 3), "female", mrn="77-3141-59", prefix="Mrs") | picture,
        chart.visit(VISIT_FOR_PROBLEM, concept("Numbat")),
        chart.condition("condition", concept("Numbat"), since=day) | {"recorder": elsewhere},
        chart.person("wombattia", "Wombattia Zyxwala", relationship="sister", role="SIS"),
        goal,
        note,
        *linked,
    ]


@asynccontextmanager
async def marked_clinic(
    ehr: str = "full", *, setting: dict[str, object] | None = None, **registration: object
) -> AsyncIterator[Watched]:
    resources = [*story_resources(START.date()), *marked_chart(START.date())]
    async with watched_clinic(
        resources=resources, every_logger=True, registration=registration, ehr=ehr, setting=setting
    ) as watched:
        yield watched


@pytest.fixture
async def at() -> AsyncIterator[Watched]:
    async with marked_clinic() as watched:
        yield watched


async def opened(at: Watched, browser: Browser | None = None) -> OpenVisit:
    browser = browser or at.browser()
    return await browser.open(PATIENT, encounter_id=f"{PATIENT}-today")


async def test_happy_visit_leaves_no_mark(at: Watched) -> None:
    visit = await opened(at)
    await visit.write(goal=TYPED, worry=TYPED)
    for page in ("", "room", "review", "statements"):
        assert "ZYXWALA" in (await visit.page(page)).text
    done = await visit.send()

    assert "All 2 are in the chart" in words(done.text)
    assert "the nudibranch left alone" in (await visit.page("statements")).text
    assert set(at.secrets().values()) == {
        *("cookie", "state", "nonce", "code", "code_verifier", "access_token", "refresh_token", "id_token")
    }
    assert_no_mark(at)


async def test_libraries_would_have_printed_the_marks_and_were_not_let(at: Watched) -> None:
    visit = await opened(at)
    await visit.write(goal=TYPED)
    await visit.send()

    said = "\n".join(at.log.raw)
    kinds = {kind for secret, kind in at.secrets().items() if secret in said}
    assert {"code", "state", "nonce"} <= kinds
    assert {json.loads(line).get("logger") for line in at.log.lines} >= {"httpx2", "aiosqlite"}


@pytest.mark.parametrize("transactions", [False, True])
async def test_refused_words_leave_no_mark(transactions: bool) -> None:
    said = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "Zyxwala 77-3141-59 Axolotl"}]}
    async with marked_clinic(transactions=transactions) as at:
        visit = await opened(at)
        await visit.write(goal=TYPED, worry=TYPED)
        review = await visit.review()
        at.wire.answer(TRANSACTION, JSONResponse(said, status_code=422))
        at.wire.answer("POST /fhir/Goal", JSONResponse(said, status_code=422))
        at.wire.answer("POST /fhir/Observation", JSONResponse(said, status_code=500))

        done = await visit.send(review)

        assert "1 was not accepted. 1 is not certain yet." in words(done.text)
        assert at.wire.transactions == transactions
        assert_no_mark(at)


async def test_words_refused_inside_a_transaction_leave_no_mark(at: Watched) -> None:
    said = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "Zyxwala 77-3141-59 Axolotl"}]}

    def with_marks(_: MutableHeaders, body: bytes) -> bytes:
        answer = json.loads(body)
        for entry in answer["entry"]:
            if "outcome" in entry["response"]:
                entry["response"] |= {"outcome": said, "location": f"{CANARY}/Goal/77-3141-59"}
        return json.dumps(answer).encode()

    visit = await opened(at)
    await visit.write(goal=TYPED, worry=TYPED)
    at.faults.refuse_late.add("Goal")
    at.faults.write.keeps_good_half = True
    at.wire.change(TRANSACTION, with_marks)

    done = await visit.send()

    assert "1 was not accepted" in words(done.text)
    assert_no_mark(at)


@pytest.mark.parametrize("ehr", ["epic", "oracle", "athenahealth", "readonly"])
async def test_words_that_go_as_a_note_or_an_answer_or_nowhere_leave_no_mark(ehr: str) -> None:
    async with marked_clinic(ehr) as at:
        visit = await opened(at)
        await visit.write(goal=TYPED, worry=TYPED)
        review = await visit.review()
        review.fields.append(("signed", "yes"))

        done = await visit.send(review)

        title = words(done.text)
        assert ("Your text is ready to copy" if ehr == "readonly" else "All 2 are in the chart") in title
        assert_no_mark(at)


async def test_words_that_are_changed_taken_back_diverted_and_pasted_leave_no_mark(at: Watched) -> None:
    visit = await opened(at)
    await visit.write(goal=TYPED, worry=TYPED)
    at.faults.refuse_late |= {"Goal", "DocumentReference"}
    await visit.send()
    diverted = form((await visit.page("divert")).text, "/divert")
    await visit.browser.post(diverted.action, diverted.fields)
    for action in ("/pasted", "/undo/"):
        done = await visit.page("done")
        button = next(each for each in forms(done.text) if action in each.action)
        await visit.browser.post(button.action, button.fields)
    goal = form((await visit.page(f"goals/{PATIENT}-goal")).text, f"/goals/{PATIENT}-goal")
    filled = goal.changed({"kind": "reworded", "words": f"{TYPED} again", "note": TYPED})

    await visit.browser.post(goal.action, filled)

    done = await visit.page("done")
    stored = at.clinic.ehr.store.get("Goal", f"{PATIENT}-goal")
    assert "1 was taken back. 1 you marked as pasted." in words(done.text)
    assert stored is not None
    assert stored["description"]["text"] == f"{TYPED} again"
    assert_no_mark(at)


async def test_words_about_a_reminder_and_pages_that_say_why_leave_no_mark(at: Watched) -> None:
    visit = await opened(at)
    hide = form((await visit.page()).text, "/hide")
    reminder = hide.action.split("/")[-2]
    why = await visit.page(f"why/{reminder}")
    told = await visit.browser.post(hide.action, [*hide.fields, ("how", "not-useful")])
    form_of_words = form(told.text, "/not-useful")

    too_long = await visit.browser.post(form_of_words.action, form_of_words.filled(words=TYPED * 30))
    await visit.browser.post(form_of_words.action, form_of_words.filled(words=TYPED))
    await visit.page("sources")

    assert "Shown in this visit." in why.text
    assert "over the limit of 500. Shorten it." in words(too_long.text)
    services: Services = at.clinic.app.state.services
    assert [one.text for one in await services.feedback.all()] == ["", TYPED]
    assert_no_mark(at)


async def test_words_of_a_note_that_are_confirmed_set_aside_and_shown_again_leave_no_mark(
    at: Watched,
) -> None:
    visit = await opened(at)
    pressed = []
    for answer in ("confirm", "not_right"):
        found = form((await visit.page("statements")).text, "/statements")
        pressed.append(await visit.browser.post(found.action, [*found.fields, ("answer", answer)]))
    again = next(each for each in forms(pressed[-1].text) if each.action.endswith("/statements"))
    await visit.browser.post(again.action, [*again.fields, *(button[:2] for button in again.buttons[:1])])

    done = await visit.send()

    assert [answer.status_code for answer in pressed] == [200, 200]
    assert "It is in the chart" in words(done.text)
    assert_no_mark(at)


async def test_words_on_a_sheet_leave_no_mark(at: Watched) -> None:
    visit = await opened(at)
    sheet = form((await visit.page("sheets/own")).text, "/draft")
    texts = {name: TYPED for name, value in sheet.fields if name.endswith(("-words", "-good", "-question"))}

    kept = await visit.browser.post(sheet.action, [*sheet.changed(texts), ("next", "review")])
    done = await visit.send()

    assert kept.status_code == 200
    assert "in the chart" in words(done.text)
    assert_no_mark(at)


async def test_words_on_a_handout_leave_no_mark_in_addresses_or_headers(at: Watched) -> None:
    visit = await opened(at)
    await visit.write(goal=TYPED)
    await visit.send()
    handout = form((await visit.page("handout")).text, "/handout")
    typed = dict.fromkeys(("why", "next_steps", "call", "costs"), TYPED)

    paper = await visit.browser.post(handout.action, handout.changed({"next": "page", **typed}))
    file = await visit.page("handout.pdf")
    again = form((await visit.page("handout")).text, "/handout")

    assert TYPED in paper.text
    assert file.status_code in {200, 404}, "404: no PDF can be made on this machine"
    assert "axolotl" not in str(file.headers).lower()
    assert again.value("why") == TYPED
    assert_no_mark(at)


async def test_visit_that_is_ended_with_words_unsent_leaves_no_mark(at: Watched) -> None:
    visit = await opened(at)
    await visit.write(goal=TYPED)
    end = form((await visit.page("end")).text, "/end")

    ended = await visit.browser.post(end.action, end.fields)
    after = await visit.page("room")

    assert ended.status_code == 200
    assert after.status_code in {401, 403}
    assert_no_mark(at)


async def test_ehr_that_is_left_alone_and_a_launch_too_many_leave_no_mark() -> None:
    async with marked_clinic(setting={"launches_per_minute": 1, "metrics": True}) as at:
        visit = await opened(at)
        await visit.write(goal=TYPED)
        review = await visit.review()
        for way in ("GET /fhir/", "POST /fhir", "PUT /fhir/"):
            at.wire.answer(way, httpx2.ReadTimeout("Zyxwala 77-3141-59"))
        for _ in range(3):
            at.clinic.app.state.services.charts.forget(visit.id)
            stopped = await visit.page()
        await visit.send(review)
        refused = await at.browser().get_once(at.clinic.ehr.new_launch(PATIENT))

        counted = await at.browser().get_once(f"{APP}/metrics")

        assert "ehr-left-alone" in stopped.text
        assert refused.status_code == 429
        assert counted.status_code == 200
        assert marks_in(counted.text) == []
        assert [kind for secret, kind in at.secrets().items() if secret in counted.text] == []
        assert_no_mark(at)


async def test_expired_visit_leaves_no_mark_and_offers_the_words_to_their_own_patient(at: Watched) -> None:
    browser = at.browser()
    visit = await opened(at, browser)
    room = form((await visit.page("room")).text, "/draft")
    at.clock.now += timedelta(hours=1)

    ended = await browser.post(room.action, room.changed({f"{box_of(room, 'goal')}-words": TYPED}))
    again = await visit.page("review")
    other = await browser.open("delgado-rosa")
    later = await opened(at, browser)

    assert [ended.status_code, again.status_code] == [401, 401]
    assert "A draft from" not in words(other.first.text)
    assert "1 statement" in words(later.first.text)
    assert_no_mark(at)


async def test_session_that_ends_in_the_middle_leaves_no_mark(at: Watched) -> None:
    visit = await opened(at)
    await visit.write(goal=TYPED)
    review = await visit.review()
    at.clinic.ehr.expire_tokens()
    at.faults.token.refuse_refresh = True

    ended = await visit.browser.post(review.action, review.fields)

    assert ended.status_code == 401
    assert_no_mark(at)


async def test_ehr_that_puts_marks_into_its_errors_leaves_none(at: Watched) -> None:
    said = JSONResponse(
        {
            "resourceType": "OperationOutcome",
            "issue": [{"diagnostics": "Quonnle Zyxwala, born 1947-11-03, 77-3141-59, Nudibranch"}],
        },
        status_code=403,
        headers={"WWW-Authenticate": 'Bearer realm="Zyxwala"', "Set-Cookie": "Zyxwala=77-3141-59"},
    )
    visit = await opened(at)
    at.clinic.app.state.services.charts.forget(visit.id)
    for resource_type in ("Goal", "CarePlan", "DocumentReference", "RelatedPerson"):
        at.wire.answer(f"GET /fhir/{resource_type}", said)

    partly = await visit.page()
    at.wire.answer("GET /fhir/Patient", said)
    at.clinic.app.state.services.charts.forget(visit.id)
    refused = await visit.page()

    assert "could not be read" in words(partly.text)
    assert refused.status_code == 502
    assert_no_mark(at)


async def test_every_refusal_on_the_way_in_leaves_no_mark(at: Watched) -> None:
    browser = at.browser()
    began = await browser.begin(at.clinic.ehr.new_launch(PATIENT))
    back = await browser.get_once(began.headers["location"])
    callback = back.headers["location"]
    refusal = callback.replace("code=", "error=access_denied&x=")
    at.faults.id_token = "wrong_nonce"

    answers = [
        await at.browser().get_once(callback),
        await browser.get_once(f"{callback}&state=x"),
        await browser.get_once(callback),
        await browser.get_once(callback),
        await browser.get_once(refusal),
        await browser.get_once(f"{APP}/visits/{PATIENT}/room"),
        await browser.get_once(f"{APP}/launch?iss={EHR}/fhir&launch=a&launch=b"),
    ]

    assert [answer.status_code for answer in answers] == [403, 400, 502, 400, 400, 404, 400]
    assert_no_mark(at)


async def test_error_that_nobody_expected_leaves_no_mark(at: Watched) -> None:
    visit = await opened(at)
    await visit.write(goal=TYPED)

    def broken(_: MutableHeaders, body: bytes) -> bytes:
        raise ValueError(f"Zyxwala 77-3141-59 {body.decode()}")

    at.wire.change("GET /fhir/Patient", broken)
    at.clinic.app.state.services.charts.forget(visit.id)

    answer = await visit.page()

    assert answer.status_code == 500
    assert at.log.events("unexpected")
    assert_no_mark(at)


async def test_search_for_a_patient_by_name_leaves_no_mark(at: Watched) -> None:
    browser = at.browser()
    picker = form((await browser.get(f"{APP}/launch?iss={at.clinic.ehr.open_fhir_base}")).text, "/patients")

    found = await browser.post(picker.action, picker.filled(name="Zyxwala", birth_date="1947-11-03"))
    chosen = form(found.text, "/launch")
    first = await browser.post(chosen.action, [chosen.buttons[0][:2]])
    at.faults.fail_types["Patient"] = 500
    await browser.post(picker.action, picker.filled(name="Quonnle"))
    nobody = await browser.post_once(picker.action, picker.filled(name="Quonnle"), headers={"Origin": CANARY})

    visit = OpenVisit(browser, first)
    at.faults.reset()
    await visit.write(goal=TYPED)
    done = await visit.send()
    assert nobody.status_code == 403
    assert "It is in the chart" in words(done.text)
    assert_no_mark(at)


async def test_address_that_an_ehr_planted_is_never_asked_and_never_linked(at: Watched) -> None:
    at.wire.change("POST /auth/token", _plant_in_token_answer)
    at.wire.change("POST /fhir/", _plant_in_location)
    at.wire.answer("GET /fhir/CarePlan", RedirectResponse(f"{CANARY}/fhir/CarePlan"))
    at.faults.read.foreign_next_link = f"{CANARY}/fhir/Goal?page=2"

    visit = await opened(at)
    await visit.write(goal=TYPED, worry=TYPED)
    done = await visit.send()
    for page in ("", "room", "review", "done", "statements"):
        await visit.page(page)

    assert visit.first.status_code == 200
    assert "All 2 are in the chart" in words(done.text)
    assert "Pangolin before winter." in (await visit.page("statements")).text
    assert {urlsplit(asked.url).netloc for asked in at.wire.asked} == {"ehr.test"}
    assert {urlsplit(asked.url).scheme for asked in at.wire.asked} == {"https"}
    assert [link for link in links(at) if "canary" in link] == []
    assert "pixel.png" not in "".join(answer.text for answer in at.answers)
    assert_no_mark(at)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "issuer"])
async def test_address_that_was_planted_in_the_configuration_is_never_asked(at: Watched, name: str) -> None:
    def plant(_: MutableHeaders, body: bytes) -> bytes:
        return json.dumps(json.loads(body) | {name: f"{CANARY}/{name}"}).encode()

    at.wire.change("GET /fhir/.well-known", plant)

    visit = await opened(at)

    assert visit.first.status_code == 502
    assert "For IT: foreign-origin" in words(visit.first.text)
    assert {urlsplit(asked.url).netloc for asked in at.wire.asked} == {"ehr.test"}
    assert_no_mark(at)


def assert_no_mark(at: Watched) -> None:
    """No mark and no secret in the log, in any address that a browser saw, and on any error page."""
    secrets = at.secrets()
    log = "\n".join(at.log.lines)
    assert marks_in(log) == []
    assert [kind for secret, kind in secrets.items() if secret in log] == []
    for url in links(at):
        assert marks_in(unquote_plus(url)) == [], url
        seen = {kind for secret, kind in secrets.items() if secret in url}
        assert all(_ON_THEIR_WAY.get(kind, "/callback/demo") in url for kind in seen - {"state"}), url
        assert not {"cookie", "code_verifier", "access_token", "refresh_token", "id_token"} & seen, url
        assert not seen or "/auth/authorize" in url or "/callback/demo" in url, url
    for answer in at.answers:
        if answer.status_code >= 400:
            assert marks_in(answer.text) == [], answer.text
            assert [kind for secret, kind in secrets.items() if secret in answer.text] == []


def links(at: Watched) -> list[str]:
    """Every address in a browser's history, and every one that a page or a header sends it to."""
    found = []
    for answer in at.answers:
        found += [str(answer.url), answer.headers.get("location", "")]
        found += [unescape(link) for link in _LINK.findall(answer.text)]
        found += [each.action for each in forms(answer.text)]
    return found


def marks_in(text: str) -> list[str]:
    lower = text.lower()
    return [kind for kind, marks in MARKS.items() if any(mark in lower for mark in marks)]


def _plant_in_token_answer(_: MutableHeaders, body: bytes) -> bytes:
    """A style and a user that are elsewhere; the id_token is signed anew."""
    answer = json.loads(body)
    claims = jwt.decode(answer["id_token"], signing_key()).claims | {"fhirUser": f"{CANARY}/Practitioner/1"}
    header = {"alg": "RS256", "kid": signing_key().kid}
    answer |= {
        "id_token": jwt.encode(header, claims, signing_key()),
        "smart_style_url": f"{CANARY}/style.json",
    }
    answer["fhirContext"] = [{"reference": f"{CANARY}/fhir/ImagingStudy/1"}]
    return json.dumps(answer).encode()


def _plant_in_location(headers: MutableHeaders, body: bytes) -> bytes:
    path = urlsplit(headers.get("location", "")).path
    headers["location"] = f"{CANARY}{path}"
    headers["content-location"] = f"{CANARY}{path}"
    headers["link"] = f"<{CANARY}/next>; rel=next"
    return body
