"""The runtime's own tables: offsets, inbox, sequences, outbox, parked records, virtual date."""

import sqlalchemy as sa
from alembic import op

from runtime.rows import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "offsets",
        sa.Column("topic", sa.String(), primary_key=True),
        sa.Column("partition_no", sa.Integer(), primary_key=True),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.String(), primary_key=True),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_inbox_seen_on", "inbox", ["seen_on"])
    op.create_table(
        "sequences",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("ce_type", sa.String(), nullable=False),
        sa.Column("ce_time", sa.String(), nullable=False),
        sa.Column("traceparent", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "parked",
        sa.Column("event_id", sa.String(), primary_key=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("partition_no", sa.Integer(), nullable=False),
        sa.Column("record_offset", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("headers", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("parked_at", Instant(), nullable=False),
        sa.Column("order_no", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_parked_key", "parked", ["key"])
    op.create_table(
        "virtual_date",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("today", sa.Date(), nullable=True),
    )


def downgrade() -> None:
    for name in ("virtual_date", "parked", "outbox", "sequences", "inbox", "offsets"):
        op.drop_table(name)
