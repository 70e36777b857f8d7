"""JSON built by the database: the few constructs in which SQLite and PostgreSQL differ."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement


class Json(ColumnElement[Any]):
    """An expression whose value is JSON text that nests in other such expressions."""

    inherit_cache = False
    type = sa.Text()


class json_object(Json):
    """``{"name": value, …}``; names are GraphQL names, so they need no quoting."""

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        self.pairs = pairs


class json_list(Json):
    """``[value, …]`` of the rows of a select, in order; empty when there is no row."""

    def __init__(self, value: Any, order: Sequence[Any]) -> None:
        self.value = value
        self.order = order


class json_bool(Json):
    """``true``, ``false`` or ``null``."""

    def __init__(self, value: Any) -> None:
        self.value = value


class json_kept(Json):
    """A column that holds JSON, or a scalar that is JSON already."""

    def __init__(self, value: Any) -> None:
        self.value = value


class json_instant(Json):
    """An instant as RFC 3339 in UTC with microseconds."""

    def __init__(self, value: Any) -> None:
        self.value = value


class json_word(Json):
    """A word of a closed list as GraphQL names it: in capitals."""

    def __init__(self, value: Any) -> None:
        self.value = value


def json_text(text: str) -> Any:
    """A constant of our own, such as a type's name or a label."""
    return sa.literal_column(_quoted(text), sa.Text())


def is_word_of(column: Any, words: Iterable[StrEnum]) -> Any:
    """The column holds one of these words of a closed list; they stand in the text, so the planner sees them."""
    return column.in_([json_text(word.value) for word in words])


@compiles(json_object, "sqlite")
def _object_sqlite(element: json_object, compiler: Any, **options: Any) -> str:
    parts = (f"'{name}', {compiler.process(value, **options)}" for name, value in element.pairs)
    return f"json_object({', '.join(parts)})"


@compiles(json_object, "postgresql")
def _object_postgres(element: json_object, compiler: Any, **options: Any) -> str:
    """``json_build_object`` takes fifty pairs; a row takes what one document may ask for."""
    parts = (f'{compiler.process(value, **options)} AS "{name}"' for name, value in element.pairs)
    return f"(SELECT row_to_json(o) FROM (SELECT {', '.join(parts)}) o)"


def _order(element: json_list, compiler: Any, options: dict[str, Any]) -> str:
    return f" ORDER BY {', '.join(compiler.process(by, **options) for by in element.order)}" if element.order else ""


@compiles(json_list, "sqlite")
def _list_sqlite(element: json_list, compiler: Any, **options: Any) -> str:
    return f"json_group_array({compiler.process(element.value, **options)}{_order(element, compiler, options)})"


@compiles(json_list, "postgresql")
def _list_postgres(element: json_list, compiler: Any, **options: Any) -> str:
    return f"coalesce(json_agg({compiler.process(element.value, **options)}{_order(element, compiler, options)}), '[]'::json)"


@compiles(json_bool, "sqlite")
def _bool_sqlite(element: json_bool, compiler: Any, **options: Any) -> str:
    value = compiler.process(element.value, **options)
    return f"json(CASE {value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"


@compiles(json_bool, "postgresql")
@compiles(json_kept, "postgresql")
def _as_it_is(element: Any, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.value, **options)})"


@compiles(json_kept, "sqlite")
def _kept_sqlite(element: json_kept, compiler: Any, **options: Any) -> str:
    return f"json({compiler.process(element.value, **options)})"


@compiles(json_instant, "sqlite")
def _instant_sqlite(element: json_instant, compiler: Any, **options: Any) -> str:
    return f"substr({compiler.process(element.value, **options)}, 1, 26) || 'Z'"


@compiles(json_instant, "postgresql")
def _instant_postgres(element: json_instant, compiler: Any, **options: Any) -> str:
    value = compiler.process(element.value, **options)
    return f"""to_char({value} AT TIME ZONE 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


@compiles(json_word)
def _word(element: json_word, compiler: Any, **options: Any) -> str:
    return f"upper({compiler.process(element.value, **options)})"


class json_label(Json):
    """A column's word as a person reads it: constants of our own, chosen by the word."""

    def __init__(self, value: Any, labels: Mapping[str, str]) -> None:
        self.value = value
        self.labels = labels


class json_empty(Json):
    """``[]``."""


@compiles(json_label)
def _label(element: json_label, compiler: Any, **options: Any) -> str:
    cases = " ".join(f"WHEN {_quoted(word)} THEN {_quoted(text)}" for word, text in element.labels.items())
    return f"CASE {compiler.process(element.value, **options)} {cases} END"


@compiles(json_empty, "sqlite")
def _empty_sqlite(element: json_empty, compiler: Any, **options: Any) -> str:
    return "json('[]')"


@compiles(json_empty, "postgresql")
def _empty_postgres(element: json_empty, compiler: Any, **options: Any) -> str:
    return "'[]'::json"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
