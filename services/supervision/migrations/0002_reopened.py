"""The day on which a withdrawn matter was taken up again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("watches", sa.Column("reopened_on", sa.Date(), nullable=True))
