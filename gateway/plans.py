"""A validated query compiled once into one statement whose single value is the answer's JSON.

The compiler walks the document beside the schema and asks each field's source (``schema.sources``) for its expression.
Rights are part of the text: a plan belongs to a document, a scope (``Viewer.scope``) and the shape of the variables.
What cannot be compiled raises Uncompilable, and the ordinary executor answers (``reading``).
"""

from collections.abc import Iterator, Sequence
from functools import singledispatchmethod
from typing import Any, Final, cast

import sqlalchemy as sa
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLObjectType,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_argument_values,
)
from graphql.execution.values import get_directive_values
from graphql.type import GraphQLIncludeDirective, GraphQLSkipDirective

from gateway import models
from gateway.asking import Asking, Given, Parameters, Statement, constant
from gateway.connections import Asked, Page
from gateway.cursors import MARK, Cursors
from gateway.jsonsql import (
    is_word_of,
    json_bool,
    json_empty,
    json_instant,
    json_kept,
    json_label,
    json_list,
    json_object,
    json_text,
    json_word,
)
from gateway.listings import LISTINGS, OPEN, Listing, cells, page_size
from gateway.policy import ALWAYS, NEVER, Viewer, guarded, rows_for, rule
from gateway.schema.sources import SOURCE, Column, Formula, Group, Label, Locale, Many, Names, One, Part, Root, Same, Source, Total
from runtime.database import among

READ_MARK: Final = "_alert_read"
"""The hidden member by which an answer tells which alerts were read; taken out before the answer leaves."""


class Uncompilable(Exception):
    """The document holds something that has no statement; it is answered in the ordinary way."""


def compile_query(
    operation: OperationDefinitionNode,
    fragments: dict[str, FragmentDefinitionNode],
    root: GraphQLObjectType,
    asking: Asking,
    cursors: Cursors,
    dialect: sa.Dialect,
) -> Statement:
    """The statement that answers ``operation`` for viewers of this scope and variables of this shape."""
    compiler = _Compiler(fragments, asking, cursors)
    answer = compiler.object(root, [operation.selection_set], None)
    return compiler.parameters.statement(sa.select(answer), dialect)


def compile_subscription(
    operation: OperationDefinitionNode,
    fragments: dict[str, FragmentDefinitionNode],
    root: GraphQLObjectType,
    asking: Asking,
    cursors: Cursors,
    dialect: sa.Dialect,
) -> Statement:
    """The statement that makes the payloads of ``operation`` for many facts at once: rows of case, position and JSON.

    A change is told to those who may see both the fact and its case; the positions are ``Asking.facts``. Alerts are not told:
    every reading of one is recorded, so they are read by queries.
    """
    compiler = _Compiler(fragments, asking, cursors, are_readings_recorded=False)
    fields = compiler.fields(root, [operation.selection_set])
    if len(fields) != 1:
        raise Uncompilable("a subscription has one root field")
    ((key, nodes),) = fields.items()
    return compiler.parameters.statement(compiler.changes(root, key, nodes), dialect)


class _Compiler:
    def __init__(
        self, fragments: dict[str, FragmentDefinitionNode], asking: Asking, cursors: Cursors, *, are_readings_recorded: bool = True
    ) -> None:
        self.are_readings_recorded = are_readings_recorded
        self.fragments = fragments
        self.viewer: Viewer = asking.viewer
        self.coerced = asking.variables
        self.cursors = cursors
        self.parameters = Parameters()
        self._names = 0

    def object(self, kind: GraphQLObjectType, selections: Sequence[SelectionSetNode], row: Any) -> Any:
        """The JSON object of a type over a row (or page)."""
        pairs: list[tuple[str, Any]] = []
        for key, nodes in self.fields(kind, selections).items():
            pairs.append((key, self.value(kind, nodes, row)))
        if kind.name == "Alert":
            if not self.are_readings_recorded:
                raise Uncompilable("alerts are read by queries")
            pairs.append((READ_MARK, sa.literal(MARK) + row.c.case_id))
        return json_object(pairs)

    def fields(self, kind: GraphQLObjectType, selections: Sequence[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """The fields asked for, by the name they have in the answer, fragments spread."""
        found: dict[str, list[FieldNode]] = {}
        for node in self._spread(kind, selections):
            found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        return found

    def _spread(self, kind: GraphQLObjectType, selections: Sequence[SelectionSetNode]) -> Iterator[FieldNode]:
        for selection in (one for each in selections for one in each.selections):
            if not self._is_included(selection):
                continue
            if isinstance(selection, FieldNode):
                yield selection
                continue
            inner: Any = self.fragments[selection.name.value] if isinstance(selection, FragmentSpreadNode) else selection
            if inner.type_condition is None or inner.type_condition.name.value == kind.name:
                yield from self._spread(kind, [inner.selection_set])

    def _is_included(self, node: Any) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self.coerced)
        include = get_directive_values(GraphQLIncludeDirective, node, self.coerced)
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))

    def changes(self, root: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Any:
        """``caseChanged`` over a list of facts."""
        node = nodes[0]
        if node.name.value != "caseChanged":
            raise Uncompilable(node.name.value)
        sight = rule("Subscription", "case_changed").seen_by(self.viewer.role)
        field = Asked(root.name, root.fields[node.name.value], node, nodes, sight)
        target, case = self.alias(models.Entry), self.alias(models.Case)
        bind = self.parameters.bind
        seen = [case.c.case_id == target.c.case_id, rows_for(models.Case, case, self.viewer, bind)]
        for name, column in (("caseId", "case_id"), ("agency", "holder")):
            given = self.argument(field, name)
            if given is not None:
                seen.append(case.c[column] == self.parameters.given(given, sa.Text()))
        position = target.c.topic + ":" + target.c.case_id + ":" + sa.cast(target.c.seq, sa.Text())
        where = [
            among(target.c.case_id, self.parameters.name(lambda asking: [fact.split(":")[1] for fact in asking.facts])),
            among(position, self.parameters.name(lambda asking: list(asking.facts))),
            rows_for(models.Entry, target, self.viewer, bind),
            sa.exists().select_from(case).where(*seen).correlate_except(case),
            sa.false() if sight == NEVER else sa.true(),
        ]
        payload = json_object([(key, self.object(field.named, field.selections, target))])
        return sa.select(target.c.case_id, position, payload).where(*where).order_by(target.c.recorded_at, target.c.topic, target.c.seq)

    def value(self, kind: GraphQLObjectType, nodes: list[FieldNode], row: Any) -> Any:
        """The expression of one field."""
        node = nodes[0]
        if node.name.value == "__typename":
            return json_text(kind.name)
        if node.name.value.startswith("__"):
            raise Uncompilable(node.name.value)
        definition = kind.fields[node.name.value]
        strawberry_field = definition.extensions["strawberry-definition"]
        source = strawberry_field.metadata.get(SOURCE)
        if source is None:
            raise Uncompilable(f"{kind.name}.{node.name.value}")
        sight = rule(type_name_of(kind), strawberry_field.python_name).seen_by(self.viewer.role)
        field = Asked(kind.name, definition, node, nodes, sight)
        if sight == NEVER and not isinstance(source, Root):
            return json_empty() if _is_list(definition.type) else sa.null()
        found = self.source(source, field, row)
        return found if sight == ALWAYS or isinstance(source, Root) else guarded(found, row, sight)

    def argument(self, field: Asked, name: str) -> Given | None:
        """An argument; None when absent or null."""
        values = get_argument_values(field.definition, field.node, self.coerced)
        value = values.get(name)
        if value is None:
            return None
        node = next((one.value for one in field.node.arguments or () if one.name.value == name), None)
        if node is None:
            return constant(value)
        if isinstance(node, VariableNode):
            variable = node.name.value
            return Given(value, lambda asking: asking.variables.coerced[variable]) if variable in self.coerced.coerced else constant(value)
        if _has_variable(node):
            return Given(value, lambda asking: get_argument_values(field.definition, field.node, asking.variables)[name])
        return constant(value)

    def select(self, row: Any, value: Any, *where: Any) -> Any:
        """A scalar subquery over ``row``, correlated with whatever stands outside."""
        return sa.select(value).select_from(row).where(*where).correlate_except(row).scalar_subquery()

    def alias(self, model: Any) -> Any:
        """A fresh name for a table."""
        self._names += 1
        return model.table.alias(f"t{self._names}")

    # Sources

    @singledispatchmethod
    def source(self, source: Source, field: Asked, row: Any) -> Any:
        """The expression of a source."""
        raise Uncompilable(type(source).__name__)

    @source.register
    def _column(self, source: Column, field: Asked, row: Any) -> Any:
        return _leaf(field.named, row.c[source.name])

    @source.register
    def _names_column(self, source: Names, field: Asked, row: Any) -> Any:
        return json_kept(row.c[source.name])

    @source.register
    def _labelled(self, source: Label, field: Asked, row: Any) -> Any:
        locale = self.argument(field, "locale")
        return json_label(row.c[source.name], source.labels(Locale(locale.value).value if locale else "vi"))

    @source.register
    def _formula(self, source: Formula, field: Asked, row: Any) -> Any:
        return _leaf(field.named, source.sql(row, self.parameters))

    @source.register
    def _same(self, source: Same, field: Asked, row: Any) -> Any:
        if field.named.name == "Petition":
            return sa.case((row.c.received_on.is_not(None), self.object(field.named, field.selections, row)), else_=sa.null())
        return self.object(field.named, field.selections, row)

    @source.register
    def _one(self, source: One, field: Asked, row: Any) -> Any:
        target = self.alias(source.model)
        (key,) = source.model.table.primary_key.columns
        where = (target.c[key.name] == row.c[source.column], rows_for(source.model, target, self.viewer, self.parameters.bind))
        return self.select(target, self.object(field.named, field.selections, target), *where)

    @source.register
    def _many(self, source: Many, field: Asked, row: Any) -> Any:
        target = self.alias(source.model)
        where = (target.c[source.column] == row.c[source.key], rows_for(source.model, target, self.viewer, self.parameters.bind))
        if not source.is_bounded:
            return self.select(target, self._list(field, target, source.order), *where)
        last = self.argument(field, "last")
        assert last is not None
        newest = [target.c[name].desc() for name in source.order]
        kept = sa.select(*target.c).where(*where).order_by(*newest).limit(self.parameters.given(last, sa.Integer(), page_size))
        inner = kept.correlate_except(target).subquery(f"{target.name}_last")
        return self.select(inner, self._list(field, inner, source.order))

    def _list(self, field: Asked, row: Any, order: Sequence[str]) -> Any:
        return json_list(self.object(field.named, field.selections, row), [row.c[name] for name in order])

    @source.register
    def _total(self, source: Total, field: Asked, row: Any) -> Any:
        where = [is_word_of(row.c.status, OPEN)] if source.is_open else []
        return self.select(row, sa.func.coalesce(sa.func.sum(row.c[source.name]), 0), *where)

    @source.register
    def _group(self, source: Group, field: Asked, row: Any) -> Any:
        by = row.c[source.name]
        sums = [sa.func.sum(row.c[name]).label(name) for name in ("n", "missed")]
        groups = sa.select(by, *sums).group_by(by).having(sa.func.sum(row.c.n) > 0).subquery(f"by_{source.name}_{self.next()}")
        return self.select(groups, self._list(field, groups, [source.name]))

    def next(self) -> int:
        """A fresh number for a name."""
        self._names += 1
        return self._names

    # Roots

    @source.register
    def _root(self, source: Root, field: Asked, row: Any) -> Any:
        is_allowed = field.sight != NEVER
        if source.find in LISTINGS:
            return self._connection(LISTINGS[source.find], field, is_allowed)
        if not is_allowed:
            return sa.null()
        found = getattr(self, f"_root_{source.find}", None)
        if found is None:
            raise Uncompilable(source.find)
        return found(field)

    def _root_matter(self, field: Asked) -> Any:
        """``petition`` and ``case``: by case id, by number, or, for a citizen, the own one."""
        target = self.alias(models.Case)
        where = [rows_for(models.Case, target, self.viewer, self.parameters.bind)]
        if field.named.name == "Petition":
            where.append(target.c.received_on.is_not(None))
        keys = [(column, self.argument(field, name)) for name, column in (("caseId", "case_id"), ("number", "number"))]
        asked = [target.c[column] == self.parameters.given(given, sa.Text()) for column, given in keys if given is not None]
        where += asked or [target.c.case_id == self.parameters.bind("case_id")]
        return self.select(target, self.object(field.named, field.selections, target), *where)

    def _root_agency(self, field: Asked) -> Any:
        target = self.alias(models.Agency)
        code = self.argument(field, "code")
        assert code is not None
        value = self.object(field.named, field.selections, target)
        return self.select(target, value, target.c.code == self.parameters.given(code, sa.Text()))

    def _root_statistics(self, field: Asked) -> Any:
        target = self.alias(models.Count)
        where = cells(target, self.argument(field, "filter"), self.viewer, self.parameters)
        rows = sa.select(*target.c).where(*where).cte(f"cells_{self.next()}")
        return self.object(field.named, field.selections, rows)

    def _root_as_of(self, field: Asked) -> Any:
        target = self.alias(models.Entry)
        return self.select(target, json_instant(sa.func.max(target.c.recorded_at)))

    def _root_viewer(self, field: Asked) -> Any:
        values = [sa.func.nullif(self.parameters.bind(name), "").label(name) for name in ("role", "agency", "case_id")]
        one = sa.select(*values).subquery(f"viewer_{self.next()}")
        return self.select(one, self.object(field.named, field.selections, one))

    # Connections

    def _connection(self, listing: Listing, field: Asked, is_allowed: bool) -> Any:
        target = self.alias(listing.model)
        by = self.argument(field, "orderBy")
        order = by.value.value if by is not None else next(iter(listing.orders))
        reach = listing.reach(target, order, self.viewer, self.parameters)
        where = [reach.condition, *listing.where(target, self.argument(field, "filter"), order, self.viewer, self.parameters)]
        if not is_allowed:
            where.append(sa.false())
        every = sa.select(sa.func.count()).select_from(reach.source).where(*where).scalar_subquery()
        first, after = self.argument(field, "first"), self.argument(field, "after")
        assert first is not None
        self.parameters.check(first, page_size)
        if after is not None:
            self.parameters.check(after, lambda sealed: listing.opened(sealed, order, self.cursors))
            where.append(listing.after(reach.places, order, after, self.cursors, self.parameters))
        size = self.parameters.given(first, sa.Integer(), page_size)
        more = self.parameters.given(first, sa.Integer(), lambda value: page_size(value) + 1)
        keys, by_place = listing.keys(reach.places, order), listing.ordered(reach.places, order)
        rows = sa.select(*keys).select_from(reach.source).where(*where).order_by(*by_place).limit(more).cte(f"page_{self.next()}")
        return self.object(field.named, field.selections, Page(self, listing, order, rows, every, size, after is not None))

    @source.register
    def _part(self, source: Part, field: Asked, row: Page) -> Any:
        return row.part(source.name, field)


def _leaf(kind: Any, value: Any) -> Any:
    if isinstance(kind, GraphQLEnumType):
        return json_word(value)
    convert = {"Boolean": json_bool, "DateTime": json_instant}.get(kind.name)
    return convert(value) if convert is not None else value


def _is_list(kind: Any) -> bool:
    return "[" in str(kind)


def _has_variable(node: Any) -> bool:
    if isinstance(node, VariableNode):
        return True
    parts = getattr(node, "values", None) or [one.value for one in getattr(node, "fields", ())]
    return any(_has_variable(part) for part in parts)


def type_name_of(kind: GraphQLObjectType) -> str:
    """The name under which the policy knows a type: a generic type by its own name (``Connection``)."""
    definition = cast("Any", kind.extensions["strawberry-definition"])
    origin: str = definition.origin.__name__
    return origin

