"""The clocks of a case: for each step a budget of days by law and a ledger of what stopped or lengthened it.

What is kept is the ledger; ``due_on`` is only what it comes to today, kept as an index for the sweep and counted anew whenever
the ledger changes. The counting is the law's (``law.clocks``).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

import msgspec

from contracts.errors import Invalid
from contracts.vocabulary import Step
from law import clocks, reference
from law.answers import Due
from law.calendar import add_working_days
from law.question import Decision, Question, Suspension


class Clock(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One running or stopped clock. ``kind`` and ``limit`` name the row of the law; ``limit_on`` is a day that an agency set instead.

    ``extended`` says who decided each extension.
    """

    step: Step
    kind: str
    limit: str
    holder: str
    started_on: date
    suspensions: list[Suspension] = []
    extensions: int = 0
    extended: list[Decision] = []
    limit_on: date | None = None
    stopped_on: date | None = None
    due_on: date | None = None
    notice_on: date | None = None
    rule: str = ""
    law: str = ""

    @property
    def is_running(self) -> bool:
        """The step is still to be done; a suspended clock runs too, it only has no end at present."""
        return self.stopped_on is None


def running(every: Iterable[Clock], step: Step) -> Clock | None:
    """The clock of that step that has not been stopped."""
    return next((clock for clock in every if clock.step is step and clock.is_running), None)


PLAIN: Final[dict[str, Any]] = {}
"""No fact that chooses among limits."""


@lru_cache(maxsize=65_536)
def _plain(kind: str, limit: str, started_on: date, agency: str | None) -> Due:
    """A term without suspension, extension or special facts: many letters of one day share it."""
    return clocks.due(kind, limit, started_on, PLAIN, agency=agency)


def _is_plain(clock: Clock, facts: Mapping[str, Any]) -> bool:
    return not (clock.suspensions or clock.extensions or clock.limit_on or any(facts.values()))


def counted(clock: Clock, facts: Mapping[str, Any]) -> Due:
    """The end of a clock with its rules. Raises Invalid as ``law.clocks.due`` does."""
    if _is_plain(clock, facts):
        return _plain(clock.kind, clock.limit, clock.started_on, clock.holder if clock.holder in reference.book().closing else None)
    return clocks.answer(question_of(clock, facts))


def question_of(clock: Clock, facts: Mapping[str, Any]) -> Question:
    """The clock as a question to the law, by which its end can be explained and checked."""
    is_own = clock.limit_on is not None
    if clock.limit_on is not None:
        facts = {**facts, "agency_limit": {"limit": max((clock.limit_on - clock.started_on).days, 0), "unit": "calendar"}}
    return Question(
        clock.kind,
        clock.limit,
        clock.started_on,
        dict(facts),
        clock.extensions,
        tuple(clock.suspensions),
        roll=not is_own,
        agency=clock.holder,
        extended=tuple(clock.extended),
    )


def recount(clock: Clock, facts: Mapping[str, Any]) -> bool:
    """Write into the clock what its ledger comes to; False when no rule that may start a clock says anything about it."""
    if clock.kind == "":
        clock.due_on, clock.notice_on = clock.limit_on, _notice(clock.limit_on)
        return True
    try:
        found = counted(clock, facts)
    except Invalid:
        clock.due_on = clock.notice_on = None
        return False
    clock.rule, clock.law = " ".join(found.rules), "; ".join(found.cites)
    clock.due_on = found.due
    if clock.limit_on is not None and not clock.suspensions:
        clock.due_on = clock.limit_on
    clock.notice_on = _notice(clock.due_on)
    return clocks.may_start(found)


@lru_cache(maxsize=16_384)
def _notice(due_on: date | None) -> date | None:
    return clocks.notice_on(due_on) if due_on is not None else None


def suspend(clock: Clock, on: date, document: str) -> None:
    """Stop counting after ``on``; a clock that stands still already is left as it is."""
    if not clock.suspensions or clock.suspensions[-1].to_on is not None:
        clock.suspensions = [*clock.suspensions, Suspension(from_on=on, by=clock.holder, document=document)]


def resume(clock: Clock, on: date) -> None:
    """Count on with the days that were left."""
    if clock.suspensions and clock.suspensions[-1].to_on is None:
        last = clock.suspensions[-1]
        clock.suspensions = [*clock.suspensions[:-1], msgspec.structs.replace(last, to_on=on)]


def limit_of(kind: str, limit: str, on: date, facts: Mapping[str, Any], agency: str) -> date | None:
    """The last day of a limit counted from ``on``; None where neither law nor agency sets one."""
    return clocks.due(kind, limit, on, facts, agency=agency).due


def after_working_days(on: date, days: int) -> date:
    """The last of so many working days after ``on``."""
    return add_working_days(on, days)
