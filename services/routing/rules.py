"""What routing decides by itself when intake speaks: who is competent, what ought to be done, who holds the case (pure)."""

from datetime import date
from functools import lru_cache

from contracts import cases
from contracts.errors import Invalid
from contracts.petitions import PetitionClassified
from contracts.vocabulary import Branch, Competence, Status
from services.routing import action, competence, history
from services.routing.competence import Competent, Matter, Table
from services.routing.guards import is_desk_of
from services.routing.moves import Moves
from services.routing.state import UNDECIDED, State, copy_of, is_own, kind_of, stage_of

_decide = lru_cache(65_536)(action.decide)
_settle = lru_cache(65_536)(competence.settlers)
_body_of = lru_cache(65_536)(competence.body_of)
"""Many letters of one day state the same facts; the tables are asked once."""
CERTAIN = frozenset({"A", "A2", "B"})
"""Grades that bind an officer; under C and M the officer answers for competence."""
_ASSIGNING = frozenset({"propose_acceptance", "assign_unit", "inspect"})
"""What a body does with a matter that is its own and may be handled."""


def matter_of(state: State) -> Matter:
    """The facts that decide competence. A denunciation without a recorded branch is about State management unless it names an office."""
    axes = state.axes
    branch = ""
    if state.kind == "denunciation":
        branch = axes.branch or (Branch.PUBLIC_DUTY if axes.author_agency else Branch.STATE_MANAGEMENT)
    kind = "recommendation" if state.kind == "mixed" else state.kind
    return Matter(
        kind,
        axes.author_role.value,
        branch,
        axes.field.value,
        axes.place or "",
        axes.author_agency or "",
        state.receiver,
    )


def determine(state: State, table: Table, rows: action.Table, on: date) -> None:
    """Write into the case who is competent, by which rule, and what ought to be done with the letter received ``on``."""
    if not state.is_decided:
        _determine_competent(state, table, on)
    state.action, state.action_rule = _action(state, rows, on)


def _determine_competent(state: State, table: Table, on: date) -> None:
    matter = matter_of(state)
    found = _settlers(table, matter, on)
    state.competent = state.second = state.rule = state.law = ""
    state.is_certain = False
    if found is not None:
        _name_bodies(state, table, matter, found, on)
    if not state.competent and state.axes.competence is Competence.OWN:
        state.competent = state.holder


def classify(state: State, fact: PetitionClassified, moves: Moves, table: Table, rows: action.Table) -> cases.PetitionAssigned | None:
    """Take in what an officer determined; the assignment that follows from it, if the matter is the holder's own.

    Competence is read first, because the clock that starts depends on it. A letter that is past acceptance stays as it is.
    """
    if state.status in UNDECIDED:
        state.axes, state.kind, state.stage = fact.axes, kind_of(fact.axes), stage_of(fact.axes)
        determine(state, table, rows, state.received_on)
    history.apply(state, fact, moves)
    return assignment(state, moves, fact.legal_on) if state.status is Status.CLASSIFIED else None


def _settlers(table: Table, matter: Matter, on: date) -> Competent | None:
    try:
        return _settle(table, matter, on)
    except Invalid:
        return None


def _name_bodies(state: State, table: Table, matter: Matter, found: Competent, on: date) -> None:
    """A matter settled once goes to the second settler. A table that is not certain gives way to the officer who says "own"."""
    role = found.second if state.stage == 2 and found.second else found.first
    body = _body_of(table, role, matter, on)
    second = _body_of(table, found.second, matter, on) if found.second else None
    state.rule, state.law = found.rule, "; ".join(found.cites)
    state.second = second.code if second else ""
    state.competent = body.code if body else ""
    state.is_certain = body is not None and found.grade in CERTAIN and "author_unknown" not in found.warnings
    if not state.is_certain and state.axes.competence is Competence.OWN and not is_desk_of(state.holder, state.competent):
        state.competent = state.holder


def _action(state: State, rows: action.Table, on: date) -> tuple[str, str]:
    own = is_own(state) or is_desk_of(state.holder, state.competent)
    try:
        found = _decide(rows, action.letter_of(state.axes, own=own), on)
    except Invalid:
        return ("propose_acceptance" if own else "guide"), ""
    return found.action, found.rule


def assignment(state: State, table: Moves, on: date) -> cases.PetitionAssigned | None:
    """The case is given to the competent body when that is the holder, or the body whose letters the holder receives."""
    if state.action not in _ASSIGNING:
        return None
    to = state.competent if is_desk_of(state.holder, state.competent) else state.holder
    draft = cases.PetitionAssigned(
        case_id=state.case_id,
        legal_on=on,
        holder=to,
        rule=state.rule or state.action_rule,
        law=state.law or "TT05 7",
        step=None,
        due_on=None,
    )
    clock = history.apply(copy_of(state), draft, table).main_clock
    if clock is None:
        return draft
    return cases.PetitionAssigned(
        case_id=state.case_id, legal_on=on, holder=to, rule=draft.rule, law=draft.law, step=clock.step, due_on=clock.due_on
    )
