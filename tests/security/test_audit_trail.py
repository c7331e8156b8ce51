"""The audit trail over whole visits: nothing is read or written without its row, and no row tells too much:
T31.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from smartapp.store.audit import Action, Audit, AuditRow, Result
from smartapp.web.services import Services
from tests.figures import record
from tests.pages import form, forms, words
from tests.visits import APP, START, Browser, Clinic, MovingClock, OpenVisit, clinic
from tests.workers import another_worker, database_in

ROSA, OTHER = "delgado-rosa", "bell-marcus"
GOAL = "Dance at Lucía’s wedding in June"
Told = list[tuple[str, str]]


@pytest.fixture
async def at() -> AsyncIterator[Clinic]:
    async with clinic() as opened:
        yield opened


@pytest.fixture
async def one_by_one() -> AsyncIterator[Clinic]:
    async with clinic(registration={"transactions": False}) as opened:
        yield opened


def services(at: Clinic) -> Services:
    found: Services = at.app.state.services
    return found


def trail(at: Clinic) -> Audit:
    return services(at).audit


async def rows_of(at: Clinic) -> list[AuditRow]:
    await read_to_the_end(at)
    return [row async for row in trail(at).rows()]


async def read_to_the_end(at: Clinic) -> None:
    running = services(at).charts._running
    if running:
        await asyncio.wait(running, timeout=20)


async def told(at: Clinic) -> Told:
    return [(row.action, row.outcome) for row in await rows_of(at)]


@asynccontextmanager
async def unwritable(at: Clinic, *, after: int = 0) -> AsyncIterator[None]:
    """The trail takes `after` more rows and then none; everything else of the database works."""
    last = (await trail(at).head()).sequence + after
    stop = (
        f"CREATE TRIGGER stop BEFORE INSERT ON audit WHEN NEW.sequence > {last} "
        "BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    async with services(at).database.transaction() as connection:
        await connection.execute(text(stop))
    try:
        yield
    finally:
        async with services(at).database.transaction() as connection:
            await connection.execute(text("DROP TRIGGER stop"))


def writes(at: Clinic) -> list[str]:
    """What the EHR was asked to store."""
    return [
        f"{request.method} {request.path}"
        for request in at.ehr.requests
        if request.method in {"POST", "PUT", "PATCH", "DELETE"} and request.path.startswith("/fhir")
    ]


def fhir_requests(at: Clinic) -> int:
    return len([request for request in at.ehr.requests if request.path.startswith("/fhir/")])


async def end(visit: OpenVisit, page: str = "done") -> str:
    found = form((await visit.page(page)).text, "/end")
    return (await visit.browser.post(found.action, found.fields)).text


async def test_visit_is_told_from_its_launch_to_its_end(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await read_to_the_end(at)
    await visit.write(goal=GOAL)
    await visit.send()
    await end(visit)

    rows = await rows_of(at)

    assert [(row.action, row.outcome) for row in rows] == [
        ("launch", "begun"),
        ("launch", "completed"),
        ("chart-read", "begun"),
        ("chart-read", "completed"),
        ("write", "sent"),
        ("write", "stored"),
        ("write", "sent"),
        ("write", "stored"),
        ("visit", "ended"),
    ]
    assert {row.actor for row in rows[1:]} == {at.ehr.clinician}
    assert len({row.launch for row in rows[1:]}) == len({row.patient for row in rows[1:]}) == 1
    assert all(row.registration == "demo" and row.request for row in rows)
    assert (await trail(at).verify()).fault == ""


async def test_row_of_a_reading_names_every_part_and_what_became_of_it(at: Clinic) -> None:
    at.ehr.faults.fail_types["AllergyIntolerance"] = 500
    await at.browser().open(ROSA)

    [row] = [row for row in await rows_of(at) if (row.action, row.outcome) == ("chart-read", "completed")]

    parts = dict(token.split("=") for token in row.objects.split())
    assert parts["patient"] == parts["goals"] == parts["notes"] == "read"
    assert parts["allergies"] == "unavailable"
    assert len(parts) == 17


async def test_stored_entry_stands_in_its_row_by_its_reference(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await visit.write(goal=GOAL)
    await visit.send()

    stored = [row.objects.split() for row in await rows_of(at) if row.outcome == "stored"]

    [goal] = at.ehr.created("Goal")
    assert f"Goal/{goal['id']}" in stored[0]
    sent = [row.objects.split() for row in await rows_of(at) if row.outcome == "sent"]
    assert {token for token in sent[0] if token.startswith("item:")} <= set(stored[0])


async def test_change_and_take_back_have_their_own_rows(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await visit.write(goal=GOAL)
    await visit.send()
    [goal] = at.ehr.created("Goal")

    changing = form((await visit.page(f"goals/{goal['id']}")).text, f"/goals/{goal['id']}")
    await visit.browser.post(changing.action, changing.filled(kind="reworded", words="Dance twice"))
    back = next(each for each in forms((await visit.page("done")).text) if "/undo/" in each.action)
    await visit.browser.post(back.action, back.fields)

    rows = [row for row in await rows_of(at) if row.action in {"change", "take-back"}]
    assert [(row.action, row.outcome) for row in rows][:2] == [("change", "sent"), ("change", "stored")]
    assert [(row.action, row.outcome) for row in rows][2:] == [("take-back", "sent"), ("take-back", "stored")]
    assert all(f"Goal/{goal['id']}" in row.objects.split() for row in rows[:2])


async def test_nothing_leaves_for_the_chart_without_its_row(one_by_one: Clinic) -> None:
    at = one_by_one
    visit = await at.browser().open(ROSA)
    await visit.write(goal=GOAL, worry="Falling", hope="My garden")
    await visit.send()

    sent = [row for row in await rows_of(at) if row.outcome == "sent"]

    assert len(sent) == len(writes(at)) == 4
    record("requests that write, each with its row in the audit trail", len(sent))


async def test_without_a_row_nothing_is_sent_and_everything_is_kept(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await read_to_the_end(at)
    await visit.write(goal=GOAL, worry="Falling")
    review = await visit.review()

    async with unwritable(at):
        stopped = await visit.send(review)

    assert stopped.status_code == 503
    assert "Nothing was sent to the chart" in words(stopped.text)
    assert "everything that you typed is kept" in words(stopped.text)
    assert "audit-unavailable" in stopped.text
    assert writes(at) == []
    await visit.send(review)
    assert [goal["description"]["text"] for goal in at.ehr.created("Goal")] == [GOAL]


async def test_trail_that_fails_midway_never_claims_that_nothing_was_sent(one_by_one: Clinic) -> None:
    at = one_by_one
    visit = await at.browser().open(ROSA)
    await read_to_the_end(at)
    await visit.write(goal=GOAL, worry="Falling")
    review = await visit.review()

    async with unwritable(at, after=2):
        stopped = await visit.send(review)

    assert len(writes(at)) == 1
    assert stopped.status_code == 503
    assert "Nothing was sent" not in words(stopped.text)
    assert "Some of what you sent may be in the chart" in words(stopped.text)


async def test_answer_without_its_row_is_looked_for_again_and_stored_once(one_by_one: Clinic) -> None:
    at = one_by_one
    visit = await at.browser().open(ROSA)
    await read_to_the_end(at)
    await visit.write(goal=GOAL)
    review = await visit.review()

    async with unwritable(at, after=1):
        await visit.send(review)
    at.clock.now = START.replace(minute=5)
    check = form((await visit.page("done")).text, "/check")
    await visit.browser.post(check.action, check.fields)

    assert len(at.ehr.created("Goal")) == 1
    assert ("write", "stored") in await told(at)


async def test_without_a_row_no_chart_is_read(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await read_to_the_end(at)
    before = fhir_requests(at)
    fields = form((await visit.page("room")).text, "/draft").fields

    async with unwritable(at):
        answer = await visit.browser.post(visit.path("reread"), fields)

    assert answer.status_code == 503
    assert "reads no chart" in words(answer.text)
    assert fhir_requests(at) == before


async def test_without_a_row_no_launch_begins(at: Clinic) -> None:
    async with unwritable(at):
        visit = await at.browser().open(ROSA)

    assert visit.first.status_code == 503
    assert [request.path for request in at.ehr.requests if request.path.startswith("/auth/")] == []


async def test_launch_whose_row_fails_is_over_and_its_tokens_are_given_back(at: Clinic) -> None:
    async with unwritable(at, after=1):
        visit = await at.browser().open(ROSA)

    assert visit.first.status_code == 503
    assert fhir_requests(at) == 1  # the discovery document
    assert [r.path for r in at.ehr.requests if r.path == "/auth/revoke"] == ["/auth/revoke"] * 2


async def test_launch_that_the_ehr_refuses_is_told_with_its_code(at: Clinic) -> None:
    at.ehr.faults.authorize_error = "access_denied"

    await at.browser().open(ROSA)

    [begun, refused] = await rows_of(at)
    assert (begun.action, begun.outcome) == ("launch", "begun")
    assert (refused.action, refused.outcome, refused.objects) == ("launch", "refused", "code:access-denied")


async def test_page_of_another_browser_is_told(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)

    await Browser(at).get(APP + visit.path("room"))

    rows = await rows_of(at)
    [refused] = [row for row in rows if row.action == "page"]
    assert (refused.outcome, refused.objects) == ("refused", "code:launch-other-browser")
    assert refused.launch == rows[1].launch
    assert refused.actor == refused.patient == ""


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("patient", OTHER, "wrong-patient"), ("token", "0" * 64, "form-not-ours")],
)
async def test_form_that_is_not_this_visits_is_told(at: Clinic, field: str, value: str, code: str) -> None:
    visit = await at.browser().open(ROSA)
    review = await visit.write(goal=GOAL)

    await visit.browser.post(review.action, review.changed({field: value}))

    [refused] = [row for row in await rows_of(at) if row.action == "page"]
    assert (refused.outcome, refused.objects) == ("refused", f"code:{code}")
    assert refused.actor == at.ehr.clinician


async def test_session_that_ends_by_itself_is_told_with_its_reason(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await read_to_the_end(at)
    at.clock.now = START.replace(hour=16)

    await visit.page("room")
    await visit.page("room")

    ended = [(row.action, row.outcome, row.objects) for row in await rows_of(at) if row.outcome == "ended"]
    assert ended == [("session", "ended", "reason:idle")]


async def test_what_is_shown_or_put_away_leaves_no_row(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    before = await told(at)

    for name in ("", "room", "sources", "handout"):
        assert (await visit.page(name)).status_code == 200
    hide = [each for each in forms((await visit.page()).text) if each.action.endswith("/hide")]
    for each in hide:
        await visit.browser.post(each.action, each.fields)

    assert hide
    assert await told(at) == before


async def test_page_that_asks_what_became_of_goals_leaves_the_rows_of_that_reading_alone(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    before = len(await rows_of(at))

    await visit.page("statements")

    begun, ended = (await rows_of(at))[before:]
    assert (begun.action, begun.outcome) == ("chart-read", "begun")
    assert (ended.action, ended.outcome, ended.objects) == ("chart-read", "completed", "goal-history=read")


async def test_addresses_that_lead_nowhere_fill_no_table(at: Clinic) -> None:
    browser = at.browser()
    for path in ("/visits/unknown/room", "/launch?iss=https://evil.test/fhir", "/launch", "/nowhere"):
        await browser.get(APP + path)

    assert await told(at) == []


async def test_rows_hold_no_words_no_name_and_no_number_of_the_patient(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await visit.write(goal=GOAL, worry="Ending up like my sister")
    await visit.send()
    await end(visit)

    everything = " ".join(str(value) for row in await rows_of(at) for value in vars_of(row))

    for secret in (ROSA, "Delgado", "Rosa", "4172283", "1958", "Dance", "sister", "Lucía", visit.id):
        assert secret not in everything


def vars_of(row: AuditRow) -> list[object]:
    return [getattr(row, name) for name in AuditRow.__dataclass_fields__]


async def test_two_workers_make_one_chain(tmp_path: Path) -> None:
    database = database_in(tmp_path)
    async with clinic(database=database) as at, another_worker(at, database) as other:
        visits = [await worker.browser().open(ROSA) for worker in (at, other, at, other)]
        for visit in visits:
            await visit.write(goal=GOAL)
        await asyncio.gather(*(visit.send() for visit in visits), visits[0].page("room"))
        await asyncio.gather(*(end(visit) for visit in visits))
        await read_to_the_end(other)

        rows = await rows_of(at)
        verdict = await trail(other).verify()

    assert (verdict.fault, verdict.rows) == ("", len(rows))
    assert len([row for row in rows if row.action == "visit"]) == 4


async def test_head_is_in_the_log_when_the_app_starts_and_when_it_stops(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", logger="smartapp")
    clock = MovingClock()

    async with clinic(clock=clock) as at:
        await at.browser().open(ROSA)
        await read_to_the_end(at)
        head = await trail(at).head()

    heads = [getattr(r, "safe", {}).get("detail") for r in caplog.records if r.getMessage() == "audit-head"]
    assert heads[0] == "0:"
    assert heads[-1] == str(head)


async def test_vocabulary_of_the_trail_stays_as_it_is() -> None:
    assert [*Action] == [
        "launch", "chart-read", "page", "write", "change", "take-back", "divert", "handout", "session",
        "visit",
    ]  # fmt: skip
    assert [*Result] == [
        "begun", "completed", "refused", "sent", "stored", "not-stored", "unknown", "failed", "ended",
    ]  # fmt: skip
