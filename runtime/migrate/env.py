"""Alembic's environment for both lines of revisions and both databases."""

import asyncio
from typing import Any

import sqlalchemy as sa
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from runtime.rows import EnumText, Instant


def _shown(kind: str, item: Any, autogen_context: Any) -> Any:
    """How the project's own column types are written in a revision: as what they are in the database."""
    if kind == "type" and isinstance(item, Instant):
        autogen_context.imports.add("from runtime.rows import Instant")
        return "Instant()"
    if kind == "type" and isinstance(item, EnumText):
        return "sa.String(60)"
    return "sa.String()" if kind == "type" and type(item).__name__ == "AutoString" else False


def _own(item: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    """Only the service's tables take part in a comparison."""
    tables = context.config.attributes["target_metadata"]
    return kind != "table" or (tables is not None and name in tables.tables)


def _run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes.get("target_metadata"),
        version_table=context.config.attributes["version_table"],
        render_item=_shown,
        include_object=_own,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run_async(url: str) -> None:
    engine = create_async_engine(url, poolclass=sa.pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


def run() -> None:
    """Run against the configured database."""
    url: str = context.config.attributes["url"]
    if url.startswith("sqlite:"):
        import pysqlite3.dbapi2 as sqlite3

        engine = sa.create_engine(url, module=sqlite3, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            _run(connection)
            connection.commit()
        engine.dispose()
    else:
        scheme, rest = url.split("://", 1)
        asyncio.run(_run_async(f"postgresql+asyncpg://{rest}"))
        assert scheme.startswith("postgres")


run()
