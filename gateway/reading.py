"""The ordinary way of answering: Strawberry's executor over rows read one by one.

Slower than a plan by far and right by plainness: it answers what no plan can (introspection beside data, the objects in a
mutation's answer), and a test holds both ways equal.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from contracts.vocabulary import Role
from gateway import models
from gateway.asking import Asking, Parameters, Statement, constant
from gateway.cursors import Cursors
from gateway.listings import LISTINGS, OPEN, Listing, cells, page_size
from gateway.policy import NEVER, Viewer, may_see, rows_for, rule
from gateway.schema.sources import SOURCE, Column, Formula, Label, Locale, Many, Names, One, Same
from runtime.database import Database

_UNBOUNDED: Final = 10_000
_STATEMENTS: Final[dict[Any, Statement]] = {}


def resolve_default(source: Any, name: str) -> Any:
    """The schema's default resolver."""
    if isinstance(source, Node):
        return source.get(name)
    found = getattr(source, name)
    return found() if callable(found) else found


@dataclass(slots=True)
class Reader:
    """Reads for one request. ``alerts_read`` collects which alerts were given out."""

    db: Database
    asking: Asking
    cursors: Cursors
    alerts_read: set[str] = field(default_factory=set)

    @property
    def viewer(self) -> Viewer:
        """Who looks."""
        return self.asking.viewer

    async def fetch(self, select: Any, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Rows of a statement made for this request alone."""
        statement = parameters.statement(select, self.db.dialect)
        return await self.db.raw(statement.sql, statement.values(self.asking))

    async def records(
        self, model: Any, where: Callable[[Any, Parameters], list[Any]], order: Any = None, limit: int | None = None
    ) -> list[Any]:
        """Records of a table that the viewer may know of."""
        parameters = Parameters()
        row = model.table.alias("r")
        select = sa.select(*row.c).where(rows_for(model, row, self.viewer, parameters.bind), *where(row, parameters))
        if order is not None:
            select = select.order_by(*order(row))
        return self._decoded(model, await self.fetch(select if limit is None else select.limit(limit), parameters))

    def _decoded(self, model: Any, rows: list[tuple[Any, ...]]) -> list[Any]:
        decode = model.shape.from_sqlite if self.db.dialect.name == "sqlite" else model.shape.from_postgres
        found = [decode(line) for line in rows]
        if model is models.Alert:
            self.alerts_read.update(one.case_id for one in found)
        return found

    async def equal(self, model: Any, names: tuple[str, ...], values: tuple[Any, ...], newest: tuple[str, ...], limit: int) -> list[Any]:
        """Records by the values of their columns, the last ``limit`` in the order of ``newest``. The statement is made once."""
        key = (model.table.name, names, newest, self.viewer.scope, self.db.dialect.name)
        statement = _STATEMENTS.get(key)
        if statement is None:
            parameters = Parameters()
            row = model.table.alias("r")
            where = [row.c[name] == parameters.key(index, row.c[name].type) for index, name in enumerate(names)]
            select = sa.select(*row.c).where(rows_for(model, row, self.viewer, parameters.bind), *where)
            select = select.order_by(*(row.c[name].desc() for name in newest)).limit(parameters.key(len(names), sa.Integer()))
            statement = _STATEMENTS[key] = parameters.statement(select, self.db.dialect)
        rows = await self.db.raw(statement.sql, statement.values(replace(self.asking, keys=(*values, limit))))
        return self._decoded(model, rows)

    async def one(self, kind: Any, model: Any, **equal: Any) -> "Node | None":
        """The node of a row by the values of its columns."""
        found = await self.equal(model, tuple(equal), tuple(equal.values()), (), 1)
        return Node(kind, found[0], self) if found else None

    async def page(self, kind: Any, name: str, first: int, after: str | None, filter: Any, order: str | None = None) -> "Page":
        """One page of a list."""
        listing = LISTINGS[name]
        size, by = page_size(first), order or next(iter(listing.orders))
        given = constant(filter)
        is_allowed = rule("Query", name).seen_by(self.viewer.role) != NEVER

        def every(row: Any, parameters: Parameters) -> list[Any]:
            return listing.where(row, given, by, self.viewer, parameters) + ([] if is_allowed else [sa.false()])

        def rest(row: Any, parameters: Parameters) -> list[Any]:
            later = [listing.after(row, by, constant(after), self.cursors, parameters)] if after is not None else []
            return every(row, parameters) + later

        found = await self.records(listing.model, rest, lambda row: listing.ordered(row, by), size + 1)
        nodes = [Node(kind, record, self) for record in found[:size]]
        return Page(self, listing, by, nodes, len(found) > size, after is not None, every)


@dataclass(frozen=True, slots=True)
class _Known:
    source: Any
    sight: Callable[[Role], str]
    kind: Any
    is_list: bool


@cache
def _fields_of(kind: Any) -> dict[str, _Known]:
    """How each field of a type is read."""
    found = {}
    for one in kind.__strawberry_definition__.fields:
        inner: Any = one.type
        is_list = False
        while hasattr(inner, "of_type"):
            is_list = is_list or type(inner).__name__ == "StrawberryList"
            inner = inner.of_type
        found[one.python_name] = _Known(one.metadata.get(SOURCE), rule(kind.__name__, one.python_name).seen_by, inner, is_list)
    return found


class Node:
    """One row as a type of the schema shows it to the viewer."""

    __slots__ = ("kind", "reader", "record")

    def __init__(self, kind: Any, record: Any, reader: Reader) -> None:
        self.kind = kind
        self.record = record
        self.reader = reader

    def get(self, name: str) -> Any:
        """A field's value as the viewer may see it."""
        known = _fields_of(self.kind)[name]
        if not may_see(self.record, known.sight(self.reader.viewer.role)):
            return [] if known.is_list else None
        match known.source:
            case Column(column):
                return getattr(self.record, column)
            case Names(column, words):
                return [words[word] for word in getattr(self.record, column)]
            case Formula(python=python):
                return python(self.record, self.reader.asking.today)
            case Same():
                is_absent = known.kind.__name__ == "Petition" and self.record.received_on is None
                return None if is_absent else Node(known.kind, self.record, self.reader)
            case One(model, column):
                return self._one(known.kind, model, getattr(self.record, column))
            case Many() as many:
                return self._many(known, many, None)
        raise LookupError(f"{self.kind.__name__}.{name}")

    def _one(self, kind: Any, model: Any, key: Any) -> Awaitable[Any] | None:
        if key is None:
            return None
        (column,) = model.table.primary_key.columns
        return self.reader.one(kind, model, **{column.name: key})

    async def _many(self, known: _Known, many: Many, last: int | None) -> list["Node"]:
        key = getattr(self.record, many.key)
        found = await self.reader.equal(many.model, (many.column,), (key,), many.order, last or _UNBOUNDED)
        return [Node(known.kind, record, self.reader) for record in reversed(found)]

    async def many(self, source: Many, last: int) -> list["Node"]:
        """The last rows of a bounded list."""
        known = next(one for one in _fields_of(self.kind).values() if one.source is source)
        if not may_see(self.record, known.sight(self.reader.viewer.role)):
            return []
        return await self._many(known, source, page_size(last))

    def label(self, source: Label, locale: Locale) -> str | None:
        """A word as a person reads it."""
        known = next(one for one in _fields_of(self.kind).values() if one.source is source)
        word = getattr(self.record, source.name)
        if word is None or not may_see(self.record, known.sight(self.reader.viewer.role)):
            return None
        return source.labels(locale.value)[word.value]


@dataclass(slots=True)
class Page:
    """A connection."""

    reader: Reader
    listing: Listing
    order: str
    nodes: list[Node]
    has_next_page: bool
    has_previous_page: bool
    every: Callable[[Any, Parameters], list[Any]]

    def edges(self) -> list["Edge"]:
        """The nodes with their places."""
        return [Edge(self.cursor(node), node) for node in self.nodes]

    def page_info(self) -> "Page":
        """The page tells of itself."""
        return self

    async def total_count(self) -> int:
        """How many rows the list has."""
        parameters = Parameters()
        row = self.listing.model.table.alias("r")
        reach = rows_for(self.listing.model, row, self.reader.viewer, parameters.bind)
        count = sa.select(sa.func.count()).select_from(row).where(reach, *self.every(row, parameters))
        rows = await self.reader.fetch(count, parameters)
        return int(rows[0][0])

    def start_cursor(self) -> str | None:
        """Place of the first node."""
        return self.cursor(self.nodes[0]) if self.nodes else None

    def end_cursor(self) -> str | None:
        """Place of the last node."""
        return self.cursor(self.nodes[-1]) if self.nodes else None

    def cursor(self, node: Node) -> str:
        """Place of a node."""
        found = [getattr(node.record, name) for name in self.listing.orders[self.order].columns]
        keys = ["" if key is None else str(key) for key in found]
        return self.reader.cursors.seal("|".join([self.listing.place(self.order), *keys]))


@dataclass(frozen=True, slots=True)
class Edge:
    """One node of a page and its place."""

    cursor: str
    node: Node


class Sums:
    """The statistics: cells read at once and added up here."""

    def __init__(self, reader: Reader, kinds: dict[str, Any], found: list[Any]) -> None:
        self._reader = reader
        self._kinds = kinds
        self._cells = found

    @classmethod
    async def read(cls, reader: Reader, kinds: dict[str, Any], filter: Any) -> "Sums":
        """The cells that the viewer may see. ``kinds`` are the types of the groups by column."""
        given = constant(filter)
        found = await reader.records(models.Count, lambda row, parameters: cells(row, given, reader.viewer, parameters))
        return cls(reader, kinds, found)

    def total(self) -> int:
        """All matters."""
        return sum(cell.n for cell in self._cells)

    def open(self) -> int:
        """Matters on which some agency still has to act."""
        return sum(cell.n for cell in self._cells if cell.status in OPEN)

    def missed(self) -> int:
        """Steps missed."""
        return sum(cell.missed for cell in self._cells)

    def by_agency(self) -> list[Node]:
        """By holder."""
        return self._by("agency")

    def by_kind(self) -> list[Node]:
        """By kind."""
        return self._by("kind")

    def by_status(self) -> list[Node]:
        """By status."""
        return self._by("status")

    def by_period(self) -> list[Node]:
        """By month of receipt."""
        return self._by("period")

    def _by(self, name: str) -> list[Node]:
        groups: dict[Any, _Sum] = {}
        for cell in self._cells:
            key = getattr(cell, name)
            sums = groups.setdefault(key, _Sum(**{name: key}))
            sums.n += cell.n
            sums.missed += cell.missed
        return [Node(self._kinds[name], groups[key], self._reader) for key in sorted(groups, key=str) if groups[key].n > 0]


@dataclass(slots=True)
class _Sum:
    agency: str | None = None
    kind: Any = None
    status: Any = None
    period: str | None = None
    n: int = 0
    missed: int = 0

