"""A running launch: found by its browser, renewed once for all, never another patient's: T1, T3, T18."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import httpx2
import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretBytes

from smartapp.errors import LaunchNotYours, NotFound, PatientChanged, SessionEnded, TemporaryOutboundError
from smartapp.smart import sealed
from smartapp.smart.authorization import Completed
from smartapp.smart.launch import Tokens
from smartapp.smart.sessions import Access, Session, Sessions
from smartapp.store.audit import Audit
from smartapp.store.vault import Vault
from tests.smart.support import TOKEN, Clinic, open_clinic


@pytest.fixture
async def hasty(signing_key: RSAKey) -> AsyncIterator[Clinic]:
    """Where a session ends after five idle minutes, and after an hour."""
    opened = await open_clinic(signing_key, idle_minutes=5, session_minutes=60)
    yield opened
    await opened.database.close()


async def session_of(clinic: Clinic, completed: Completed) -> Session:
    return await clinic.sessions.find(completed.launch.id, browser=completed.browser)


async def access_of(clinic: Clinic) -> Access:
    return (await session_of(clinic, await clinic.launch())).access()


async def bearer(access: Access) -> str:
    token = await access.bearer()
    assert token is not None
    return token


async def held_back(clinic: Clinic, work: Coroutine[Any, Any, str | None]) -> asyncio.Task[str | None]:
    """Begin `work`, and keep the EHR from answering its first request."""
    clinic.wire.arrived.clear()
    clinic.wire.gate.clear()
    task = asyncio.create_task(work)
    await clinic.wire.arrived.wait()
    return task


def renewals(clinic: Clinic) -> int:
    return len([r for r in clinic.wire.requests_to(TOKEN) if b"refresh_token" in r.content])


async def test_session_is_the_launch_it_was_asked_for(clinic: Clinic) -> None:
    first, second = await clinic.launch("p1"), await clinic.launch("p2")

    sessions = [await session_of(clinic, completed) for completed in (second, first)]

    assert [session.launch for session in sessions] == [second.launch, first.launch]
    assert sessions[0].registration is clinic.demo


@pytest.mark.parametrize("launch_id", ["", "unknown", "x" * 10_000])
async def test_unknown_handle_is_not_found(clinic: Clinic, launch_id: str) -> None:
    completed = await clinic.launch()

    with pytest.raises(NotFound):
        await clinic.sessions.find(launch_id, browser=completed.browser)


async def test_handle_of_another_launch_does_not_open_with_this_cookie(clinic: Clinic) -> None:
    first, second = await clinic.launch("p1"), await clinic.launch("p2")

    for browser in (None, "", "guess", second.browser):
        with pytest.raises(LaunchNotYours):
            await clinic.sessions.find(first.launch.id, browser=browser)
        with pytest.raises(LaunchNotYours):
            await clinic.sessions.find_even_ended(first.launch.id, browser=browser)


async def test_idle_session_ends_and_stays_ended(hasty: Clinic) -> None:
    completed = await hasty.launch()
    for _ in range(3):
        hasty.clock.pass_(minutes=4)
        await session_of(hasty, completed)

    hasty.clock.pass_(minutes=5, seconds=1)
    with pytest.raises(SessionEnded, match="idle"):
        await session_of(hasty, completed)

    hasty.clock.pass_(minutes=-5)
    with pytest.raises(SessionEnded, match="idle"):
        await session_of(hasty, completed)


async def test_session_ends_after_its_longest_time_however_busy(hasty: Clinic) -> None:
    completed = await hasty.launch()
    for _ in range(14):
        hasty.clock.pass_(minutes=4)
        await session_of(hasty, completed)

    hasty.clock.pass_(minutes=4)
    with pytest.raises(SessionEnded, match="time-is-up"):
        await session_of(hasty, completed)


async def test_ended_session_is_found_to_keep_text_but_sends_nothing(clinic: Clinic) -> None:
    completed = await clinic.launch()
    session = await session_of(clinic, completed)
    access = session.access()

    await session.end("closed")

    found = await clinic.sessions.find_even_ended(completed.launch.id, browser=completed.browser)
    assert (found.ended, found.owner, found.launch) == ("closed", session.owner, session.launch)
    for use in (access.bearer, found.access().bearer, lambda: access.renew("x")):
        with pytest.raises(SessionEnded):
            await use()


async def test_token_is_used_while_it_lasts(clinic: Clinic) -> None:
    access = await access_of(clinic)
    first = await bearer(access)

    clinic.clock.pass_(seconds=3600 - 61)

    assert await bearer(access) == first
    assert renewals(clinic) == 0


async def test_token_is_renewed_a_minute_before_it_ends(clinic: Clinic) -> None:
    access = await access_of(clinic)
    first = await bearer(access)

    clinic.clock.pass_(seconds=3600 - 60)

    second = await bearer(access)
    assert second != first
    assert await bearer(access) == second
    assert renewals(clinic) == 1


async def test_token_of_unknown_lifetime_is_used_until_it_is_refused(clinic: Clinic) -> None:
    clinic.bend_token_answers(expires_in=None)
    access = await access_of(clinic)
    first = await bearer(access)
    clinic.clock.pass_(minutes=14)

    assert await bearer(access) == first
    assert await access.renew(first) != first


async def test_fifty_refusals_at_once_renew_once(clinic: Clinic) -> None:
    completed = await clinic.launch()
    accesses = [(await session_of(clinic, completed)).access() for _ in range(50)]
    refused = await bearer(accesses[0])

    tokens = await asyncio.gather(*(access.renew(refused) for access in accesses))

    assert len(set(tokens)) == 1
    assert refused not in tokens
    assert renewals(clinic) == 1


async def test_late_refusal_of_an_old_token_gets_the_new_one(clinic: Clinic) -> None:
    access = await access_of(clinic)
    old = await bearer(access)
    new = await access.renew(old)

    assert await access.renew(old) == new
    assert renewals(clinic) == 1


async def test_rotated_refresh_tokens_are_each_used_once(clinic: Clinic) -> None:
    access = await access_of(clinic)
    for _ in range(5):
        await access.renew(await bearer(access))

    sent = [r.content.decode().split("refresh_token=")[-1] for r in clinic.wire.requests_to(TOKEN)[1:]]
    assert len(set(sent)) == 5


async def test_renewal_goes_on_when_the_page_is_closed(clinic: Clinic) -> None:
    access = await access_of(clinic)
    first = await bearer(access)
    leaving = await held_back(clinic, access.renew(first))

    leaving.cancel()
    clinic.wire.gate.set()

    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await access.renew(first) != first
    assert renewals(clinic) == 1


async def test_second_process_uses_the_tokens_of_the_faster_one(clinic: Clinic) -> None:
    completed = await clinic.launch()
    mine = (await session_of(clinic, completed)).access()
    audit = Audit(clinic.database, Vault([SecretBytes(b"k" * 32)]), clinic.clock)
    other_process = Sessions(
        clinic.registrations, clinic.doors, launches=clinic.launches, clock=clinic.clock, audit=audit
    )
    theirs = (await other_process.find(completed.launch.id, browser=completed.browser)).access()
    refused = await bearer(mine)
    new = await theirs.renew(refused)

    assert await mine.renew(refused) == new
    assert renewals(clinic) == 1


async def test_refusal_because_another_process_was_faster_does_not_end_the_launch(clinic: Clinic) -> None:
    completed = await clinic.launch()
    access = (await session_of(clinic, completed)).access()
    refused = await bearer(access)
    clinic.wire.answer_json(TOKEN, {"error": "invalid_grant"}, 400)
    renewing = await held_back(clinic, access.renew(refused))

    await clinic.launches.replace_tokens(
        completed.launch.id, tokens=sealed.to_bytes(Tokens("token-of-the-other-process")), from_version=2
    )
    clinic.wire.gate.set()

    assert await renewing == "token-of-the-other-process"
    assert (await session_of(clinic, completed)).ended is None


async def test_tokens_of_a_faster_process_are_not_overwritten(clinic: Clinic) -> None:
    completed = await clinic.launch()
    access = (await session_of(clinic, completed)).access()
    renewing = await held_back(clinic, access.renew(await bearer(access)))

    await clinic.launches.replace_tokens(
        completed.launch.id, tokens=sealed.to_bytes(Tokens("token-of-the-other-process")), from_version=2
    )
    clinic.wire.gate.set()

    assert await renewing == "token-of-the-other-process"
    assert await bearer(access) == "token-of-the-other-process"


async def test_refresh_for_another_patient_ends_the_launch_and_nothing_more_is_sent(clinic: Clinic) -> None:
    completed = await clinic.launch("p1")
    access = (await session_of(clinic, completed)).access()
    token = await bearer(access)
    clinic.ehr.faults.token.refresh_switches_patient = "p2"

    with pytest.raises(PatientChanged):
        await access.renew(token)

    sent = len(clinic.wire.seen)
    for use in (access.bearer, lambda: access.renew(token), lambda: session_of(clinic, completed)):
        with pytest.raises(PatientChanged):
            await use()
    assert len(clinic.wire.seen) == sent
    found = await clinic.sessions.find_even_ended(completed.launch.id, browser=completed.browser)
    assert (found.ended, found.launch.patient_id) == ("patient-changed", "p1")


async def test_refresh_without_context_keeps_the_context(clinic: Clinic) -> None:
    completed = await clinic.launch("p1", encounter_id="e1")
    session = await session_of(clinic, completed)
    clinic.bend_token_answers(patient=None, encounter=None, id_token=None, scope=None)

    await session.access().renew(await bearer(session.access()))

    assert (await session_of(clinic, completed)).launch == completed.launch


async def test_refresh_with_another_visit_keeps_the_visit(clinic: Clinic) -> None:
    completed = await clinic.launch("p1", encounter_id="e1")
    session = await session_of(clinic, completed)
    clinic.bend_token_answers(encounter="e2", scope="patient/*.cruds")

    await session.access().renew(await bearer(session.access()))

    assert (await session_of(clinic, completed)).launch == completed.launch


async def test_refused_refresh_ends_the_session(clinic: Clinic) -> None:
    completed = await clinic.launch()
    access = (await session_of(clinic, completed)).access()
    clinic.ehr.faults.token.refuse_refresh = True

    with pytest.raises(SessionEnded, match="refresh-refused"):
        await access.renew(await bearer(access))

    with pytest.raises(SessionEnded):
        await session_of(clinic, completed)
    assert renewals(clinic) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_refresh_refused_with_another_status_ends_the_session_too(clinic: Clinic, status: int) -> None:
    access = await access_of(clinic)
    clinic.wire.answer_json(TOKEN, {"error": "invalid_grant"}, status)

    with pytest.raises(SessionEnded):
        await access.renew(await bearer(access))


async def test_session_without_refresh_token_lasts_as_long_as_its_token(clinic: Clinic) -> None:
    clinic.ehr.faults.token.no_refresh = True
    clinic.ehr.faults.token.expires_in = 600
    access = await access_of(clinic)
    first = await bearer(access)

    clinic.clock.pass_(seconds=590)
    assert await bearer(access) == first

    clinic.clock.pass_(seconds=10)
    with pytest.raises(SessionEnded, match="no-refresh-token"):
        await access.bearer()
    assert renewals(clinic) == 0


async def test_server_that_is_down_does_not_end_the_session(clinic: Clinic) -> None:
    access = await access_of(clinic)
    first = await bearer(access)
    clinic.wire.answers[TOKEN] = lambda _: httpx2.Response(503)

    clinic.clock.pass_(seconds=3600 - 30)
    assert await bearer(access) == first

    clinic.clock.pass_(seconds=30)
    with pytest.raises(TemporaryOutboundError):
        await access.bearer()
    del clinic.wire.answers[TOKEN]
    assert await bearer(access) != first


async def test_launch_that_ended_while_its_token_was_renewed_stays_ended(clinic: Clinic) -> None:
    completed = await clinic.launch()
    session = await session_of(clinic, completed)
    renewing = await held_back(clinic, session.access().renew(await bearer(session.access())))

    await session.end("closed")
    clinic.wire.gate.set()

    with pytest.raises(SessionEnded):
        await renewing


async def test_tokens_are_nowhere_in_the_open(clinic: Clinic) -> None:
    completed = await clinic.launch()
    session = await session_of(clinic, completed)
    token = await bearer(session.access())

    async with clinic.database.transaction() as connection:
        rows = (await connection.exec_driver_sql("select * from launches")).all()

    assert token not in repr(session)
    assert token not in repr(rows)
    assert completed.browser not in repr(rows)
    assert completed.launch.patient_id.encode() not in rows[0].context
