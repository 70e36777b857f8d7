"""The read model."""

import sqlalchemy as sa
from alembic import op

from runtime.rows import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("office", sa.String(60), nullable=False),
        sa.Column("level", sa.String(60), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("province", sa.String(), nullable=True),
        sa.Column("superior", sa.String(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_agencies_province", "agencies", ["province"])
    op.create_index("ix_agencies_superior", "agencies", ["superior"])
    op.create_index("ix_agencies_unit", "agencies", ["unit"])

    op.create_table(
        "alert_readings",
        sa.Column("reading_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(60), nullable=False),
        sa.Column("agency", sa.String(), nullable=True),
        sa.Column("officer", sa.String(), nullable=True),
        sa.Column("read_at", Instant(), nullable=False),
        sa.Column("case_ids", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("reading_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alerts",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("days_overdue", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("cleared_on", sa.Date(), nullable=True),
        sa.Column("clearing_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("case_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_alerts_holder", "alerts", ["holder"])

    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(60), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("petitions_seq", sa.Integer(), nullable=False),
        sa.Column("petition_status", sa.String(60), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("received_by", sa.String(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("letter_on", sa.Date(), nullable=True),
        sa.Column("lodged_at", Instant(), nullable=True),
        sa.Column("kind", sa.String(60), nullable=True),
        sa.Column("field", sa.String(60), nullable=True),
        sa.Column("source", sa.String(60), nullable=True),
        sa.Column("eligibility", sa.String(60), nullable=True),
        sa.Column("competence", sa.String(60), nullable=True),
        sa.Column("settled_before", sa.String(60), nullable=True),
        sa.Column("people_count", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("object_ref", sa.String(), nullable=True),
        sa.Column("branch", sa.String(60), nullable=True),
        sa.Column("author_role", sa.String(60), nullable=True),
        sa.Column("author_agency", sa.String(), nullable=True),
        sa.Column("is_discipline", sa.Boolean(), nullable=True),
        sa.Column("forwarder", sa.String(), nullable=True),
        sa.Column("is_in_person", sa.Boolean(), nullable=True),
        sa.Column("is_anonymous", sa.Boolean(), nullable=True),
        sa.Column("has_evidence", sa.Boolean(), nullable=True),
        sa.Column("has_crime_signs", sa.Boolean(), nullable=True),
        sa.Column("has_new_fact", sa.Boolean(), nullable=True),
        sa.Column("was_guided_before", sa.Boolean(), nullable=True),
        sa.Column("was_sent_to_competent", sa.Boolean(), nullable=True),
        sa.Column("classified_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("founding_case_id", sa.String(), nullable=True),
        sa.Column("read_count", sa.Integer(), nullable=False),
        sa.Column("cases_seq", sa.Integer(), nullable=False),
        sa.Column("case_status", sa.String(60), nullable=True),
        sa.Column("case_holder", sa.String(), nullable=True),
        sa.Column("step", sa.String(60), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("competent", sa.String(), nullable=True),
        sa.Column("arbiter", sa.String(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("is_complex", sa.Boolean(), nullable=False),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("suspended_on", sa.Date(), nullable=True),
        sa.Column("dialogue_on", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(60), nullable=True),
        sa.Column("was_late", sa.Boolean(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("missed_count", sa.Integer(), nullable=False),
        sa.Column("oversight_seq", sa.Integer(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("case_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("cases_by_due_date", "cases", ["due_on", "case_id"])
    op.create_index("cases_by_holder", "cases", ["holder", "received_on", "case_id"])
    op.create_index("cases_by_receipt", "cases", ["received_on", "case_id"])
    op.create_index("cases_by_receiver", "cases", ["received_by", "received_on", "case_id"])
    op.create_index("ix_cases_founding_case_id", "cases", ["founding_case_id"])
    op.create_index("ix_cases_number", "cases", ["number"])

    op.create_table(
        "concerns",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "agency"),
        sqlite_with_rowid=False,
    )
    op.create_index("concerns_by_agency", "concerns", ["agency", "received_on", "case_id"])

    op.create_table(
        "counts",
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("status", sa.String(60), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "kind", "status", "period"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "report_columns",
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("report_id", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reports",
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("report_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reports_agency", "reports", ["agency"])

    op.create_table(
        "timeline",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(60), nullable=False),
        sa.Column("legal_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("role", sa.String(60), nullable=False),
        sa.Column("officer", sa.String(), nullable=True),
        sa.Column("to_agency", sa.String(), nullable=True),
        sa.Column("step", sa.String(60), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(60), nullable=True),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("ground", sa.String(), nullable=True),
        sa.Column("law", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "topic", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_timeline_recorded_at", "timeline", ["recorded_at"])
