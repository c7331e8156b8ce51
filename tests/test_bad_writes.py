"""Writes that go wrong: the page tells what became of each statement, and nothing is lost or stored twice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Literal

import httpx2
import pytest
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from tests.pages import Form, form, forms, words
from tests.refusals import TYPED, Watched, watched_clinic
from tests.visits import EHR, OpenVisit

STORED = "It is in the chart"
NOTE = f'Goal: "{TYPED}"'


@pytest.fixture
async def at() -> AsyncIterator[Watched]:
    async with watched_clinic() as watched:
        yield watched


async def ready(at: Watched, **said: str) -> tuple[OpenVisit, Form]:
    """A visit with words in it, and the review that its clinician has before them."""
    visit = await at.open()
    await visit.write(**(said or {"goal": TYPED}))
    return visit, await visit.review()


@pytest.mark.parametrize("status", [400, 403, 405, 422])
async def test_refused_statement_is_told_kept_and_stored_once_when_sent_again(
    at: Watched, status: Literal[400, 403, 405, 422]
) -> None:
    visit, review = await ready(at)
    at.faults.refuse_create.add("Goal")
    at.faults.refusal_status = status

    refused = await visit.send(review)
    stored_then = at.stored()
    at.faults.reset()
    done = await again(visit, refused)

    page = words(refused.text)
    assert stored_then == []
    assert "0 of 1 are in the chart. 1 was not accepted." in page
    assert f"The EHR answered “this server does not take Goal” ({status}). Nothing was stored." in page
    assert NOTE in page
    assert STORED in words(done.text)
    assert at.stored() == [TYPED]
    at.assert_log_is_clean()


async def test_refusal_after_an_offer_is_told_and_the_others_are_stored(at: Watched) -> None:
    visit, review = await ready(at, goal=TYPED, worry="Fall")
    at.faults.refuse_late.add("Goal")

    page = words((await visit.send(review)).text)

    assert "1 of 2 is in the chart. 1 was not accepted." in page
    assert NOTE in page
    assert at.stored() == ["Fall"]


@pytest.mark.parametrize(
    "answer",
    [
        JSONResponse({"issue": [{"diagnostics": "<b>no</b> Rosa"}]}, status_code=422),
        PlainTextResponse("<script>alert(1)</script>", status_code=400),
        PlainTextResponse("x" * 100_000, status_code=400),
        Response(b"\xff\xfe", status_code=403),
    ],
)
async def test_words_of_a_refusal_are_shown_as_text_and_not_logged(at: Watched, answer: Response) -> None:
    visit, review = await ready(at)
    at.wire.answer("POST /fhir/Goal", answer)

    done = await visit.send(review)

    assert "0 of 1 are in the chart. 1 was not accepted." in words(done.text)
    assert "<script>alert" not in done.text
    assert "<b>no" not in done.text
    assert len(done.text) < 20_000
    at.assert_log_is_clean()


@pytest.mark.parametrize(
    "fault",
    [
        "commit_then_drop",
        "empty_create_body",
        "location_without_version",
        "location_internal_host",
        "ignore_if_none_exist",
    ],
)
async def test_statement_that_the_chart_shows_is_stored_whatever_the_answer_was(
    at: Watched, fault: str
) -> None:
    visit, review = await ready(at)
    setattr(at.faults.write, fault, True)

    done = await visit.send(review)
    await visit.send(review)

    page = words(done.text)
    assert STORED in page
    assert "Read back from the chart at" in page
    assert at.stored() == [TYPED]
    assert {asked.url.partition("/fhir")[0].partition("/auth")[0] for asked in at.wire.asked} == {EHR}


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
    at: Watched, answer: Response | Exception
) -> None:
    visit, review = await ready(at)
    at.wire.answer("POST /fhir/Goal", answer)

    unclear = await visit.send(review)
    at.wire.mend()
    at.clock.now += timedelta(seconds=61)
    done = await again(visit, unclear)

    page = words(unclear.text)
    assert "0 of 1 are in the chart. 1 is not certain yet." in page
    assert "Not found in the chart" in page
    assert NOTE in page
    assert STORED in words(done.text)
    assert at.stored() == [TYPED]
    assert {asked.url.partition("/fhir")[0].partition("/auth")[0] for asked in at.wire.asked} == {EHR}
    at.assert_log_is_clean()


async def test_ehr_that_was_not_reached_stored_nothing_and_the_page_says_so(at: Watched) -> None:
    visit, review = await ready(at)
    at.wire.answer("POST /fhir/Goal", httpx2.ConnectError("down"))

    refused = await visit.send(review)
    at.wire.mend()
    done = await again(visit, refused)

    assert "The EHR is not answering. Nothing was stored. Send again" in words(refused.text)
    assert "The EHR answered" not in words(refused.text)
    assert NOTE in words(refused.text)
    assert STORED in words(done.text)
    assert at.stored() == [TYPED]


async def test_ehr_that_is_too_busy_is_not_quoted_with_words_of_ours(at: Watched) -> None:
    visit, review = await ready(at)
    busy = Response(status_code=429, headers={"Retry-After": "600"})
    at.wire.answer("POST /fhir/Goal", busy)

    refused = await visit.send(review)
    at.wire.mend()
    done = await again(visit, refused)

    assert "The EHR is too busy. Nothing was stored. Send again" in words(refused.text)
    assert "The EHR answered" not in words(refused.text)
    assert STORED in words(done.text)
    assert at.stored() == [TYPED]


async def test_statement_that_is_found_late_is_not_sent_again(at: Watched) -> None:
    visit, review = await ready(at)
    at.faults.write.commit_then_drop = True
    at.faults.write.index_lag_s = 30

    unclear = await visit.send(review)
    at.faults.write.commit_then_drop = False
    await again(visit, unclear)
    at.clock.now += timedelta(seconds=31)
    check = form((await visit.page("done")).text, "/check")
    done = await visit.browser.post(check.action, check.fields)

    assert "1 is not certain yet." in words(unclear.text)
    assert STORED in words(done.text)
    assert at.stored() == [TYPED]


async def test_words_that_the_chart_changed_are_told_and_not_called_stored(at: Watched) -> None:
    visit, review = await ready(at)
    at.faults.write.stored_words_changed = True

    done = await visit.send(review)

    page = words(done.text)
    assert "0 of 1 are in the chart." in page
    assert "The chart shows other words." in page
    assert "Look in the chart" in page
    assert "gave no clear answer" not in page
    assert NOTE in page
    assert "Send again" not in page


async def test_statement_that_came_to_another_patient_is_told(at: Watched) -> None:
    visit, review = await ready(at)

    def to_another(_: MutableHeaders, body: bytes) -> bytes:
        return body.replace(b"Patient/delgado-rosa", b"Patient/herrera-jose")

    at.wire.change("GET /fhir/Goal", to_another)

    done = await visit.send(review)

    assert "The chart shows it with another patient." in words(done.text)
    assert STORED not in words(done.text)


async def test_token_that_expired_is_renewed_and_nobody_notices(at: Watched) -> None:
    visit, review = await ready(at)
    at.clinic.ehr.expire_tokens()

    done = await visit.send(review)

    assert STORED in words(done.text)
    assert at.stored() == [TYPED]


@pytest.mark.parametrize(
    "after", [None, "POST /fhir/Observation", "GET /fhir/Observation/", "POST /fhir/Goal"]
)
async def test_session_that_ends_while_sending_loses_and_doubles_nothing(
    at: Watched, after: str | None
) -> None:
    visit, review = await ready(at, goal=TYPED, worry="Fall")
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
    assert sorted(at.stored()) == ["Fall", TYPED]


async def test_refresh_that_names_another_patient_closes_the_page_and_sends_nothing(at: Watched) -> None:
    visit, review = await ready(at)
    at.faults.token.refresh_switches_patient = "herrera-jose"
    at.clinic.ehr.expire_tokens()

    answer = await visit.browser.post(review.action, review.fields)

    at.assert_refused(answer, "patient-changed")
    assert at.stored() == []


async def again(visit: OpenVisit, done: httpx2.Response) -> httpx2.Response:
    """Press the only "Send again"."""
    retry = form(done.text, "/retry/" + done.text.split("/retry/")[1].split('"', maxsplit=1)[0])
    return await visit.browser.post(retry.action, retry.fields)
