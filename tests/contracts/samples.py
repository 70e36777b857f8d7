"""One made-up fact of every type, built from the type's own annotations."""

from datetime import UTC, date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from contracts.event import Event


def sample(kind: type[Event]) -> Event:
    """A fact with every field filled and stamped."""
    fact: Event = _value(kind)
    return msgspec.structs.replace(fact, seq=3, causation_id="cause")


def _value(kind: Any) -> Any:
    origin = get_origin(kind)
    if origin is Annotated:
        base, meta = get_args(kind)[0], get_args(kind)[1]
        return _annotated(base, meta)
    if origin in (Union, UnionType):
        return _value(next(one for one in get_args(kind) if one is not NoneType))
    if origin is list:
        return [_value(get_args(kind)[0])]
    if origin is dict:
        return {"1": _value(get_args(kind)[1])}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return next(iter(kind))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind, include_extras=True)
        return kind(**{name: _value(hints[name]) for name in kind.__struct_fields__})
    return {
        str: "mẫu", int: 5, bool: True, date: date(2026, 7, 3), datetime: datetime(2026, 7, 3, 2, 0, tzinfo=UTC), float: 0.5,
    }[kind]  # fmt: skip


def _annotated(base: Any, meta: msgspec.Meta) -> Any:
    pattern = meta.pattern or ""
    if "d{2}" in pattern:
        return "05518"
    if pattern.startswith("^[a-z]"):
        return "settle"
    if pattern.startswith("^[A-Z][A-Z0-9]"):
        return "UBND-05518"
    return "THUA-12" if pattern else _value(base)
