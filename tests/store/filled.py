"""A store with something in every table that holds sealed values, and what it must still hold later."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from smartapp.errors import StoreUnavailable
from smartapp.store.database import Database
from smartapp.store.drafts import Drafts
from smartapp.store.feedback import FeedbackBox
from smartapp.store.hidden import Hidden, WhosePreference
from smartapp.store.launches import Launches, PendingLaunches
from smartapp.store.ledger import Ledger, NewRow
from smartapp.store.schema import sealed_columns
from smartapp.store.set_aside import SetAside, WhoseChart
from smartapp.store.shown import Shown
from smartapp.store.vault import KEY_ID_BYTES, Vault

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ROSA = WhoseChart("demo", "https://ehr.test/fhir", "rosa")
OSEI = WhosePreference("demo", "https://ehr.test/fhir", "Practitioner/osei")


def clock() -> datetime:
    return START


@dataclass(frozen=True, slots=True)
class Held:
    """What `hold` finds again, all of it."""

    draft: bytes
    tokens: bytes
    context: bytes
    ledger: tuple[bytes, ...]
    feedback: tuple[str, ...]
    pending_browser: bool
    offered: bool
    hidden: frozenset[str]
    set_aside: int
    shown: int


WHOLE = Held(
    draft=b"words of L1",
    tokens=b"tokens of L1",
    context=b"context of L1",
    ledger=(b"item 0", b"item 1", b"item 2"),
    feedback=("Too long.",),
    pending_browser=True,
    offered=True,
    hidden=frozenset({"R13"}),
    set_aside=1,
    shown=1,
)


async def fill(database: Database, vault: Vault) -> None:
    """Put something everywhere."""
    later = START + timedelta(hours=8)
    drafts = Drafts(database, vault, clock)
    owner = drafts.owner("demo", "rosa", "osei")
    await drafts.save("L1", owner=owner, body=WHOLE.draft)
    await Launches(database, vault, clock).put(
        "L1", browser="b", owner=owner, context=WHOLE.context, tokens=WHOLE.tokens, expires_at=later
    )
    await PendingLaunches(database, vault, clock).put("state", "b", body=b"verifier", expires_at=later)
    ledger = Ledger(database, vault, clock)
    rows = [NewRow(f"I{number}", "goal", body) for number, body in enumerate(WHOLE.ledger)]
    async with ledger.transaction() as connection:
        await ledger.add_all_in(connection, "L1", owner=owner, state="planned", rows=rows)
    await FeedbackBox(database, vault, clock).add("R13", 2, text=WHOLE.feedback[0])
    await Hidden(database, vault, clock).add(OSEI, "R13")
    set_aside, shown = SetAside(database, vault, clock), Shown(database, vault, clock)
    await set_aside.add(ROSA, [set_aside.mark(ROSA, kind="goal", words="walk")])
    await shown.add(ROSA, "L1", [shown.mark(ROSA, "R13", "Condition/1")])


async def held(database: Database, vault: Vault) -> Held:
    """What of it is still there. Raises StoreUnavailable for what does not open."""
    drafts = Drafts(database, vault, clock)
    draft = await drafts.load("L1")
    launch = await Launches(database, vault, clock).get("L1")
    assert draft is not None
    assert launch is not None
    browser = await PendingLaunches(database, vault, clock).browser_of("state")
    ledger = await Ledger(database, vault, clock).of_launch("L1")
    return Held(
        draft=draft.body,
        tokens=launch.tokens,
        context=launch.context,
        ledger=tuple(row.body for row in ledger),
        feedback=tuple(one.text for one in await FeedbackBox(database, vault, clock).all()),
        pending_browser=browser == vault.fingerprint("browser", "b"),
        offered=await drafts.offered(drafts.owner("demo", "rosa", "osei"), to_launch="L2") is not None,
        hidden=await Hidden(database, vault, clock).among(OSEI, ["R12", "R13"]),
        set_aside=len(await SetAside(database, vault, clock).marks(ROSA)),
        shown=len((await Shown(database, vault, clock).marks(ROSA, "L1")).here),
    )


async def opens(database: Database, vault: Vault) -> bool:
    """Whether everything that was put in opens with this vault."""
    try:
        return await held(database, vault) == WHOLE
    except StoreUnavailable:
        return False


async def key_ids(database: Database) -> dict[str, set[bytes]]:
    """The ids of the keys that sealed what is in each sealed column."""
    found = {}
    async with database.reading() as connection:
        for column in sealed_columns():
            values = (await connection.execute(select(column))).scalars()
            found[f"{column.table.name}.{column.name}"] = {value[:KEY_ID_BYTES] for value in values}
    return found
