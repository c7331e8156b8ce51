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
    UniqueConstraint,
)

metadata = MetaData()

pending_launches = Table(
    "pending_launches",
    metadata,
    Column("state", String(64), primary_key=True),  # fingerprint of the state parameter
    Column("browser", String(64), nullable=False),  # fingerprint of the cookie that began it
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=False),  # seconds since 1970, UTC, in every table
)

launches = Table(
    "launches",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("context", LargeBinary, nullable=False),
    Column("tokens", LargeBinary, nullable=False),
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
    Column("sealed", LargeBinary, nullable=False),
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
    Column("sealed", LargeBinary, nullable=False),  # the draft, the resource as sent, the receipt's words
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
