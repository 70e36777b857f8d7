"""Answers commands and questions.

POST /cases/{case_id}/{move}        make a move; the table of moves says who may and what it needs
POST /steps/batch                   many moves at once, one answer each
GET  /cases/{case_id}               where a case stands, with its clocks
GET  /cases/{case_id}/next-steps    what may be done now, by whom, by when (``ask=MOVE``: why not)
GET  /cases/{case_id}/explain       why a step is due on a day (``step=STEP``: only that one)
GET  /competent                     who settles a matter of such facts (open to all)
GET  /action                        what must be done with a letter of such facts (open to all)
"""

from typing import Any, TypeVar

import msgspec
from starlette.requests import Request

from contracts.errors import Invalid, NotAllowed, NotFound
from contracts.moves import MoveForm
from contracts.vocabulary import Role
from law import sight
from runtime import problems
from runtime.auth import Caller
from runtime.clock import LegalClock
from runtime.http import command, query
from runtime.service import Service
from runtime.work import Work
from services.routing import acting, docket, protection, questions, reference, settlement, store
from services.routing.explanations import explained
from services.routing.state import State

Q = TypeVar("Q", bound=questions.Asked)
WATCHERS = frozenset({Role.SUPERVISOR, Role.POLICE, Role.OPERATOR})
"""Who watch and operate do not hear of what protects a denouncer."""
READERS = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.OPERATOR, Role.CITIZEN, Role.SYSTEM})


@command("POST", "/cases/{case_id}/{move}", loads=docket.LOADS, roles={Role.OFFICER, Role.SYSTEM}, batch="/steps/batch")
def make_move(form: MoveForm, caller: Caller, work: Work) -> dict[str, object]:
    """Make a move for the caller's agency, or be refused with the article and what would be needed.

    The platform itself may move a case for its holder; the fact names the holder all the same.
    """
    state = docket.take(work, form.case_id)
    agency = caller.agency or (state.holder if state and caller.role is Role.SYSTEM else "")
    return acting.move(form, state, msgspec.structs.replace(caller.actor, agency=agency), work)


async def _case(request: Request, caller: Caller, service: Service) -> State:
    """The case, for those who may know of it (``law.sight``); for others there is none."""
    case_id = request.path_params["case_id"]
    found = await service.db.one(store.CASE, case_id=case_id)
    state = msgspec.convert(found[0], State) if found is not None else None
    if state is None or not _may_know(caller, state):
        raise NotFound("case_not_found", case=case_id)
    return state


def _may_know(caller: Caller, state: State) -> bool:
    if caller.role is Role.CITIZEN:
        return caller.case_id == state.case_id
    return sight.knows_matter(caller.role, caller.agency, state.holder, _concerned(state))


def _concerned(state: State) -> set[str]:
    """The bodies that received, held, passed on or disputed the case, or must do something in it."""
    suit, owing = state.suit, (clock.holder for clock in state.clocks if clock.is_running)
    passed = {state.holder, state.receiver, state.arbiter, *state.trail, *state.refused_by, *state.obligations.values(), *owing}
    return (passed | {suit.court, suit.debtor, suit.enforcer}) - {""}


@query("GET", "/cases/{case_id}", roles=READERS)
async def show_case(request: Request, caller: Caller, service: Service) -> dict[str, Any]:
    """Where the case stands."""
    state = await _case(request, caller, service)
    return {
        "case_id": state.case_id,
        "kind": state.kind,
        "stage": state.stage,
        "status": state.status,
        "holder": state.holder,
        "competent": state.competent,
        "rule": state.rule,
        "law": state.law,
        "action": state.action,
        "action_rule": state.action_rule,
        "trail": state.trail,
        "suit": state.suit,
        "clocks": [clock for clock in state.clocks if clock.is_running],
    }


@query("GET", "/cases/{case_id}/next-steps", roles=READERS)
async def show_next_steps(request: Request, caller: Caller, service: Service) -> dict[str, Any]:
    """What may be done now, by whom, by when, with which document; and, when asked about a move, why it may not."""
    state = await _case(request, caller, service)
    on, table = service.clock.today(), reference.settlement()
    hidden = _hidden_from(caller, state)
    steps = [step for step in settlement.next_steps(table, state, on) if step.move not in hidden]
    answer: dict[str, Any] = {"case_id": state.case_id, "status": state.status, "steps": steps}
    asked = request.query_params.get("ask")
    if asked:
        refusal = NotAllowed("role_not_allowed", role=caller.role.value) if asked in hidden else settlement.why_not(table, state, asked, on)
        answer["asked"] = {"move": asked, "allowed": refusal is None, "refusal": refusal.problem() if refusal else None}
    return answer


def _hidden_from(caller: Caller, state: State) -> frozenset[str]:
    """What protects a denouncer concerns the holder and the denouncer alone (Law on Denunciations, art. 49)."""
    is_elsewhere = caller.role is Role.OFFICER and caller.agency != state.holder
    return protection.MOVES if is_elsewhere or caller.role in WATCHERS else frozenset()


@query("GET", "/competent", is_open=True)
async def show_competent(request: Request, caller: Caller, service: Service) -> questions.Settlers:
    """Who settles: the question of ``dannguyen law competent`` with its facts as query parameters."""
    return questions.competent(_question(request, service, questions.WhoSettles))


@query("GET", "/action", is_open=True)
async def show_action(request: Request, caller: Caller, service: Service) -> questions.ToDo:
    """What must be done with a letter: the question of ``dannguyen law action`` with its facts as query parameters."""
    return questions.what_to_do(_question(request, service, questions.WhatToDo))


def _question(request: Request, service: Service, kind: type[Q]) -> Q:
    """The question that the query parameters ask, about today unless they name a date."""
    asked: dict[str, Any] = {"date": service.clock.today().isoformat(), **request.query_params}
    try:
        return msgspec.convert(asked, kind, strict=False)
    except msgspec.ValidationError as wrong:
        place, problem = problems.describe(wrong)
        told = {"problem": problem, "problem_vi": problems.in_vietnamese(problem)}
        raise Invalid("invalid_form", field=place or None, where=place or "$", **told) from wrong


@query("GET", "/cases/{case_id}/explain", roles=READERS)
async def explain_due_dates(request: Request, caller: Caller, service: Service) -> dict[str, Any]:
    """Why the running clocks of a case end when they do: each with a sentence and its certificate; ``step`` asks about one only."""
    state = await _case(request, caller, service)
    known_on = max(service.clock.today(), LegalClock().today())
    return {"case_id": state.case_id, "clocks": explained(state, known_on, request.query_params.get("step"))}
