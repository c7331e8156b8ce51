"""Writes that go wrong: the page tells what became of each statement, and nothing is lost or stored twice."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from tests.pages import Form, form, forms, words
from tests.refusals import TRANSACTION, TYPED, Watched, watched_clinic
from tests.visits import EHR, OpenVisit
from tests.ways import OTHER, WAYS, Way

NOTE = f'Goal: "{TYPED}"'


@pytest.fixture(params=WAYS, ids=lambda way: way.name)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.fixture
async def at(way: Way) -> AsyncIterator[Watched]:
    async with watched_clinic(registration=way.registration) as watched:
        yield watched


async def ready(at: Watched, way: Way) -> tuple[OpenVisit, Form]:
    """A visit with words in it, and the review that its clinician has before them."""
    visit = await at.open()
    await visit.write(**way.said)
    return visit, await visit.review()


@pytest.mark.parametrize("status", [400, 403, 405, 422])
async def test_refused_statement_is_told_kept_and_stored_once_when_sent_again(
    at: Watched, way: Way, status: Literal[400, 403, 405, 422]
) -> None:
    visit, review = await ready(at, way)
    at.faults.refuse_create.add("Goal")
    at.faults.refusal_status = status

    refused = await visit.send(review)
    stored_then = at.stored()
    at.faults.reset()
    done = await again(visit, refused)

    page = words(refused.text)
    assert stored_then == way.others
    assert way.refused(len(way.others)) in page
    assert f"The EHR answered “this server does not take Goal” ({status}). Nothing was stored." in page
    assert NOTE in page
    assert way.all_stored in words(done.text)
    assert at.stored() == way.stored
    at.assert_log_is_clean()


@pytest.mark.parametrize("keeps_good_half", [False, True])
async def test_refusal_after_an_offer_is_told_and_the_others_are_stored(
    at: Watched, keeps_good_half: bool
) -> None:
    visit = await at.open()
    await visit.write(goal=TYPED, worry=OTHER)
    at.faults.refuse_late.add("Goal")
    at.faults.write.keeps_good_half = keeps_good_half

    page = words((await visit.send()).text)

    assert "1 of 2 is in the chart. 1 was not accepted." in page
    assert NOTE in page
    assert at.stored() == [OTHER]
    targets = [len(each["target"]) for each in at.clinic.ehr.created("Provenance")]
    assert targets == [1]


@pytest.mark.parametrize(
    "answer",
    [
        JSONResponse({"issue": [{"diagnostics": "<b>no</b> Rosa"}]}, status_code=422),
        PlainTextResponse("<script>alert(1)</script>", status_code=400),
        PlainTextResponse("x" * 100_000, status_code=400),
        Response(b"\xff\xfe", status_code=403),
    ],
)
async def test_words_of_a_refusal_are_shown_as_text_and_not_logged(
    at: Watched, way: Way, answer: Response
) -> None:
    visit, review = await ready(at, way)
    for request in way.posts:
        at.wire.answer(request, answer)

    done = await visit.send(review)

    assert way.refused(len(way.others)) in words(done.text)
    assert "<script>alert" not in done.text
    assert "<b>no" not in done.text
    assert len(done.text) < 20_000
    at.assert_log_is_clean()


@pytest.mark.parametrize(
    "fault",
    [
        "commit_then_drop",
        "reset_mid_answer",
        "empty_create_body",
        "location_without_version",
        "location_internal_host",
        "ignore_if_none_exist",
        "keeps_good_half",
        "no_versions",
    ],
)
async def test_statement_that_the_chart_shows_is_stored_whatever_the_answer_was(
    at: Watched, way: Way, fault: str
) -> None:
    visit, review = await ready(at, way)
    setattr(at.faults.write, fault, True)

    done = await visit.send(review)
    await visit.send(review)

    page = words(done.text)
    assert way.all_stored in page
    assert "Read back from the chart at" in page
    assert at.stored() == way.stored
    assert {asked.url.partition("/fhir")[0].partition("/auth")[0] for asked in at.wire.asked} == {EHR}


@pytest.mark.parametrize("body", [{}, {"entry": []}, {"entry": [None, 1, "x"]}, [], "<html>", None])
async def test_transaction_that_answers_nonsense_is_told_by_what_the_chart_shows(body: object) -> None:
    async with watched_clinic() as at:
        visit, review = await ready(at, WAYS[1])
        at.wire.change(TRANSACTION, lambda _, __: json.dumps(body).encode())

        done = await visit.send(review)
        await visit.send(review)

        assert WAYS[1].all_stored in words(done.text)
        assert at.stored() == WAYS[1].stored
        assert len(at.clinic.ehr.created("Provenance")) == 1


@pytest.mark.parametrize("first_is", ["201 Created", "400", "412", "500", "", "no status"])
async def test_transaction_that_says_of_an_entry_what_is_not_so_is_not_believed(first_is: str) -> None:
    """All entries are in the chart; of the first one the answer says something else, and names another."""

    def lie(_: MutableHeaders, body: bytes) -> bytes:
        answer = json.loads(body)
        answer["entry"][0]["response"] = {"status": first_is, "location": "Observation/no-such"}
        answer["entry"][0].pop("resource")
        return json.dumps(answer).encode()

    async with watched_clinic() as at:
        visit, review = await ready(at, WAYS[1])
        at.wire.change(TRANSACTION, lie)

        done = await visit.send(review)
        at.wire.mend()
        at.clock.now += timedelta(seconds=61)
        for button in [each for each in forms(done.text) if "/retry/" in each.action]:
            done = await visit.browser.post(button.action, button.fields)

        assert WAYS[1].all_stored in words(done.text)
        assert at.stored() == WAYS[1].stored


@pytest.mark.parametrize(
    "answer",
    [
        PlainTextResponse("<html>Sign in</html>"),
        JSONResponse({}, status_code=500),
        JSONResponse({}, status_code=502),
        PlainTextResponse("{}".ljust(6_000_000), status_code=201),
        Response(status_code=201),
        Response(status_code=201, headers={"Location": "https://evil.test/fhir/Goal/1"}),
        Response(status_code=201, headers={"Location": "Goal/../../Patient/1"}),
        Response(status_code=408),
        RedirectResponse("https://evil.test/fhir/Goal"),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("cut off"),
    ],
)
async def test_statement_without_a_clear_answer_is_not_claimed_and_stored_once_in_the_end(
    at: Watched, way: Way, answer: Response | Exception
) -> None:
    visit, review = await ready(at, way)
    at.wire.answer(way.first, answer)

    unclear = await visit.send(review)
    at.wire.mend()
    at.clock.now += timedelta(seconds=61)
    done = await again(visit, unclear)

    page = words(unclear.text)
    assert way.unclear(0) in page
    assert "Not found in the chart" in page
    assert NOTE in page
    assert way.all_stored in words(done.text)
    assert at.stored() == way.stored
    assert {asked.url.partition("/fhir")[0].partition("/auth")[0] for asked in at.wire.asked} == {EHR}
    at.assert_log_is_clean()


async def test_ehr_that_was_not_reached_stored_nothing_and_the_page_says_so(at: Watched, way: Way) -> None:
    visit, review = await ready(at, way)
    at.wire.answer(way.first, httpx2.ConnectError("down"))

    refused = await visit.send(review)
    at.wire.mend()
    done = await again(visit, refused)

    assert way.refused(0) in words(refused.text)
    assert "The EHR is not answering. Nothing was stored." in words(refused.text)
    assert "The EHR answered" not in words(refused.text)
    assert NOTE in words(refused.text)
    assert way.all_stored in words(done.text)
    assert at.stored() == way.stored


async def test_ehr_that_is_too_busy_is_not_quoted_with_words_of_ours(at: Watched, way: Way) -> None:
    visit, review = await ready(at, way)
    busy = Response(status_code=429, headers={"Retry-After": "600"})
    at.wire.answer(way.first, busy)

    refused = await visit.send(review)
    at.wire.mend()
    done = await again(visit, refused)

    assert "The EHR is too busy. Nothing was stored." in words(refused.text)
    assert "The EHR answered" not in words(refused.text)
    assert way.all_stored in words(done.text)
    assert at.stored() == way.stored


@pytest.mark.parametrize("busy", ["before_commit", "after_commit"])
async def test_ehr_that_says_to_come_back_later_is_looked_at_and_not_sent_to_twice(
    at: Watched, way: Way, busy: Literal["before_commit", "after_commit"]
) -> None:
    visit, review = await ready(at, way)
    at.faults.write.busy, at.faults.write.retry_after, at.faults.write.remaining = busy, "0", 1

    first = await visit.send(review)
    posted = [f"{asked.method} {urlsplit(asked.url).path}" for asked in at.wire.asked]
    at.clock.now += timedelta(seconds=61)
    done = await again(visit, first) if busy == "before_commit" else first

    assert way.all_stored in words(done.text)
    assert at.stored() == way.stored
    assert posted.count(way.first) == 1


async def test_statement_that_is_found_late_is_not_sent_again(at: Watched, way: Way) -> None:
    visit, review = await ready(at, way)
    at.faults.write.commit_then_drop = True
    at.faults.write.index_lag_s = 30

    unclear = await visit.send(review)
    at.faults.write.commit_then_drop = False
    await again(visit, unclear)
    at.clock.now += timedelta(seconds=31)
    check = form((await visit.page("done")).text, "/check")
    done = await visit.browser.post(check.action, check.fields)

    assert way.unclear(0) in words(unclear.text)
    assert way.all_stored in words(done.text)
    assert at.stored() == way.stored


async def test_words_that_the_chart_changed_are_told_and_not_called_stored(at: Watched, way: Way) -> None:
    visit, review = await ready(at, way)
    at.faults.write.stored_words_changed = True

    done = await visit.send(review)

    page = words(done.text)
    assert way.unclear(0) in page
    assert "The chart shows other words." in page
    assert "Look in the chart" in page
    assert "gave no clear answer" not in page
    assert NOTE in page
    assert "Send again" not in page


async def test_statement_that_came_to_another_patient_is_told(at: Watched, way: Way) -> None:
    visit, review = await ready(at, way)

    def to_another(_: MutableHeaders, body: bytes) -> bytes:
        return body.replace(b"Patient/delgado-rosa", b"Patient/herrera-jose")

    at.wire.change("GET /fhir/Goal", to_another)

    done = await visit.send(review)

    assert "The chart shows it with another patient." in words(done.text)
    assert way.unclear(len(way.others)) in words(done.text)


async def test_token_that_expired_is_renewed_and_nobody_notices(at: Watched, way: Way) -> None:
    visit, review = await ready(at, way)
    at.clinic.ehr.expire_tokens()

    done = await visit.send(review)

    assert way.all_stored in words(done.text)
    assert at.stored() == way.stored


@pytest.mark.parametrize(
    ("transactions", "after"),
    [
        (False, None),
        (False, "POST /fhir/Observation"),
        (False, "GET /fhir/Observation/"),
        (False, "POST /fhir/Goal"),
        (True, None),
        (True, TRANSACTION),
        (True, "GET /fhir/Observation/"),
    ],
)
async def test_session_that_ends_while_sending_loses_and_doubles_nothing(
    transactions: bool, after: str | None
) -> None:
    async with watched_clinic(registration={"transactions": transactions}) as at:
        await _session_ends_while_sending(at, after)


async def _session_ends_while_sending(at: Watched, after: str | None) -> None:
    visit, review = await ready(at, WAYS[1])
    at.faults.token.refuse_refresh = True

    def expire(_: MutableHeaders, body: bytes) -> bytes:
        at.clinic.ehr.expire_tokens()
        return body

    if after is None:
        at.clinic.ehr.expire_tokens()
    else:
        at.wire.change(after, expire)

    ended = await visit.browser.post(review.action, review.fields)
    at.wire.mend()
    at.faults.reset()
    at.clock.now += timedelta(seconds=61)
    later = await visit.browser.open("delgado-rosa")
    offered = form((await later.page()).text, "/draft/adopt")
    await visit.browser.post(offered.action, offered.fields)
    await later.send()
    for doubtful in [
        each for each in forms((await later.page("done")).text) if each.action.endswith("/check")
    ]:
        await visit.browser.post(doubtful.action, doubtful.fields)

    at.assert_refused(ended, "session-ended")
    done = words((await later.page("done")).text)
    assert "in the chart In the chart" in done
    assert "certain" not in done
    assert at.stored() == WAYS[1].stored


async def test_refresh_that_names_another_patient_closes_the_page_and_sends_nothing(
    at: Watched, way: Way
) -> None:
    visit, review = await ready(at, way)
    at.faults.token.refresh_switches_patient = "herrera-jose"
    at.clinic.ehr.expire_tokens()

    answer = await visit.browser.post(review.action, review.fields)

    at.assert_refused(answer, "patient-changed")
    assert at.stored() == []


async def again(visit: OpenVisit, done: httpx2.Response) -> httpx2.Response:
    """Press every "Send again" of a page."""
    buttons = [each for each in forms(done.text) if "/retry/" in each.action]
    assert buttons, "nothing to send again"
    for button in buttons:
        done = await visit.browser.post(button.action, button.fields)
    return done
