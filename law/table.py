"""The time limits compiled for asking: for each step, each span of days without change and each set of facts, one plan.

What does not depend on the day a clock started is worked out here once, so that a due date is a few look-ups.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import product
from typing import Any, Final

import msgspec

from contracts.errors import Invalid
from law.rows import GRADES, Book, Condition, Grade, Limit

UNCONFIRMED_RULE: Final = "unconfirmed_rule"


class Plan(msgspec.Struct, frozen=True):
    """How one step is counted on the days of one span: the row that is most specific to the facts, and its company.

    ``also`` are rows of a decree that disagrees with the law; ``extensions`` the plans with one, two … extensions added.
    """

    row: Limit
    rules: tuple[str, ...]
    limit: int | None
    unit: str
    is_working: bool
    counts_back: bool
    rolls: bool
    is_effect: bool
    cites: tuple[str, ...]
    grade: Grade
    warnings: tuple[str, ...]
    also: tuple[Limit, ...]
    rows: tuple[Limit, ...]
    extensions: tuple["Plan", ...] = ()


class Conditional(msgspec.Struct, frozen=True):
    """A condition with the row's ends as ordinals and the fact or number of extensions that calls for it."""

    row: Condition
    fact: str | None
    extensions: int

    def in_force(self, day: date) -> bool:
        return self.row.in_force(day)


class Entry(msgspec.Struct, frozen=True):
    """One step: which facts choose, the first day of each span (as ordinals), and per span the plan for each choice of facts.

    ``used`` are all facts that may change the answer, those that conditions ask for included.
    """

    facts: tuple[tuple[str, Any], ...]
    spans: tuple[int, ...]
    plans: tuple[Mapping[int, Plan], ...]
    conditions: tuple[Conditional, ...]
    used: tuple[str, ...]

    def plan(self, facts: Mapping[str, Any], on: date, field: str) -> Plan:
        """The plan in force on ``on``. Raises ``Invalid`` if no row is, or if a fact that chooses is no truth value."""
        choice = 0
        for bit, (name, wanted) in enumerate(self.facts):
            value = facts.get(name)
            if value is wanted or (wanted is not True and value == wanted):
                choice |= 1 << bit
            elif wanted is True and value is not None and value is not False:
                raise Invalid("bad_fact", field=f"facts.{name}", where=name, problem="true | false")
        span = bisect_right(self.spans, on.toordinal()) - 1
        found = self.plans[span].get(choice) if span >= 0 else None
        if found is None:
            raise Invalid("no_rule_in_force", field=field, on=on)
        return found


Table = Mapping[tuple[str, str], Entry]


def compile_table(book: Book, cut: int) -> Table:
    """Every step that steps.csv names, as known at a cut of knowledge."""
    limits: dict[tuple[str, str], list[Limit]] = {}
    conditions: dict[tuple[str, str], list[Conditional]] = {}
    for row in book.known(book.limits, cut):
        if row.unit != "withdrawn":
            limits.setdefault((row.kind, row.step), []).append(row)
    for condition in book.known(book.conditions, cut):
        conditions.setdefault((condition.kind, condition.step), []).append(_conditional(condition))
    table = {place: _entry(limits.get(place, []), conditions.get(place, ())) for place in book.steps}
    for place, step in book.steps.items():
        if step.same_as:
            kind, _, name = step.same_as.partition("/")
            table[place] = table[(kind, name)]
    return table


def _conditional(row: Condition) -> Conditional:
    prefix, _, number = row.applies_to.partition("_")
    return Conditional(row, None, int(number)) if prefix == "extension" else Conditional(row, row.applies_to, 0)


def _entry(rows: list[Limit], conditions: Iterable[Conditional]) -> Entry:
    facts = tuple(sorted({fact for row in rows for fact in _facts(row)}, key=str))
    begins = {row.effective_from.toordinal() if row.effective_from else 1 for row in rows}
    ends = {row.effective_to.toordinal() + 1 for row in rows if row.effective_to}
    spans = tuple(sorted(begins | ends))
    plans = tuple(_plans(facts, [row for row in rows if row.in_force(date.fromordinal(day))]) for day in spans)
    conditions = tuple(conditions)
    return Entry(facts, spans, plans, conditions, _used(facts, rows, conditions))


def _used(facts: tuple[tuple[str, Any], ...], rows: list[Limit], conditions: tuple[Conditional, ...]) -> tuple[str, ...]:
    names = {name for name, _ in facts} | {each.fact for each in conditions if each.fact}
    for each in conditions:
        names |= {*each.row.needs_facts.split("&"), "criteria"} - {""}
    if any(row.unit == "agency" for row in rows):
        names.add("agency_limit")
    return tuple(sorted(names))


def _facts(row: Limit) -> list[tuple[str, Any]]:
    pairs = [fact.partition("=") for fact in row.facts.split("&") if fact]
    return [(name, value if sign else True) for name, sign, value in pairs]


def _plans(facts: tuple[tuple[str, Any], ...], rows: list[Limit]) -> dict[int, Plan]:
    """For each choice of facts (a bit each) the plan of the most specific row; a row graded M stands back for any other."""
    found: dict[int, Plan] = {}
    for holds in product((False, True), repeat=len(facts)):
        held = {fact for fact, here in zip(facts, holds, strict=True) if here}
        fitting = [row for row in rows if held.issuperset(_facts(row))]
        main = [row for row in fitting if row.role == "main"]
        if not main:
            continue
        row = max(main, key=lambda each: (each.grade != "M", len(_facts(each))))
        also = tuple(each for each in fitting if each.role == "also")
        more = sorted((each for each in fitting if each.role.startswith("extension")), key=lambda each: each.role)
        plans = [_plan([row, *more[:count]], also) for count in range(len(more) + 1)]
        choice = sum(1 << bit for bit, here in enumerate(holds) if here)
        found[choice] = msgspec.structs.replace(plans[0], extensions=tuple(plans[1:]))
    return found


def _plan(rows: list[Limit], also: tuple[Limit, ...]) -> Plan:
    row = rows[0]
    grade = max((each.grade for each in rows), key=GRADES.index)
    return Plan(
        row=row,
        rules=tuple(each.id for each in rows),
        limit=None if row.value is None else sum(each.value or 0 for each in rows),
        unit=row.unit,
        is_working=row.unit == "working",
        counts_back=row.way == "before",
        rolls=row.rolls == "yes" and row.unit != "working" and row.way == "after",
        is_effect=row.step == "effect",
        cites=tuple(dict.fromkeys(cite for each in rows for cite in each.cites)),
        grade=grade,
        warnings=(UNCONFIRMED_RULE,) if grade == "M" else (),
        also=also,
        rows=tuple(rows),
    )
