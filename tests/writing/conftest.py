"""One visit with a ledger of its own, and a clock that moves when told."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

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
DECISION = DraftStatement(
    "d" * 32, Kind.DECISION, "Physical therapy first.", said_at=START, about=(GOAL.id, HOPE.id)
)
CONFIDENCE = DraftStatement(
    "e" * 32, Kind.CONFIDENCE, "Quite sure.", said_at=START, choice="8", about=(GOAL.id,)
)

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


DATA = {Kind.GOAL: Rung.GOAL, Kind.DECISION: Rung.CARE_PLAN}


def planned(*drafts: DraftStatement, rung: Rung | None = None) -> tuple[PlannedItem, ...]:
    """Each on `rung`, else as data."""
    return tuple(PlannedItem(draft, rung or DATA.get(draft.kind, Rung.OBSERVATION)) for draft in drafts)


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

    async def commit(self, *drafts: DraftStatement, rung: Rung | None = None) -> None:
        await self.sender.commit(self.context, planned(*drafts, rung=rung))

    async def divert(self, *drafts: DraftStatement, rung: Rung) -> None:
        await self.sender.divert(self.context, planned(*drafts, rung=rung))

    async def paste(self, *drafts: DraftStatement) -> None:
        await self.sender.mark_pasted(self.context, [draft.id for draft in drafts])

    async def receipts(self) -> tuple[Receipt, ...]:
        return await self.sender.receipts(self.context.launch_id)

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
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url)
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
        return Sender(
            ledger, drafts, clock, lambda: f"{next(numbers):032x}", form=Form(zone=UTC), sleep=sleep
        )

    return Visit(new_sender(), Chart(), new_sender, ledger, drafts, clock, slept)
