"""By when? A clock is a budget of days and a ledger of suspensions and extensions; its end is computed, never stored.

The day of the event is day zero (Civil Code 2015, art. 147.2-3). A limit in calendar days that ends on a day off runs to the
end of the next working day (art. 148.5); a limit in working days never counts days off; the last day ends at 24:00 (art. 148.6).
Days of a suspension are not counted and the budget goes on after it (Law on Complaints, art. 11a.4; Law on Denunciations, art. 34.2).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, Literal

import msgspec

from contracts.errors import Invalid
from law import reference
from law.answers import Also, Due
from law.calendar import DATES, FIRST, Calendar, calendar, place_of
from law.question import Question, Suspension
from law.rows import Book, Limit
from law.table import Entry, Plan, Table, compile_table

CALENDAR_UNCONFIRMED: Final = "calendar_unconfirmed"
NO_STATUTORY_LIMIT: Final = "no_statutory_limit"
_NONE: Final[frozenset[str]] = frozenset()
_NO_FACTS: Final[dict[str, Any]] = {}
Walked = tuple[int | None, int, int | None]
"""Where a count ended, as places: the end before rolling (null: suspended), the last place that began anew, the days left."""


class Lens(msgspec.Struct, frozen=True):
    """The law and the calendar as known on one day, for one agency. ``memo`` keeps what is worked out from them once."""

    table: Table
    kinds: frozenset[str]
    calendar: Calendar
    book: Book
    cut: int
    memo: dict[Any, Any]


def lens(
    as_of_knowledge: date | None = None, *, agency: str | None = None, without: Collection[str] = (), book: Book | None = None
) -> Lens:
    """Rows and days as known on ``as_of_knowledge`` (``None``: all that is loaded); kept, so that asking again costs nothing."""
    book = book or reference.book()
    cut = book.cut(as_of_knowledge)
    key = (cut, agency if agency in book.closing else None, book.switches.intersection(without) if without else _NONE)
    found: Lens | None = book.memo.get(key)
    if found is None:
        table = compile_table(book, cut)
        days = calendar(as_of_knowledge, agency=agency, without=without, book=book)
        found = book.memo[key] = Lens(table, frozenset(kind for kind, _ in table), days, book, cut, {})
    return found


def due(
    kind: str,
    step: str,
    start: date,
    facts: Mapping[str, Any] | None = None,
    *,
    extensions: int = 0,
    suspensions: Sequence[Suspension] = (),
    as_of_law: date | None = None,
    as_of_knowledge: date | None = None,
    roll: bool = True,
    agency: str | None = None,
    without: Collection[str] = (),
    book: Book | None = None,
) -> Due:
    """The last day on which ``step`` is in time when its clock started with an event on ``start``.

    The row is the one in force on ``as_of_law`` (default: ``start``) as known on ``as_of_knowledge`` (default: all rows).
    Raises ``contracts.errors.Invalid`` with the codes that docs/law.md lists.
    """
    given = tuple(suspensions)
    question = Question(kind, step, start, dict(facts or {}), extensions, given, as_of_law, as_of_knowledge, roll, agency, tuple(without))
    return answer(question, book)


def answer(question: Question, book: Book | None = None) -> Due:
    """``due`` for a question as it was read."""
    seen = lens(question.as_of_knowledge, agency=question.agency, without=question.without or (), book=book)
    return count(seen, granted(entry(seen, question.kind, question.step), question), question)


def entry(seen: Lens, kind: str, step: str) -> Entry:
    """The rules of one step. Raises ``Invalid`` (unknown_kind, unknown_step)."""
    found = seen.table.get((kind, step))
    if found is not None:
        return found
    if kind not in seen.kinds:
        raise Invalid("unknown_kind", field="kind", value=kind)
    raise Invalid("unknown_step", field="step", kind=kind, value=step)


def count(seen: Lens, plan: Plan, question: Question) -> Due:
    """Count the days of a plan: the due date, or what is left while the clock stands still."""
    days, start = seen.calendar, place_of(question.start, "start")
    limit, unit, is_working, warnings = budget(plan, question.facts or _NO_FACTS)
    suspensions = question.suspensions or ()
    if limit is None:
        return _unlimited(plan, start, suspensions, warnings)
    try:
        last, stopped, remaining = walk(days, start, length(unit, limit, question.start), suspensions, is_working, plan.counts_back)
        end = days.next_working[last] if last is not None and plan.rolls and not is_working and question.roll is not False else last
        if not _is_confirmed(days, start, stopped if end is None else end):
            warnings = (*warnings, CALENDAR_UNCONFIRMED)
        return Due(
            plan.rules,
            limit,
            unit,
            None if end is None else DATES[end],
            DATES[last] if end != last and last is not None else None,
            "suspended" if end is None else "running",
            remaining,
            tuple([_also(days, start, row, suspensions) for row in plan.also]) if plan.also else (),
            warnings,
            plan.cites,
            plan.grade,
            DATES[end + 1] if plan.is_effect and end is not None else None,
        )
    except IndexError:
        raise _beyond(question, limit) from None


def _beyond(question: Question, limit: int) -> Invalid:
    """Which day a count looks for outside the loaded calendar: one of a suspension, else that of the limit itself."""
    ends = [day for each in question.suspensions or () for day in (each.from_on, each.to_on) if day is not None and day > DATES[-1]]
    field, value = ("suspensions", str(ends[0])) if ends else ("start", f"{question.start} + {limit}")
    return Invalid("beyond_calendar", field=field, value=value, first=DATES[0], last=DATES[-1])


def granted(rules: Entry, question: Question) -> Plan:
    """The plan in force, with its extensions. Raises ``Invalid`` if a longer limit lacks what the law wants on file first."""
    facts, extensions = question.facts or _NO_FACTS, question.extensions or 0
    on = question.as_of_law or question.start
    plan = rules.plan(facts, on, "as_of_law" if question.as_of_law else "start")
    if extensions:
        if extensions < 0 or extensions > len(plan.extensions):
            needed = "không có quy định cho phép"
            raise Invalid("extension_not_allowed", field="extensions", law="; ".join(plan.cites), count=extensions, needed=needed)
        plan = plan.extensions[extensions - 1]
    for condition in rules.conditions:
        if not (facts.get(condition.fact) if condition.fact else extensions >= condition.extensions):
            continue
        row = condition.row
        if row.in_force(question.start if row.chosen_by == "start" else on):
            _require(row.refusal, row.needs_facts, row.needs_criteria, facts, extensions, "; ".join(row.cites))
    return plan


def _require(refusal: str, wanted: str, criteria: int, facts: Mapping[str, Any], extensions: int, law: str) -> None:
    missing = [fact for fact in wanted.split("&") if fact and not facts.get(fact)]
    if missing:
        raise Invalid(refusal, field=f"facts.{missing[0]}", law=law, count=extensions, needed=f"thiếu {missing[0]}")
    if len(criteria_of(facts)) < criteria:
        raise Invalid(refusal, field="facts.criteria", law=law, count=extensions, needed=f"cần ít nhất {criteria} tiêu chí phức tạp")


def criteria_of(facts: Mapping[str, Any]) -> set[str]:
    """The different criteria of complexity on file; any non-empty word counts as one."""
    given = facts.get("criteria")
    return {each for each in given if isinstance(each, str) and each} if isinstance(given, (list, tuple)) else set()


def budget(plan: Plan, facts: Mapping[str, Any]) -> tuple[int | None, str | None, bool, tuple[str, ...]]:
    """Limit, unit, whether working days are counted, and warnings; from the agency's own limit where no law sets one."""
    if plan.unit != "agency":
        return plan.limit, plan.unit, plan.is_working, plan.warnings
    own = facts.get("agency_limit")
    if own is None:
        return None, None, False, (*plan.warnings, NO_STATUTORY_LIMIT)
    limit, unit = (own.get("limit"), own.get("unit")) if isinstance(own, Mapping) else (None, None)
    if type(limit) is not int or limit < 0 or unit not in ("calendar", "working"):
        problem = '{"limit": số ngày, "unit": "calendar" | "working"}'
        raise Invalid("bad_fact", field="facts.agency_limit", where="agency_limit", problem=problem)
    return limit, unit, unit == "working", plan.warnings


def length(unit: str | None, limit: int, start: date) -> int:
    """The budget in days. A year ends on the same day of the same month (Civil Code 2015, art. 148.4), or the month's last day."""
    if unit != "year":
        return limit
    try:
        end = start.replace(year=start.year + limit)
    except ValueError:
        end = start.replace(year=start.year + limit, day=28)
    return (end - start).days


def walk(days: Calendar, start: int, budget: int, suspensions: Sequence[Suspension], is_working: bool, counts_back: bool) -> Walked:
    """Spend ``budget`` days from ``start``, leaving out what the suspensions leave out.

    Raises ``Invalid`` for suspensions out of order (bad_suspension) or outside the term they stop (suspension_outside).
    """
    place, left, after = start, budget, None
    for number, suspension in enumerate(suspensions, start=1):
        first, last = _bounds(suspension, after)
        end = _advance(days, place, left, is_working, counts_back)
        if first < start or first >= end:
            raise Invalid(
                "suspension_outside",
                field="suspensions",
                value=suspension.from_on,
                first=DATES[start],
                last=DATES[end] if end < len(DATES) else "…",
            )
        left -= days.upto[first] - days.upto[place] if is_working else first - place
        if last is None:
            if number < len(suspensions):
                raise Invalid("bad_suspension", field="suspensions")
            return None, first, left
        place = after = last
    return _advance(days, place, left, is_working, counts_back), place, None


def _bounds(suspension: Suspension, after: int | None) -> tuple[int, int | None]:
    first = suspension.from_on.toordinal() - FIRST
    last = None if suspension.to_on is None else suspension.to_on.toordinal() - FIRST
    if (last is not None and last < first) or (after is not None and first < after):
        raise Invalid("bad_suspension", field="suspensions")
    return first, last


def _advance(days: Calendar, place: int, n: int, is_working: bool, counts_back: bool) -> int:
    """The place of the ``n``-th day after ``place`` (before it, when counting back)."""
    if n == 0:
        return place
    if counts_back:
        end = days.upto[place - 1] - n if is_working else place - n
        if end < 0 or place < n:
            raise IndexError
        return days.working[end] if is_working else end
    return days.working[days.upto[place] + n - 1] if is_working else place + n


def _is_confirmed(days: Calendar, start: int, end: int) -> bool:
    """Whether every day counted from ``start`` to ``end`` belongs to a year whose official notice is loaded."""
    if end < start:
        return days.estimated[start - 1] == days.estimated[end - 1]
    return days.estimated[end] == days.estimated[start]


def _also(days: Calendar, start: int, row: Limit, suspensions: Sequence[Suspension]) -> Also:
    end = walk(days, start, row.value or 0, suspensions, row.unit == "working", counts_back=False)[0]
    return Also(row.id, row.unit, row.value or 0, None if end is None else DATES[end], row.cites)


def _unlimited(plan: Plan, start: int, suspensions: Sequence[Suspension], warnings: tuple[str, ...]) -> Due:
    """No law and no agency set a limit: nothing is due, but suspensions must still be in order."""
    after, last = None, None
    for number, suspension in enumerate(suspensions, start=1):
        first, last = _bounds(suspension, after)
        if first < start:
            raise Invalid("suspension_outside", field="suspensions", value=suspension.from_on, first=DATES[start], last="…")
        if last is None and number < len(suspensions):
            raise Invalid("bad_suspension", field="suspensions")
        after = last
    state: Literal["running", "suspended"] = "suspended" if suspensions and last is None else "running"
    return Due(plan.rules, None, None, None, None, state, None, (), warnings, plan.cites, plan.grade)


def may_start(found: Due, switched_on: Collection[str] = ()) -> bool:
    """Whether a clock may run on this answer: a rule graded M starts none unless it is switched on by its name."""
    return found.grade != "M" or all(rule in switched_on for rule in found.rules)


def notice_on(due_on: date, days: int | None = None, *, as_of_knowledge: date | None = None) -> date:
    """The day on which ``days`` working days remain until ``due_on`` (default: the dated row SW-01), itself a working day."""
    book = reference.book()
    ahead = book.threshold("notice_days", due_on, as_of_knowledge) if days is None else days
    known = calendar(as_of_knowledge, book=book)
    return DATES[known.working[known.upto[place_of(due_on)] - 1 - ahead]]


def next_day(day: date) -> date:
    """The day after: a step is missed from its first moment on (Civil Code 2015, art. 148.6)."""
    return day + timedelta(days=1)
