"""Working days of State agencies in Vietnam: which days count, which do not, and why.

Saturday and Sunday are days off (Labour Code 2019, art. 111), so are the public holidays (art. 112), the days that
replace a holiday fallen on a day off (art. 111.3) and days swapped against a worked Saturday by the yearly notice.
A day is a date of the Vietnamese calendar (UTC+7); inside, days are ordinals and a day's place is ``ordinal - FIRST``.
"""

from array import array
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Final

import msgspec

from contracts.errors import Invalid
from law import reference
from law.rows import Book, Closure, Counting, DayRow

FIRST: Final = date(2007, 1, 1).toordinal()
LAST: Final = date(2060, 12, 31).toordinal()
DATES: Final = tuple(date.fromordinal(ordinal) for ordinal in range(FIRST, LAST + 1))
"""Every date of the calendar by its place."""
_SATURDAY: Final = 5
_LENGTH: Final = LAST - FIRST


class Day(msgspec.Struct, frozen=True, gc=False):
    """One day as a person reads it. ``reason`` is null for an ordinary working day; ``confirmed``: an official notice stands behind it."""

    date: date
    working: bool
    reason: str | None
    name: str | None
    cite: str | None
    confirmed: bool


class Counted(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A day of a count: counted, or skipped with the reason."""

    date: date
    counted: bool
    reason: str | None = None
    name: str | None = None
    cite: str | None = None


class Calendar:
    """The days of one agency (or of any) as known on one day.

    ``upto[i]`` is the number of working days up to and including place ``i``, ``working`` the places of the working days
    in order, ``next_working[i]`` the first working day on or after place ``i``, and ``estimated[i]`` the number of days up to
    and including place ``i`` whose year has no official notice.
    """

    def __init__(
        self, rows: Collection[DayRow], closures: Collection[Closure], noticed_years: Collection[int], weekends: Collection[Counting]
    ) -> None:
        self._special = {row.date.toordinal() - FIRST: row for row in rows if FIRST <= row.date.toordinal() <= LAST}
        self._closed = {place: closure for closure in closures for place in _places(closure)}
        self._noticed = frozenset(noticed_years)
        self._weekends = tuple(weekends)
        self.upto = array("l")
        self.working = array("l")
        self.estimated = array("l")
        estimated = 0
        for place, day in enumerate(DATES):
            if self._is_working(place, day):
                self.working.append(place)
            estimated += day.year not in self._noticed
            self.upto.append(len(self.working))
            self.estimated.append(estimated)
        self.next_working = array("l", (self.working[self.upto[place - 1] if place else 0] for place in range(self.working[-1] + 1)))

    def _is_working(self, place: int, day: date) -> bool:
        if place in self._closed:
            return False
        row = self._special.get(place)
        if row is None or row.reason == "ordinary":
            return day.weekday() < _SATURDAY
        return row.reason == "make_up"

    def day(self, on: date) -> Day:
        """What ``on`` is, with the reason when it is not an ordinary working day."""
        place = place_of(on)
        row = self._special.get(place)
        confirmed = on.year in self._noticed and (row is None or row.confirmed == "yes")
        if place in self._closed:
            closure = self._closed[place]
            return Day(on, False, "closure", closure.name, f"{closure.law} {closure.article}".strip() or None, confirmed)
        if row is not None and row.reason != "ordinary":
            return Day(on, row.reason == "make_up", row.reason, row.name, row.cite, confirmed)
        if on.weekday() >= _SATURDAY:
            return Day(on, False, "weekend", WEEKDAYS[on.weekday()], self._weekend_cite(on), confirmed)
        return Day(on, True, None, None, None, confirmed)

    @cached_property
    def every_day(self) -> tuple[Counted, ...]:
        """Each place as a count in calendar days has it: counted."""
        return tuple(Counted(day, True) for day in DATES)

    @cached_property
    def working_days(self) -> tuple[Counted, ...]:
        """Each place as a count in working days has it: counted, or skipped and why."""
        seen = (self.day(day) for day in DATES)
        return tuple(Counted(day.date, day.working, day.reason, day.name, day.cite) for day in seen)

    @cached_property
    def suspended_days(self) -> tuple[Counted, ...]:
        """Each place as a suspension has it: skipped."""
        return tuple(Counted(day, False, "suspension") for day in DATES)

    def _weekend_cite(self, on: date) -> str | None:
        return next((row.cites[0] for row in self._weekends if row.in_force(on)), None)


WEEKDAYS: Final = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


def place_of(day: date, field: str | None = None) -> int:
    """The place of a date. Raises ``Invalid`` (beyond_calendar) outside the years the calendar holds."""
    place = day.toordinal() - FIRST
    if 0 <= place <= _LENGTH:
        return place
    raise Invalid("beyond_calendar", field=field, value=day, first=DATES[0], last=DATES[-1])


def _places(closure: Closure) -> range:
    return range(max(closure.first.toordinal() - FIRST, 0), min(closure.last.toordinal() - FIRST, len(DATES) - 1) + 1)


def calendar(
    as_of_knowledge: date | None = None, *, agency: str | None = None, without: Collection[str] = (), book: Book | None = None
) -> Calendar:
    """The calendar as known on ``as_of_knowledge`` (``None``: all that is loaded), for one agency with its closures or for any.

    ``without`` names switches that are turned off, such as ``culture_day`` (24 November, a day off from 2026 by a law of grade B).
    """
    book = book or reference.book()
    key = ("calendar", book.cut(as_of_knowledge), agency if agency in book.closing else None, book.switches.intersection(without))
    found: Calendar | None = book.memo.get(key)
    if found is None:
        found = book.memo[key] = _compile(book, *key[1:])
    return found


def _compile(book: Book, cut: int, agency: str | None, switches: frozenset[str]) -> Calendar:
    rows = book.known([row for row in book.days if row.switch not in switches], cut)
    closures = [row for row in book.known(book.closures, cut) if row.agency == agency]
    weekends = [row for row in book.known(book.counting, cut) if row.rule == "weekend"]
    return Calendar(rows, closures, {row.year for row in book.known(book.notices, cut)}, weekends)


def is_working(day: date) -> bool:
    """Whether State agencies work on ``day``."""
    place = place_of(day)
    upto = _everywhere().upto
    return upto[place] > (upto[place - 1] if place else 0)


def add_working_days(day: date, n: int) -> date:
    """The ``n``-th working day after ``day``, which is not counted itself; before it when ``n`` is negative."""
    known = _everywhere()
    place = place_of(day)
    if n > 0:
        return DATES[known.working[known.upto[place] + n - 1]]
    if n < 0:
        return DATES[known.working[known.upto[place - 1] + n]]
    return day


@cache
def _everywhere() -> Calendar:
    return calendar()


def days(first: date, last: date, known: Calendar) -> Iterator[Day]:
    """Every day from ``first`` to ``last``, both included."""
    for step in range((last - first).days + 1):
        yield known.day(first + timedelta(days=step))
