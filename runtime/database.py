"""One face for SQLite and PostgreSQL: loads and writes by sets, reads by compiled queries, locks by case.

Every case falls into one of ``BUCKETS`` by its id. Whoever changes a case holds its bucket from load to commit: on SQLite
the process is the only writer and a lock in memory is enough; on PostgreSQL it is an advisory lock of the transaction.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement

from runtime.changes import Changes, plain
from runtime.rows import EnumText, Instant, Shape, from_json

BUCKETS: Final = 12


class DatabaseDown(Exception):
    """The database did not answer or has no room; waiting and trying again may help."""


class BadData(Exception):
    """The database refused a value; trying the same again cannot help."""


class Fenced(Exception):
    """Another process moved the offset first; nothing was written."""


def bucket_of(key: str) -> int:
    """The bucket of a case, stable everywhere; also its partition on Kafka (CRC-32, as librdkafka's ``consistent``)."""
    return crc32(key.encode()) % BUCKETS


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows to load: those of ``shape`` whose ``columns`` equal one of ``keys`` (tuples when several columns)."""

    shape: Shape
    columns: tuple[str, ...]
    keys: Collection[Any]


class among(ColumnElement[bool]):
    """``column = any of the list bound to :name``, one parameter whatever its length."""

    inherit_cache = True

    def __init__(self, column: Any, name: str) -> None:
        self.column = column
        self.bind: sa.BindParameter[Any] = sa.bindparam(name, type_=sa.Text())
        self.array: sa.BindParameter[Any] = sa.bindparam(name, type_=sa.ARRAY(column.type))


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: Any, **options: Any) -> str:
    return f"{compiler.process(element.column, **options)} IN (SELECT value FROM json_each({compiler.process(element.bind, **options)}))"


@compiles(among, "postgresql")
def _among_postgres(element: among, compiler: Any, **options: Any) -> str:
    return f"{compiler.process(element.column, **options)} = ANY({compiler.process(element.array, **options)})"


class Query:
    """A statement with named parameters (``sa.bindparam``), compiled once for the database in use."""

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._compiled: dict[str, tuple[str, list[str], dict[str, Any]]] = {}
        columns = list(statement.selected_columns) if hasattr(statement, "selected_columns") else []
        self.decoders = [(index, column.type) for index, column in enumerate(columns) if _needs_decoding(column.type)]

    def compiled(self, dialect: sa.Dialect) -> tuple[str, list[str], dict[str, Any]]:
        """The SQL, the order of its parameters, and the values that the statement itself gives."""
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled = self.statement.compile(dialect=dialect)
            found = self._compiled[dialect.name] = (str(compiled), list(compiled.positiontup or []), dict(compiled.params))
        return found

    def arguments(self, order: list[str], fixed: dict[str, Any], given: dict[str, Any]) -> list[Any]:
        """The parameters in order. Raises TypeError when one is missing or unknown."""
        unknown = given.keys() - set(order)
        if unknown:
            raise TypeError(f"the query has no parameter {', '.join(sorted(unknown))}")
        return [given[name] if name in given else fixed[name] for name in order]


def _needs_decoding(kind: Any) -> bool:
    return isinstance(kind, Instant | EnumText | sa.Date | sa.Boolean | sa.JSON)


def decoded(rows: Iterable[Sequence[Any]], decoders: list[tuple[int, Any]], dialect: sa.Dialect) -> list[tuple[Any, ...]]:
    """Rows with dates, instants, closed lists and JSON as Python values."""
    if not decoders:
        return [tuple(row) for row in rows]
    processors = [(index, _processor(kind, dialect)) for index, kind in decoders]
    result = []
    for row in rows:
        values = list(row)
        for index, process in processors:
            if process is not None and values[index] is not None:
                values[index] = process(values[index])
        result.append(tuple(values))
    return result


def _processor(kind: Any, dialect: sa.Dialect) -> Any:
    """How a value of this type becomes Python's; both drivers hand JSON over as text, whatever SQLAlchemy believes of asyncpg."""
    return from_json if isinstance(kind, sa.JSON) else kind.dialect_impl(dialect).result_processor(dialect, None)


def lists_to_json(value: Any) -> Any:
    """A list parameter as SQLite takes it."""
    if isinstance(value, list | tuple | set | frozenset):
        return msgspec.json.encode([plain(item) for item in value]).decode()
    return plain(value)


class Transaction(ABC):
    """Loads under the buckets' locks, then at most one write."""

    @abstractmethod
    async def load(self, wanted: Sequence[Wanted]) -> list[list[Any]]:
        """The records of each request, in its order."""

    @abstractmethod
    async def rows(self, query: Query, **params: Any) -> list[tuple[Any, ...]]:
        """The result of a named query, seen inside the transaction."""

    @abstractmethod
    async def write(self, changes: Changes) -> None:
        """Write everything and commit. Raises Fenced, BadData or DatabaseDown; then nothing is written."""


class Database(ABC):
    """A service's own database."""

    dialect: sa.Dialect
    name: str

    @abstractmethod
    async def open(self) -> None:
        """Connect; refuse a second writer on SQLite."""

    @abstractmethod
    async def close(self) -> None:
        """Let everything go."""

    @abstractmethod
    def transaction(self, buckets: Collection[int]) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that holds the given buckets from now to its end."""

    @abstractmethod
    async def raw(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Read with SQL in the database's own dialect, on a connection that cannot write. For short statements."""

    @abstractmethod
    async def rows(self, query: Query, **params: Any) -> list[tuple[Any, ...]]:
        """The result of a named query."""

    async def one(self, query: Query, **params: Any) -> tuple[Any, ...] | None:
        """The first row of a named query, or None."""
        found = await self.rows(query, **params)
        return found[0] if found else None

    @abstractmethod
    async def outbox_page(self, limit: int) -> list[tuple[Any, ...]]:
        """The oldest unsent records: id and ``OUTBOX_COLUMNS``."""

    @abstractmethod
    async def outbox_sent(self, ids: list[int]) -> None:
        """Forget records that the broker has."""

    @abstractmethod
    @asynccontextmanager
    async def relay_turn(self) -> AsyncIterator[bool]:
        """Whether this process is the one that sends; held until the end of the block."""
        yield False

    @abstractmethod
    async def wait_for_outbox(self, timeout: float) -> None:
        """Return soon after a record enters the outbox, at the latest after ``timeout`` seconds."""


def open_database(url: str, service: str) -> Database:
    """The database behind ``sqlite:///path`` or ``postgresql://…``."""
    if url.startswith("sqlite:///"):
        from runtime.sqlite import Sqlite

        return Sqlite(url.removeprefix("sqlite:///"), service)
    if url.startswith("postgres"):
        from runtime.postgres import Postgres

        return Postgres(url, service)
    raise ValueError(f"DATABASE_URL__{service.upper()} must begin with sqlite:/// or postgresql://")


async def run_with_deadline(awaitable: Any, seconds: float, what: str) -> Any:
    """Await no longer than ``seconds``; a miss is DatabaseDown."""
    try:
        return await asyncio.wait_for(awaitable, seconds)
    except TimeoutError as late:
        raise DatabaseDown(f"{what} took longer than {seconds} s") from late
