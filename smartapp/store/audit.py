"""The audit trail: who did what for which patient and how it ended, in rows that nobody can change unseen.

Rows are only ever added. Each one's digest is a keyed hash of its content and of the digest before it, so a
row that was changed, taken out or put in breaks the chain (threat T31). Rows cut off at the end leave a chain
that fits; only a head that was noted elsewhere shows it. A row holds ids, fingerprints, fixed words and
times: no words of anybody, no name, no token, and nothing of what a clinician was shown.
"""

import json
import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import astuple, dataclass
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest
from typing import Any, Final

from sqlalchemy import Row, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from smartapp.clock import Clock
from smartapp.errors import AuditUnavailable
from smartapp.store.database import Database
from smartapp.store.schema import audit
from smartapp.store.vault import Vault

PSEUDONYM: Final = "pseudonym:"
USER: Final = "user:"
_LOCK: Final = "audit"
_AT_A_TIME: Final = 1_000
_TOKEN: Final = re.compile(r"[A-Za-z0-9._/:=-]{1,160}")


class Action(StrEnum):
    """What was done. PAGE: a page or form that was refused. DIVERT: what the EHR refused goes another way.
    SESSION: a launch that ended by itself. VISIT: one that the clinician ended.
    """

    LAUNCH = "launch"
    CHART_READ = "chart-read"
    PAGE = "page"
    WRITE = "write"
    CHANGE = "change"
    TAKE_BACK = "take-back"
    DIVERT = "divert"
    HANDOUT = "handout"
    SESSION = "session"
    VISIT = "visit"


class Result(StrEnum):
    """How far it got. SENT is written before anything leaves. UNKNOWN: no clear answer, and the chart does
    not show it yet.
    """

    BEGUN = "begun"
    COMPLETED = "completed"
    REFUSED = "refused"
    SENT = "sent"
    STORED = "stored"
    NOT_STORED = "not-stored"
    UNKNOWN = "unknown"
    FAILED = "failed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Audited:
    """Whose doing, in which launch, for whom; "" for what is not known (yet). `request`: its reference, as in
    the log. `fhir_user`: relative reference; `subject`: of the id_token, used where there is no reference.
    """

    registration_id: str = ""
    fhir_base: str = ""
    launch_id: str = ""
    fhir_user: str = ""
    subject: str = ""
    patient_id: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row as it is kept, in the order in which it is hashed. `at`: seconds since 1970. `objects`: types,
    parts, references and codes with spaces between them.
    """

    sequence: int
    at: int
    registration: str
    launch: str
    actor: str
    patient: str
    action: str
    outcome: str
    objects: str
    request: str
    digest: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last row's place and digest; 0 and "" of an empty trail."""

    sequence: int = 0
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.sequence}:{self.digest}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`rows`: how many were looked at and fit. `head`: of these. `fault`: what does not fit first, "" for
    nothing; `at`: the sequence of the row where that is.
    """

    rows: int
    head: Head
    fault: str = ""
    at: int = 0


class Audit:
    """`names_patients`: whether rows hold the patient's id, or a pseudonym that only the key can make."""

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, *, names_patients: bool = False
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._names_patients = names_patients

    async def record(
        self, who: Audited, action: Action, result: Result, *, objects: Iterable[str] = ()
    ) -> None:
        """Add a row. Once this returns it is on disk; when it raises, do not do what it is about.

        `objects`: "Goal/1", "DocumentReference", "conditions=empty", "code:no-patient"; anything else than
        letters, digits and ._/:=- becomes "?". Raises StoreUnavailable, or AuditUnavailable where only the
        trail is at fault.
        """
        async with self._database.transaction() as connection:
            await self.record_in(connection, who, action, result, objects=objects)

    async def record_in(
        self,
        connection: AsyncConnection,
        who: Audited,
        action: Action,
        result: Result,
        *,
        objects: Iterable[str] = (),
    ) -> None:
        """As `record`, in the caller's transaction: what that changes and the row stand or fall together.

        The last thing of a transaction, since until its end nobody else adds a row. Raises AuditUnavailable.
        """
        try:
            await self._database.lock_in(connection, _LOCK)
            before = await self._head_in(connection)
            values = {**self._written(who, action, result, objects), "sequence": before.sequence + 1}
            row = AuditRow(digest="", **values)
            values["digest"] = self._digest(before.digest, row)
            await connection.execute(insert(audit).values(values))
        except SQLAlchemyError as error:
            raise AuditUnavailable(type(error).__name__) from error

    async def head(self) -> Head:
        """What to note elsewhere, so that rows cut off at the end are missed."""
        async with self._database.reading() as connection:
            return await self._head_in(connection)

    async def rows(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> AsyncGenerator[AuditRow]:
        """Every row in order, from `since` on and before `until`."""
        async with self._database.reading() as connection:
            last = 0
            while True:
                query = select(audit).where(audit.c.sequence > last)
                if since is not None:
                    query = query.where(audit.c.at >= int(since.timestamp()))
                if until is not None:
                    query = query.where(audit.c.at < int(until.timestamp()))
                query = query.order_by(audit.c.sequence).limit(_AT_A_TIME)
                found = (await connection.execute(query)).all()
                for row in found:
                    yield _row(row)
                if len(found) < _AT_A_TIME:
                    return
                last = int(found[-1].sequence)

    async def verify(self, *, noted: Head | None = None) -> Verdict:
        """Go through the whole trail. `noted`: a head from the log; the row must be there and be that one."""
        head, rows, noted_digest = Head(), 0, ""
        # Closed by hand: a generator that is left in the middle would keep its connection.
        async with aclosing(self.rows()) as found:
            async for row in found:
                if row.sequence != head.sequence + 1:
                    return Verdict(rows, head, "rows are missing before this one", row.sequence)
                if not compare_digest(row.digest.encode(), self._digest(head.digest, row).encode()):
                    return Verdict(rows, head, "this row or its digest was changed", row.sequence)
                head, rows = Head(row.sequence, row.digest), rows + 1
                if noted is not None and row.sequence == noted.sequence:
                    noted_digest = row.digest
        if noted is not None and noted.sequence > head.sequence:
            return Verdict(rows, head, "rows were cut off at the end", head.sequence + 1)
        if noted is not None and noted_digest != noted.digest:
            return Verdict(rows, head, "this row is not the one that was noted", noted.sequence)
        return Verdict(rows, head)

    async def _head_in(self, connection: AsyncConnection) -> Head:
        query = select(audit.c.sequence, audit.c.digest).order_by(audit.c.sequence.desc()).limit(1)
        row = (await connection.execute(query)).one_or_none()
        return Head() if row is None else Head(int(row.sequence), str(row.digest))

    def _written(
        self, who: Audited, action: Action, result: Result, objects: Iterable[str]
    ) -> dict[str, Any]:  # Any: whole numbers and text, by column
        tokens = [one if _TOKEN.fullmatch(one) else "?" for one in objects]
        return {
            "at": int(self._clock().timestamp()),
            "registration": who.registration_id,
            "launch": self._vault.fingerprint("audit-launch", who.launch_id) if who.launch_id else "",
            "actor": self._actor(who),
            "patient": self._patient(who),
            "action": action.value,
            "outcome": result.value,
            "objects": " ".join(tokens),
            "request": who.request,
        }

    def _actor(self, who: Audited) -> str:
        if who.fhir_user and _TOKEN.fullmatch(who.fhir_user):
            return who.fhir_user
        if not who.subject:
            return ""
        return USER + self._vault.fingerprint("audit-user", who.registration_id, who.fhir_base, who.subject)

    def _patient(self, who: Audited) -> str:
        """A pseudonym is the same for one patient at one EHR, and another one at another."""
        if not who.patient_id or self._names_patients:
            return who.patient_id
        parts = (who.registration_id, who.fhir_base, who.patient_id)
        return PSEUDONYM + self._vault.fingerprint("audit-patient", *parts)

    def _digest(self, before: str, row: AuditRow) -> str:
        # ASCII without a zero byte, so that no two rows and digests are one message.
        content = json.dumps(astuple(row)[:-1], ensure_ascii=True, separators=(",", ":"))
        return self._vault.chained(before, content)


def _row(row: Row[Any]) -> AuditRow:  # Any: SQLAlchemy types no columns of a Core table
    return AuditRow(**row._mapping)
