"""The tables. Ids, fingerprints, times and states in the clear; everything else sealed."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

BOUND_TO = "bound_to"
"""In the `info` of a sealed column: what its values are bound to, with names of other columns of the row."""

metadata = MetaData()


def _sealed(name: str, bound_to: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False, info={BOUND_TO: bound_to})


pending_launches = Table(
    "pending_launches",
    metadata,
    Column("state", String(64), primary_key=True),  # fingerprint of the state parameter
    Column("browser", String(64), nullable=False),  # fingerprint of the cookie that began it
    _sealed("sealed", "pending/{state}"),
    Column("expires_at", BigInteger, nullable=False),  # seconds since 1970, UTC, in every table
)

launches = Table(
    "launches",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),
    Column("owner", String(64), nullable=False),
    _sealed("context", "launch/{id}/context"),
    _sealed("tokens", "launch/{id}/tokens"),
    Column("tokens_version", Integer, nullable=False),
    Column("ended", String(40)),
    Column("last_seen", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("launch_id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    _sealed("sealed", "draft/{launch_id}/{owner}"),
    Column("revision", Integer, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("drafts_by_owner", "owner", "changed_at"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("item_id", String(64), primary_key=True),
    Column("launch_id", String(64), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("rung", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempt", Integer, nullable=False),  # how often it went out; a late sender settles only its own
    _sealed("sealed", "ledger/{item_id}/{owner}"),  # the draft, the resource as sent, the receipt's words
    Column("changed_at", BigInteger, nullable=False),
    Index("ledger_by_launch", "launch_id", "position"),
    UniqueConstraint("launch_id", "position", name="ledger_one_place_each"),
)

set_aside = Table(
    "set_aside",
    metadata,
    Column("patient", String(64), primary_key=True),  # fingerprint of site and patient
    Column("statement", String(64), primary_key=True),  # fingerprint of the two and of what was set aside
    Column("set_aside_at", BigInteger, nullable=False),
    Index("set_aside_by_age", "set_aside_at"),
)

shown_reminders = Table(
    "shown_reminders",
    metadata,
    Column("patient", String(64), primary_key=True),  # fingerprint of site and patient
    Column("trigger_mark", String(64), primary_key=True),  # of the two, a reminder and what it was shown for
    Column("visit", String(64), primary_key=True),  # of the launch, which is forgotten long before
    Column("shown_at", BigInteger, nullable=False),
    Index("shown_reminders_by_age", "shown_at"),
)

hidden_reminders = Table(
    "hidden_reminders",
    metadata,
    Column("mark", String(64), primary_key=True),  # fingerprint of site, clinician and reminder
    Column("hidden_on", BigInteger, nullable=False),  # the beginning of the day, UTC
    Index("hidden_reminders_by_age", "hidden_on"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("reminder", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("month", String(7), nullable=False),  # "2026-11", and no closer
    _sealed("sealed", "feedback/{id}"),  # the words, if any
)

# In the clear, and never deleted by the app: docs/decisions/0016.
audit = Table(
    "audit",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 and so on, without a gap
    Column("at", BigInteger, nullable=False),
    Column("registration", String(64), nullable=False),  # "" where none is known, also in what follows
    Column("launch", String(64), nullable=False),  # fingerprint
    Column("actor", String(255), nullable=False),  # "Practitioner/7", or "user:" and a fingerprint
    Column("patient", String(80), nullable=False),  # an id, or "pseudonym:" and a fingerprint
    Column("action", String(40), nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("objects", Text, nullable=False),  # types, parts and references, with spaces between them
    Column("request", String(40), nullable=False),  # the reference of the request, as in the log
    Column("digest", String(64), nullable=False),  # of this row and of the digest before it
    Index("audit_by_time", "at"),
)

keyring = Table(
    "keyring",
    metadata,
    Column("name", String(40), primary_key=True),  # what the secret is for
    _sealed("sealed", "keyring/{name}"),
)


def sealed_columns() -> list[Column[bytes]]:
    """Every column whose values are sealed, of every table."""
    return [column for table in metadata.sorted_tables for column in table.columns if BOUND_TO in column.info]
