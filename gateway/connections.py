"""Connections as SQL: a page of places, the rows behind it, its cursors, the count of all."""

from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from graphql import FieldNode, GraphQLField, GraphQLObjectType, SelectionSetNode, get_named_type

from gateway.cursors import MARK
from gateway.jsonsql import json_bool, json_list
from gateway.listings import Listing


@dataclass(slots=True)
class Asked:
    """One field of the answer, as the source of the field needs it."""

    type_name: str
    definition: GraphQLField
    node: FieldNode
    nodes: list[FieldNode]
    sight: str

    @property
    def named(self) -> Any:
        """The type without list and non-null."""
        return get_named_type(self.definition.type)

    @property
    def selections(self) -> list[SelectionSetNode]:
        """What is asked below this field."""
        return [node.selection_set for node in self.nodes if node.selection_set is not None]


class Compiler(Protocol):
    """What a page needs of the compiler."""

    def object(self, kind: GraphQLObjectType, selections: Any, row: Any) -> Any:
        """The JSON object of a type over a row."""

    def select(self, row: Any, value: Any, *where: Any) -> Any:
        """A scalar subquery over a row source."""

    def alias(self, model: Any) -> Any:
        """A fresh name for a table."""

    def next(self) -> int:
        """A fresh number."""


@dataclass(frozen=True, slots=True)
class Page:
    """A connection: its places (one more than asked for), the count of all rows, how it was asked for; of an edge, its row."""

    compiler: Compiler
    listing: Listing
    order: str
    rows: Any
    every: Any
    size: Any
    is_continued: bool

    def part(self, name: str, field: Asked) -> Any:
        """The expression of ``edges``, ``node``, ``cursor``, ``page_info``, ``total_count`` or a part of the page information."""
        return getattr(self, f"_{name}")(field)

    def _edges(self, field: Asked) -> Any:
        places, node = self._asked_for(), self.compiler.alias(self.listing.model)
        (key,) = self.listing.model.table.primary_key.columns
        edge = Page(self.compiler, self.listing, self.order, node, None, None, self.is_continued)
        edges = json_list(self.compiler.object(field.named, field.selections, edge), self.listing.ordered(node, self.order))
        rows = sa.join(places, node, places.c[key.name] == node.c[key.name])
        return sa.select(edges).select_from(rows).correlate_except(places, node).scalar_subquery()

    def _node(self, field: Asked) -> Any:
        return self.compiler.object(field.named, field.selections, self.rows)

    def _cursor(self, field: Asked) -> Any:
        return self._place_of(self.rows)

    def _total_count(self, field: Asked) -> Any:
        return self.every

    def _page_info(self, field: Asked) -> Any:
        return self.compiler.object(field.named, field.selections, self)

    def _has_next_page(self, field: Asked) -> Any:
        return json_bool(self.compiler.select(self.rows, sa.func.count()) > self.size)

    def _has_previous_page(self, field: Asked) -> Any:
        return json_bool(sa.true() if self.is_continued else sa.false())

    def _start_cursor(self, field: Asked) -> Any:
        return self._end(backwards=False)

    def _end_cursor(self, field: Asked) -> Any:
        return self._end(backwards=True)

    def _end(self, *, backwards: bool) -> Any:
        rows = self._asked_for()
        order = self.listing.ordered(rows, self.order, backwards=backwards)
        return sa.select(self._place_of(rows)).select_from(rows).order_by(*order).limit(1).scalar_subquery()

    def _asked_for(self) -> Any:
        ordered = sa.select(*self.rows.c).order_by(*self.listing.ordered(self.rows, self.order)).limit(self.size)
        return ordered.subquery(f"rows_{self.compiler.next()}")

    def _place_of(self, rows: Any) -> Any:
        text: Any = sa.literal(MARK + self.listing.place(self.order), sa.Text())
        for key in self.listing.keys(rows, self.order):
            text = text + "|" + sa.func.coalesce(sa.cast(key, sa.Text()), "")
        return text
