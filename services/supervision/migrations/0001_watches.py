"""Watched cases, missed steps and alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("received_by", sa.String(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("object_ref", sa.String(), nullable=True),
        sa.Column("is_reception", sa.Boolean(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("founding_case_id", sa.String(), nullable=True),
        sa.Column("linked_count", sa.Integer(), nullable=False),
        sa.Column("linked_people_count", sa.Integer(), nullable=False),
        sa.Column("linked_reception_count", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("dispute_count", sa.Integer(), nullable=False),
        sa.Column("same_object_count", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_watches_received_on", "watches", ["received_on"])
    counted = sa.text("same_object_count > 0")
    op.create_index("ix_watches_counted", "watches", ["case_id"], sqlite_where=counted, postgresql_where=counted)
    op.create_table(
        "missed_steps",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("step", sa.String(60), primary_key=True),
        sa.Column("due_on", sa.Date(), primary_key=True),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_missed_steps_holder", "missed_steps", ["holder"])
    op.create_table(
        "alerts",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("linked_count", sa.Integer(), nullable=False),
        sa.Column("days_overdue", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("cleared_on", sa.Date(), nullable=True),
        sa.Column("clearing_reason", sa.String(), nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_alerts_expires_on", "alerts", ["expires_on"])
    op.create_index("ix_alerts_holder", "alerts", ["holder"])


def downgrade() -> None:
    for table in ("alerts", "missed_steps", "watches"):
        op.drop_table(table)
