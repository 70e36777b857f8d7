"""Facts intake reacts to: who holds each case now; and agencies' submissions, each answered once."""

from typing import Final, NamedTuple

import msgspec

from contracts.agency import Submission, SubmissionReceipt
from contracts.cases import CaseReopened, CaseSettled, CompetenceDecided, PetitionAssigned, PetitionForwarded, PetitionReturned
from contracts.errors import Conflict, Refusal
from contracts.event import RECEIPTS, SUBMISSIONS, Actor, Event
from contracts.vocabulary import Role
from runtime.facts import Load, RawRecord, on, on_raw
from runtime.jose import agencies, check_age, encrypt_to, submission_id
from runtime.work import Work
from services.intake import lodging, reference
from services.intake.models import Answered, Holding, Petition
from services.intake.submissions import prove, read_submission

ANSWERED: Final = "dannguyen.submission.answered.v1"
UNKNOWN_AGENCY: Final = "unknown"


def give_letter_to_holder(event: PetitionAssigned | PetitionForwarded | CompetenceDecided, work: Work) -> None:
    """From now on the officers of this agency, and no others, may read the letter."""
    _hold(event, event.holder, work)


on(PetitionAssigned, loads=[Holding])(give_letter_to_holder)
on(PetitionForwarded, loads=[Holding])(give_letter_to_holder)
on(CompetenceDecided, loads=[Holding])(give_letter_to_holder)


@on(PetitionReturned, loads=[Holding])
def give_letter_back(event: PetitionReturned, work: Work) -> None:
    """The forwarder has the letter again."""
    _hold(event, event.forwarder, work)


def _hold(event: Event, holder: str, work: Work) -> None:
    held = work.get(Holding, event.case_id) or Holding(case_id=event.case_id)
    if event.seq > held.cases_seq:
        held.holder, held.cases_seq = holder, event.seq
        work.save(held)


@on(CaseSettled, loads=[Holding])
def remember_conclusion(event: CaseSettled, work: Work) -> None:
    """A denunciation can no longer be withdrawn (Law on Denunciations 2018, art. 33.1)."""
    held = work.get(Holding, event.case_id) or Holding(case_id=event.case_id)
    held.is_settled = True
    work.save(held)


@on(CaseReopened, loads=[Petition])
def take_up_again(event: CaseReopened, work: Work) -> None:
    """A withdrawal that was not of free will counts for nothing; the letter can be withdrawn anew (Law on Complaints, art. 10.3)."""
    petition = work.get(Petition, event.case_id)
    if petition is not None:
        petition.is_withdrawn = False
        work.save(petition)


class Opened(NamedTuple):
    """A record as far as it could be opened: its name in the answer, and the submission or why it is refused."""

    name: str
    outcome: Submission | Refusal


def _opened(record: RawRecord) -> Opened:
    """Opened again where it is needed rather than kept, so that no clear text stays."""
    name = submission_id(record.value)
    try:
        signed = prove(record.value, record.key, reference.own_keys(), agencies())
        name = signed.jti or name
        return Opened(name, read_submission(signed.payload, signed.agency))
    except Refusal as refusal:
        return Opened(name, refusal)


def _once_keys(opened: Submission) -> list[str]:
    return lodging.once_keys(opened.petition, f"submission|{opened.iss}|{opened.jti}")


def _loaded_keys(record: RawRecord) -> list[str]:
    outcome = _opened(record).outcome
    return [] if isinstance(outcome, Refusal) else _once_keys(outcome)


@on_raw(SUBMISSIONS, loads=[Load(Answered, by=_loaded_keys)])
def answer_submission(record: RawRecord, work: Work) -> None:
    """Register what an agency submitted, or tell it why not; either way there is one answer on ``agency.receipts.v1``."""
    name, outcome = _opened(record)
    agency = record.key if agencies().keys(record.key) else UNKNOWN_AGENCY
    try:
        if isinstance(outcome, Refusal):
            raise outcome
        receipt = _accept(outcome, work)
    except Refusal as refusal:
        receipt = SubmissionReceipt(
            submission_id=name,
            agency=agency,
            is_accepted=False,
            recorded_at=work.now,
            code=refusal.code,
            reason=refusal.message,
            field=refusal.field,
            law=refusal.law,
        )
    work.send(RECEIPTS, agency, ANSWERED, msgspec.json.encode(receipt))


def _accept(submission: Submission, work: Work) -> SubmissionReceipt:
    """Raises Refusal for what is too old, was answered before, or may not be lodged."""
    check_age(submission.iat, work.now, oldest_s=reference.limit("submission_oldest"), ahead_s=reference.limit("submission_ahead"))
    keys = _once_keys(submission)
    if work.get(Answered, keys[0]) is not None:
        raise Conflict("submission_replayed", field="jti")
    lodged = lodging.lodge(submission.petition, keys, Actor(agency=submission.iss, role=Role.SYSTEM), work)
    secret = None if lodged.secret is None else encrypt_to(agencies().keys(submission.iss), lodged.secret.encode())
    return SubmissionReceipt(
        submission_id=submission.jti,
        agency=submission.iss,
        is_accepted=True,
        recorded_at=work.now,
        case_id=lodged.answer["case_id"],
        number=lodged.answer["number"],
        secret=secret,
    )
