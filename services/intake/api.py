"""Commands to intake, as the gateway, officers' systems and the command line send them over HTTP."""

import asyncio
import hmac
import time
from datetime import date
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta
from starlette.requests import Request

from contracts.errors import Invalid, NotAllowed, NotFound
from contracts.petitions import Axes, LodgeForm
from contracts.vocabulary import Role
from runtime.auth import Caller
from runtime.http import body_of, command, query, run_forms
from runtime.service import Service
from runtime.work import Load, Many, Work
from services.intake import imports, lodging, receipt, reference, rules
from services.intake.models import Answered, Holding, Petition, SealedLetter
from services.intake.redaction import redact

LODGERS: Final = frozenset({Role.ANONYMOUS, Role.CITIZEN, Role.OFFICER, Role.SYSTEM})
OFFICERS: Final = frozenset({Role.OFFICER, Role.SYSTEM})
_NO_RECEIPT: Final = "0" * 64
_attempts: Final = receipt.Attempts(reference.limit("receipt_tries"), reference.limit("receipt_window"))


class LodgeRequest(LodgeForm, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A letter with the key under which it is lodged once, however often it is sent."""

    idempotency_key: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class ClassifyForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an officer of the receiving body determines the letter to be."""

    case_id: str
    axes: Axes
    on: date | None = None


class WithdrawForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole petition or a part of it is taken back."""

    case_id: str
    is_whole: bool = True
    is_coerced: bool = False
    on: date | None = None


class LinkForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The letter repeats the matter of ``founding_case_id``."""

    case_id: str
    founding_case_id: str
    on: date | None = None


class ReadForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an officer wants to read the letter; a word of ``purposes.csv``, refused when left out because the reason goes on record."""

    case_id: str
    purpose: str | None = None


class OpenForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A receipt code as its holder types it."""

    code: Annotated[str, Meta(max_length=200)]


def _once_keys(form: LodgeRequest) -> list[str]:
    own = f"http|{form.received_by}|{form.idempotency_key}" if form.idempotency_key else None
    return lodging.once_keys(form, own)


@command(
    "POST",
    "/petitions",
    batch="/petitions/batch",
    headers={"idempotency_key": "idempotency-key"},
    loads=[Load(Answered, by=_once_keys)],
    cases=_once_keys,
    roles=LODGERS,
    status=201,
)
def lodge(form: LodgeRequest, caller: Caller, work: Work) -> dict[str, Any]:
    """Register a letter and hand out its receipt code, the same again for the same key and letter."""
    is_public = caller.role in (Role.ANONYMOUS, Role.CITIZEN)
    if is_public and form.external_id:
        raise NotAllowed("external_id_needs_officer", field="external_id")
    keys = _once_keys(form)
    if not keys:
        raise Invalid("idempotency_key_missing", field="idempotency_key")
    return lodging.lodge(form, keys, caller.actor, work).for_lodger()


@command("POST", "/petitions/{case_id}/classify", batch="/petitions/classify/batch", loads=[Petition], roles=OFFICERS)
def classify(form: ClassifyForm, caller: Caller, work: Work) -> dict[str, Any]:
    """Sign what the letter is."""
    petition = _petition(work, form.case_id)
    rules.check_day(petition, form.on or work.today)
    conditions = reference.conditions(petition.received_on)
    letter = petition.letter_facts()
    work.emit(rules.classify(petition, letter, form.axes, caller.actor, conditions))
    petition.kind = form.axes.kind
    petition.is_protected = petition.is_protected or rules.is_protected(form.axes.kind)
    work.save(petition)
    unmet = rules.unmet(letter, form.axes, conditions)
    return {"case_id": form.case_id, "unmet": [{"condition": one.id, "law": one.law, "vi": one.vi, "en": one.en} for one in unmet]}


@command(
    "POST", "/petitions/{case_id}/withdraw", batch="/petitions/withdraw/batch", loads=[Petition, Holding], roles={Role.CITIZEN, *OFFICERS}
)
def withdraw(form: WithdrawForm, caller: Caller, work: Work) -> dict[str, Any]:
    """Take the petition back, by its author or on minutes."""
    if caller.role is Role.CITIZEN and caller.case_id != form.case_id:
        raise NotAllowed("not_own_petition")
    petition = _petition(work, form.case_id)
    on = form.on or work.today
    rules.check_day(petition, on)
    rule = reference.withdrawal(petition.kind, on)
    state = _state(work, petition)
    work.emit(rules.withdraw(petition, state, caller.actor, caller.case_id, rule, is_whole=form.is_whole, is_coerced=form.is_coerced))
    if form.is_whole and not form.is_coerced:
        petition.is_withdrawn = True
        work.save(petition)
    return {"case_id": form.case_id, "is_whole": form.is_whole}


@command(
    "POST",
    "/petitions/{case_id}/link",
    batch="/petitions/link/batch",
    loads=[Petition, Load(Petition, by="founding_case_id")],
    cases=lambda form: (form.case_id, form.founding_case_id),
    roles=OFFICERS,
)
def link(form: LinkForm, caller: Caller, work: Work) -> dict[str, Any]:
    """Count the letter with the case it repeats."""
    petition = _petition(work, form.case_id)
    rules.check_day(petition, form.on or work.today)
    founding = work.get(Petition, form.founding_case_id)
    if founding is None:
        raise NotFound("petition_not_found", field="founding_case_id")
    work.emit(rules.link(petition, founding, caller.actor))
    petition.founding_case_id = founding.case_id
    work.save(petition)
    return {"case_id": form.case_id, "founding_case_id": founding.case_id}


@command(
    "GET", "/petitions/{case_id}/letter", loads=[Petition, Holding, SealedLetter], headers={"purpose": "x-purpose"}, roles={Role.OFFICER}
)
def read_letter(form: ReadForm, caller: Caller, work: Work) -> dict[str, Any]:
    """The letter, for officers of the agency that holds the case; the reading goes on record before it is answered.

    Of a denouncer nothing is given out (Law on Denunciations 2018, art. 8.3, 56.2): no name, no address, and the text is cut,
    of which the ``notice`` says that it cannot be complete.
    """
    petition = _petition(work, form.case_id)
    holder = _state(work, petition).holder
    work.emit(rules.read(petition.case_id, holder, form.purpose, caller.actor, reference.purposes()))
    sealed = work.get(SealedLetter, form.case_id)
    wrapped = sealed.wrapped() if sealed is not None else None
    if sealed is None or wrapped is None:
        raise NotFound("letter_shredded")
    letter = reference.ring().unwrap(form.case_id, wrapped).open_letter(sealed.sealed)
    hidden = petition.is_protected
    return {
        "case_id": form.case_id,
        "number": petition.number,
        "text": redact(letter.text, letter.petitioners) if hidden else letter.text,
        "petitioners": [] if hidden else letter.petitioners,
        "petitioner_count": len(letter.petitioners),
        "is_identity_withheld": hidden,
        "notice": reference.notice("identity_withheld") if hidden else None,
    }


def _number_of(form: OpenForm) -> str | None:
    try:
        return receipt.read_code(form.code).number
    except Invalid:
        return None


@command("POST", "/receipts/open", loads=[Many(Petition, "number", by=_number_of)])
def open_receipt(form: OpenForm, caller: Caller, work: Work) -> dict[str, Any]:
    """The case behind a receipt code. A wrong code and an unknown number get the same answer and take the same time."""
    code = receipt.read_code(form.code)
    now = time.monotonic()
    _attempts.check(code.number, now)
    found = work.all(Petition, number=code.number)
    stored = found[0].receipt_mac if found else _NO_RECEIPT
    if not hmac.compare_digest(stored, lodging.receipt_mac(code)):
        _attempts.failed(code.number, now)
        raise NotFound("receipt_unknown", field="code")
    _attempts.succeeded(code.number)
    return {"case_id": found[0].case_id, "number": code.number}


def _petition(work: Work, case_id: str) -> Petition:
    found = work.get(Petition, case_id)
    if found is None:
        raise NotFound("petition_not_found")
    return found


def _state(work: Work, petition: Petition) -> rules.CaseState:
    held = work.get(Holding, petition.case_id)
    return rules.CaseState(held.holder or petition.received_by, held.is_settled) if held else rules.CaseState(petition.received_by, False)


@query("POST", "/imports", roles=OFFICERS)
async def import_letters(request: Request, caller: Caller, service: Service) -> dict[str, Any]:
    """Register the letters of a CSV or XLSX table, a few hundred rows a transaction, each row once however often it is sent.

    The report tells for each row its receipt code or, in Vietnamese, what is wrong in which column.
    """
    received_by = caller.agency or request.query_params.get("received_by", "")
    data = await body_of(request, reference.limit("import_bytes"))
    table = await asyncio.to_thread(imports.read, data, received_by)
    report = imports.Report(len(table.rows), table.ignored)
    chunk = reference.limit("import_chunk")
    for start in range(0, len(table.rows), chunk):
        rows = table.rows[start : start + chunk]
        good = [(row.number, row.form) for row in rows if row.form is not None]
        forms = [_once(form) for _, form in good]
        answers = await run_forms(service, vars(lodge)["serves"], forms, caller, request.headers.get("traceparent", ""))
        report.take([error for row in rows for error in row.errors], [number for number, _ in good], answers)
    return report.told()


def _once(form: LodgeForm) -> LodgeRequest:
    """A row without an id of its own is known by its content."""
    key = None if form.external_id else "row-" + reference.ring().index(lodging.canonical(form).decode())
    return LodgeRequest(**msgspec.structs.asdict(form), idempotency_key=key)
