"""The settlement: what each move states, and which moves are open now (pure).

``decide(table, state, move, …)`` answers with the fact that the move states or refuses with the article and what would be needed;
``history.apply`` then makes it part of the case. The table of moves says who, when and with what; this module knows how a
fact is written.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

import msgspec

from contracts import cases
from contracts.errors import Invalid, NotAllowed, Refusal
from contracts.event import Event
from contracts.vocabulary import Step
from law import bodies
from services.routing import clocks, history
from services.routing.guards import GUARDS, Act, Ask
from services.routing.history import State
from services.routing.moves import MoveRow, Moves


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """A move that may be made now. ``within`` is the last day for it, where a clock runs on it; ``needs`` what must be shown."""

    move: str
    vi: str
    en: str
    by: str
    document: str
    needs: tuple[str, ...]
    within: date | None
    law: str
    grade: str


def decide(table: Moves, state: State, move: str, ask: Ask, *, agency: str, on: date) -> Event:
    """The fact that ``move``, made by ``agency`` on the legal date ``on``, states about the case.

    Raises NotFound (unknown_move), IllegalMove (with the article and what would be needed), NotAllowed (not this agency's to
    make) or Invalid (something is missing in the form).
    """
    row = table.find(move, state.kind, state.stage, state.status, on)
    _check_actor(state, row, agency, table)
    if on < state.last_on:
        raise Invalid("before_last_act", field="on", on=on, last=state.last_on)
    act = Act(state, row, ask, on, table)
    for word in row.needs:
        GUARDS[word](act)
    fact = WRITERS[row.fact](act, agency)
    return _with_dates(table, state, fact, act)


def allowed_actors(state: State, row: MoveRow) -> tuple[str, ...]:
    """The bodies that may make a move now."""
    match row.actor:
        case "holder":
            return (state.holder,)
        case "arbiter":
            return (state.arbiter,) if state.arbiter else ()
        case "superior":
            return bodies.superiors(state.holder)
        case "second":
            return (state.second,) if state.second else bodies.superiors(state.holder)[:1]
        case "obliged":
            return tuple(dict.fromkeys((*state.obligations.values(), state.holder)))
    return ()


def _check_actor(state: State, row: MoveRow, agency: str, table: Moves) -> None:
    allowed = allowed_actors(state, row)
    if agency in allowed:
        return
    if row.actor == "holder":
        raise NotAllowed("agency_not_allowed", agency=agency or "–")
    raise NotAllowed("move_not_yours", law=row.law, move=table.names[row.move][0], move_en=row.move, allowed=", ".join(allowed) or "–")


def _with_dates(table: Moves, state: State, fact: Event, act: Act) -> Event:
    """Fill in the dates that follow from the fact itself, by trying it on a copy of the case."""
    names = fact.__struct_fields__
    if "due_on" not in names or isinstance(fact, cases.CompetenceDisputed | cases.ObligationSet | cases.CaseSettled):
        return fact
    after = history.apply(history.copy_of(state), fact, table)
    clock = after.clock(Step.REPORT_PROGRESS) if isinstance(fact, cases.ProgressDemanded) else after.main_clock
    if isinstance(fact, cases.CaseExtended) and clock is not None:
        clocks.counted(clock, after.facts())
    dates: dict[str, Any] = {"due_on": clock.due_on if clock else None}
    if "step" in names:
        dates["step"] = clock.step if clock else None
    return msgspec.structs.replace(fact, **dates)


# How each fact is written


def _document(act: Act) -> str:
    return act.ask.document or ""


def _assigned(act: Act, agency: str) -> Event:
    state = act.state
    to = act.ask.to or state.competent or state.holder
    law = state.law or act.row.law
    return cases.PetitionAssigned(case_id=state.case_id, legal_on=act.on, holder=to, rule=state.rule, law=law, step=None, due_on=None)


def _guided(act: Act, agency: str) -> Event:
    to = act.ask.to or act.state.competent or act.state.holder
    return cases.PetitionGuided(case_id=act.state.case_id, legal_on=act.on, competent=to, document=_document(act), law=act.row.law)


def _forwarded(act: Act, agency: str) -> Event:
    return cases.PetitionForwarded(
        case_id=act.state.case_id,
        legal_on=act.on,
        sender=act.state.holder,
        holder=act.ask.to or "",
        document=_document(act),
        law=f"{act.row.law} ({act.ask.basis})" if act.ask.basis else act.row.law,
        step=None,
        due_on=None,
    )


def _returned(act: Act, agency: str) -> Event:
    to = act.ask.to or act.state.axes.forwarder or ""
    return cases.PetitionReturned(
        case_id=act.state.case_id, legal_on=act.on, forwarder=to, document=_document(act), reason=act.ask.reason or "", law=act.row.law
    )


def _filed(act: Act, agency: str) -> Event:
    return cases.PetitionFiled(case_id=act.state.case_id, legal_on=act.on, ground=act.ask.ground or "", law=_ground_law(act))


def _ground_law(act: Act) -> str:
    found = act.moves.ground(act.ask.ground or "", act.row.move, act.state.kind, act.on)
    return found.law if found else act.row.law


def _disputed(act: Act, agency: str) -> Event:
    state, options = act.state, act.moves.options
    count = len(state.refused_by) + 1
    arbiter: str | None = None
    due_on: date | None = None
    if count >= int(options["refusals_before_arbiter"]):
        arbiter = bodies.common_superior(state.refused_by[-1] if state.refused_by else state.trail[-1], state.holder)
        due_on = clocks.after_working_days(act.on, int(options["arbiter_days"])) if arbiter else None
    return cases.CompetenceDisputed(
        case_id=state.case_id,
        legal_on=act.on,
        refused_by=state.holder,
        reason=act.ask.reason or "",
        refusal_count=count,
        arbiter=arbiter,
        due_on=due_on,
    )


def _decided(act: Act, agency: str) -> Event:
    to = agency if act.row.move == "take_over" else act.ask.to or ""
    return cases.CompetenceDecided(case_id=act.state.case_id, legal_on=act.on, holder=to, document=_document(act), law=act.row.law)


def _accepted(act: Act, agency: str) -> Event:
    state = act.state
    return cases.CaseAccepted(
        case_id=state.case_id, legal_on=act.on, holder=state.holder, document=_document(act), law=act.row.law, due_on=_own_limit(act)
    )


def _own_limit(act: Act) -> date | None:
    """The day that an agency sets itself where no law does (recommendations and feedback)."""
    if act.ask.limit_on is not None or act.ask.agency_limit is None:
        return act.ask.limit_on
    own = {"agency_limit": {"limit": act.ask.agency_limit.limit, "unit": act.ask.agency_limit.unit}}
    return clocks.limit_of(act.state.kind, "settle", act.on, own, act.state.holder)


def _refused(act: Act, agency: str) -> Event:
    return cases.CaseRefused(
        case_id=act.state.case_id, legal_on=act.on, ground=act.ask.ground or "", document=_document(act), law=_ground_law(act)
    )


def _complex(act: Act, agency: str) -> Event:
    return cases.CaseMarkedComplex(
        case_id=act.state.case_id, legal_on=act.on, criteria=list(act.ask.criteria), document=_document(act), due_on=None
    )


def _extended(act: Act, agency: str) -> Event:
    return cases.CaseExtended(
        case_id=act.state.case_id, legal_on=act.on, due_on=act.on, document=_document(act), reason=act.ask.reason or "", law=act.row.law
    )


def _suspended(act: Act, agency: str) -> Event:
    return cases.CaseSuspended(
        case_id=act.state.case_id, legal_on=act.on, ground=act.ask.ground or "", document=_document(act), law=_ground_law(act)
    )


def _resumed(act: Act, agency: str) -> Event:
    return cases.CaseResumed(case_id=act.state.case_id, legal_on=act.on, document=_document(act), due_on=None, law=act.row.law)


def _dialogue(act: Act, agency: str) -> Event:
    return cases.DialogueHeld(case_id=act.state.case_id, legal_on=act.on, document=_document(act), is_in_person=act.ask.is_in_person)


def _settled(act: Act, agency: str) -> Event:
    if act.ask.outcome is None:
        raise act.lacks("outcome_unknown", "outcome", value="–", known="")
    clock = act.state.clock(Step.SETTLE)
    due_on = clock.due_on if clock else None
    return cases.CaseSettled(
        case_id=act.state.case_id,
        legal_on=act.on,
        holder=act.state.holder,
        outcome=act.ask.outcome,
        document=_document(act),
        due_on=due_on,
        was_late=due_on is not None and act.on > due_on,
        law=act.row.law,
    )


def _sent(act: Act, agency: str) -> Event:
    return cases.DecisionSent(case_id=act.state.case_id, legal_on=act.on, document=_document(act), law=act.row.law)


def _published(act: Act, agency: str) -> Event:
    return cases.DecisionPublished(case_id=act.state.case_id, legal_on=act.on, document=_document(act), law=act.row.law)


def _noticed(act: Act, agency: str) -> Event:
    step = act.ask.step or Step.SEND_NOTICE
    return cases.NoticeSent(case_id=act.state.case_id, legal_on=act.on, step=step, document=_document(act), law=act.row.law)


def _terminated(act: Act, agency: str) -> Event:
    return cases.CaseTerminated(
        case_id=act.state.case_id, legal_on=act.on, ground=act.ask.ground or "", document=_document(act), law=_ground_law(act)
    )


def _second(act: Act, agency: str) -> Event:
    return cases.SecondSettlementOpened(
        case_id=act.state.case_id,
        legal_on=act.on,
        holder=agency,
        rule=act.state.rule,
        document=_document(act),
        law=act.row.law,
        step=None,
        due_on=None,
    )


def _urged(act: Act, agency: str) -> Event:
    return cases.ProgressDemanded(
        case_id=act.state.case_id,
        legal_on=act.on,
        demanded_by=agency,
        holder=act.state.holder,
        document=_document(act),
        law=act.row.law,
        due_on=None,
    )


def _obliged(act: Act, agency: str) -> Event:
    return cases.ObligationSet(
        case_id=act.state.case_id,
        legal_on=act.on,
        obligation=act.ask.obligation or "",
        obliged=act.ask.to or "",
        measure=act.ask.measure or "",
        document=_document(act),
        law=act.row.law,
        due_on=act.ask.limit_on,
    )


def _fulfilled(act: Act, agency: str) -> Event:
    name = act.ask.obligation or ""
    return cases.ObligationFulfilled(
        case_id=act.state.case_id, legal_on=act.on, obligation=name, obliged=act.state.obligations[name], document=_document(act)
    )


WRITERS: Final[dict[str, Callable[[Act, str], Event]]] = {
    "PetitionAssigned": _assigned,
    "PetitionGuided": _guided,
    "PetitionForwarded": _forwarded,
    "PetitionReturned": _returned,
    "PetitionFiled": _filed,
    "CompetenceDisputed": _disputed,
    "CompetenceDecided": _decided,
    "CaseAccepted": _accepted,
    "CaseRefused": _refused,
    "CaseMarkedComplex": _complex,
    "CaseExtended": _extended,
    "CaseSuspended": _suspended,
    "CaseResumed": _resumed,
    "DialogueHeld": _dialogue,
    "CaseSettled": _settled,
    "DecisionSent": _sent,
    "DecisionPublished": _published,
    "NoticeSent": _noticed,
    "CaseTerminated": _terminated,
    "SecondSettlementOpened": _second,
    "ProgressDemanded": _urged,
    "ObligationSet": _obliged,
    "ObligationFulfilled": _fulfilled,
}
"""How the fact of each move is written; facts of intake and of the sweep are not moves."""

# What may be done next

_FORM_WORDS: Final = (
    "document reason ground measure criteria outcome target guided_to step representatives",
    "obliged obligation basis not_circular reachable",
)
ABOUT_THE_FORM: Final = frozenset(word for line in _FORM_WORDS for word in line.split())
"""Guards that only look at the form; whether a move is open does not depend on them."""
_DONE_BY: Final = {
    "accept": (Step.ACCEPT, Step.INITIAL, Step.NOTIFY_VISITOR),
    "refuse": (Step.ACCEPT, Step.INITIAL),
    "assign": (Step.ACCEPT, Step.INITIAL, Step.NOTIFY_VISITOR),
    "guide": (Step.ACCEPT, Step.FORWARD),
    "return": (Step.ACCEPT,),
    "forward": (Step.FORWARD, Step.INITIAL, Step.NOTIFY_VISITOR),
    "settle": (Step.SETTLE,),
    "extend": (Step.SETTLE,),
    "mark_complex": (Step.SETTLE,),
    "terminate": (Step.SETTLE,),
    "send_decision": (Step.SEND_DECISION,),
    "publish": (Step.PUBLISH,),
    "decide_competence": (Step.DECIDE_COMPETENCE,),
    "fulfil_obligation": (Step.FULFIL,),
    "set_obligation": (Step.ENFORCE, Step.ACT_ON_CONCLUSION),
}


def next_steps(table: Moves, state: State, on: date) -> list[NextStep]:
    """The moves that are open on a day, who may make them and by when."""
    return [_step(table, state, row) for row in _open(table, state, on)]


def _open(table: Moves, state: State, on: date) -> Iterator[MoveRow]:
    for row in table.rows:
        if row.actor in ("intake", "system") or not row.is_about(state.kind, state.stage) or not row.is_in_force(on):
            continue
        if state.status in row.states and allowed_actors(state, row) and obstacle(table, state, row, on) is None:
            yield row


def obstacle(table: Moves, state: State, row: MoveRow, on: date) -> Refusal | None:
    """Why the case itself stands against a move, whatever its form would say."""
    act = Act(state, row, Ask(), on, table)
    for word in row.needs:
        if word in ABOUT_THE_FORM or (word == "running" and "step" in row.needs):
            continue
        try:
            GUARDS[word](act)
        except Refusal as refusal:
            return refusal
    return None


def _step(table: Moves, state: State, row: MoveRow) -> NextStep:
    vi, en = table.names[row.move]
    ends = [clock.due_on for step in _DONE_BY.get(row.move, ()) if (clock := state.clock(step)) is not None and clock.due_on is not None]
    return NextStep(
        move=row.move,
        vi=vi,
        en=en,
        by=" ".join(allowed_actors(state, row)),
        document=row.document,
        needs=tuple(word for word in row.needs if word in ABOUT_THE_FORM),
        within=min(ends, default=None),
        law=row.law,
        grade=row.grade,
    )


def why_not(table: Moves, state: State, move: str, on: date) -> Refusal | None:
    """Why a move is not open on a day; None when it is."""
    try:
        row = table.find(move, state.kind, state.stage, state.status, on)
    except Refusal as refusal:
        return refusal
    return obstacle(table, state, row, on)
