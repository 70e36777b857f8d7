"""The sweep: states what time brings about, once: a step is due, a step was missed, a decision took effect.

A clock names the next day on which there is something to say; the sweep reads those whose day has come, set by set, and decides
again under the cases' locks. So neither a restart nor a clock set back makes it say anything twice, and nothing is left out.
"""

from datetime import date
from typing import Any, Final

from contracts.cases import DecisionEffective, StepDue, StepMissed
from contracts.vocabulary import Step
from law.clocks import next_day
from runtime.service import Service
from runtime.work import Work
from services.routing import clocks, docket, history, reference, store
from services.routing.history import State
from services.routing.models import Clock

SET_SIZE: Final = 500
"""Cases in one transaction."""
READ_SIZE: Final = 20_000
"""Clocks read ahead."""


async def sweep(service: Service) -> None:
    """State everything whose day has come."""
    while waking := await service.db.rows(store.WAKING, today=service.clock.today(), most=READ_SIZE):
        cases = list(dict.fromkeys(row[0] for row in waking))
        stated = 0
        for some in _sets(cases):
            async with service.work(some, docket.LOADS, about="sweep") as work:
                stated += sum(state_what_is_due(work, case_id) for case_id in some)
        if stated == 0:
            return


def _sets(cases: list[str]) -> list[list[str]]:
    return [cases[start : start + SET_SIZE] for start in range(0, len(cases), SET_SIZE)]


def state_what_is_due(work: Work, case_id: str) -> int:
    """State what the clocks of one case have come to; how many facts that were."""
    state = docket.take(work, case_id)
    if state is None:
        return 0
    waking = [row for row in work.all(Clock, case_id=case_id) if row.wake_on is not None and row.wake_on <= work.today]
    for row in sorted(waking, key=lambda each: (each.due_on or date.max, each.no)):
        _state(work, state, row, state.clocks[row.no])
    if waking:
        docket.keep(work, state)
    return len(waking)


def _state(work: Work, state: State, row: Clock, clock: clocks.Clock) -> None:
    due_on = row.due_on
    if due_on is None:
        return
    about: dict[str, Any] = {
        "case_id": state.case_id,
        "holder": clock.holder,
        "step": clock.step,
        "due_on": due_on,
        "rule": clock.rule,
        "law": clock.law,
    }
    if work.today <= due_on:
        work.emit(StepDue(**about, legal_on=clock.notice_on or work.today))
        row.told_due_on = due_on
    elif clock.step is Step.TAKE_EFFECT:
        effective_on = next_day(due_on)
        fact = DecisionEffective(case_id=state.case_id, legal_on=effective_on, effective_on=effective_on, law=clock.law)
        history.apply(state, work.emit(fact), reference.settlement())
        row.missed_due_on = due_on
    else:
        work.emit(StepMissed(**about, legal_on=next_day(due_on)))
        row.missed_due_on = due_on
    work.save(row)
