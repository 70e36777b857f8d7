"""Answers with figures and with missed steps.

    GET /alerts/figures      standing alerts by reason, holder and place; no case is named
    GET /missed-steps        the missed steps of a body that are not taken yet

Alerts themselves are read through the gateway, which records every reading.
"""

from collections import Counter
from typing import Any

from starlette.requests import Request

from contracts.errors import Invalid
from contracts.vocabulary import Role
from runtime.auth import Caller
from runtime.http import query
from runtime.service import Service
from services.supervision import store


@query("GET", "/alerts/figures", roles={Role.POLICE, Role.SUPERVISOR, Role.OPERATOR})
async def count_alerts(request: Request, caller: Caller, service: Service) -> dict[str, object]:
    """How many alerts stand."""
    standing = await service.db.rows(store.STANDING)
    by_holder, by_place, by_reason = Counter[str](), Counter[str](), Counter[str]()
    for holder, place, reasons in standing:
        by_holder[holder] += 1
        by_place[place or ""] += 1
        by_reason.update(reasons)
    return {"standing": len(standing), "by_reason": dict(by_reason), "by_holder": dict(by_holder), "by_place": dict(by_place)}


@query("GET", "/missed-steps", roles={Role.OFFICER, Role.SUPERVISOR, Role.OPERATOR})
async def list_missed_steps(request: Request, caller: Caller, service: Service) -> list[dict[str, Any]]:
    """Missed steps of ``holder``, the oldest first (at most 1000); an officer sees those of the own body."""
    holder = request.query_params.get("holder", caller.agency)
    if not holder:
        raise Invalid("invalid_form", field="holder", where="holder", problem="required")
    if caller.role is Role.OFFICER:
        caller.must_act_for(holder)
    found = await service.db.rows(store.MISSED_BY_HOLDER, holder=holder)
    return [dict(zip(("case_id", "step", "due_on", "reminded_on"), line, strict=True)) for line in found]
