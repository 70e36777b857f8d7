"""Cases and their clocks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WORD = sa.String(60)


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cases_holder", "cases", ["holder"])
    op.create_table(
        "clocks",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("no", sa.Integer(), primary_key=True),
        sa.Column("step", WORD, nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("law", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("wake_on", sa.Date(), nullable=True),
        sa.Column("told_due_on", sa.Date(), nullable=True),
        sa.Column("missed_due_on", sa.Date(), nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_clocks_wake_on", "clocks", ["wake_on"])
