"""Tokens go back to the EHR when a launch is over, with the client's own proof, to an allowed host: T19."""

from dataclasses import replace

import httpx2
import pytest

from smartapp.errors import SessionEnded
from smartapp.smart import sealed
from smartapp.smart.discovery import Discovery
from smartapp.smart.revocation import Revocation
from tests.smart.support import EHR, FHIR, Clinic

REVOKE = "/auth/revoke"


def hints(clinic: Clinic) -> list[bytes]:
    """What was sent, the access token first: both leave at once, in any order."""
    sent = [request.content for request in clinic.wire.requests_to(REVOKE)]
    return sorted(sent, key=lambda content: content.partition(b"token_type_hint=")[2])


async def test_both_tokens_go_back_when_a_launch_ends(clinic: Clinic) -> None:
    completed = await clinic.launch()
    session = await clinic.sessions.find(completed.launch.id, browser=completed.browser)
    token = await session.access().bearer()

    await session.end("visit-ended")

    sent = hints(clinic)
    assert len(sent) == 2
    assert b"token_type_hint=access_token" in sent[0]
    assert b"token_type_hint=refresh_token" in sent[1]
    assert all(b"client_id=demo-public" in each for each in sent)
    assert token is not None
    assert clinic.ehr.vault.grant_of(token) is None


async def test_launch_that_ended_gives_nothing_back_a_second_time(clinic: Clinic) -> None:
    completed = await clinic.launch()
    session = await clinic.sessions.find(completed.launch.id, browser=completed.browser)

    await session.end("visit-ended")
    await session.end("visit-ended")
    with pytest.raises(SessionEnded, match="visit-ended"):
        await clinic.sessions.find(completed.launch.id, browser=completed.browser)

    assert len(hints(clinic)) == 2


@pytest.mark.parametrize("endpoint", ["https://evil.example/revoke", "http://127.0.0.1:9999/revoke"])
async def test_token_is_sent_to_no_other_host_whatever_the_launch_says(clinic: Clinic, endpoint: str) -> None:
    completed = await clinic.launch()
    kept = await clinic.launches.get(completed.launch.id)
    assert kept is not None
    session = await clinic.sessions.find(completed.launch.id, browser=completed.browser)
    before = len(clinic.wire.seen)
    launch = replace(session.launch, revocation_endpoint=endpoint)
    await Revocation(clinic.doors, clinic.clock).give_back(
        launch, session.registration, tokens=sealed.tokens(kept.tokens)
    )

    assert len(clinic.wire.seen) == before


async def test_ehr_that_refuses_or_is_down_is_logged_without_a_token(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="smartapp")
    completed = await clinic.launch()
    session = await clinic.sessions.find(completed.launch.id, browser=completed.browser)
    token = await session.access().bearer()
    clinic.wire.answers[REVOKE] = _down

    await session.end("visit-ended")

    told = [record for record in caplog.records if record.getMessage() == "not-revoked"]
    assert [getattr(record, "safe", {})["reason"] for record in told] == ["ehr-unavailable"] * 2
    assert token is not None
    assert not any(token in str(getattr(record, "safe", "")) for record in caplog.records)


def _down(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ReadError("gone", request=request)


@pytest.mark.parametrize(
    "endpoint", ["https://elsewhere.example/revoke", "not an address", 7, None, "https://x.example/#part"]
)
async def test_discovery_that_names_no_place_of_the_ehr_is_as_good_as_none(
    clinic: Clinic, endpoint: object
) -> None:
    document = {
        "issuer": FHIR,
        "authorization_endpoint": f"{EHR}/auth/authorize",
        "token_endpoint": f"{EHR}/auth/token",
        "revocation_endpoint": endpoint,
    }
    clinic.wire.answer_json("/fhir/.well-known/smart-configuration", document)

    found = await Discovery(clinic.doors, clinic.clock).of(clinic.demo)

    assert found.revocation_endpoint == ""
