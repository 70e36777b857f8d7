"""The sweep: states what time brings about, once: a step is due, a step was missed, a decision took effect.

A clock names the next day on which there is something to say; the sweep reads those whose day has come, set by set, and decides
again under the cases' locks. So neither a restart nor a clock set back makes it say anything twice, and nothing is left out.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from contracts.cases import DecisionEffective, StepDue, StepMissed, TermDue, TermMissed
from contracts.vocabulary import FIRST_STEPS
from law.clocks import next_day
from runtime.service import Service
from runtime.work import Many, Work
from services.routing import docket, history, reference, store
from services.routing.models import Clock

log = logging.getLogger(__name__)
SET_SIZE: Final = 1000
"""Cases in one transaction."""
READ_SIZE: Final = 20_000
"""Clocks read ahead."""


async def sweep(service: Service) -> None:
    """State everything whose day has come."""
    while waking := await service.db.rows(store.WAKING, today=service.clock.today(), most=READ_SIZE):
        duties = {case_id for case_id, step in waking if step not in docket.SILENT}
        effects = {case_id for case_id, step in waking if step in docket.SILENT}
        stated = 0
        for some in _sets(duties):
            async with service.work(some, [Many(Clock)], about="sweep") as work:
                stated += _each(state_duties, work, some)
        for some in _sets(effects):
            async with service.work(some, docket.LOADS, about="sweep") as work:
                stated += _each(state_effect, work, some)
        if stated == 0:
            return


def _sets(cases: set[str]) -> Iterator[list[str]]:
    every = sorted(cases)
    return (every[start : start + SET_SIZE] for start in range(0, len(every), SET_SIZE))


def _each(state: Callable[[Work, str], int], work: Work, cases: list[str]) -> int:
    """How much was stated. A case that fails is left as it is and does not hold up the others; the next sweep tries it again."""
    stated = 0
    for case_id in cases:
        try:
            stated += state(work, case_id)
        except Exception:
            log.exception("case not swept", extra={"case_id": case_id})
            work.drop()
        else:
            work.next_item()
    return stated


def _waking(work: Work, case_id: str, *, silent: bool) -> list[Clock]:
    rows = [row for row in work.all(Clock, case_id=case_id) if row.wake_on is not None and row.wake_on <= work.today]
    return sorted((row for row in rows if (row.step in docket.SILENT) is silent), key=lambda row: (row.due_on or date.max, row.no))


def state_duties(work: Work, case_id: str) -> int:
    """State which steps of a case are due and which were missed; how many facts that were.

    A step whose last day has ended already is missed; that it was due is not said afterwards. Steps that the closed list of
    ``StepDue`` lacks are told of by ``TermDue``.
    """
    rows = _waking(work, case_id, silent=False)
    for row in rows:
        due_on, woke_on = row.due_on or work.today, row.wake_on or work.today
        about: dict[str, Any] = {
            "case_id": case_id,
            "holder": row.holder,
            "step": row.step,
            "due_on": due_on,
            "rule": row.rule,
            "law": row.law,
        }
        if work.today <= due_on:
            work.emit((StepDue if row.step in FIRST_STEPS else TermDue)(**about, legal_on=woke_on))
            row.told_due_on, row.wake_on = due_on, next_day(due_on)
        else:
            work.emit((StepMissed if row.step in FIRST_STEPS else TermMissed)(**about, legal_on=next_day(due_on)))
            row.missed_due_on, row.wake_on = due_on, None
        work.save(row)
    return len(rows)


def state_effect(work: Work, case_id: str) -> int:
    """State that a decision binds, which starts the clock of its enforcement (Law on Complaints, art. 44; Decree 124/2020, art. 31)."""
    state, rows = docket.take(work, case_id), _waking(work, case_id, silent=True)
    if state is None or not rows:
        return 0
    for row in rows:
        effective_on = next_day(row.due_on or work.today)
        fact = DecisionEffective(case_id=case_id, legal_on=effective_on, effective_on=effective_on, law=row.law)
        history.apply(state, work.emit(fact), reference.settlement())
    docket.keep(work, state)
    return len(rows)
