"""A storm between the app and its EHRs: everything that a line can do to a write, and workers killed all the
time. At the end somebody who asks neither of them reads the charts and judges.

Each lane has an EHR of one manner, a bad line to it, a ledger, and one or two workers, in processes of their
own. The lanes are in the storm at the same time.
"""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count, product
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from joserfc.jwk import RSAKey

from smartapp.sandbox.server import DemoEhr, create_demo_ehr
from smartapp.sandbox.vendors import FULL
from smartapp.serving import Listener, bind, serve
from tests.killed_judge import copies_in, judge_visit, told_twice
from tests.killed_proxy import CALM, Line, Weather
from tests.killed_worker import PATIENTS, STORE_BUSY, Job, Timing, logged, opened_sender, said_in

INDEX_LAG_S = 0.6
RACE_MS = 600
# In proportion as the app's own: an empty search is believed only after a time in which the slowest request
# has left (0.5 s), has arrived (1.5 s) and the slowest index has it (0.6 s).
TIMING = Timing(answer_s=0.3, start_s=0.5, send_s=3.0, absent_s=3.0, press_every_s=0.2)
STORM = Weather(
    mishap_of_post=0.3, mishap_of_get=0.05, kill=0.025, late_s=(0.35, 1.2), latest_s=1.5, drip_s=0.6
)
_MEAN_LIFE_S = 8.0
"""How long a worker lives on average until a timer kills it, wherever it is."""
_WORKING_FIRST = 0.8
"""How many have begun to work before that time begins: a slow machine would see nothing but beginnings."""
_COMES_BACK = 0.8
"""How many of the clinicians come back, after the storm, to what is not in the chart."""

Resource = dict[str, Any]  # Any: FHIR JSON


class Manner(StrEnum):
    """How a server minds If-None-Exist and its index."""

    HONOURS = "honours If-None-Exist"
    IGNORES = "ignores If-None-Exist"
    RACES = "races If-None-Exist"
    LAGS = "index lags"


@dataclass(frozen=True, slots=True)
class Storm:
    """`writes`: statements to be written, about. `new_database`: gives the URL of an empty one."""

    writes: int
    seed: int
    folder: Path
    new_database: Callable[[], str]


@dataclass
class Tally:
    """`counts`: what happened. `shown`, `faults`, `wrong`: what the judge found, see Verdict. `seconds`: the
    whole storm, with the calm after it.
    """

    counts: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def statements(self) -> int:
        return self.shown.total() + self.faults.total()

    def lines(self) -> list[str]:
        parts = (self.counts, self.shown, self.faults)
        return [f"{name}: {number}" for part in parts for name, number in sorted(part.items())]


@dataclass
class Workers:
    """The process that forks workers, and those that are alive, by name."""

    process: asyncio.subprocess.Process
    alive: dict[str, int] = field(default_factory=dict)
    working: dict[str, asyncio.Event] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)
    _ended: dict[str, asyncio.Future[int]] = field(default_factory=dict)

    async def run(self, job: Job) -> int:
        """Have a worker do `job`. Returns its wait status once it ended or was killed."""
        ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._ended[job.name] = ended
        self.working[job.name] = asyncio.Event()
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(job) + b"\n")
        return await ended

    def kill(self, name: str) -> bool:
        """SIGKILL, now. False when no worker of this name is alive."""
        handle = self.alive.pop(name, None)
        if handle is None:
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.close(handle)
        return True

    async def listen(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            word, number, last = line.decode().split()
            if word == "started":
                self._names[int(number)] = last
                self.alive[last] = os.pidfd_open(int(number))
            elif word == "working":
                self.working[last].set()
            else:
                name = self._names.pop(int(number))
                if name in self.alive:
                    os.close(self.alive.pop(name))
                ended = self._ended.pop(name)
                if not ended.done():
                    ended.set_result(int(last))


@asynccontextmanager
async def forking_process() -> AsyncIterator[Workers]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.killed_worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    workers = Workers(process)
    listening = asyncio.create_task(workers.listen())
    try:
        yield workers
    finally:
        for name in list(workers.alive):
            workers.kill(name)
        process.stdin.close()
        await process.wait()
        await listening


@dataclass
class Lane:
    """One EHR, the line to it, and the workers that share one ledger."""

    name: str
    manner: Manner
    visits: tuple[int, ...]
    ehr: DemoEhr
    line: Line
    job: Job
    workers: Workers
    hands: int
    random: Random
    lives: "count[int]" = field(default_factory=count)
    kills_by_timer: int = 0

    @property
    def names(self) -> list[str]:
        return [f"{self.name}/{hand}" for hand in range(self.hands)]

    def kill_one(self) -> bool:
        return self.workers.kill(self.random.choice(self.names))

    async def weather_it(self) -> None:
        """Until every visit is over: workers at work, and the next one as soon as one is killed."""
        async with asyncio.TaskGroup() as group:
            for name in self.names:
                group.create_task(self._hand(name, leaves=True))

    async def calm_after(self) -> None:
        """The line is good again. Most clinicians come back to what is open."""
        self.line.weather = CALM
        await self.line.quiet()
        back = tuple(number for number in self.job.visits if self.random.random() < _COMES_BACK)
        self.job = msgspec.structs.replace(
            self.job,
            visits=back,
            timing=msgspec.structs.replace(self.job.timing, answer_s=10.0),
        )
        await self._hand(self.names[0], leaves=False)

    async def _hand(self, name: str, *, leaves: bool) -> None:
        while True:
            over = {number for [number] in logged(self.job.log, "over")} if leaves else set()
            job = msgspec.structs.replace(
                self.job,
                name=name,
                leaves=leaves,
                life=next(self.lives),
                visits=tuple(number for number in self.job.visits if number not in over),
            )
            if not job.visits:
                return
            timer = asyncio.create_task(self._time(name)) if leaves else None
            status = await self.workers.run(job)
            if timer is not None:
                timer.cancel()
            if os.WIFEXITED(status) and os.WEXITSTATUS(status) != STORE_BUSY:
                assert os.WEXITSTATUS(status) == 0, f"a worker of {self.name} failed; its words are above"
                return
            self.line.counts["worker could not open its store"] += os.WIFEXITED(status)

    async def _time(self, name: str) -> None:
        """Kill the worker some time after it began to work; now and then, before that."""
        if self.random.random() < _WORKING_FIRST:
            await self.workers.working[name].wait()
        await asyncio.sleep(self.random.expovariate(1 / _MEAN_LIFE_S))
        self.kills_by_timer += self.workers.kill(name)


async def weather(storm: Storm) -> Tally:
    """Let the storm pass over every lane, wait for the calm, and judge."""
    tally, began = Tally(), time.monotonic()
    async with forking_process() as workers, _running_lanes(storm, workers) as lanes:
        for phase in (Lane.weather_it, Lane.calm_after):
            async with asyncio.TaskGroup() as group:
                for lane in lanes:
                    group.create_task(phase(lane))
        for lane in lanes:
            await _judge(lane, storm, tally)
    tally.seconds = time.monotonic() - began
    return tally


@asynccontextmanager
async def _running_lanes(storm: Storm, workers: Workers) -> AsyncIterator[list[Lane]]:
    stop, ready = asyncio.Event(), asyncio.Event()
    lanes, listeners = await _lanes(storm, workers)
    serving = asyncio.create_task(serve(listeners, ready=ready.set, stop=stop))
    await ready.wait()
    try:
        yield lanes
    finally:
        for lane in lanes:
            await lane.line.close()
        stop.set()
        await serving


async def _lanes(storm: Storm, workers: Workers) -> tuple[list[Lane], list[Listener]]:
    """One lane for each manner with and without transactions; every other one has two workers at once."""
    lanes, listeners = [], []
    kinds = list(product(Manner, (True, False)))
    key = RSAKey.generate_key(2048)
    visits = _visits(storm)
    for number, (manner, transaction) in enumerate(kinds):
        socket = bind("127.0.0.1", 0)
        random = Random(f"lane/{storm.seed}/{number}")
        lane_name = f"lane-{number}"
        line = Line(socket.getsockname()[1], random, STORM, kill=lambda: False)
        await line.open()
        ehr = _ehr(line.port, manner, transaction=transaction, key=key)
        listeners.append(Listener(ehr.app, socket))
        job = Job(
            name=lane_name,
            database_url=storm.new_database(),
            fhir_base=ehr.open_fhir_base,
            log=str(storm.folder / f"{lane_name}.log"),
            seed=storm.seed,
            visits=tuple(visits[number :: len(kinds)]),
            timing=TIMING,
            leaves=True,
            life=0,
        )
        lane = Lane(
            lane_name, manner, job.visits, ehr, line, job, workers, hands=1 + number % 2, random=random
        )
        line.kill = lane.kill_one
        lanes.append(lane)
    return lanes, listeners


def _visits(storm: Storm) -> list[int]:
    """The numbers of as many visits as hold `storm.writes` statements."""
    visits: list[int] = []
    writes = 0
    for number in count():
        if writes >= storm.writes:
            return visits
        visits.append(number)
        writes += len(said_in(storm.seed, number).drafts)
    raise AssertionError


def _ehr(port: int, manner: Manner, *, transaction: bool, key: RSAKey) -> DemoEhr:
    resources: list[Resource] = [
        {"resourceType": "Practitioner", "id": "osei", "name": [{"family": "Osei"}]},
        *({"resourceType": "Patient", "id": one, "name": [{"family": "Delgado"}]} for one in PATIENTS),
    ]
    ehr = create_demo_ehr(
        base_url=f"http://127.0.0.1:{port}",
        app_launch_url="http://127.0.0.1/launch",
        resources=resources,
        signing_key=key,
        manner=replace(FULL, transaction=transaction),
    )
    ehr.faults.write.ignore_if_none_exist = manner is Manner.IGNORES
    ehr.faults.write.race_ms = RACE_MS if manner is Manner.RACES else 0
    ehr.faults.write.index_lag_s = INDEX_LAG_S if manner is Manner.LAGS else 0.0
    return ehr


async def _judge(lane: Lane, storm: Storm, tally: Tally) -> None:
    line = lane.line.counts
    tally.counts += line
    tally.counts["killed: by a timer"] += lane.kills_by_timer
    tally.counts["kills"] += lane.kills_by_timer
    tally.counts["kills"] += sum(number for name, number in line.items() if name.startswith("killed: "))
    launches = dict(sorted((number, launch) for number, launch in logged(lane.job.log, "launch")))
    committed = {number for [number] in logged(lane.job.log, "committed")}
    charts = copies_in(lane.ehr)
    async with opened_sender(lane.job.database_url, TIMING) as sender:
        for number in lane.visits:
            verdict = await judge_visit(
                said_in(storm.seed, number),
                sender,
                charts,
                launches=launches.get(number, 0),
                is_committed=number in committed,
            )
            tally.shown += verdict.shown
            tally.faults += verdict.faults
            tally.wrong += [f"{lane.name}, {lane.manner.value}: {fault}" for fault in verdict.wrong]
    for reference in told_twice(lane.ehr):
        tally.faults["has two Provenances"] += 1
        tally.wrong.append(f"{lane.name}, {lane.manner.value}: {reference} has two Provenances")
