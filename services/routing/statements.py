"""How the fact of each move is written: what the officer said, what the case already says, and the article of the move's row (pure)."""

from collections.abc import Callable
from datetime import date
from typing import Final

from contracts import cases
from contracts.event import Event
from contracts.vocabulary import Step
from law import bodies
from services.routing import clocks, court, protection
from services.routing.guards import Act
from services.routing.state import is_open_to_several

FIRST_TO_ACCEPT: Final = "LTC 41"
"""Of several competent bodies the first to accept settles."""


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
    law = f"{act.row.law}; {FIRST_TO_ACCEPT}" if is_open_to_several(state) else act.row.law
    return cases.CaseAccepted(
        case_id=state.case_id, legal_on=act.on, holder=state.holder, document=_document(act), law=law, due_on=_own_limit(act)
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


def _reopened(act: Act, agency: str) -> Event:
    return cases.CaseReopened(
        case_id=act.state.case_id,
        legal_on=act.on,
        ground=act.ask.ground or "",
        document=_document(act),
        law=_ground_law(act),
        step=None,
        due_on=None,
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


def _continued(act: Act, agency: str) -> Event:
    return cases.DenunciationContinued(
        case_id=act.state.case_id, legal_on=act.on, received_by=agency, document=_document(act), law=act.row.law, due_on=None
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
    "CaseReopened": _reopened,
    "SecondSettlementOpened": _second,
    "DenunciationContinued": _continued,
    "ProgressDemanded": _urged,
    "ObligationSet": _obliged,
    "ObligationFulfilled": _fulfilled,
    **court.WRITERS,
    **protection.WRITERS,
}
"""How the fact of each move is written; facts of intake and of the sweep are not moves."""
