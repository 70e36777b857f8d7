"""PostgreSQL through asyncpg: several processes of one service may run; buckets are advisory locks of the transaction."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from runtime.changes import OUTBOX_COLUMNS, Changes, postgres_statement
from runtime.database import BadData, Database, DatabaseDown, Fenced, Query, Transaction, Wanted, decoded, run_with_deadline
from runtime.rows import EnumText

T = TypeVar("T")
_DEADLINE: Final = 30.0
_BUCKET_SPACE: Final = 1
_RELAY_SPACE: Final = 2
_CHANNEL: Final = "outbox"


async def _translated(awaitable: Awaitable[T], what: str, deadline: float = _DEADLINE) -> T:
    try:
        return await run_with_deadline(awaitable, deadline, what)  # type: ignore[no-any-return]
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, OverflowError) as bad:
        raise BadData(str(bad)) from bad
    except (asyncpg.PostgresConnectionError, asyncpg.InsufficientResourcesError, asyncpg.OperatorInterventionError) as down:
        raise DatabaseDown(str(down)) from down
    except (asyncpg.TransactionRollbackError, asyncpg.InterfaceError, OSError) as down:
        raise DatabaseDown(str(down)) from down


class Postgres(Database):
    """A service's database on a PostgreSQL server."""

    def __init__(self, url: str, service: str) -> None:
        self.url = url
        self.name = service
        self.dialect = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]
        self._fresh = asyncio.Event()

    async def open(self) -> None:
        settings = {"application_name": f"dannguyen-{self.name}"}
        self._pool = await _translated(
            asyncpg.create_pool(self.url, min_size=1, max_size=8, statement_cache_size=512, server_settings=settings), "connecting"
        )
        read_only = {**settings, "default_transaction_read_only": "on"}
        self._readers = await _translated(
            asyncpg.create_pool(self.url, min_size=1, max_size=4, statement_cache_size=512, server_settings=read_only), "connecting"
        )

    async def close(self) -> None:
        for pool in (self._pool, self._readers):
            try:
                await asyncio.wait_for(pool.close(), 5)
            except TimeoutError:
                pool.terminate()

    @asynccontextmanager
    async def transaction(self, buckets: Collection[int]) -> AsyncIterator[Transaction]:
        connection = await _translated(self._pool.acquire(timeout=_DEADLINE), "waiting for a connection")
        try:
            await _translated(connection.execute("BEGIN"), "BEGIN")
            if buckets:
                sql = f"SELECT pg_advisory_xact_lock({_BUCKET_SPACE}, b) FROM (SELECT b FROM unnest($1::int[]) b ORDER BY b) s"
                await _translated(connection.execute(sql, sorted(buckets)), "waiting for the cases")
            yield PostgresTransaction(self, connection)
        finally:
            await self._end(connection)

    async def _end(self, connection: Any) -> None:
        try:
            if not connection.is_closed() and connection.is_in_transaction():
                await asyncio.wait_for(connection.execute("ROLLBACK"), 5)
        except (TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            connection.terminate()
        await self._pool.release(connection)

    async def raw(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        found = await _translated(self._readers.fetch(sql, *params), "reading")
        return [tuple(line) for line in found]

    async def rows(self, query: Query, **params: Any) -> list[tuple[Any, ...]]:
        async with self._readers.acquire() as connection:
            return await self.select(connection, query, params)

    async def select(self, connection: Any, query: Query, params: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Run a named query on the given connection."""
        sql, order, fixed = query.compiled(self.dialect)
        values = query.arguments(order, fixed, params)
        found = await _translated(
            connection.fetch(sql, *(list(v) if isinstance(v, set | frozenset | tuple) else v for v in values)), "reading"
        )
        kinds = [(index, kind) for index, kind in query.decoders if isinstance(kind, EnumText | sa.JSON)]
        return decoded(found, kinds, self.dialect)

    async def outbox_page(self, limit: int) -> list[tuple[Any, ...]]:
        sql = f"SELECT id, {', '.join(OUTBOX_COLUMNS)} FROM outbox ORDER BY id LIMIT $1"
        return await self.raw(sql, (limit,))

    async def outbox_sent(self, ids: list[int]) -> None:
        await _translated(self._pool.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", ids), "marking as sent")

    @asynccontextmanager
    async def relay_turn(self) -> AsyncIterator[bool]:
        connection = await _translated(asyncpg.connect(self.url, timeout=10), "connecting")
        try:
            held = bool(
                await _translated(connection.fetchval("SELECT pg_try_advisory_lock($1, 0)", _RELAY_SPACE), "asking for the relay's turn")
            )
            if held:
                await connection.add_listener(_CHANNEL, lambda *_: self._fresh.set())
                connection.add_termination_listener(lambda *_: self._fresh.set())
            self._turn = connection
            yield held
        finally:
            connection.terminate()

    async def wait_for_outbox(self, timeout: float) -> None:
        if self._turn.is_closed():
            raise DatabaseDown("the relay's connection was lost")
        try:
            await asyncio.wait_for(self._fresh.wait(), timeout)
        except TimeoutError:
            return
        finally:
            self._fresh.clear()


class PostgresTransaction(Transaction):
    """One transaction on one connection; the write is one statement."""

    def __init__(self, database: Postgres, connection: Any) -> None:
        self.database = database
        self.connection = connection

    async def load(self, wanted: Sequence[Wanted]) -> list[list[Any]]:
        return [await self._load(request) for request in wanted]

    async def _load(self, wanted: Wanted) -> list[Any]:
        if not wanted.keys:
            return []
        shape = wanted.shape
        columns, types = wanted.columns, [shape.postgres_type(name) for name in wanted.columns]
        marks = ", ".join(f"${index}::{kind}[]" for index, kind in enumerate(types, 1))
        where = f"{columns[0]} = ANY({marks})" if len(columns) == 1 else f"({', '.join(columns)}) IN (SELECT * FROM unnest({marks}))"
        arrays = [list(wanted.keys)] if len(columns) == 1 else [list(column) for column in zip(*wanted.keys, strict=True)]
        sql = f"SELECT {', '.join(shape.columns)} FROM {shape.name} WHERE {where}"
        found = await _translated(self.connection.fetch(sql, *arrays), f"loading {shape.name}")
        return [shape.from_postgres(line) for line in found]

    async def rows(self, query: Query, **params: Any) -> list[tuple[Any, ...]]:
        return await self.database.select(self.connection, query, params)

    async def write(self, changes: Changes) -> None:
        sql, arguments = postgres_statement(changes)
        moved = await _translated(self.connection.fetchval(sql, *arguments), "writing")
        if moved != len(changes.moves):
            raise Fenced(f"{len(changes.moves) - moved} partitions were moved by another process")
        if changes.outbox:
            await _translated(self.connection.execute(f"NOTIFY {_CHANNEL}"), "notifying the relay")
        await _translated(self.connection.execute("COMMIT"), "COMMIT")
