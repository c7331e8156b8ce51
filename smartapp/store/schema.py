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
    Column("sealed", LargeBinary, nullable=False),  # the words, if any
)
