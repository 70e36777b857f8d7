"""SQLite: one process writes, from one thread; reads go through a connection of their own.

Settings (https://sqlite.org/pragma.html): WAL, ``synchronous=FULL`` (a commit survives a power cut), ``BEGIN IMMEDIATE`` for writes.
The module comes from ``pysqlite3``, whose SQLite is free of the WAL corruption fixed in 3.51.3.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pysqlite3.dbapi2 as sqlite3
from sqlalchemy.dialects import sqlite as sqlite_dialect

from runtime.changes import (
    OUTBOX_COLUMNS,
    SQLITE_MOVE,
    SQLITE_OUTBOX,
    Changes,
    key_parts,
    plain,
    sqlite_delete,
    sqlite_insert,
)
from runtime.database import BadData, Database, DatabaseDown, Fenced, Query, Transaction, Wanted, decoded, lists_to_json
from runtime.stop import CannotGoOn

T = TypeVar("T")
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "cache_size=-32000",
    "mmap_size=268435456",
    "temp_store=MEMORY",
)


class SecondWriter(CannotGoOn):
    """Another process already writes this SQLite file."""


def connect(path: str, *, read_only: bool = False) -> Any:
    """A connection with the project's settings."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if read_only:
        connection.execute("PRAGMA query_only=ON")
    return connection


def hold_writer_lock(path: str) -> int:
    """Become the file's only writer until the descriptor is closed. Raises SecondWriter."""
    descriptor = os.open(path + ".writer", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        os.close(descriptor)
        raise SecondWriter(
            f"Another process already writes {path}. SQLite takes one writer: stop it first, or use PostgreSQL to run several."
        ) from taken
    return descriptor


class Sqlite(Database):
    """A service's database in one file."""

    def __init__(self, path: str, service: str) -> None:
        self.path = path
        self.name = service
        self.dialect = sqlite_dialect.dialect(paramstyle="qmark")
        self._writer = ThreadPoolExecutor(1, f"{service}-writer")
        self._reader = ThreadPoolExecutor(1, f"{service}-reader")
        self._turn = asyncio.Lock()
        self._fresh = asyncio.Event()
        self._lock_file = -1

    async def open(self) -> None:
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        self._lock_file = hold_writer_lock(self.path)
        self._write_connection = await self._on_writer(lambda: connect(self.path))
        self._read_connection = await self._in(self._reader, lambda: connect(self.path, read_only=True))
        self._quick = connect(self.path, read_only=True)

    async def close(self) -> None:
        if self._lock_file < 0:
            return
        await self._on_writer(self._write_connection.close)
        await self._in(self._reader, self._read_connection.close)
        self._quick.close()
        self._writer.shutdown()
        self._reader.shutdown()
        os.close(self._lock_file)
        self._lock_file = -1

    async def _in(self, pool: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, _translated, call)

    async def _on_writer(self, call: Callable[[], T]) -> T:
        return await self._in(self._writer, call)

    @asynccontextmanager
    async def transaction(self, buckets: Collection[int]) -> AsyncIterator[Transaction]:
        async with self._turn:
            yield SqliteTransaction(self)

    async def raw(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return _translated(lambda: self._quick.execute(sql, params).fetchall())

    async def rows(self, query: Query, **params: Any) -> list[tuple[Any, ...]]:
        return await self._in(self._reader, lambda: self.select(self._read_connection, query, params))

    def select(self, connection: Any, query: Query, params: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Run a named query on a connection of the calling thread."""
        sql, order, fixed = query.compiled(self.dialect)
        found = connection.execute(sql, [lists_to_json(value) for value in query.arguments(order, fixed, params)]).fetchall()
        return decoded(found, query.decoders, self.dialect)

    async def outbox_page(self, limit: int) -> list[tuple[Any, ...]]:
        sql = f"SELECT id, {', '.join(OUTBOX_COLUMNS)} FROM outbox ORDER BY id LIMIT ?"
        return await self._in(self._reader, lambda: self._read_connection.execute(sql, (limit,)).fetchall())

    async def outbox_sent(self, ids: list[int]) -> None:
        async with self._turn:
            await self._on_writer(lambda: self._write_connection.execute("DELETE FROM outbox WHERE id BETWEEN ? AND ?", (ids[0], ids[-1])))

    @asynccontextmanager
    async def relay_turn(self) -> AsyncIterator[bool]:
        yield True

    async def wait_for_outbox(self, timeout: float) -> None:
        try:
            await asyncio.wait_for(self._fresh.wait(), timeout)
        except TimeoutError:
            return
        finally:
            self._fresh.clear()

    def announce(self) -> None:
        """Wake the relay."""
        self._fresh.set()


def _translated(call: Callable[[], T]) -> T:
    try:
        return call()
    except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, OverflowError, sqlite3.ProgrammingError) as bad:
        raise BadData(str(bad)) from bad
    except sqlite3.OperationalError as down:
        raise DatabaseDown(str(down)) from down


class SqliteTransaction(Transaction):
    """Holds the process's write turn; the file itself is locked only while writing."""

    def __init__(self, database: Sqlite) -> None:
        self.database = database

    async def load(self, wanted: Sequence[Wanted]) -> list[list[Any]]:
        return await self.database._on_writer(lambda: [self._load(request) for request in wanted])

    def _load(self, wanted: Wanted) -> list[Any]:
        if not wanted.keys:
            return []
        shape = wanted.shape
        if len(wanted.columns) == 1:
            where = f"{wanted.columns[0]} IN (SELECT value FROM json_each(?))"
            keys: list[Any] = [plain(key) for key in wanted.keys]
        else:
            picks = ", ".join(f"json_extract(value, '$[{index}]')" for index in range(len(wanted.columns)))
            where = f"({', '.join(wanted.columns)}) IN (SELECT {picks} FROM json_each(?))"
            keys = [[plain(part) for part in key] for key in wanted.keys]
        sql = f"SELECT {', '.join(shape.columns)} FROM {shape.name} WHERE {where}"
        found = self.database._write_connection.execute(sql, (msgspec.json.encode(keys).decode(),)).fetchall()
        return [shape.from_sqlite(line) for line in found]

    async def rows(self, query: Query, **params: Any) -> list[tuple[Any, ...]]:
        return await self.database._on_writer(lambda: self.database.select(self.database._write_connection, query, params))

    async def write(self, changes: Changes) -> None:
        await self.database._on_writer(lambda: self._write(changes))
        if changes.outbox:
            self.database.announce()

    def _write(self, changes: Changes) -> None:
        connection = self.database._write_connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            for move in changes.moves:
                done = connection.execute(SQLITE_MOVE, (move.reached, move.topic, move.partition_no, move.expected))
                if done.rowcount != 1:
                    raise Fenced(f"{move.topic}/{move.partition_no} no longer stands at {move.expected}")
            for shape, lines in changes.upserts.items():
                connection.executemany(sqlite_insert(shape, adds=False), lines)
            for shape, lines in changes.additions.items():
                connection.executemany(sqlite_insert(shape, adds=True), lines)
            for shape, keys in changes.deletions.items():
                connection.executemany(sqlite_delete(shape), [tuple(map(plain, key_parts(key))) for key in keys])
            if changes.outbox:
                connection.executemany(SQLITE_OUTBOX, changes.outbox)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
