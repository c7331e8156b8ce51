"""What an EHR offers is what its CapabilityStatement says, asked for once an hour."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from smartapp.errors import SessionEnded
from smartapp.fhir.capability import Capabilities, Capability, capability_of
from tests.fhir.read_server import FakeServer, client_of, fhir, outcome

STATEMENT: dict[str, Any] = {
    "resourceType": "CapabilityStatement",
    "rest": [
        {"mode": "client", "resource": [{"type": "Goal", "interaction": [{"code": "delete"}]}]},
        {
            "mode": "server",
            "resource": [
                {
                    "type": "Goal",
                    "interaction": [{"code": "read"}, {"code": "create"}],
                    "conditionalCreate": True,
                },
                {"type": "Observation", "interaction": [{"code": "search-type"}], "conditionalCreate": False},
                {"type": "Patient"},
            ],
        },
    ],
}


def test_only_what_the_server_lists_is_offered() -> None:
    capability = capability_of(STATEMENT)

    assert capability.known
    assert [capability.offers("Goal", code) for code in ("read", "create", "update", "delete")] == [
        True,
        True,
        False,
        False,
    ]
    assert not capability.offers("Observation", "create")
    assert not capability.offers("Patient", "read")
    assert [capability.conditional_create(one) for one in ("Goal", "Observation", "Patient")] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("statement", [{}, {"resourceType": "Bundle"}, STATEMENT | {"rest": "none"}])
def test_what_is_no_capability_statement_leaves_everything_unknown(statement: dict[str, Any]) -> None:
    assert capability_of(statement) == Capability(known=False)


async def test_a_capability_is_asked_for_once_an_hour() -> None:
    times = [datetime(2026, 11, 22, 10, tzinfo=UTC) + timedelta(minutes=m) for m in (0, 60, 61)]
    server = FakeServer(broken=lambda request: fhir(STATEMENT))
    capabilities = Capabilities(lambda: times.pop(0))

    found = [await capabilities.of(client_of(server)) for _ in range(3)]

    assert all(one.offers("Goal", "create") for one in found)
    assert [request.url.path for request in server.requests] == ["/fhir/metadata", "/fhir/metadata"]


async def test_a_capability_that_cannot_be_read_is_unknown_and_asked_for_again() -> None:
    answers = [outcome(500), fhir({"resourceType": "OperationOutcome"}), fhir(STATEMENT)]
    capabilities = Capabilities(lambda: datetime(2026, 11, 22, tzinfo=UTC))
    client = client_of(FakeServer(broken=lambda request: answers.pop(0)))

    assert [(await capabilities.of(client)).known for _ in range(3)] == [False, False, True]


async def test_an_ended_session_is_not_taken_for_an_unknown_capability() -> None:
    capabilities = Capabilities(lambda: datetime(2026, 11, 22, tzinfo=UTC))

    with pytest.raises(SessionEnded):
        await capabilities.of(client_of(FakeServer(broken=lambda request: outcome(401))))
