"""The law as dated rows: read once from ``data/*.csv``, checked, and asked by two dates.

A row is *in force* on the days ``effective_from`` … ``effective_to`` (both inclusive) and *known* from ``known_from`` on.
Rows are never edited: a correction is a new line with the same key and a later ``known_from``; it replaces the older
line from that day of knowledge on, so that every past answer can be given again.
"""

import csv
import re
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any, Final, Literal, TypeVar

import msgspec

Grade = Literal["A", "A2", "B", "C", "M"]
Unit = Literal["calendar", "working", "year", "agency", "withdrawn"]
GRADES: Final[tuple[Grade, ...]] = ("A", "A2", "B", "C", "M")
"""From the surest to the least sure; an answer has the grade of the weakest row it used."""
ARTICLE: Final = re.compile(r"\d+[a-zđ]?(\.\d+[a-zđ]?|\.[a-zđ])*")
T = TypeVar("T", bound="Row")


class RowError(Exception):
    """The data files contradict themselves or cannot be read; the message names file, line and fault."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What every line has: where it stands and since when it is known (``None``: it always was)."""

    known_from: date | None = None
    note: str = ""

    def key(self) -> Hashable:
        """Lines of one key are versions of each other; the latest one known counts."""
        return self


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """A law, decree, circular or notice that rows may cite by its code."""

    code: str
    title_vi: str
    title_en: str = ""
    number: str = ""
    adopted_on: date
    effective_from: date
    effective_to: date | None = None
    note: str = ""


class Cited(Row, frozen=True, kw_only=True):
    """A row with its place in the law and the days on which it is in force."""

    id: str
    law: str = ""
    article: str = ""
    also_article: str = ""
    amended_by: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    grade: Grade

    @property
    def cites(self) -> tuple[str, ...]:
        """Citations as ``LKN 28``: the code of the instrument and the article."""
        if not self.law:
            return ()
        articles = (self.article, *self.also_article.split(";")) if self.also_article else (self.article,)
        return tuple(f"{self.law} {article.strip()}".strip() for article in articles)

    def in_force(self, day: date) -> bool:
        """Whether the row binds on ``day``; both ends are inclusive."""
        return (self.effective_from is None or self.effective_from <= day) and (self.effective_to is None or day <= self.effective_to)


class Limit(Cited, frozen=True, kw_only=True):
    """A time limit: ``value`` units from (``after``) or before the event that starts the clock.

    ``role`` is ``main``, ``also`` (a decree that disagrees with the law) or ``extension_N`` (adds to the same budget).
    ``facts`` are the facts that must all hold, as ``complex&remote`` or ``forwarder=front``; the most specific row counts.
    """

    kind: str
    step: str
    facts: str = ""
    role: Literal["main", "also", "extension_1", "extension_2"] = "main"
    value: int | None = None
    unit: Unit
    way: Literal["after", "before"] = "after"
    rolls: Literal["yes", "no"] = "yes"

    def key(self) -> Hashable:
        return (self.id, self.kind, self.step, self.facts, self.role, self.effective_from)


class Condition(Cited, frozen=True, kw_only=True):
    """What must be on file before a longer limit is granted; else the refusal it names.

    ``applies_to`` is a fact or an extension; ``chosen_by`` says whether the day the clock started or the asked version of the law counts.
    """

    kind: str
    step: str
    applies_to: str
    needs_facts: str = ""
    needs_criteria: int = 0
    refusal: str
    chosen_by: Literal["start", "law"]

    def key(self) -> Hashable:
        return (self.id, self.kind, self.step, self.effective_from)


class Threshold(Cited, frozen=True, kw_only=True):
    """A number of the law, or of the platform, that is no time limit."""

    name: str
    value: int
    unit: str

    def key(self) -> Hashable:
        return (self.id, self.effective_from)


class Duty(Cited, frozen=True, kw_only=True):
    """Something an office must do so many times in a period."""

    who: str
    measure: str
    value: int
    unit: Literal["per_week", "per_month", "per_year"]

    def key(self) -> Hashable:
        return (self.id, self.effective_from)


class Counting(Cited, frozen=True, kw_only=True):
    """How days are counted: day zero, the last day, rolling, and what a suspension leaves out (``kind``: only there)."""

    rule: str
    kind: str = ""

    def key(self) -> Hashable:
        return (self.id, self.effective_from)


class Transition(Row, frozen=True, kw_only=True):
    """Open cases accepted before ``accepted_before`` follow the new instrument in the ``matters`` named (``*``: all)."""

    id: str
    kind: str
    matters: str
    law: str
    article: str
    accepted_before: date
    grade: Grade

    def key(self) -> Hashable:
        return self.id


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step that a clock may bound, in the words a person reads. ``needed``: it must never be without a rule."""

    kind: str
    step: str
    same_as: str = ""
    needed: str = ""
    title_vi: str
    title_en: str
    actor_vi: str = ""
    start_vi: str = ""


class DayRow(Row, frozen=True, kw_only=True):
    """A day that differs from its week: off, or a Saturday that is worked."""

    date: date
    reason: Literal["holiday", "substitute", "swap", "make_up", "ordinary"]
    name: str
    switch: str = ""
    confirmed: Literal["yes", "no"] = "yes"
    law: str = ""
    article: str = ""

    def key(self) -> Hashable:
        return self.date

    @property
    def cite(self) -> str | None:
        return f"{self.law} {self.article}".strip() or None


class Closure(Row, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """Days on which one agency is closed by a decision; no working days of that agency."""

    agency: str
    first: date
    last: date
    name: str
    law: str = ""
    article: str = ""

    def key(self) -> Hashable:
        return (self.agency, self.first)


class Notice(Row, frozen=True, kw_only=True):
    """The official notice of a year's days off is loaded: its calendar is no longer an estimate."""

    year: int
    notice: str
    grade: Grade

    def key(self) -> Hashable:
        return self.year


class Book:
    """All rows of one data folder. ``memo`` keeps what other modules compile from it, by a key of their own."""

    def __init__(self, folder: Traversable) -> None:
        self.instruments = {row.code: row for row in read(folder, "instruments.csv", Instrument)}
        self.steps = {(row.kind, row.step): row for row in read(folder, "steps.csv", Step)}
        self.limits: tuple[Limit, ...] = read(folder, "limits.csv", Limit)
        self.conditions: tuple[Condition, ...] = read(folder, "conditions.csv", Condition)
        self.counting: tuple[Counting, ...] = read(folder, "counting.csv", Counting)
        self.sentences = {line["key"]: line["vi"] for line in _lines(folder, "sentences.csv")}
        self.thresholds: tuple[Threshold, ...] = read(folder, "thresholds.csv", Threshold)
        self.duties: tuple[Duty, ...] = read(folder, "duties.csv", Duty)
        self.transitions: tuple[Transition, ...] = read(folder, "transitions.csv", Transition)
        self.days: tuple[DayRow, ...] = (*read(folder, "holidays.csv", DayRow), *read(folder, "corrections.csv", DayRow))
        self.closures: tuple[Closure, ...] = read(folder, "closures.csv", Closure)
        self.notices: tuple[Notice, ...] = read(folder, "notices.csv", Notice)
        self.memo: dict[Hashable, Any] = {}
        self.closing = frozenset(row.agency for row in self.closures)
        self.switches = frozenset(row.switch for row in self.days if row.switch)
        self.cuts: list[date] = sorted({row.known_from for row in self.rows() if row.known_from})

    def rows(self) -> Iterator[Row]:
        """Every dated row of every file."""
        for group in (
            self.limits,
            self.conditions,
            self.counting,
            self.thresholds,
            self.duties,
            self.transitions,
            self.days,
            self.closures,
            self.notices,
        ):
            yield from group

    def cut(self, as_of_knowledge: date | None) -> int:
        """How many of the days on which something became known lie on or before ``as_of_knowledge`` (``None``: all).

        Two dates with the same cut see the same rows, so that whatever is compiled may be kept by its cut.
        """
        return len(self.cuts) if as_of_knowledge is None else bisect_right(self.cuts, as_of_knowledge)

    def known(self, rows: Iterable[T], cut: int) -> tuple[T, ...]:
        """The rows that count at a cut of knowledge: of each key the line that became known last."""
        until = self.cuts[cut - 1] if cut else date.min
        latest: dict[Hashable, T] = {}
        for row in rows:
            since = row.known_from or date.min
            if since <= until:
                before = latest.get(row.key())
                if before is None or (before.known_from or date.min) <= since:
                    latest[row.key()] = row
        return tuple(latest.values())

    def threshold(self, name: str, on: date, as_of_knowledge: date | None = None) -> int:
        """The number in force on ``on``. Raises ``KeyError`` if no row is."""
        for row in self.known(self.thresholds, self.cut(as_of_knowledge)):
            if row.name == name and row.in_force(on):
                return row.value
        raise KeyError(f"no threshold {name} in force on {on}")

    def title(self, cite: str) -> str:
        """A citation as a person reads it: ``LKN 28`` is „Luật Khiếu nại, Điều 28“."""
        law, _, article = cite.partition(" ")
        found = self.instruments[law].title_vi
        return f"{found}, Điều {article}" if article else found


def read(folder: Traversable, name: str, row: Callable[..., T] | type[Any]) -> tuple[Any, ...]:
    """The lines of one file as structs; a blank cell takes the default. Raises ``RowError`` with file and line."""
    return tuple(_row(name, number, line, row) for number, line in enumerate(_lines(folder, name), start=2))


def _lines(folder: Traversable, name: str) -> Iterator[Mapping[str, str]]:
    return csv.DictReader(folder.joinpath(name).read_text("utf-8").splitlines())


def _row(name: str, number: int, line: Mapping[str, str], row: Any) -> Any:
    if None in line:
        raise RowError(f'{name}:{number}: có nhiều ô hơn số cột; ô có dấu phẩy phải đặt trong dấu "…"')
    try:
        return msgspec.convert({key: cell for key, cell in line.items() if cell}, row, strict=False)
    except msgspec.ValidationError as fault:
        raise RowError(f"{name}:{number}: {fault}") from fault
