"""Launches at rest: pending ones that are taken once, and active ones whose context never changes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update

from smartapp.clock import Clock
from smartapp.store.database import Database
from smartapp.store.schema import launches, pending_launches
from smartapp.store.vault import Vault


@dataclass(frozen=True, slots=True)
class TakenLaunch:
    """A pending launch, taken out. `browser` is the fingerprint it was begun with; the caller compares it."""

    body: bytes
    browser: str
    expired: bool


@dataclass(frozen=True, slots=True)
class StoredLaunch:
    """`context` and `tokens` as they were put in. `ended`: why it is over, or None. Times in seconds since
    1970.
    """

    id: str
    browser: str
    owner: str
    context: bytes
    tokens: bytes
    tokens_version: int
    ended: str | None
    last_seen: int
    expires_at: int


class PendingLaunches:
    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def put(self, state: str, browser: str, *, body: bytes, expires_at: datetime) -> None:
        """Keep a pending launch under its state. Old ones are cleared on the way."""
        key = self._vault.fingerprint("state", state)
        row = {
            "state": key,
            "browser": self._vault.fingerprint("browser", browser),
            "sealed": self._vault.seal(body, bound_to=f"pending/{key}"),
            "expires_at": int(expires_at.timestamp()),
        }
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(pending_launches).where(pending_launches.c.expires_at < int(self._clock().timestamp()))
            )
            await connection.execute(insert(pending_launches).values(row))

    async def browser_of(self, state: str) -> str | None:
        """The fingerprint of the browser that began this state, without using the state up."""
        key = self._vault.fingerprint("state", state)
        async with self._database.reading() as connection:
            found: str | None = await connection.scalar(
                select(pending_launches.c.browser).where(pending_launches.c.state == key)
            )
        return found

    async def take(self, state: str) -> TakenLaunch | None:
        """Return what was kept under `state` and delete it, in one step: of two takers one gets None."""
        key = self._vault.fingerprint("state", state)
        async with self._database.transaction() as connection:
            result = await connection.execute(
                delete(pending_launches)
                .where(pending_launches.c.state == key)
                .returning(
                    pending_launches.c.sealed, pending_launches.c.browser, pending_launches.c.expires_at
                )
            )
            row = result.one_or_none()
        if row is None:
            return None
        body = self._vault.open(row.sealed, bound_to=f"pending/{key}")
        return TakenLaunch(body, row.browser, expired=row.expires_at < int(self._clock().timestamp()))


class Launches:
    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def browser_fingerprint(self, browser: str) -> str:
        return self._vault.fingerprint("browser", browser)

    async def put(
        self, launch_id: str, *, browser: str, owner: str, context: bytes, tokens: bytes, expires_at: datetime
    ) -> None:
        """Keep a new active launch. `browser`: the secret of its cookie. `owner`: see store/drafts.py."""
        row = {
            "id": launch_id,
            "browser": self.browser_fingerprint(browser),
            "owner": owner,
            "context": self._vault.seal(context, bound_to=f"launch/{launch_id}/context"),
            "tokens": self._vault.seal(tokens, bound_to=f"launch/{launch_id}/tokens"),
            "tokens_version": 1,
            "last_seen": int(self._clock().timestamp()),
            "expires_at": int(expires_at.timestamp()),
        }
        async with self._database.transaction() as connection:
            await connection.execute(insert(launches).values(row))

    async def get(self, launch_id: str) -> StoredLaunch | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(launches).where(launches.c.id == launch_id))).one_or_none()
        if row is None:
            return None
        return StoredLaunch(
            id=row.id,
            browser=row.browser,
            owner=row.owner,
            context=self._vault.open(row.context, bound_to=f"launch/{launch_id}/context"),
            tokens=self._vault.open(row.tokens, bound_to=f"launch/{launch_id}/tokens"),
            tokens_version=row.tokens_version,
            ended=row.ended,
            last_seen=row.last_seen,
            expires_at=row.expires_at,
        )

    async def replace_tokens(self, launch_id: str, *, tokens: bytes, from_version: int) -> bool:
        """Put new tokens in, if nobody else did since `from_version`. The context cannot be replaced."""
        sealed = self._vault.seal(tokens, bound_to=f"launch/{launch_id}/tokens")
        async with self._database.transaction() as connection:
            result = await connection.execute(
                update(launches)
                .where(
                    launches.c.id == launch_id,
                    launches.c.tokens_version == from_version,
                    launches.c.ended.is_(None),
                )
                .values(tokens=sealed, tokens_version=from_version + 1)
            )
        return result.rowcount == 1

    async def touch(self, launch_id: str) -> None:
        """Note that the clinician did something just now."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(launches)
                .where(launches.c.id == launch_id)
                .values(last_seen=int(self._clock().timestamp()))
            )

    async def end(self, launch_id: str, reason: str) -> bytes | None:
        """End a launch for good and forget its tokens. The first reason stays.

        Returns the tokens as they were, to whoever ended it; None to everybody after that.
        """
        bound_to = f"launch/{launch_id}/tokens"
        going_on = (launches.c.id == launch_id, launches.c.ended.is_(None))
        nothing = self._vault.seal(b"", bound_to=bound_to)
        async with self._database.transaction() as connection:
            query = select(launches.c.tokens).where(*going_on).with_for_update()
            kept: bytes | None = await connection.scalar(query)
            if kept is None:
                return None
            await connection.execute(update(launches).where(*going_on).values(ended=reason, tokens=nothing))
        return self._vault.open(kept, bound_to=bound_to)

    async def unseen_since(self, moment: datetime, *, at_most: int = 200) -> tuple[str, ...]:
        """Ids of launches that are going on and were not used since, or are past their longest time; those
        that were not used the longest first.
        """
        is_unused = launches.c.last_seen < int(moment.timestamp())
        is_past = launches.c.expires_at <= int(self._clock().timestamp())
        query = (
            select(launches.c.id)
            .where(launches.c.ended.is_(None), or_(is_unused, is_past))
            .order_by(launches.c.last_seen)
            .limit(at_most)
        )
        async with self._database.reading() as connection:
            return tuple((await connection.execute(query)).scalars())
