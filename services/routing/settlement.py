"""The settlement: what each move states, and which moves are open now (pure).

``decide(table, state, move, …)`` answers with the fact that the move states or refuses with the article and what would be needed;
``history.apply`` then makes it part of the case. The table of moves says who, when and with what; ``statements`` how its fact is
written.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import msgspec

from contracts import cases
from contracts import court as court_facts
from contracts.errors import Invalid, NotAllowed, Refusal
from contracts.event import Event
from contracts.moves import Ask
from contracts.vocabulary import Status, Step
from law import bodies
from law.transitions import version_on
from services.routing import clocks, court, history
from services.routing.clocks import Clock
from services.routing.guards import GUARDS, Act
from services.routing.moves import MoveRow, Moves
from services.routing.state import State, copy_of
from services.routing.statements import WRITERS


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """A move that may be made now. ``within`` is the last day for it, where a term runs on it; ``needs`` what must be shown;
    ``warning`` the unknown of the law sheet that the rule depends on (U7: a possible new decree on enforcing judgments).
    """

    move: str
    vi: str
    en: str
    by: str
    document: str
    needs: tuple[str, ...]
    within: date | None
    law: str
    grade: str
    warning: str = ""


def decide(table: Moves, state: State, move: str, ask: Ask, *, agency: str, on: date) -> Event:
    """The fact that ``move``, made by ``agency`` on the legal date ``on``, states about the case.

    Raises NotFound (unknown_move), IllegalMove (with the article and what would be needed), NotAllowed (not this agency's to
    make) or Invalid (something is missing in the form).
    """
    row = table.find(move, state.kind, state.stage, state.status, law_day(state, move, on))
    _check_actor(state, row, agency, ask, table)
    if on < state.last_on:
        raise Invalid("before_last_act", field="on", on=on, last=state.last_on)
    act = Act(state, row, ask, on, table)
    for word in row.needs:
        GUARDS[word](act)
    fact = WRITERS[row.fact](act, agency)
    return _with_dates(table, state, fact, act)


def law_day(state: State, move: str, on: date) -> date:
    """The day whose law governs a move: that of the act; while a matter is being settled that of its acceptance, unless a clause of
    transition gives open cases the new rule (Decree 155/2026, art. 22; Decree 156/2026, art. 10.1).
    """
    if state.accepted_on is None or state.status not in (Status.ACCEPTED, Status.SUSPENDED):
        return on
    kind = "complaint" if state.kind == "discipline" else state.kind
    return version_on(kind, "suspend" if move == "resume" else move, state.accepted_on, on)


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
        case "court":
            return _known(state.suit.court)
        case "court_or_holder":
            return tuple(dict.fromkeys((state.holder, *_known(state.suit.court))))
        case "debtor":
            return _known(state.suit.debtor)
        case "enforcer":
            return _known(state.suit.enforcer)
        case "debtor_superior":
            return _known(state.suit.superior)
    return ()


def _known(code: str) -> tuple[str, ...]:
    return (code,) if code else ()


def _check_actor(state: State, row: MoveRow, agency: str, ask: Ask, table: Moves) -> None:
    """A court may tell by itself of a suit that it names itself for."""
    allowed = allowed_actors(state, row)
    if agency in allowed or ("court" in row.needs and agency == ask.to):
        return
    if row.actor == "holder":
        raise NotAllowed("agency_not_allowed", agency=agency or "–")
    raise NotAllowed("move_not_yours", law=row.law, move=table.names[row.move][0], move_en=row.move, allowed=", ".join(allowed) or "–")


def _with_dates(table: Moves, state: State, fact: Event, act: Act) -> Event:
    """Fill in the dates that follow from the fact itself, by trying it on a copy of the case."""
    names = fact.__struct_fields__
    if "due_on" not in names or isinstance(fact, cases.CompetenceDisputed | cases.ObligationSet | cases.CaseSettled):
        return fact
    after = history.apply(copy_of(state), fact, table)
    clock = after.clock(_DATED_BY[type(fact)]) if type(fact) in _DATED_BY else after.main_clock
    if isinstance(fact, cases.CaseExtended) and clock is not None:
        clocks.counted(clock, after.facts())
    dates: dict[str, Any] = {"due_on": clock.due_on if clock else None}
    if "step" in names:
        dates["step"] = clock.step if clock else None
    return msgspec.structs.replace(fact, **dates)


_DATED_BY: Final[dict[type[Event], Step]] = {
    cases.ProgressDemanded: Step.REPORT_PROGRESS,
    cases.DenunciationContinued: Step.ORDER_REPORT,
    court_facts.JudgmentReceived: Step.ENFORCE_JUDGMENT,
    court_facts.CompulsionRequested: Step.COMPEL_ENFORCEMENT,
    court_facts.EnforcementCompelled: Step.DIRECT_ENFORCEMENT,
    court_facts.LiabilityRecommended: Step.ANSWER_LIABILITY,
}
"""Facts whose last day is that of another step than the holder's first."""


# What may be done next

_FORM_WORDS: Final = (
    "document reason ground measure criteria outcome target guided_to step representatives",
    "obliged obligation basis not_circular reachable concurrent urgent_or_document concluded court dismissal debtor",
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
    "urge": (Step.ORDER_REPORT,),
    "fulfil_obligation": (Step.FULFIL,),
    "set_obligation": (Step.ENFORCE, Step.ACT_ON_CONCLUSION),
    "enforce_judgment": (Step.ENFORCE_JUDGMENT,),
    "report_enforcement": (Step.REPORT_RESULT, Step.REPORT_DONE),
    "remind_enforcement": (Step.REMIND_ENFORCEMENT,),
    "compel_enforcement": (Step.COMPEL_ENFORCEMENT,),
    "direct_enforcement": (Step.DIRECT_ENFORCEMENT,),
    "answer_liability": (Step.ANSWER_LIABILITY,),
}


def next_steps(table: Moves, state: State, on: date) -> list[NextStep]:
    """The moves that are open on a day, who may make them and by when."""
    return [_step(table, state, row, on) for row in _open(table, state, on)]


def _open(table: Moves, state: State, on: date) -> Iterator[MoveRow]:
    for row in table.rows:
        if row.actor in ("intake", "system") or not row.is_about(state.kind, state.stage):
            continue
        if not row.is_in_force(law_day(state, row.move, on)):
            continue
        if state.status in row.states and allowed_actors(state, row) and obstacle(table, state, row, on) is None:
            yield row


def obstacle(table: Moves, state: State, row: MoveRow, on: date) -> Refusal | None:
    """Why a move is not open, whatever its form would say: what the case says against it, and what no form could make good."""
    act = Act(state, row, Ask(), on, table)
    for word in row.needs:
        if word in ABOUT_THE_FORM:
            continue
        try:
            GUARDS[word](act)
        except Refusal as refusal:
            return refusal
    if "basis" in row.needs:
        return _without_basis(act)
    clock = state.clock(Step.SETTLE)
    return _unextendable(clock, state.facts()) if row.fact == "CaseExtended" and clock is not None else None


def _without_basis(act: Act) -> Refusal | None:
    """A basis that somebody must switch on (K1): none is on, or none that fits the case."""
    switched_on = [name.removeprefix("basis.") for name, value in act.moves.options.items() if name.startswith("basis.") and value == "on"]
    refusal = None
    for basis in switched_on or [""]:
        try:
            GUARDS["basis"](act._replace(ask=Ask(basis=basis)))
        except Refusal as against:
            refusal = against
        else:
            return None
    return refusal


def _unextendable(clock: Clock, facts: dict[str, Any]) -> Refusal | None:
    """The law grants no further extension on what is on file."""
    try:
        clocks.counted(msgspec.structs.replace(clock, extensions=clock.extensions + 1), facts)
    except Invalid as refusal:
        return refusal
    return None


def _last_days(state: State, move: str, on: date) -> Iterator[date | None]:
    """The ends of the clocks that a move stops, and of the terms within which a right may be used."""
    yield from (clock.due_on for step in _DONE_BY.get(move, ()) if (clock := state.clock(step)) is not None)
    if move == "sue":
        yield court.last_day_to_sue(state, on)
    if move == "request_compulsory":
        yield court.last_day_to_ask(state)


def _step(table: Moves, state: State, row: MoveRow, on: date) -> NextStep:
    vi, en = table.names[row.move]
    ends = [day for day in _last_days(state, row.move, on) if day is not None]
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
        warning=row.note.partition(":")[0] if row.note.startswith("U") else "",
    )


def why_not(table: Moves, state: State, move: str, on: date) -> Refusal | None:
    """Why a move is not open on a day; None when it is."""
    try:
        row = table.find(move, state.kind, state.stage, state.status, law_day(state, move, on))
    except Refusal as refusal:
        return refusal
    return obstacle(table, state, row, on)
