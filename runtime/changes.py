"""What one transaction writes, as sets: a statement a table on SQLite, one statement in all on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Final

from runtime.rows import Shape

OUTBOX_COLUMNS: Final = ("event_id", "topic", "key", "ce_type", "ce_time", "traceparent", "payload")
_OUTBOX_TYPES: Final = ("VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "BYTEA")


@dataclass(slots=True)
class Move:
    """One partition's offset, moved from ``expected`` to ``reached`` or not at all."""

    topic: str
    partition_no: int
    expected: int
    reached: int


@dataclass(slots=True)
class Changes:
    """The rows to insert or replace, to add up, to delete, to send; and the offsets that fence it all."""

    moves: list[Move] = field(default_factory=list)
    upserts: dict[Shape, list[tuple[Any, ...]]] = field(default_factory=dict)
    additions: dict[Shape, list[tuple[Any, ...]]] = field(default_factory=dict)
    deletions: dict[Shape, list[Any]] = field(default_factory=dict)
    outbox: list[tuple[Any, ...]] = field(default_factory=list)

    def is_empty(self) -> bool:
        """Nothing would be written."""
        return not (self.moves or self.upserts or self.additions or self.deletions or self.outbox)


def plain(value: Any) -> Any:
    """A value as SQLite and JSON keys hold it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def key_parts(key: Any) -> tuple[Any, ...]:
    """A primary key as a tuple, whatever its width."""
    return key if isinstance(key, tuple) else (key,)


@cache
def conflict(shape: Shape, *, adds: bool) -> str:
    """The clause that turns an insert into replace (or, for counters, into add)."""
    others = [name for name in shape.columns if name not in shape.primary]
    if not others:
        return f"ON CONFLICT ({', '.join(shape.primary)}) DO NOTHING"
    sets = ", ".join(f"{name} = {shape.name}.{name} + excluded.{name}" if adds else f"{name} = excluded.{name}" for name in others)
    return f"ON CONFLICT ({', '.join(shape.primary)}) DO UPDATE SET {sets}"


@cache
def sqlite_insert(shape: Shape, *, adds: bool) -> str:
    """``INSERT … ON CONFLICT`` for ``executemany``."""
    marks = ", ".join("?" * len(shape.columns))
    return f"INSERT INTO {shape.name} ({', '.join(shape.columns)}) VALUES ({marks}) {conflict(shape, adds=adds)}"


@cache
def sqlite_delete(shape: Shape) -> str:
    """``DELETE`` by primary key for ``executemany``."""
    return f"DELETE FROM {shape.name} WHERE {' AND '.join(f'{name} = ?' for name in shape.primary)}"


SQLITE_OUTBOX: Final = f"INSERT INTO outbox ({', '.join(OUTBOX_COLUMNS)}) VALUES ({', '.join('?' * len(OUTBOX_COLUMNS))})"
SQLITE_MOVE: Final = "UPDATE offsets SET next_offset = ? WHERE topic = ? AND partition_no = ? AND next_offset = ?"


def postgres_statement(changes: Changes) -> tuple[str, list[Any]]:
    """All changes as one statement of data-modifying CTEs; its single row counts the offsets that moved.

    Every array parameter is one column, so that the text depends only on which tables are touched and is prepared once.
    """
    shapes = tuple(changes.upserts), tuple(changes.additions), tuple(changes.deletions)
    sql = _postgres_text(bool(changes.moves), *shapes, bool(changes.outbox))
    args: list[Any] = []
    if changes.moves:
        args += _columns([(m.topic, m.partition_no, m.expected, m.reached) for m in changes.moves], 4)
    for shape, lines in (*changes.upserts.items(), *changes.additions.items()):
        args += _columns(lines, len(shape.columns))
    for shape, keys in changes.deletions.items():
        args += _columns([key_parts(key) for key in keys], len(shape.primary))
    if changes.outbox:
        args += _columns(changes.outbox, len(OUTBOX_COLUMNS))
    return sql, args


def _columns(lines: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*lines, strict=True)] if lines else [[] for _ in range(width)]


@cache
def _postgres_text(
    has_moves: bool, upserts: tuple[Shape, ...], additions: tuple[Shape, ...], deletions: tuple[Shape, ...], has_outbox: bool
) -> str:
    parts: list[str] = []
    number = 0

    def unnest(types: Sequence[str]) -> str:
        nonlocal number
        marks = ", ".join(f"${number + index}::{kind}[]" for index, kind in enumerate(types, 1))
        number += len(types)
        return f"unnest({marks})"

    if has_moves:
        source = unnest(("VARCHAR", "INTEGER", "BIGINT", "BIGINT"))
        parts.append(
            f"moved AS (UPDATE offsets o SET next_offset = m.reached FROM {source} AS m(topic, part, expected, reached)"
            " WHERE o.topic = m.topic AND o.partition_no = m.part AND o.next_offset = m.expected RETURNING 1)"
        )
    for adds, shapes in ((False, upserts), (True, additions)):
        for shape in shapes:
            source = unnest([shape.postgres_type(name) for name in shape.columns])
            columns = ", ".join(shape.columns)
            parts.append(f"w{len(parts)} AS (INSERT INTO {shape.name} ({columns}) SELECT * FROM {source} {conflict(shape, adds=adds)})")
    for shape in deletions:
        source = unnest([shape.postgres_type(name) for name in shape.primary])
        names = ", ".join(shape.primary)
        parts.append(f"w{len(parts)} AS (DELETE FROM {shape.name} WHERE ({names}) IN (SELECT * FROM {source}))")
    if has_outbox:
        parts.append(f"sent AS (INSERT INTO outbox ({', '.join(OUTBOX_COLUMNS)}) SELECT * FROM {unnest(_OUTBOX_TYPES)})")
    count = "(SELECT count(*) FROM moved)" if has_moves else "0"
    return f"WITH {', '.join(parts)} SELECT {count}"
