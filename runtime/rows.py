"""Tables: declared once with SQLModel, handled at run time as fast records.

A class under ``@row`` is a SQLModel table to the type checker, to migrations and to queries (``Case.model``, ``Case.table``);
at run time the name is bound to a msgspec record with the same columns, defaults and methods, which costs a
twentieth of an ORM instance. See ``docs/adr/0002-rows.md``.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from types import FunctionType
from typing import Any, ClassVar, Final, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

POSTGRES: Final = postgresql.dialect()  # type: ignore[no-untyped-call]


class Instant(TypeDecorator[datetime]):
    """An aware instant: ``timestamptz`` on PostgreSQL, ISO 8601 text in UTC on SQLite (sorts as time)."""

    impl = sa.String
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return dialect.type_descriptor(sa.DateTime(timezone=True) if dialect.name == "postgresql" else sa.String(32))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else value.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if isinstance(value, str) else cast("datetime | None", value)


class EnumText(TypeDecorator[StrEnum]):
    """A closed list kept as its plain value."""

    impl = sa.String
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__(60)
        self.enum = enum

    def process_bind_param(self, value: StrEnum | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else str.__str__(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> StrEnum | None:
        return None if value is None else self.enum(value)


class Table(SQLModel):
    """Base of every table. Each service derives its own base with ``registry=registry()`` so that tables do not mix."""

    model: ClassVar[type["Table"]]
    table: ClassVar[sa.Table]


def row(cls: Any) -> Any:
    """Turn a SQLModel table into a record class of the same name, columns, defaults and methods."""
    table: sa.Table = cls.__table__
    for column in table.columns:
        if isinstance(column.type, sa.Enum) and column.type.enum_class is not None:
            column.type = EnumText(cast("type[StrEnum]", column.type.enum_class))
        elif isinstance(column.type, sa.DateTime) or isinstance(getattr(column.type, "impl", None), sa.DateTime):
            column.type = Instant()
    names = [column.name for column in table.columns]
    fields = [_field(cls, name) for name in names]
    own = {
        name: value
        for name, value in vars(cls).items()
        if isinstance(value, FunctionType | classmethod | staticmethod | property) and not name.startswith(("__", "_sa", "model_"))
    }
    record = msgspec.defstruct(
        cls.__name__, fields, namespace={**own, "__doc__": cls.__doc__}, module=cls.__module__, kw_only=True, gc=False
    )
    shape = Shape(record, table)
    for name, value in (("model", cls), ("table", table), ("shape", shape)):
        setattr(record, name, value)
    return record


def _field(cls: type[SQLModel], name: str) -> Any:
    info = cls.model_fields[name]
    if info.default_factory is not None:
        return (name, Any, msgspec.field(default_factory=cast("Callable[[], Any]", info.default_factory)))
    if info.is_required():
        return (name, Any)
    return (name, Any, info.default)


class Shape:
    """How a record class meets its table: statements and codecs for both databases, made once."""

    def __init__(self, record: Any, table: sa.Table) -> None:
        self.record = record
        self.name = table.name
        self.columns = [column.name for column in table.columns]
        self.primary = [column.name for column in table.primary_key]
        self.types = {column.name: column.type for column in table.columns}
        self.key = _key_getter(self.primary)
        self.to_sqlite = _encoder(self.columns, self.types, for_sqlite=True)
        self.to_postgres = _encoder(self.columns, self.types, for_sqlite=False)
        self.from_sqlite = _decoder(record, self.columns, self.types, from_sqlite=True)
        self.from_postgres = _decoder(record, self.columns, self.types, from_sqlite=False)

    def postgres_type(self, column: str) -> str:
        """The column's type as PostgreSQL names it, without length, for array casts."""
        return str(self.types[column].compile(dialect=POSTGRES)).split("(")[0]


def _key_getter(primary: Sequence[str]) -> Callable[[Any], Any]:
    source = f"lambda r: r.{primary[0]}" if len(primary) == 1 else f"lambda r: ({', '.join('r.' + name for name in primary)})"
    return cast("Callable[[Any], Any]", eval(source))  # noqa: S307


def _encoder(columns: Sequence[str], types: dict[str, Any], *, for_sqlite: bool) -> Callable[[Any], tuple[Any, ...]]:
    """A function from record to the tuple the driver wants; generated, because it runs for every row of every batch."""
    parts = []
    for name in columns:
        value, kind = f"r.{name}", types[name]
        if isinstance(kind, EnumText):
            parts.append(f"(None if {value} is None else {value}._value_)")
        elif isinstance(kind, sa.JSON):
            parts.append(f"to_json({value})")
        elif for_sqlite and isinstance(kind, Instant):
            parts.append(f"(None if {value} is None else {value}.isoformat(timespec='microseconds'))")
        elif for_sqlite and isinstance(kind, sa.Date):
            parts.append(f"(None if {value} is None else {value}.isoformat())")
        else:
            parts.append(value)
    return cast("Callable[[Any], tuple[Any, ...]]", eval(f"lambda r: ({', '.join(parts)},)", {"to_json": to_json}))  # noqa: S307


def _decoder(record: Any, columns: Sequence[str], types: dict[str, Any], *, from_sqlite: bool) -> Callable[[Sequence[Any]], Any]:
    parts, scope = [], {"record": record, "from_json": from_json, "date_of": date.fromisoformat, "instant_of": datetime.fromisoformat}
    for index, name in enumerate(columns):
        value, kind = f"t[{index}]", types[name]
        if isinstance(kind, EnumText):
            scope[f"enum_{name}"] = kind.enum
            parts.append(f"{name}=None if {value} is None else enum_{name}({value})")
        elif isinstance(kind, sa.JSON):
            parts.append(f"{name}=from_json({value})")
        elif from_sqlite and isinstance(kind, Instant):
            parts.append(f"{name}=None if {value} is None else instant_of({value})")
        elif from_sqlite and isinstance(kind, sa.Date):
            parts.append(f"{name}=None if {value} is None else date_of({value})")
        elif from_sqlite and isinstance(kind, sa.Boolean):
            parts.append(f"{name}=None if {value} is None else bool({value})")
        else:
            parts.append(f"{name}={value}")
    return cast("Callable[[Sequence[Any]], Any]", eval(f"lambda t: record({', '.join(parts)})", scope))  # noqa: S307


def to_json(value: Any) -> str | None:
    """A JSON column's text."""
    return None if value is None else msgspec.json.encode(value).decode()


def from_json(value: Any) -> Any:
    """A JSON column's value."""
    return None if value is None else msgspec.json.decode(value)
