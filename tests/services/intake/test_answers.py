"""Agencies' submissions through the consumer: one answer each, on the receipts topic."""

import json
import time
from typing import Any

import pytest

from contracts.agency import SubmissionReceipt
from contracts.petitions import PetitionClassified, PetitionLodged
from contracts.vocabulary import Role
from docs.examples import agency_client
from runtime.jose import submission_id
from services.intake.models import SealedLetter
from tests.services.intake import keys
from tests.services.intake.desk import Desk

SIGNING, ENCRYPTING = keys.signing_key(), keys.encryption_key()
OTHERS = keys.signing_key(keys.OTHER)


@pytest.fixture(autouse=True)
def registered(desk: Desk) -> None:
    keys.register(desk.home / "keys" / "agencies", keys.AGENCY, SIGNING, ENCRYPTING)
    keys.register(desk.home / "keys" / "agencies", keys.OTHER, OTHERS)


def intake_key(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((desk.home / "keys" / "intake.pub.json").read_text())
    return found


def sealed(desk: Desk, petition: dict[str, Any] | None = None, *, by: Any = SIGNING, iss: str = keys.AGENCY) -> tuple[str, bytes]:
    return agency_client.seal(petition or keys.petition(), iss, keys.private(by), intake_key(desk))


async def only_receipt(desk: Desk) -> SubmissionReceipt:
    (receipt,) = await desk.receipts()
    assert await desk.living.parked() == []
    return receipt


async def test_an_accepted_submission_is_lodged_and_its_secret_reaches_the_agency_only(desk: Desk) -> None:
    name, value = sealed(desk)
    await desk.submit(value)
    receipt = await only_receipt(desk)
    (fact,) = await desk.facts()
    assert isinstance(fact, PetitionLodged)
    assert (receipt.submission_id, receipt.is_accepted, receipt.agency) == (name, True, keys.AGENCY)
    assert (receipt.case_id, receipt.number) == (fact.case_id, fact.number)
    assert (fact.actor.agency, fact.actor.role) == (keys.AGENCY, Role.SYSTEM)
    assert receipt.secret
    secret = agency_client.open_secret(receipt.secret, keys.private(ENCRYPTING))
    opened = await desk.post("/receipts/open", {"code": f"{receipt.number}-{secret}"}, by=desk.citizen())
    assert opened.json()["case_id"] == fact.case_id
    ((_, _, topic, key, *_),) = [line for line in await desk.outbox() if line[2] != "petitions.v1"]
    assert (topic, key) == ("agency.receipts.v1", keys.AGENCY)


async def test_an_agencys_signature_stands_for_its_officers(desk: Desk) -> None:
    await desk.submit(sealed(desk, keys.petition(is_classified=True))[1])
    assert [type(fact) for fact in await desk.facts()] == [PetitionLodged, PetitionClassified]


async def test_a_replayed_submission_is_refused_and_lodges_nothing(desk: Desk) -> None:
    name, value = sealed(desk)
    await desk.submit(value)
    await desk.submit(value)
    _, second = await desk.receipts()
    assert (second.submission_id, second.is_accepted, second.code, second.field) == (name, False, "submission_replayed", "jti")
    assert len(await desk.facts()) == 1


async def test_an_external_id_submitted_again_gets_the_same_number(desk: Desk) -> None:
    for _ in range(2):
        await desk.submit(sealed(desk, keys.petition(external_id="HS-1"))[1])
    first, second = await desk.receipts()
    assert first.number == second.number
    assert len(await desk.facts()) == 1
    assert len(await desk.living.rows(SealedLetter)) == 1


@pytest.mark.parametrize("value", [b"", b"\xff" * 40, b"a.b.c.d.e", b"{}"])
async def test_bytes_that_are_no_submission_are_answered_by_their_digest(desk: Desk, value: bytes) -> None:
    await desk.submit(value)
    receipt = await only_receipt(desk)
    assert (receipt.submission_id, receipt.agency, receipt.is_accepted) == (submission_id(value), keys.AGENCY, False)
    assert receipt.code in ("submission_not_encrypted", "submission_undecryptable")
    assert receipt.reason


@pytest.mark.parametrize("key", ["", keys.CANARY_NAME, "UBND-00000", None])
async def test_a_record_under_no_agencys_key_is_answered_under_unknown(desk: Desk, key: str | None) -> None:
    await desk.submit(sealed(desk)[1], key=key)
    receipt = await only_receipt(desk)
    assert (receipt.agency, receipt.code) == ("unknown", "submission_wrong_key")


async def test_a_submission_signed_by_another_agency_is_refused(desk: Desk) -> None:
    _, value = sealed(desk, by=OTHERS)
    await desk.submit(value, key=keys.OTHER)
    assert (await only_receipt(desk)).code == "submission_wrong_signer"


async def test_a_submission_for_another_agency_is_refused(desk: Desk) -> None:
    name, value = sealed(desk, keys.petition(keys.OTHER))
    await desk.submit(value)
    receipt = await only_receipt(desk)
    assert (receipt.code, receipt.field) == ("submission_for_another_agency", "petition.received_by")
    assert receipt.submission_id == name


async def test_a_malformed_submission_is_answered_by_its_own_name_once_its_signature_is_proved(desk: Desk) -> None:
    name, value = sealed(desk, keys.petition(text=""))
    await desk.submit(value)
    receipt = await only_receipt(desk)
    assert (receipt.submission_id, receipt.code, receipt.field) == (name, "submission_malformed", "petition.text")


@pytest.mark.parametrize("jti", ["short", "x" * 121])
async def test_a_signed_submission_without_a_fit_name_is_answered_by_its_digest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, jti: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("docs.examples.agency_client.uuid.uuid4", lambda: jti)
        _, value = sealed(desk)
    await desk.submit(value)
    receipt = await only_receipt(desk)
    assert (receipt.submission_id, receipt.code) == (submission_id(value), "submission_malformed")


async def test_an_old_submission_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_at = time.time() - 8 * 86_400
    monkeypatch.setattr("docs.examples.agency_client.time.time", lambda: signed_at)
    name, value = sealed(desk)
    await desk.submit(value)
    receipt = await only_receipt(desk)
    assert (receipt.submission_id, receipt.code) == (name, "submission_expired")


async def test_a_letter_that_breaks_a_rule_is_refused_with_its_law_and_may_be_mended(desk: Desk) -> None:
    await desk.submit(sealed(desk, keys.petition(letter_on="2026-07-15", received_on="2026-07-10"))[1])
    receipt = await only_receipt(desk)
    assert (receipt.code, receipt.field, receipt.law) == ("letter_after_receipt", "letter_on", "TT05 6.2")
    await desk.submit(sealed(desk)[1])
    assert [one.is_accepted for one in await desk.receipts()] == [False, True]


async def test_one_bad_submission_in_a_batch_does_not_touch_the_others(desk: Desk) -> None:
    for value in (sealed(desk)[1], b"bad", sealed(desk)[1]):
        await desk.submit(value)
    assert [one.is_accepted for one in await desk.receipts()] == [True, False, True]


async def test_a_repeated_event_id_does_not_swallow_a_submission(desk: Desk) -> None:
    for _ in range(2):
        await desk.submit(sealed(desk)[1], ce_id=b"the-same")
    assert [one.is_accepted for one in await desk.receipts()] == [True, True]
