"""The app's part in the storm: a worker that sends what clinicians said, as their pages would, until it is
killed; and the process that makes such workers.

    python -m tests.killed_worker

imports everything once, then forks a worker for each job that comes in on standard input, so that a new one
costs milliseconds.
"""

import asyncio
import gc
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from uuid import uuid4

import msgspec
from pydantic import SecretBytes

from smartapp.clock import now
from smartapp.errors import NotFound, OutboundError, StoreUnavailable
from smartapp.fhir import guard
from smartapp.fhir.capability import Capability, capability_of
from smartapp.fhir.client import FhirClient
from smartapp.http import AsyncBaseTransport, Door, Origin, open_transport
from smartapp.sdm.model import DraftStatement, Kind
from smartapp.store.database import Database
from smartapp.store.drafts import Drafts
from smartapp.store.ledger import Ledger
from smartapp.store.vault import Vault
from smartapp.writing.building import Form
from smartapp.writing.delivery import Patience
from smartapp.writing.model import PlannedItem, Receipt, Rung, State, WriteContext
from smartapp.writing.sender import Sender

SAID_AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PATIENTS = tuple(f"patient-{number}" for number in range(40))
STORE_BUSY = 3
"""Exit status of a worker that could not open its store, and is to be started again."""
AT_ONCE = 12
"""Visits that one worker has open at the same time."""
_KINDS = (Kind.GOAL, Kind.WORRY, Kind.HOPE, Kind.MATTERS)
_IN_DOUBT = frozenset({State.SENDING, State.UNKNOWN})


class Timing(msgspec.Struct, frozen=True):
    """Seconds. `answer_s`: the EHR's answer is waited for so long. The others as in Patience."""

    answer_s: float
    start_s: float
    send_s: float
    absent_s: float
    press_every_s: float


class Job(msgspec.Struct, frozen=True):
    """What one worker is to do. `visits`: their numbers. `leaves`: clinicians may go before all is well."""

    name: str
    database_url: str
    fhir_base: str
    log: str
    seed: int
    visits: tuple[int, ...]
    timing: Timing
    leaves: bool
    life: int


@dataclass(frozen=True, slots=True)
class Said:
    """A visit: what was said in it, each with words that nobody else says."""

    number: int
    patient_id: str
    items: tuple[PlannedItem, ...]

    @property
    def drafts(self) -> tuple[DraftStatement, ...]:
        return tuple(item.draft for item in self.items)

    def context(self, launch: int) -> WriteContext:
        return WriteContext(
            launch_id=f"visit-{self.number}-{launch}",
            owner=f"owner-{self.number}",
            patient_id=self.patient_id,
            patient_name="Rosa Delgado",
            encounter_id="",
            practitioner="Practitioner/osei",
            practitioner_name="Dr Ada Osei",
            organization="",
            organization_name="Riverside Clinic",
        )


def said_in(seed: int, number: int) -> Said:
    """The visit with this number: the same for the worker and for who judges it."""
    random = Random(f"visit/{seed}/{number}")
    kinds = random.choices(_KINDS, k=random.randint(1, 4))
    notes = random.random() < 0.25
    items = []
    for place, kind in enumerate(kinds):
        id_ = f"{random.getrandbits(128):032x}"
        draft = DraftStatement(id_, kind, f"Words {number}.{place}.", said_at=SAID_AT)
        data = Rung.GOAL if kind is Kind.GOAL else Rung.OBSERVATION
        items.append(PlannedItem(draft, Rung.NOTE if notes and random.random() < 0.5 else data))
    return Said(number, random.choice(PATIENTS), tuple(items))


class Log:
    """What a worker got done, one line each, written so that a kill loses none: "launch 7 1" before the first
    commit of launch 1 of visit 7, "committed 7" after it, "over 7" when the clinician is done.
    """

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def say(self, *words: object) -> None:
        os.write(self._file, (" ".join(map(str, words)) + "\n").encode())


def logged(path: str, word: str) -> list[tuple[int, ...]]:
    """The numbers behind `word`, in the order of the log."""
    if not Path(path).exists():
        return []
    lines = [line.split() for line in Path(path).read_text(encoding="ascii").splitlines()]
    return [tuple(map(int, line[1:])) for line in lines if line[0] == word]


class NoToken:
    """For an EHR that wants none."""

    async def bearer(self) -> str | None:
        return None

    async def renew(self, refused: str) -> str | None:
        return None


@asynccontextmanager
async def opened_sender(url: str, timing: Timing) -> AsyncIterator[Sender]:
    """The app's own sender over the ledger at `url`."""
    database = await Database.open(url)
    vault = Vault([SecretBytes(b"k" * 32)])
    ledger, drafts = Ledger(database, vault, now), Drafts(database, vault, now)
    patience = Patience(timing.start_s, timing.send_s, timing.absent_s, busy_s=0.1)
    yield Sender(ledger, drafts, now, lambda: uuid4().hex, form=Form(zone=UTC), patience=patience)
    await database.close()


@dataclass(frozen=True, slots=True)
class Desk:
    """What every clinician of one worker uses."""

    job: Job
    sender: Sender
    door: Door
    capability: Capability
    log: Log

    def client(self, said: Said) -> FhirClient:
        return client_of(self.job, self.door, said.patient_id)

    async def press(self, button: str, said: Said, context: WriteContext, row: str) -> None:
        """Press one button of the page. Our store may be busy, and another tab may have taken the statements
        over: the page says so, and there is a next time.
        """
        client, capability = self.client(said), self.capability
        try:
            match button:
                case "commit":
                    await self.sender.commit(context, said.items)
                    self.log.say("committed", said.number)
                case "send":
                    await self.sender.send(context, client=client, capability=capability)
                case "check":
                    await self.sender.check(context, client=client, capability=capability)
                case _:
                    await self.sender.retry(context, row, client=client, capability=capability)
        except (StoreUnavailable, NotFound):
            self.log.say("stopped", said.number)


def client_of(job: Job, door: Door, patient_id: str) -> FhirClient:
    return FhirClient(
        door,
        fhir_base=job.fhir_base,
        patient_id=patient_id,
        access=NoToken(),
        may=lambda resource_type, action: True,
        timeout_s=job.timing.answer_s,
    )


async def work(job: Job, transport: AsyncBaseTransport) -> None:
    """Attend to every visit of the job, several at once."""
    async with opened_sender(job.database_url, job.timing) as sender:
        door = Door(transport, frozenset({Origin.of(job.fhir_base)}))
        desk = Desk(job, sender, door, await _capability(job, door), Log(job.log))
        _say(f"working {os.getpid()} {job.name}")
        waiting = iter(job.visits)
        await asyncio.gather(*(_clinician(desk, waiting) for _ in range(AT_ONCE)))
        await transport.aclose()


async def _capability(job: Job, door: Door) -> Capability:
    client = client_of(job, door, PATIENTS[0])
    while True:
        try:
            return capability_of(await client.capability_statement())
        except OutboundError:
            await asyncio.sleep(job.timing.press_every_s)


async def _clinician(desk: Desk, waiting: Iterable[int]) -> None:
    for number in waiting:
        await _attend(desk, said_in(desk.job.seed, number))


async def _attend(desk: Desk, said: Said) -> None:
    """Go through one visit, from where the ledger has it, until all is stored or it is time to go."""
    job = desk.job
    random = Random(f"clinician/{job.seed}/{said.number}/{job.name}/{job.life}")
    launch = _launch_of(desk, said, random)
    presses = random.randint(2, 16) if job.leaves else 200
    for _ in range(presses):
        context = said.context(launch)
        receipts = await _receipts(desk, context)
        if receipts and all(receipt.state is State.STORED for receipt in receipts):
            break
        button, row = _next_button(receipts, random)
        await desk.press(button, said, context, row)
        if button not in {"commit", "send"}:
            await asyncio.sleep(job.timing.press_every_s * random.random())
    desk.log.say("over", said.number)


def _launch_of(desk: Desk, said: Said, random: Random) -> int:
    """The launch that this visit goes on in: the last one or, after a crash at times, a new one."""
    launches = [launch for number, launch in logged(desk.job.log, "launch") if number == said.number]
    launch = max(launches, default=0)
    if not launches or random.random() < 0.25:
        launch += 1
        desk.log.say("launch", said.number, launch)
    return launch


async def _receipts(desk: Desk, context: WriteContext) -> Sequence[Receipt]:
    while True:
        try:
            return await desk.sender.receipts(context.launch_id)
        except StoreUnavailable:
            await asyncio.sleep(desk.job.timing.press_every_s)


def _next_button(receipts: Sequence[Receipt], random: Random) -> tuple[str, str]:
    """What the page would offer, and now and then any other button that it has; with the row for a retry."""
    if not receipts:
        return "commit", ""
    rows = [receipt.row for receipt in receipts if receipt.state is not State.STORED]
    if random.random() < 0.1:
        return random.choice(["commit", "send", "check", "retry"]), random.choice(rows)
    if any(receipt.state is State.PLANNED for receipt in receipts):
        return "send", ""
    again = [receipt.draft.id for receipt in receipts if receipt.state is State.REFUSED or receipt.is_absent]
    in_doubt = any(receipt.state in _IN_DOUBT for receipt in receipts)
    if again and (not in_doubt or random.random() < 0.5):
        return "retry", random.choice(again)
    return "check", ""


def main() -> None:
    """Fork a worker for each line of JSON. Says "started PID NAME" and "ended PID STATUS"; the worker itself
    says "working PID NAME" once it has its store and knows its EHR. At the end of the input nobody wants
    the workers any more.
    """
    guard.warm()
    transport = open_transport()  # no socket yet, and its TLS settings take long to load
    gc.freeze()
    alive: set[int] = set()
    signal.signal(signal.SIGCHLD, partial(_reap, alive))
    _say("ready")
    decoder = msgspec.json.Decoder(Job)
    while line := sys.stdin.readline():
        job = decoder.decode(line)
        # The end of a worker must not be told before its beginning.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            _be_worker(job, transport)
        alive.add(pid)
        _say(f"started {pid} {job.name}")
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _be_worker(job: Job, transport: AsyncBaseTransport) -> None:
    status = 1
    try:
        asyncio.run(work(job, transport))
        status = 0
    except StoreUnavailable:
        status = STORE_BUSY
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _reap(alive: set[int], _signal: int, _frame: object) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        alive.discard(pid)
        _say(f"ended {pid} {status}")


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
