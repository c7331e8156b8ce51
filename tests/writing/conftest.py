"""One visit with a ledger of its own, and a clock that moves when told."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretBytes

from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.sdm.model import DraftStatement, Kind
from smartapp.store.database import Database
from smartapp.store.drafts import Drafts
from smartapp.store.ledger import Ledger
from smartapp.store.vault import Vault
from smartapp.writing.building import Form
from smartapp.writing.model import PlannedItem, Receipt, Rung, WriteContext
from smartapp.writing.sender import Sender
from tests.writing.chart import TYPES, Chart, client_of, offering

START = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)

GOAL = DraftStatement("a" * 32, Kind.GOAL, "Dance at Lucía’s wedding.", said_at=START)
WORRY = DraftStatement("b" * 32, Kind.WORRY, "Ending up like my sister.", said_at=START)
HOPE = DraftStatement("c" * 32, Kind.HOPE, "My garden in spring.", said_at=START)

CONTEXT = WriteContext(
    launch_id="launch-1",
    owner="owner-1",
    patient_id="p1",
    patient_name="Rosa Delgado",
    encounter_id="e1",
    practitioner="Practitioner/pr1",
    practitioner_name="Dr Ada Osei",
    organization="",
    organization_name="Riverside Clinic",
)


def planned(*drafts: DraftStatement) -> tuple[PlannedItem, ...]:
    return tuple(
        PlannedItem(draft, Rung.GOAL if draft.kind is Kind.GOAL else Rung.OBSERVATION) for draft in drafts
    )


@dataclass
class Visit:
    """What a test does: commit, send, check, retry; each against the same chart unless it says otherwise."""

    sender: Sender
    chart: Chart
    new_sender: Callable[[], Sender]
    ledger: Ledger
    drafts: Drafts
    clock: "MovingClock"
    slept: list[float]
    context: WriteContext = CONTEXT
    capability: Capability = field(default_factory=lambda: offering(*TYPES))

    @property
    def client(self) -> FhirClient:
        return client_of(self.chart)

    async def commit(self, *drafts: DraftStatement) -> None:
        await self.sender.commit(self.context, planned(*drafts))

    async def send(self) -> tuple[Receipt, ...]:
        return await self.sender.send(self.context, client=self.client, capability=self.capability)

    async def check(self) -> tuple[Receipt, ...]:
        return await self.sender.check(self.context, client=self.client, capability=self.capability)

    async def retry(self, draft: DraftStatement) -> tuple[Receipt, ...]:
        return await self.sender.retry(self.context, draft.id, client=self.client, capability=self.capability)


class MovingClock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'ledger.sqlite3'}")
    yield opened
    await opened.close()


@pytest.fixture
async def visit(database: Database, clock: MovingClock) -> Visit:
    vault = Vault([SecretBytes(b"a" * 32)])
    ledger, drafts = Ledger(database, vault, clock), Drafts(database, vault, clock)
    slept: list[float] = []
    numbers = count(1)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    def new_sender() -> Sender:
        return Sender(ledger, drafts, clock, lambda: f"new-{next(numbers)}", form=Form(zone=UTC), sleep=sleep)

    return Visit(new_sender(), Chart(), new_sender, ledger, drafts, clock, slept)
