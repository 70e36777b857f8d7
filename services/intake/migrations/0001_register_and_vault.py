"""The register, the vault, answers given once, holders."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "petitions",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("number", sa.String(), nullable=False, unique=True),
        sa.Column("receipt_mac", sa.String(), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("letter", sa.JSON(), nullable=False),
        sa.Column("is_protected", sa.Boolean(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("founding_case_id", sa.String(), nullable=True),
    )
    op.create_table(
        "vault",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("subject_ref", sa.String(), nullable=False, unique=True),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("shredded_on", sa.Date(), nullable=True),
    )
    op.create_index("ix_vault_key_id", "vault", ["key_id"])
    op.create_table(
        "answered",
        sa.Column("once_key", sa.String(), primary_key=True),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("body_mac", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
    )
    op.create_index("ix_answered_case_id", "answered", ["case_id"])
    op.create_index("ix_answered_expires_on", "answered", ["expires_on"])
    op.create_table(
        "holdings",
        sa.Column("case_id", sa.String(), primary_key=True),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("cases_seq", sa.Integer(), nullable=False),
    )
