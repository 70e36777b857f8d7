"""Where a field of the schema comes from: what both ways of answering, the compiled plan and the ordinary executor, read.

A source stands in the field's metadata, so that the Strawberry schema stays the only description of the API.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar, cast, dataclass_transform

import strawberry

from contracts.vocabulary import label
from gateway.policy import rule

T = TypeVar("T")
SOURCE: Final = "source"


class Today(Protocol):
    """What a formula may ask of the request: the legal date, as a value or as a parameter of the statement."""

    def today(self) -> Any:
        """The legal date."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the row the object stands on."""

    name: str


@dataclass(frozen=True, slots=True)
class Names:
    """A JSON column that holds names of a closed list."""

    name: str
    words: type[StrEnum]


@dataclass(frozen=True, slots=True)
class Label:
    """A column's word as a person reads it; argument ``locale``."""

    name: str
    labels: Callable[[str], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Formula:
    """Computed from columns and the legal date: once as SQL, once as Python; a test holds the two equal."""

    sql: Callable[[Any, Today], Any]
    python: Callable[[Any, date], Any]


@dataclass(frozen=True, slots=True)
class Same:
    """Another view of the same row."""


@dataclass(frozen=True, slots=True)
class One:
    """The row of ``model`` whose primary key stands in ``column``."""

    model: Any
    column: str


@dataclass(frozen=True, slots=True)
class Many:
    """The last rows of ``model`` whose ``column`` equals ``key`` of this row, oldest first; argument ``last`` if ``is_bounded``."""

    model: Any
    column: str
    key: str
    order: tuple[str, ...]
    is_bounded: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a column over the cells of the statistics."""

    name: str
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The cells of the statistics summed by one of their columns."""

    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a connection: ``edges``, ``node``, ``cursor``, ``page_info``, ``total_count`` and the parts of the page information."""

    name: str


@dataclass(frozen=True, slots=True)
class Root:
    """A field of the query type: ``find`` names the way in ``plans`` and ``reading``."""

    find: str
    model: Any = None


Source = Column | Names | Label | Formula | Same | One | Many | Total | Group | Part | Root


class Locale(StrEnum):
    """The language of a label."""

    VI = "vi"
    EN = "en"


LocaleEnum = strawberry.enum(Locale)


def words_of(enum: type[StrEnum]) -> Callable[[str], dict[str, str]]:
    """``value -> label`` of a closed list in a language."""

    def labels(language: str) -> dict[str, str]:
        return {word.value: label(word, language) for word in enum}

    return labels


def column(name: str) -> Any:
    """A field read from a column."""
    return strawberry.field(metadata={SOURCE: Column(name)})


def given(source: Source) -> Any:
    """A field without arguments from any other source."""
    return strawberry.field(metadata={SOURCE: source})


def labelled(name: str, labels: Callable[[str], dict[str, str]]) -> Any:
    """The label of a column's word; null where the column is."""
    source = Label(name, labels)

    def resolve(root: strawberry.Parent[Any], locale: Locale = Locale.VI) -> str | None:
        found: str | None = root.label(source, locale)
        return found

    return strawberry.field(resolver=resolve, metadata={SOURCE: source})


@dataclass_transform(kw_only_default=True)
def shown(cls: type[T]) -> type[T]:
    """A Strawberry type whose every field has its rule; a field without one stops the build (see ``policy.rule``)."""
    typed: Any = strawberry.type(cls)
    for field in typed.__strawberry_definition__.fields:
        words = rule(cls.__name__, field.python_name)
        field.description = f"{words.vi}\n\n{words.en}"
    return cast("type[T]", typed)
