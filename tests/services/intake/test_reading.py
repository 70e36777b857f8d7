"""Who reads a letter and what of it; the vault over time."""

from datetime import date
from typing import Any

import pytest

from contracts.cases import CompetenceDecided, PetitionAssigned, PetitionForwarded, PetitionReturned
from contracts.petitions import PetitionLodged, PetitionRead
from contracts.vocabulary import Kind, Role
from services.intake import jobs, lodging, reference
from services.intake.models import Answered, SealedLetter
from services.intake.vault import Keyring
from tests.services.intake import keys
from tests.services.intake.desk import AXES, DENUNCIATION, Desk, refused

# Reading


async def test_the_receiving_body_reads_the_letter_and_the_reading_is_a_fact(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    letter = (await desk.letter(case_id, purpose="verify")).json()
    assert letter["text"] == keys.CANARY_TEXT
    assert letter["petitioners"][0]["full_name"] == keys.CANARY_NAME
    assert letter["notice"] is None
    fact = (await desk.facts(case_id))[-1]
    assert isinstance(fact, PetitionRead)
    assert (fact.purpose, fact.actor.officer, fact.actor.agency) == ("verify", "cb-7", keys.AGENCY)


async def test_only_the_agency_that_holds_the_case_reads_it(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    other, third = desk.client(agency=keys.OTHER), "UBND-14"
    assert refused(await desk.letter(case_id, by=other), 403, "agency_not_allowed")
    facts: list[tuple[Any, str]] = [
        (PetitionAssigned(case_id=case_id, holder=keys.OTHER, rule="r", law="l", step=None, due_on=None), keys.OTHER),
        (PetitionForwarded(case_id=case_id, sender=keys.OTHER, holder=third, document="d", law="l", step=None, due_on=None), third),
        (CompetenceDecided(case_id=case_id, holder=keys.OTHER, document="d", law="l"), keys.OTHER),
        (PetitionReturned(case_id=case_id, forwarder=third, document="d", reason="r", law="l"), third),
    ]
    for fact, holder in facts:
        await desk.living.feed([fact])
        for agency in (keys.AGENCY, keys.OTHER, third):
            answer = await desk.letter(case_id, by=desk.client(agency=agency))
            assert answer.status_code == (200 if agency == holder else 403)
    assert await desk.living.parked() == []


async def test_what_routing_says_may_come_before_the_letter(desk: Desk) -> None:
    await desk.living.feed([PetitionAssigned(case_id="early", holder=keys.OTHER, rule="r", law="l", step=None, due_on=None)])
    assert await desk.living.parked() == []


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.SUPERVISOR, Role.POLICE, Role.OPERATOR, Role.SYSTEM])
async def test_nobody_but_officers_reads_letters(desk: Desk, role: Role) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    assert refused(await desk.letter(case_id, by=desk.client(role, case_id=case_id)), 403, "role_not_allowed")


async def test_a_reader_has_a_pseudonym_and_a_purpose(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    assert refused(await desk.letter(case_id, by=desk.client(officer=None)), 403, "reader_without_pseudonym")
    for purpose, code in (("curiosity", "purpose_unknown"), (None, "purpose_missing"), ("", "purpose_missing")):
        answer = await desk.letter(case_id, purpose=purpose)
        assert refused(answer, 422, code)
        assert "x-purpose" in answer.json()["detail"]
        assert "settle (giải quyết vụ việc)" in answer.json()["detail"]
        assert "classify, verify, settle, answer, inspect" in answer.json()["detail_en"]
    assert [type(fact) for fact in await desk.facts()] == [PetitionLodged]


async def test_a_denouncer_who_signs_with_the_given_name_alone_is_not_read(desk: Desk) -> None:
    person = {"full_name": "Nguyễn Văn Tèo", "address": "số 7 ngõ Canary"}
    text = "Ông Bê lấn đất công. Ký tên: Tèo"
    case_id = (await desk.lodged(keys.petition(axes=DENUNCIATION, text=text, petitioners=[person])))["case_id"]
    assert (await desk.letter(case_id)).json()["text"] == "Ông Bê lấn đất công. Ký tên: [đã che]"


@pytest.mark.parametrize("kind", ["denunciation", "mixed"])
async def test_a_denouncer_is_cut_out_of_what_officers_read(desk: Desk, kind: str) -> None:
    form = keys.petition(axes={**DENUNCIATION, "kind": kind})
    case_id = (await desk.lodged(form))["case_id"]
    answer = await desk.letter(case_id)
    letter = answer.json()
    assert (letter["petitioners"], letter["petitioner_count"], letter["is_identity_withheld"]) == ([], 1, True)
    assert "thu hồi đất" in letter["text"]
    assert "không thể đầy đủ" in letter["notice"]
    for mark in ("Hùng", "0912", "345 678", "Đăk Rơ Wa", keys.CANARY_PHONE):
        assert mark not in answer.text


async def test_calling_a_denunciation_a_complaint_does_not_uncover_its_author(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition(axes=DENUNCIATION)))["case_id"]
    assert (await desk.post(f"/petitions/{case_id}/classify", {"axes": AXES})).status_code == 200
    assert (await desk.letter(case_id)).json()["is_identity_withheld"]


async def test_a_letter_found_to_be_a_denunciation_is_covered_from_then_on(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    await desk.post(f"/petitions/{case_id}/classify", {"axes": DENUNCIATION})
    assert (await desk.letter(case_id)).json()["is_identity_withheld"]


# The vault over time


async def test_a_new_master_key_rewraps_every_letter(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    ring = reference.ring()
    new = b"n" * 32
    both = Keyring([new, ring._masters[ring.current]])
    monkeypatch.setattr(reference, "ring", lambda: both)
    await jobs.rewrap(desk.living.service)
    (row,) = await desk.living.rows(SealedLetter)
    assert row.key_id == both.current
    monkeypatch.setattr(reference, "ring", lambda: Keyring([new]))
    assert (await desk.letter(case_id)).json()["text"] == keys.CANARY_TEXT


async def test_a_shredded_letter_is_gone_for_good(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    from runtime.work import Many

    async with desk.living.service.work([case_id], [SealedLetter, Many(Answered)]) as work:
        lodging.shred(case_id, date(2026, 7, 15), work)
    assert refused(await desk.letter(case_id), 404, "letter_shredded")
    (sealed,) = await desk.living.rows(SealedLetter)
    (answered,) = await desk.living.rows(Answered)
    assert (sealed.wrapped_key, answered.wrapped_key, answered.sealed_secret) == (None, None, None)


def test_kinds_with_a_denunciation_in_them_are_protected() -> None:
    from services.intake.rules import is_protected

    assert {kind for kind in Kind if is_protected(kind)} == {Kind.DENUNCIATION, Kind.MIXED}
