"""Agencies' signed acts that were answered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "answered_acts",
        sa.Column("statement", sa.String(), primary_key=True),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_answered_acts_answered_on", "answered_acts", ["answered_on"])
