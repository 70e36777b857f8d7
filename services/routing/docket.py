"""The docket: takes a case from its rows, and puts it back with the rows by which the sweep finds its clocks."""

from datetime import date

from contracts.vocabulary import Step
from law.clocks import next_day
from runtime.work import Many, Work
from services.routing import clocks
from services.routing.models import Case, Clock
from services.routing.state import State

LOADS = (Case, Many(Clock))
"""What reading and keeping a case needs."""
SILENT = frozenset({Step.TAKE_EFFECT})
"""Terms that are nobody's duty: their end is stated as what it brings about, not as something missed."""


def take(work: Work, case_id: str) -> State | None:
    """The case as it stands; None when it is not known."""
    case = work.get(Case, case_id)
    return case.told() if case is not None else None


def keep(work: Work, state: State) -> None:
    """Save the case; of its clocks only the rows that changed."""
    work.save(Case(case_id=state.case_id, holder=state.holder, status=state.status, state=state))
    known = {row.no: row for row in work.all(Clock, case_id=state.case_id)}
    for no, clock in enumerate(state.clocks):
        row = known.get(no)
        if not clock.is_running:
            if row is not None:
                work.delete(row)
            continue
        fresh = _row(state.case_id, no, clock, row)
        if fresh != row:
            work.save(fresh)


def _row(case_id: str, no: int, clock: clocks.Clock, known: Clock | None) -> Clock:
    told_due_on = known.told_due_on if known else None
    missed_due_on = known.missed_due_on if known else None
    return Clock(
        case_id=case_id,
        no=no,
        step=clock.step,
        holder=clock.holder,
        rule=clock.rule,
        law=clock.law,
        due_on=clock.due_on,
        wake_on=wake_on(clock, told_due_on, missed_due_on),
        told_due_on=told_due_on,
        missed_due_on=missed_due_on,
    )


def wake_on(clock: clocks.Clock, told_due_on: date | None, missed_due_on: date | None) -> date | None:
    """The next day on which something is to be stated about a running clock; None when all is said or it stands still."""
    if clock.due_on is None or missed_due_on == clock.due_on:
        return None
    if clock.step in SILENT or told_due_on == clock.due_on or clock.notice_on is None:
        return next_day(clock.due_on)
    return clock.notice_on
