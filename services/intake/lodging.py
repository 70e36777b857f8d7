"""Registering a letter once, whichever way it came: over HTTP, in a file, or as an agency's submission."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from contracts.errors import Conflict
from contracts.event import Actor
from contracts.petitions import LodgeForm
from contracts.vocabulary import Role
from runtime.work import Work
from services.intake import receipt, reference, rules
from services.intake.models import Answered, Petition, SealedLetter
from services.intake.vault import Letter

_RECEIPT = "receipt"


class Lodged(NamedTuple):
    """The answer to a lodging; ``secret`` is None when it was given before and has been forgotten since."""

    answer: dict[str, Any]
    secret: str | None
    is_new: bool

    def for_lodger(self) -> dict[str, Any]:
        """The answer with the whole receipt code, for the petitioner's eyes."""
        code = None if self.secret is None else f"{self.answer['number']}-{self.secret}"
        return {**self.answer, "code": code, "is_new": self.is_new}


def once_keys(form: LodgeForm, own: str | None) -> list[str]:
    """The keys under which this lodging has one effect: the channel's ``own`` (may be None) and the agency's external id."""
    ring = reference.ring()
    named = [own] if own else []
    if form.external_id:
        named.append(f"external|{form.received_by}|{form.external_id}")
    return [ring.index(name) for name in named]


def lodge(form: LodgeForm, keys: Sequence[str], actor: Actor, work: Work) -> Lodged:
    """Register the letter, or give the earlier answer when one of its keys was used before.

    Needs ``Answered`` of every key loaded. Raises Refusal.
    """
    if actor.role not in (Role.ANONYMOUS, Role.CITIZEN):
        rules.must_act_for(form.received_by, actor)
    for key in keys:
        found = work.get(Answered, key)
        if found is not None:
            return _again(found, form, "external_id" if form.external_id and key == keys[-1] else "idempotency_key")
    return _register(form, keys, actor, work)


def _register(form: LodgeForm, keys: Sequence[str], actor: Actor, work: Work) -> Lodged:
    code = receipt.new_receipt(work.today.year)
    ids = rules.Ids(work.new_case_id(), code.number, secrets.token_urlsafe(16))
    received_on = form.received_on or work.today
    conditions = reference.conditions(received_on)
    facts = rules.lodge(form, actor, work.today, reference.earliest(), ids, conditions)
    for fact in facts:
        last = work.emit(fact)
    letter = rules.facts_of(form)
    answer = {
        "case_id": ids.case_id,
        "number": ids.number,
        "received_by": form.received_by,
        "received_on": received_on,
        "unmet": [{"condition": one.id, "law": one.law, "vi": one.vi, "en": one.en} for one in rules.unmet(letter, form.axes, conditions)],
        "position": f"{last.topic}:{last.case_id}:{last.seq}",
    }
    work.save(
        Petition(
            case_id=ids.case_id,
            number=ids.number,
            receipt_mac=receipt_mac(code),
            received_by=form.received_by,
            received_on=received_on,
            kind=form.axes.kind,
            letter=msgspec.to_builtins(letter),
            is_protected=rules.is_protected(form.axes.kind),
        )
    )
    _seal(form, ids, code.secret, keys, answer, work)
    return Lodged(answer, code.secret, is_new=True)


def _seal(form: LodgeForm, ids: rules.Ids, secret: str, keys: Sequence[str], answer: dict[str, Any], work: Work) -> None:
    """Put letter and identity into the vault, and under each key the answer with the sealed secret."""
    key, wrapped = reference.ring().new_key(ids.case_id)
    sealed = key.seal_letter(Letter(text=form.text, petitioners=form.petitioners))
    work.save(SealedLetter(case_id=ids.case_id, subject_ref=ids.subject_ref, key_id=wrapped.key_id, wrapped_key=wrapped.key, sealed=sealed))
    for once_key in keys:
        work.save(
            Answered(
                once_key=once_key,
                case_id=ids.case_id,
                answer=msgspec.to_builtins(answer),
                key_id=wrapped.key_id,
                wrapped_key=wrapped.key,
                body_mac=key.mac("body", canonical(form)),
                sealed_secret=key.seal(_RECEIPT, secret.encode()),
                expires_on=work.now.date() + reference.idempotent_answer(),
            )
        )


def _again(found: Answered, form: LodgeForm, field: str) -> Lodged:
    """The answer of the first time. Raises Conflict when the same key (``field``) comes with another letter."""
    wrapped = found.wrapped()
    if wrapped is None or found.body_mac is None or found.sealed_secret is None:
        return Lodged(found.answer, None, is_new=False)
    key = reference.ring().unwrap(found.case_id, wrapped)
    if not hmac.compare_digest(key.mac("body", canonical(form)), found.body_mac):
        raise Conflict(f"{field}_reused", field=field)
    return Lodged(found.answer, key.open(_RECEIPT, found.sealed_secret).decode(), is_new=False)


def canonical(form: LodgeForm) -> bytes:
    """The letter as bytes that are equal when and only when the letters are, whatever key they came under."""
    values = msgspec.to_builtins(form)
    values.pop("idempotency_key", None)
    return msgspec.json.encode(values, order="deterministic")


def receipt_mac(code: receipt.Receipt) -> str:
    """What is stored of a receipt code's secret part."""
    return reference.ring().index(f"receipt|{code.number}|{code.secret}")


def shred(case_id: str, on: date, work: Work) -> None:
    """Destroy a petition's letter and identity for good by forgetting its data key wherever it is kept.

    Needs ``SealedLetter`` and ``Many(Answered)`` of the case loaded. Copies in backups die with the master key they were made under.
    """
    sealed = work.require(SealedLetter, case_id)
    sealed.shred(on)
    work.save(sealed)
    for answered in work.all(Answered, case_id=case_id):
        answered.forget()
        work.save(answered)
