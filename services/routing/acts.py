"""Agencies' acts: a move on a case as a JWS by the agency (RFC 7515) on ``agency.acts.v1``, each answered once on ``agency.receipts.v1``.

The record's key is the case's id, so that acts on one case keep their order and are decided under its lock.
"""

import base64
import hashlib
from datetime import timedelta
from typing import Any, Final

import msgspec

from contracts.agency import ActReceipt, AgencyAct
from contracts.errors import Conflict, Invalid, NotAllowed, Refusal
from contracts.event import ACTS, RECEIPTS, Actor
from contracts.vocabulary import Role
from runtime import problems
from runtime.clock import now
from runtime.facts import Load, Many, RawRecord, on_raw
from runtime.jose import Agencies, agencies, check_age, submission_id, verify
from runtime.service import Service
from runtime.work import Work
from services.routing import acting, docket, reference, store
from services.routing.models import AnsweredAct, Case, Clock

ANSWERED: Final = "dannguyen.act.answered.v1"
UNKNOWN_AGENCY: Final = "unknown"
_DECODER: Final = msgspec.json.Decoder(AgencyAct)


class _Claim(msgspec.Struct):
    """What a statement says of itself before anything is proved."""

    iss: str = ""
    jti: str = ""


def open_act(value: bytes, case_id: str, known: Agencies) -> AgencyAct:
    """The statement, proved to be by the agency it names and about the case that is the record's key.

    Raises Refusal for what is not signed, signed by somebody else, not well-formed, or about another case.
    """
    payload, _ = verify(value, "", known)
    try:
        statement = _DECODER.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as failure:
        where, problem = problems.describe(failure)
        told = {"problem": problem, "problem_vi": problems.in_vietnamese(problem)}
        raise Invalid("submission_malformed", field=where or None, **told) from None
    if statement.act.case_id != case_id:
        raise NotAllowed("act_wrong_key", field="act.case_id")
    return statement


def _claimed(value: bytes) -> _Claim:
    """What it says of itself; used to look for an earlier answer and to know whom to tell, never to act on."""
    try:
        payload = value.split(b".", 2)[1]
        return msgspec.json.decode(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)), type=_Claim)
    except (IndexError, ValueError, msgspec.DecodeError):
        return _Claim()


def _statement(iss: str, case_id: str, jti: str) -> str:
    """The name under which an answer is remembered: a digest, because until it is proved it may hold anything."""
    return hashlib.sha256(f"{iss}|{case_id}|{jti}".encode()).hexdigest()


def _once(record: RawRecord) -> str:
    found = _claimed(record.value)
    return _statement(found.iss, record.key, found.jti)


@on_raw(ACTS, loads=[Load(Case, by="key"), Many(Clock, by="key"), Load(AnsweredAct, by=_once)])
def answer_act(record: RawRecord, work: Work) -> None:
    """Make the move that an agency signed, or tell it why not; a refused statement is spent as an accepted one is."""
    claimed = _claimed(record.value).iss
    agency = claimed if agencies().keys(claimed) else UNKNOWN_AGENCY
    try:
        statement = open_act(record.value, record.key, agencies())
    except Refusal as refusal:
        _tell(work, agency, submission_id(record.value), refusal=refusal)
        return
    about: dict[str, Any] = {"case_id": statement.act.case_id, "move": statement.act.move}
    try:
        made = _make(statement, work)
    except Refusal as refusal:
        _tell(work, agency, statement.jti, refusal=refusal, **about)
        return
    _tell(work, agency, statement.jti, **{**about, **made})


def _make(statement: AgencyAct, work: Work) -> dict[str, object]:
    """Raises Refusal for what is too old, was answered before, or may not be done."""
    check_age(statement.iat, work.now, oldest_s=reference.convention("act_oldest"), ahead_s=reference.convention("act_ahead"))
    form = statement.act
    name = _statement(statement.iss, form.case_id, statement.jti)
    if work.get(AnsweredAct, name) is not None:
        raise Conflict("submission_replayed", field="jti")
    work.save(AnsweredAct(statement=name, answered_on=work.now.date()))
    if form.on is not None and form.on > work.today:
        raise Invalid("date_in_future", field="act.on", value=form.on, where="act.on", today=work.today)
    return acting.move(form, docket.take(work, form.case_id), Actor(agency=statement.iss, role=Role.SYSTEM), work)


def _tell(work: Work, agency: str, name: str, *, refusal: Refusal | None = None, **about: Any) -> None:
    why: dict[str, Any] = {"code": refusal.code, "reason": refusal.message, "field": refusal.field, "law": refusal.law} if refusal else {}
    receipt = ActReceipt(submission_id=name, agency=agency, is_accepted=refusal is None, recorded_at=work.now, **about, **why)
    work.send(RECEIPTS, agency, ANSWERED, msgspec.json.encode(receipt))


async def forget_answered(service: Service) -> None:
    """Forget answered statements that have become too old to be taken again."""
    kept = timedelta(seconds=reference.convention("act_oldest") + reference.convention("act_ahead")) + timedelta(days=1)
    while names := [line[0] for line in await service.db.rows(store.ANSWERED_BEFORE, day=now().date() - kept)]:
        async with service.work(names, [AnsweredAct], about="forget answered acts") as work:
            for name in names:
                row = work.get(AnsweredAct, name)
                if row is not None:
                    work.delete(row)
