"""A failing EHR is left alone for a while, asked again by one harmless request, and others go on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from smartapp.app import create_app
from smartapp.breaker import FIRST_WAIT, KINDS_IN_A_ROW, LONGEST_WAIT, Breaker
from smartapp.demo import SCOPES
from smartapp.errors import AnswerTooLarge, EhrLeftAlone, TemporaryOutboundError
from smartapp.sandbox.clients import demo_clients
from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.sandbox.stories import story_resources
from smartapp.smart.registration import Registration
from smartapp.smart.registrations import Registrations
from tests.pages import form, forms, words
from tests.refusals import ROSA, TYPED, Watched, watched_clinic
from tests.visits import (
    APP,
    START,
    Browser,
    Clinic,
    MovingClock,
    OpenVisit,
    box_of,
    settings,
    signing_key,
)

KINDS = [f"Kind{number}" for number in range(KINDS_IN_A_ROW)]


def ask(breaker: Breaker, kind: str, answer: int | BaseException, *, may_try: bool = True) -> None:
    with breaker.turn(kind, may_try=may_try) as turn:
        if isinstance(answer, BaseException):
            raise answer
        turn.status = answer


def fail(breaker: Breaker, kind: str = "") -> None:
    with pytest.raises(TemporaryOutboundError):
        ask(breaker, kind, TemporaryOutboundError("deadline"))


def opened(clock: MovingClock) -> Breaker:
    breaker = Breaker(clock)
    for kind in KINDS:
        fail(breaker, kind)
    return breaker


def is_left_alone(breaker: Breaker, *, may_try: bool = True) -> bool:
    try:
        ask(breaker, "Goal", 200, may_try=may_try)
    except EhrLeftAlone:
        return True
    return False


@pytest.mark.parametrize("answer", [502, 503, 504, TemporaryOutboundError("reset")])
def test_server_that_fails_for_several_kinds_in_a_row_is_left_alone(answer: int | Exception) -> None:
    breaker = Breaker(MovingClock())
    for kind in KINDS:
        assert breaker.is_closed
        try:
            ask(breaker, kind, answer)
        except TemporaryOutboundError:
            assert not isinstance(answer, int)

    with pytest.raises(EhrLeftAlone) as caught:
        ask(breaker, "Patient", 200)

    assert not caught.value.may_have_arrived
    assert caught.value.retry_after_s == FIRST_WAIT.total_seconds() + 1


def test_one_kind_that_always_fails_takes_nothing_else_with_it() -> None:
    breaker = Breaker(MovingClock())

    for _ in range(100):
        fail(breaker, "Binary")

    assert not is_left_alone(breaker)


def test_sign_in_that_fails_again_and_again_is_left_alone() -> None:
    breaker = Breaker(MovingClock())

    for _ in range(KINDS_IN_A_ROW):
        fail(breaker)

    assert is_left_alone(breaker)


def test_what_a_visit_does_without_neither_shuts_an_ehr_out_nor_tries_nor_opens_it() -> None:
    breaker = Breaker(clock := MovingClock())

    for _ in range(KINDS_IN_A_ROW * 2):
        with pytest.raises(TemporaryOutboundError), breaker.turn("", counts=False):
            raise TemporaryOutboundError("reset")
    assert breaker.is_closed

    for kind in KINDS:
        fail(breaker, kind)
    clock.now += FIRST_WAIT + timedelta(seconds=1)
    with pytest.raises(EhrLeftAlone), breaker.turn("", counts=False):
        raise AssertionError("it must not leave")
    assert not is_left_alone(breaker)


@pytest.mark.parametrize("status", [200, 201, 304, 400, 401, 403, 404, 410, 422])
def test_any_answer_in_between_starts_the_count_anew(status: int) -> None:
    breaker = Breaker(MovingClock())
    for kind in KINDS[:-1]:
        fail(breaker, kind)

    ask(breaker, "Goal", status)

    for kind in KINDS[:-1]:
        fail(breaker, kind)
    assert breaker.is_closed


@pytest.mark.parametrize("status", [429, 500, 501])
def test_answer_that_proves_nothing_neither_counts_nor_clears(status: int) -> None:
    breaker = Breaker(MovingClock())
    for kind in KINDS[:-1]:
        fail(breaker, kind)

    for kind in ("Consent", "CareTeam", "List"):
        ask(breaker, kind, status)

    assert breaker.is_closed
    fail(breaker, KINDS[-1])
    assert not breaker.is_closed


def test_answer_that_is_too_large_is_an_answer() -> None:
    breaker = Breaker(MovingClock())
    for kind in KINDS[:-1]:
        fail(breaker, kind)

    with pytest.raises(AnswerTooLarge):
        ask(breaker, "Binary", AnswerTooLarge())

    fail(breaker, KINDS[-1])
    assert breaker.is_closed


def test_after_a_while_one_request_tries_and_an_answer_opens_the_way() -> None:
    clock = MovingClock()
    breaker = opened(clock)
    clock.now += FIRST_WAIT

    with breaker.turn("Patient") as trial:
        assert is_left_alone(breaker), "only one tries"
        trial.status = 500

    assert breaker.is_closed
    assert not is_left_alone(breaker)


def test_each_trial_that_fails_is_followed_by_a_longer_wait_up_to_a_minute() -> None:
    clock = MovingClock()
    breaker = opened(clock)
    waits = []
    for _ in range(5):
        before = clock.now
        while is_left_alone(breaker, may_try=False) and clock.now - before < timedelta(minutes=2):
            clock.now += timedelta(seconds=1)
            try:
                with breaker.turn("Patient"):
                    raise TemporaryOutboundError("deadline")
            except EhrLeftAlone:
                continue
            except TemporaryOutboundError:
                break
        waits.append((clock.now - before).total_seconds())

    assert waits == [10, 20, 40, 60, LONGEST_WAIT.total_seconds()]


def test_what_would_be_stored_is_never_the_request_that_tries() -> None:
    clock = MovingClock()
    breaker = opened(clock)
    clock.now += FIRST_WAIT

    assert is_left_alone(breaker, may_try=False)
    ask(breaker, "CapabilityStatement", 200)
    assert not is_left_alone(breaker, may_try=False)


async def test_trial_that_is_given_up_leaves_the_next_one_its_turn() -> None:
    clock = MovingClock()
    breaker = opened(clock)
    clock.now += FIRST_WAIT

    with pytest.raises(asyncio.CancelledError):
        ask(breaker, "Patient", asyncio.CancelledError())

    assert not is_left_alone(breaker)


def test_clock_that_is_set_back_does_not_shut_an_ehr_out() -> None:
    clock = MovingClock()
    breaker = opened(clock)

    clock.now -= timedelta(hours=3)

    assert not is_left_alone(breaker)


@tries(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from([200, 404, 429, 500, 503, 0])), max_size=40)
)
def test_whatever_happens_a_server_that_answers_again_is_used_again(story: list[tuple[str, int]]) -> None:
    clock = MovingClock()
    breaker = Breaker(clock)
    for kind, status in story:
        clock.now += timedelta(seconds=3)
        try:
            ask(breaker, kind, status or TemporaryOutboundError("deadline"))
        except TemporaryOutboundError:
            continue

    clock.now += LONGEST_WAIT
    ask(breaker, "Patient", 200)

    assert breaker.is_closed


# In whole visits.


@pytest.fixture
async def at() -> AsyncIterator[Watched]:
    async with watched_clinic() as watched:
        yield watched


async def break_down(at: Watched, visit: OpenVisit) -> None:
    """The EHR answers nothing any more, and pages have been loaded until the app leaves it alone."""
    at.wire.answer("GET /fhir/", httpx2.ReadTimeout("slow"))
    at.wire.answer("POST /fhir", httpx2.ReadTimeout("slow"))
    at.wire.answer("PUT /fhir/", httpx2.ReadTimeout("slow"))
    charts = at.clinic.app.state.services.charts
    for _ in range(5):
        charts.forget(visit.id)
        answer = await visit.page()
        await asyncio.gather(*charts._running)
        if answer.headers.get("retry-after"):
            return
    raise AssertionError("never left alone")


def until_it_is_asked_again(at: Watched) -> None:
    at.clock.now += FIRST_WAIT


async def test_page_says_at_once_that_the_ehr_is_left_alone_and_shows_the_chart_when_it_is_back(
    at: Watched,
) -> None:
    visit = await at.open()
    await break_down(at, visit)
    asked = len(at.wire.asked)

    answer = await visit.page()

    at.assert_refused(answer, "ehr-left-alone", own_headers={"retry-after": "11"})
    assert "Nothing was sent to the chart. What you typed is kept." in words(answer.text)
    assert len(at.wire.asked) == asked
    (told,) = at.log.events("ehr-left-alone")
    assert told["registration"] == "demo"
    at.wire.mend()
    until_it_is_asked_again(at)
    assert "DELGADO" in (await visit.page()).text or "DELGADO" in (await visit.page()).text


async def test_words_typed_while_the_ehr_is_left_alone_are_kept(at: Watched) -> None:
    visit = await at.open()
    room = form((await visit.page("room")).text, "/draft")
    await break_down(at, visit)

    await visit.browser.post_once(room.action, room.changed({f"{box_of(room, 'goal')}-words": TYPED}))

    at.wire.mend()
    until_it_is_asked_again(at)
    await visit.page()
    assert TYPED in (await visit.page("room")).text


async def test_write_while_the_ehr_is_left_alone_does_not_leave_is_told_and_goes_once_when_it_is_back(
    at: Watched,
) -> None:
    visit = await at.open()
    await visit.write(goal=TYPED)
    review = await visit.review()
    await send_into_silence(at, visit)

    done = await visit.send(review)

    assert at.wire.requests("POST /fhir") == 0
    assert "so nothing was sent. Try again in a minute." in words(done.text)
    assert at.stored() == []
    at.wire.mend()
    until_it_is_asked_again(at)
    again = next(each for each in forms(done.text) if "/retry/" in each.action)
    later = await visit.browser.post(again.action, again.fields)
    assert "It is in the chart" in words(later.text)
    assert at.stored() == [TYPED]


async def test_ehr_that_is_still_silent_gets_a_question_and_no_write(at: Watched) -> None:
    visit = await at.open()
    await visit.write(goal=TYPED)
    review = await visit.review()
    await send_into_silence(at, visit)
    until_it_is_asked_again(at)
    asked = at.wire.requests("GET /fhir/metadata")

    done = await visit.send(review)

    assert at.wire.requests("GET /fhir/metadata") == asked + 1
    assert at.wire.requests("POST /fhir") == 0
    assert "so nothing was sent." in words(done.text)


async def test_ehr_that_is_back_is_asked_first_and_then_gets_the_write(at: Watched) -> None:
    visit = await at.open()
    await visit.write(goal=TYPED)
    review = await visit.review()
    await send_into_silence(at, visit)
    at.wire.mend()
    until_it_is_asked_again(at)

    done = await visit.send(review)

    assert "It is in the chart" in words(done.text)
    assert at.stored() == [TYPED]


async def send_into_silence(at: Watched, visit: OpenVisit) -> None:
    """As `break_down`, for the next write: the chart that was read before is still known."""
    services = at.clinic.app.state.services
    kept = dict(services.charts._kept)
    await break_down(at, visit)
    services.charts._kept.update(kept)


SLOW, QUICK = "https://slow.test", "https://quick.test"


class TwoEhrs(httpx2.AsyncBaseTransport):
    """The wire to two EHRs; what is sent to a silent one waits for ever."""

    def __init__(self, ehrs: dict[str, DemoEhr]) -> None:
        self.wires = {origin: httpx2.ASGITransport(app=ehr.app) for origin, ehr in ehrs.items()}
        self.is_silent = False
        self.held = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        origin = f"{request.url.scheme}://{request.url.host}"
        if self.is_silent and origin == SLOW:
            self.held += 1
            await asyncio.Event().wait()
        return await self.wires[origin].handle_async_request(request)


@asynccontextmanager
async def two_clinics() -> AsyncIterator[tuple[dict[str, Clinic], TwoEhrs]]:
    """One app, registered at two EHRs."""
    clock = MovingClock()
    ehrs = {origin: pretend(origin, clock) for origin in (SLOW, QUICK)}
    wire = TwoEhrs(ehrs)
    registered = Registrations(registration(origin, ehr) for origin, ehr in ehrs.items())
    app = create_app(settings("sqlite+aiosqlite://"), registered, transport=wire, clock=clock)
    async with app.router.lifespan_context(app):
        yield {origin: Clinic(app, ehr, clock, wire) for origin, ehr in ehrs.items()}, wire


def pretend(origin: str, clock: MovingClock) -> DemoEhr:
    return create_demo_ehr(
        base_url=origin,
        app_launch_url=f"{APP}/launch",
        resources=story_resources(START.date()),
        clients=demo_clients(f"{APP}/callback", registrations=("slow", "quick")),
        clock=clock,
        signing_key=signing_key(),
    )


def registration(origin: str, ehr: DemoEhr) -> Registration:
    name = urlsplit(origin).netloc.partition(".")[0]
    return Registration(
        id=name,
        label=name,
        iss=(ehr.fhir_base,),
        environment="sandbox",
        client_id="demo-public",
        redirect_uri=f"{APP}/callback/{name}",
        scopes=SCOPES,
        request_timeout_s=0.3,
    )


class BrowserAt(Browser):
    """A browser that finds the EHR at its own address."""

    def _client(self, url: str) -> httpx2.AsyncClient:
        return self._ehr if not url.startswith(APP) else self._app


async def test_other_ehrs_are_read_and_written_while_one_hangs() -> None:
    async with two_clinics() as (clinics, wire):
        hanging = await BrowserAt(clinics[SLOW]).open(ROSA)
        wire.is_silent = True
        clinics[SLOW].app.state.services.charts.forget(hanging.id)
        waiting = asyncio.create_task(hanging.page())
        visit = await BrowserAt(clinics[QUICK]).open(ROSA)
        await visit.write(goal=TYPED)
        done = await visit.send()

        refused = await waiting
        while not refused.headers.get("retry-after"):
            refused = await hanging.page()
        held = wire.held
        again = [await hanging.page() for _ in range(10)]
        pages = [(await visit.page(page)).status_code for page in ("", "room", "statements", "done")]

        assert "It is in the chart" in words(done.text)
        assert [answer.status_code for answer in again] == [503] * 10
        assert wire.held == held, "nothing more was sent to the one that hangs"
        assert pages == [200] * 4
        assert len(clinics[QUICK].ehr.created("Goal")) == 1
        assert clinics[SLOW].ehr.created("Goal") == []
