"""The migrations make exactly the tables that the models declare."""

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from runtime.plumbing import METADATA as RUNTIME
from services.intake.models import METADATA


def test_migrations_and_models_agree(migrated_file: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{migrated_file}")
    others = {*RUNTIME.tables, "alembic_version_runtime", "alembic_version_service"}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": lambda name, kind, _: kind != "table" or name not in others})
        assert compare_metadata(context, METADATA) == []
