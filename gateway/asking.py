"""One request's values, kept apart from the text of a statement so that the text is made once.

``Given`` is an argument as the compiler sees it: its shape decides the text (which filters are present), its value is read
anew for every request. ``Parameters`` collects what a statement needs and in which order.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from graphql.execution.values import VariableValues

from gateway.policy import Viewer
from runtime.database import lists_to_json

NO_VARIABLES: Final = VariableValues({}, {})


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks what, on which legal day. ``keys`` are values of one statement, ``facts`` the positions a subscription tells of."""

    viewer: Viewer
    today: date
    variables: VariableValues = NO_VARIABLES
    keys: tuple[Any, ...] = ()
    facts: tuple[str, ...] = ()


class Given(NamedTuple):
    """An argument: ``value`` as of the request that made the plan (look at its shape only), ``read`` for any request."""

    value: Any
    read: Callable[["Asking"], Any]

    def part(self, name: str) -> "Given | None":
        """A member of an input object; None when absent or null."""
        found = self.value.get(name)
        if found is None:
            return None
        return Given(found, lambda asking: self.read(asking)[name])


def constant(value: Any) -> Given:
    """An argument that no variable changes."""
    return Given(value, lambda asking: value)


def shape_of(variables: VariableValues) -> Any:
    """The shape of all variables; null differs from absent, for which an argument's default stands."""
    return tuple(sorted((name, shape(value)) for name, value in variables.coerced.items()))


def shape(value: Any) -> Any:
    """What of a value the text of a statement may depend on: presence, truth and words, never free values."""
    if isinstance(value, Mapping):
        return tuple(sorted((name, shape(part)) for name, part in value.items() if part is not None))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return value.value
    return "list" if isinstance(value, Sequence) and not isinstance(value, str) else "value"


class Statement(NamedTuple):
    """SQL for one database, how each of its parameters is found, and what must hold of a request whatever it selects."""

    sql: str
    readers: tuple[Callable[[Asking], Any], ...]
    checks: tuple[Callable[[Asking], Any], ...] = ()

    def values(self, asking: Asking) -> list[Any]:
        """The parameters of one request. Raises the Refusal of a check that does not hold."""
        for check in self.checks:
            check(asking)
        return [read(asking) for read in self.readers]


_VIEWER: Final[dict[str, Callable[[Asking], Any]]] = {
    "viewer_agency": lambda asking: asking.viewer.agency,
    "viewer_case_id": lambda asking: asking.viewer.case_id,
    "viewer_territory": lambda asking: asking.viewer.territory,
    "viewer_role": lambda asking: asking.viewer.role.value,
    "today": lambda asking: asking.today,
}


class Parameters:
    """The parameters of one statement."""

    def __init__(self) -> None:
        self._readers: dict[str, Callable[[Asking], Any]] = dict(_VIEWER)
        self._checks: list[Callable[[Asking], Any]] = []

    def check(self, argument: Given, convert: Callable[[Any], Any]) -> None:
        """Have an argument converted for every request, also when the text makes no use of it; ``convert`` may raise a Refusal."""
        self._checks.append(lambda asking: convert(argument.read(asking)))

    def bind(self, name: str) -> Any:
        """A parameter about the viewer: ``agency``, ``case_id``, ``territory``, ``role``."""
        return sa.bindparam(f"viewer_{name}", type_=sa.Text())

    def today(self) -> Any:
        """The legal date."""
        return sa.bindparam("today", type_=sa.Date())

    def key(self, index: int, kind: Any) -> Any:
        """The value of that index among ``Asking.keys``, of SQL type ``kind``."""
        return sa.bindparam(self.name(lambda asking: asking.keys[index]), type_=kind)

    def name(self, read: Callable[[Asking], Any]) -> str:
        """Register a value of the request and return its parameter's name."""
        name = f"p{len(self._readers)}"
        self._readers[name] = read
        return name

    def given(self, argument: Given, kind: Any, convert: Callable[[Any], Any] | None = None) -> Any:
        """The parameter for an argument, of SQL type ``kind``; ``convert`` may raise a Refusal."""
        read = argument.read

        def reader(asking: Asking) -> Any:
            value = read(asking)
            return convert(value) if convert is not None else value

        return sa.bindparam(self.name(reader), type_=kind)

    def statement(self, select: Any, dialect: sa.Dialect) -> Statement:
        """The text of ``select`` for one database."""
        compiled = select.compile(dialect=dialect)
        for_driver = lists_to_json if dialect.name == "sqlite" else _for_postgres
        readers = [_reader(self._readers.get(name), compiled.params.get(name), for_driver) for name in compiled.positiontup or ()]
        return Statement(str(compiled), tuple(readers), tuple(self._checks))


def _reader(read: Callable[[Asking], Any] | None, fixed: Any, for_driver: Callable[[Any], Any]) -> Callable[[Asking], Any]:
    if read is None:
        value = for_driver(fixed)
        return lambda asking: value
    return lambda asking: for_driver(read(asking))


def _for_postgres(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_for_postgres(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    return value

