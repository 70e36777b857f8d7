"""What a case is after its facts: ``apply`` folds one fact after the other into the state that the rules decide on (pure).

The status, the clocks that start and stop, and nothing else come from the table of moves; what a fact says beyond that
(who holds the case, the criteria on file, the outcome) is written down here. Every fact has an effect in every state: facts
may not be refused.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from contracts import cases, petitions
from contracts.event import Event
from contracts.vocabulary import SettledBefore, Status, Step
from law.question import Decision
from services.routing import clocks, lawsuit, protection
from services.routing.clocks import Clock
from services.routing.lawsuit import NO_SUIT
from services.routing.moves import MoveRow, Moves, Start
from services.routing.state import UNDECIDED, State, is_open_to_several, is_own, kind_of, stage_of

STAND_STILL = frozenset({Step.SETTLE})
"""Steps whose days are not counted while settlement is suspended (Law on Complaints, art. 11a.4; Law on Denunciations, art. 34.2)."""
OF_OTHERS = frozenset({Step.DECIDE_COMPETENCE, Step.FULFIL, Step.ORDER_REPORT})
"""Steps that another body than the holder must take."""
WITHOUT_STATUTORY_LIMIT = frozenset({"recommendation", "feedback"})
"""Kinds for which no law sets a limit of settlement; the agency's own, if it named one, stands in the fact of acceptance."""


def opened(fact: petitions.PetitionLodged, table: Moves, *, is_remote: bool = False) -> State:
    """The case of a letter, held by the body that received it."""
    state = State(
        case_id=fact.case_id,
        kind=kind_of(fact.axes),
        stage=stage_of(fact.axes),
        axes=fact.axes,
        receiver=fact.received_by,
        holder=fact.received_by,
        received_on=fact.received_on,
        came_on=fact.received_on,
        last_on=fact.received_on,
        is_remote=is_remote,
    )
    _run_clocks(state, fact, table, fact.received_on)
    return state


def apply(state: State, fact: Event, table: Moves) -> State:
    """Write a fact into ``state``, which is changed and returned. Facts that change nothing here leave it as it is."""
    on = fact.legal_on
    status_before = state.status
    kept = _WRITERS.get(type(fact))
    if kept is not None and kept(state, fact) is not False:
        _run_clocks(state, fact, table, on, status_before)
        if isinstance(fact, cases.SecondSettlementOpened):
            state.stage = 2
        state.last_on = max(state.last_on, on)
    return state


def _run_clocks(state: State, fact: Event, table: Moves, on: date, status: Status | None = None) -> None:
    row = table.stating(type(fact).__name__, state.kind, state.stage, status or state.status, on)
    if row is None:
        return
    if row.to is not None:
        state.status = row.to
    _stop(state, row, fact, on)
    for start in row.starts:
        if _holds(state, start.when):
            _start(state, start, fact, on)
    _recount(state)


def _stop(state: State, row: MoveRow, fact: Event, on: date) -> None:
    named = {str(getattr(fact, "step", ""))} if "=step" in row.stops else row.stops
    for clock in state.clocks:
        if clock.is_running and (("*" in named and clock.step not in lawsuit.STEPS) or clock.step.value in named):
            clock.stopped_on = on


def _start(state: State, start: Start, fact: Event, on: date) -> None:
    clock = Clock(
        step=start.step,
        kind=start.kind or state.kind,
        limit=start.limit,
        holder=getattr(fact, "received_by", state.holder) if start.step in OF_OTHERS else state.holder,
        started_on=_since(state, start, on),
    )
    if isinstance(fact, cases.CaseAccepted) and state.kind in WITHOUT_STATUTORY_LIMIT:
        clock.limit_on = fact.due_on
    state.clocks = [*state.clocks, clock]


def _since(state: State, start: Start, on: date) -> date:
    """The day of the event that starts a clock."""
    if start.since == "came":
        return state.came_on
    term = state.clock(Step.ENFORCE_JUDGMENT) if start.since == "term_end" else None
    if term is not None and clocks.recount(term, state.facts()) and term.due_on is not None:
        return term.due_on
    return on


def _holds(state: State, when: str) -> bool:
    match when:
        case "":
            return True
        case "own":
            return is_own(state)
        case "not_own":
            return not is_own(state)
        case "forwarded":
            return state.axes.source.is_forwarded
        case "to_enforce" | "at_once" | "enforcer" | "superior":
            return state.suit.holds(when)
        case _:
            return state.kind == when


def _recount(state: State) -> None:
    """Count the running clocks anew with what is on file now, for the body that holds the case now.

    A clock that no rule may start, because none is in force or only one that is not confirmed, does not run.
    """
    facts = state.facts()
    idle = []
    for clock in state.clocks:
        if clock.is_running:
            if clock.step in lawsuit.STEPS:
                clock.holder = state.suit.doer(clock.step)
            elif clock.step not in OF_OTHERS:
                clock.holder = state.holder
            if not clocks.recount(clock, facts) and not clock.rule:
                idle.append(clock)
    if idle:
        state.clocks = [clock for clock in state.clocks if clock not in idle]


# What each fact says beyond status and clocks. ``False`` means that it changes nothing in this state.


def _classified(state: State, fact: petitions.PetitionClassified) -> bool:
    if state.status not in UNDECIDED:
        return False
    state.axes, state.kind, state.stage = fact.axes, kind_of(fact.axes), stage_of(fact.axes)
    return True


def _linked(state: State, fact: petitions.PetitionLinked) -> bool:
    if state.status not in UNDECIDED:
        return False
    state.founding = fact.founding_case_id
    return True


def _withdrawn(state: State, fact: petitions.PetitionWithdrawn) -> bool:
    """Before acceptance the matter ends; afterwards the settler must decide to terminate (Law on Complaints, art. 11a.2)."""
    if not fact.is_whole or fact.is_coerced or not state.status.is_open:
        return False
    state.is_withdrawn = True
    return state.status not in (Status.ACCEPTED, Status.SUSPENDED)


def _assigned(state: State, fact: cases.PetitionAssigned) -> None:
    state.holder = state.competent = fact.holder


def _forwarded(state: State, fact: cases.PetitionForwarded) -> None:
    state.trail.append(fact.sender)
    state.holder, state.came_on = fact.holder, fact.legal_on


def _disputed(state: State, fact: cases.CompetenceDisputed) -> None:
    state.refused_by.append(fact.refused_by)
    state.arbiter = fact.arbiter or ""
    if fact.arbiter and fact.due_on is not None:
        clock = Clock(step=Step.DECIDE_COMPETENCE, kind="", limit="", holder=fact.arbiter, started_on=fact.legal_on, limit_on=fact.due_on)
        clocks.recount(clock, {})
        state.clocks = [*state.clocks, clock]


def _decided(state: State, fact: cases.CompetenceDecided) -> None:
    state.trail.append(state.holder)
    state.holder, state.came_on, state.is_decided = fact.holder, fact.legal_on, True
    state.competent, state.is_certain, state.law = fact.holder, True, fact.law


def _accepted(state: State, fact: cases.CaseAccepted) -> None:
    """Of several competent bodies the first to accept is the one that settles (Law on Denunciations, art. 41)."""
    if is_open_to_several(state):
        state.competent, state.is_certain, state.law = fact.holder, True, fact.law
    state.holder, state.accepted_on = fact.holder, fact.legal_on


def _complex(state: State, fact: cases.CaseMarkedComplex) -> None:
    state.criteria = list(dict.fromkeys([*state.criteria, *fact.criteria]))
    state.note = fact.document


def _extended(state: State, fact: cases.CaseExtended) -> None:
    clock = state.clock(Step.SETTLE)
    if clock is not None:
        clock.extensions += 1
        clock.extended = [*clock.extended, Decision(by=clock.holder, document=fact.document)]


def _suspended(state: State, fact: cases.CaseSuspended) -> None:
    for clock in state.clocks:
        if clock.is_running and clock.step in STAND_STILL:
            clocks.suspend(clock, fact.legal_on, fact.document)


def _resumed(state: State, fact: cases.CaseResumed) -> None:
    for clock in state.clocks:
        if clock.is_running and clock.step in STAND_STILL:
            clocks.resume(clock, fact.legal_on)


def _dialogue(state: State, fact: cases.DialogueHeld) -> None:
    state.dialogue_on = fact.legal_on
    state.is_dialogue_in_person = state.is_dialogue_in_person or fact.is_in_person


def _settled(state: State, fact: cases.CaseSettled) -> None:
    state.outcome, state.settled_on = fact.outcome, fact.legal_on


def _sent(state: State, fact: cases.DecisionSent) -> None:
    state.sent_on = fact.legal_on


def _effective(state: State, fact: cases.DecisionEffective) -> None:
    state.effective_on = fact.effective_on


def _second(state: State, fact: cases.SecondSettlementOpened) -> None:
    state.holder, state.came_on, state.competent = fact.holder, fact.legal_on, fact.holder
    state.is_certain, state.is_decided, state.rule, state.law = True, False, fact.rule, fact.law
    state.accepted_on = state.settled_on = state.sent_on = state.effective_on = state.dialogue_on = None
    state.outcome, state.note, state.criteria, state.is_dialogue_in_person = None, "", [], False
    state.trail, state.refused_by, state.arbiter, state.suit = [], [], "", NO_SUIT
    state.axes = msgspec.structs.replace(state.axes, settled_before=SettledBefore.ONCE)


def _reopened(state: State, fact: cases.CaseReopened) -> None:
    state.is_withdrawn, state.came_on, state.accepted_on = False, fact.legal_on, None


def _obliged(state: State, fact: cases.ObligationSet) -> None:
    state.obligations = {**state.obligations, fact.obligation: fact.obliged}
    if fact.due_on is not None:
        clock = Clock(step=Step.FULFIL, kind="", limit=fact.obligation, holder=fact.obliged, started_on=fact.legal_on, limit_on=fact.due_on)
        clocks.recount(clock, {})
        state.clocks = [*state.clocks, clock]


def _fulfilled(state: State, fact: cases.ObligationFulfilled) -> None:
    state.obligations = {name: obliged for name, obliged in state.obligations.items() if name != fact.obligation}
    for clock in state.clocks:
        if clock.step is Step.FULFIL and clock.limit == fact.obligation and clock.is_running:
            clock.stopped_on = fact.legal_on


def _sued(state: State, fact: Event) -> None:
    state.suit = lawsuit.READERS[type(fact)](state.suit, fact)


def _nothing(state: State, fact: Event) -> None:
    """The table of moves says it all."""


_WRITERS: dict[type[Event], Callable[[State, Any], bool | None]] = {
    petitions.PetitionClassified: _classified,
    petitions.PetitionLinked: _linked,
    petitions.PetitionWithdrawn: _withdrawn,
    cases.PetitionAssigned: _assigned,
    cases.PetitionGuided: _nothing,
    cases.PetitionForwarded: _forwarded,
    cases.PetitionReturned: _nothing,
    cases.PetitionFiled: _nothing,
    cases.CompetenceDisputed: _disputed,
    cases.CompetenceDecided: _decided,
    cases.CaseAccepted: _accepted,
    cases.CaseRefused: _nothing,
    cases.CaseMarkedComplex: _complex,
    cases.CaseExtended: _extended,
    cases.CaseSuspended: _suspended,
    cases.CaseResumed: _resumed,
    cases.DialogueHeld: _dialogue,
    cases.CaseSettled: _settled,
    cases.DecisionSent: _sent,
    cases.DecisionPublished: _nothing,
    cases.DecisionEffective: _effective,
    cases.SecondSettlementOpened: _second,
    cases.DenunciationContinued: _nothing,
    cases.ProgressDemanded: _nothing,
    cases.NoticeSent: _nothing,
    cases.ObligationSet: _obliged,
    cases.ObligationFulfilled: _fulfilled,
    cases.CaseTerminated: _nothing,
    cases.CaseReopened: _reopened,
    **dict.fromkeys(lawsuit.READERS, _sued),
    **protection.READERS,
}
