"""Version 0001: the tables of the first release. A database that was made before there were versions has most
of them, and gets the rest.
"""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    _visits(op)
    _memory(op)
    _records(op)


def _visits(op: Operations) -> None:
    """What is kept for twelve hours at the most."""
    op.create_table(
        "pending_launches",
        sa.Column("state", sa.String(64), primary_key=True),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "launches",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("context", sa.LargeBinary, nullable=False),
        sa.Column("tokens", sa.LargeBinary, nullable=False),
        sa.Column("tokens_version", sa.Integer, nullable=False),
        sa.Column("ended", sa.String(40)),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "drafts",
        sa.Column("launch_id", sa.String(64), primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_index("drafts_by_owner", "drafts", ["owner", "changed_at"], if_not_exists=True)
    op.create_table(
        "ledger",
        sa.Column("item_id", sa.String(64), primary_key=True),
        sa.Column("launch_id", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("rung", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("launch_id", "position", name="ledger_one_place_each"),
        if_not_exists=True,
    )
    op.create_index("ledger_by_launch", "ledger", ["launch_id", "position"], if_not_exists=True)


def _memory(op: Operations) -> None:
    """What is kept for one or two years."""
    op.create_table(
        "set_aside",
        sa.Column("patient", sa.String(64), primary_key=True),
        sa.Column("statement", sa.String(64), primary_key=True),
        sa.Column("set_aside_at", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_index("set_aside_by_age", "set_aside", ["set_aside_at"], if_not_exists=True)
    op.create_table(
        "shown_reminders",
        sa.Column("patient", sa.String(64), primary_key=True),
        sa.Column("trigger_mark", sa.String(64), primary_key=True),
        sa.Column("visit", sa.String(64), primary_key=True),
        sa.Column("shown_at", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_index("shown_reminders_by_age", "shown_reminders", ["shown_at"], if_not_exists=True)
    op.create_table(
        "hidden_reminders",
        sa.Column("mark", sa.String(64), primary_key=True),
        sa.Column("hidden_on", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_index("hidden_reminders_by_age", "hidden_reminders", ["hidden_on"], if_not_exists=True)
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("reminder", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        if_not_exists=True,
    )


def _records(op: Operations) -> None:
    """What is never deleted."""
    op.create_table(
        "audit",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("registration", sa.String(64), nullable=False),
        sa.Column("launch", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("patient", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("objects", sa.Text, nullable=False),
        sa.Column("request", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        if_not_exists=True,
    )
    op.create_index("audit_by_time", "audit", ["at"], if_not_exists=True)
    op.create_table(
        "keyring",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        if_not_exists=True,
    )
