"""Letters, books, counts and reports."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WORD = sa.String(60)


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.Column("moves", sa.JSON(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entries",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("hop", sa.Integer(), primary_key=True),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("field", WORD, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("settled_before", WORD, nullable=False),
        sa.Column("is_eligible", sa.Boolean(), nullable=False),
        sa.Column("disposal", WORD, nullable=True),
        sa.Column("handled_on", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("outcome", WORD, nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closing", WORD, nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entries_agency", "entries", ["agency"])
    op.create_table(
        "counts",
        sa.Column("agency", sa.String(), primary_key=True),
        sa.Column("kind", WORD, primary_key=True),
        sa.Column("status", WORD, primary_key=True),
        sa.Column("period", sa.String(), primary_key=True),
        sa.Column("timing", WORD, primary_key=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reports",
        sa.Column("report_id", sa.String(), primary_key=True),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reports_agency", "reports", ["agency"])


def downgrade() -> None:
    for table in ("reports", "counts", "entries", "letters"):
        op.drop_table(table)
