"""Intake's commands over its real HTTP edge, on both databases."""

import asyncio
from datetime import date
from typing import Any

import pytest

from contracts.cases import CaseReopened, CaseSettled
from contracts.petitions import PetitionClassified, PetitionLinked, PetitionLodged, PetitionWithdrawn
from contracts.vocabulary import Outcome, Role
from services.intake import jobs, receipt, reference
from services.intake.models import Answered
from tests.services.intake import keys
from tests.services.intake.desk import AXES, DENUNCIATION, Desk, axes, portal, refused

# Lodging


async def test_a_lodged_letter_is_a_fact_with_codes_only_and_gets_a_receipt(desk: Desk) -> None:
    answer = await desk.lodged(keys.petition(received_on="2026-07-10", letter_on="2026-07-08"))
    (fact,) = await desk.facts()
    assert isinstance(fact, PetitionLodged)
    assert (fact.case_id, fact.number, fact.received_by) == (answer["case_id"], answer["number"], keys.AGENCY)
    assert (fact.received_on, fact.legal_on, fact.letter_on) == (date(2026, 7, 10), date(2026, 7, 10), date(2026, 7, 8))
    assert (fact.actor.agency, fact.actor.role, fact.actor.officer) == (keys.AGENCY, Role.OFFICER, "cb-7")
    assert receipt.read_code(answer["code"]).number == answer["number"]
    assert answer["position"] == f"petitions.v1:{fact.case_id}:1"
    assert len(fact.subject_ref) >= 20


async def test_the_receipt_code_opens_the_case_and_a_wrong_one_does_not(desk: Desk) -> None:
    answer = await desk.lodged(keys.petition())
    opened = await desk.post("/receipts/open", {"code": answer["code"].lower()}, by=desk.citizen())
    assert opened.json() == {"case_id": answer["case_id"], "number": answer["number"]}
    other = await desk.lodged(keys.petition())
    crossed = receipt.Receipt(answer["number"], other["code"].rsplit("-", 1)[1]).code
    told = (await desk.post("/receipts/open", {"code": crossed}, by=desk.citizen())).json()
    assert told["code"] in ("receipt_misspelt", "receipt_unknown"), "of 32 crossed codes one has a check symbol that fits"
    assert refused(await desk.post("/receipts/open", {"code": receipt.new_receipt(2026).code}, by=desk.citizen()), 404, "receipt_unknown")


async def test_guessing_a_code_is_stopped_for_a_while(desk: Desk) -> None:
    answer = await desk.lodged(keys.petition())
    digits = receipt._symbols(answer["number"])
    for guess in range(reference.limit("receipt_tries")):
        secret = f"{guess:08d}"
        code = f"{answer['number']}-{secret}{receipt.check_symbol(digits + secret)}"
        assert refused(await desk.post("/receipts/open", {"code": code}, by=desk.citizen()), 404, "receipt_unknown")
    assert refused(await desk.post("/receipts/open", {"code": answer["code"]}, by=desk.citizen()), 429, "too_many_requests")


async def test_the_same_key_and_letter_get_the_same_answer_with_the_same_code(desk: Desk) -> None:
    first, second = [(await desk.lodge(keys.petition(), key="key-00000001")).json() for _ in range(2)]
    assert first.pop("is_new")
    assert not second.pop("is_new")
    assert first == second
    assert len(await desk.facts()) == 1


async def test_the_same_key_twice_at_once_lodges_once(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.lodge(keys.petition(), key="key-00000001") for _ in range(8)))
    assert len({answer.json()["code"] for answer in answers}) == 1
    assert len(await desk.facts()) == 1


async def test_the_same_key_with_another_letter_is_refused(desk: Desk) -> None:
    await desk.lodge(keys.petition(), key="key-00000001")
    answer = await desk.lodge(keys.petition(text="Đơn khác."), key="key-00000001")
    assert refused(answer, 409, "idempotency_key_reused")


async def test_a_letter_without_a_key_is_refused(desk: Desk) -> None:
    assert refused(await desk.post("/petitions", keys.petition()), 422, "idempotency_key_missing")


async def test_an_external_id_lodges_once_under_any_key(desk: Desk) -> None:
    first = await desk.lodged(keys.petition(external_id="HS-1"))
    second = await desk.lodged(keys.petition(external_id="HS-1"))
    assert first["code"] == second["code"]
    assert refused(await desk.lodge(keys.petition(external_id="HS-1", text="Đơn khác.")), 409, "external_id_reused")


async def test_after_its_day_the_answer_comes_without_the_code(desk: Desk) -> None:
    first = (await desk.lodge(keys.petition(), key="key-00000001")).json()
    async with desk.living.service.work([(await desk.living.rows(Answered))[0].once_key], [Answered]) as work:
        (row,) = await desk.living.rows(Answered)
        row.expires_on = date(2020, 1, 1)
        work.save(row)
    await jobs.forget_secrets(desk.living.service)
    (row,) = await desk.living.rows(Answered)
    assert (row.sealed_secret, row.wrapped_key, row.body_mac) == (None, None, None)
    again = (await desk.lodge(keys.petition(), key="key-00000001")).json()
    assert (again["case_id"], again["number"], again["code"]) == (first["case_id"], first["number"], None)
    assert (await desk.post("/receipts/open", {"code": first["code"]})).status_code == 200


async def test_a_batch_answers_every_letter_by_itself(desk: Desk) -> None:
    forms = [
        keys.petition(external_id="A"),
        keys.petition(external_id="B", received_on="2027-01-01"),
        keys.petition(external_id="A"),
        {"x": 1},
    ]
    answers = (await desk.post("/petitions/batch", forms)).json()
    assert [("ok" in answer) for answer in answers] == [True, False, True, False]
    assert answers[0]["ok"]["code"] == answers[2]["ok"]["code"]
    assert [answer["refusal"]["code"] for answer in (answers[1], answers[3])] == ["date_in_future", "invalid_form"]
    assert len(await desk.facts()) == 1


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"received_on": "2026-07-16"}, "date_in_future", "received_on"),
        ({"received_on": "0206-07-10"}, "date_too_early", "received_on"),
        ({"received_on": "2026-07-10", "letter_on": "2026-07-11"}, "letter_after_receipt", "letter_on"),
        ({"received_by": "UBND-00000"}, "receiver_unknown", "received_by"),
        ({"petitioners": []}, "petitioner_missing", "petitioners"),
        ({"axes": axes(is_anonymous=True)}, "anonymous_with_name", "petitioners"),
        ({"axes": axes(source="forwarded_press")}, "forwarder_missing", "axes.forwarder"),
        ({"axes": axes(branch="public_duty")}, "axis_not_for_kind", "axes.branch"),
        ({"axes": axes(field="corruption")}, "axis_not_for_kind", "axes.field"),
        ({"axes": axes(kind="feedback", is_discipline=True)}, "axis_not_for_kind", "axes.is_discipline"),
        ({"axes": axes(place="99999")}, "place_unknown", "axes.place"),
        ({"axes": axes(object_ref="TRAN-QUOC-HUNG")}, "code_names_person", "axes.object_ref"),
        ({"axes": axes(object_ref="0912345678")}, "code_names_person", "axes.object_ref"),
        ({"axes": axes(kind="denunciation"), "is_classified": True}, "branch_missing", "axes.branch"),
        (
            {"axes": axes(eligibility="eligible", was_guided_before=True), "is_classified": True},
            "eligibility_contradicted",
            "axes.eligibility",
        ),
        ({"axes": axes(people_count=0)}, "invalid_form", "axes.people_count"),
        ({"text": ""}, "invalid_form", "text"),
    ],
)
async def test_a_form_that_contradicts_itself_is_refused_and_nothing_is_done(
    desk: Desk, changes: dict[str, Any], code: str, field: str
) -> None:
    by = desk.client(agency=changes.get("received_by", keys.AGENCY))
    answer = await desk.lodge(keys.petition() | changes, by=by)
    assert refused(answer, 422, code)
    assert answer.json()["field"] == field
    assert await desk.outbox() == []


async def test_fewer_people_than_names_are_refused(desk: Desk) -> None:
    two = [{"full_name": "Lê Một"}, {"full_name": "Lê Hai"}]
    assert refused(await desk.lodge(keys.petition(petitioners=two)), 422, "too_few_people")
    assert (await desk.lodge(keys.petition(petitioners=two, axes=axes(people_count=2)))).status_code == 201


async def test_the_unmet_conditions_are_told_with_their_law(desk: Desk) -> None:
    answer = await desk.lodged(keys.petition(axes=axes(author_role="unknown")))
    assert [one["condition"] for one in answer["unmet"]] == ["E2d", "E3"]
    assert {one["law"] for one in answer["unmet"]} == {"TT05 6.2"}


async def test_a_letter_of_2016_is_judged_by_the_circular_of_its_day(desk: Desk) -> None:
    answer = await desk.lodged(keys.petition(received_on="2016-07-10"))
    assert {one["law"] for one in answer["unmet"]} == {"TT07 6.2"}


async def test_an_officers_signature_classifies_at_once(desk: Desk) -> None:
    answer = await desk.lodged(keys.petition(is_classified=True))
    facts = await desk.facts()
    assert [type(fact) for fact in facts] == [PetitionLodged, PetitionClassified]
    assert answer["position"] == f"petitions.v1:{answer['case_id']}:2"


# Who may


async def test_an_officer_lodges_for_the_own_agency_only(desk: Desk) -> None:
    assert refused(await desk.lodge(keys.petition(), by=desk.client(agency=keys.OTHER)), 403, "not_own_agency")


async def test_the_platform_itself_may_lodge_for_any(desk: Desk) -> None:
    assert (await desk.lodge(keys.petition(), by=desk.client(Role.SYSTEM, "", officer=None))).status_code == 201


async def test_a_citizen_lodges_through_the_portal_at_any_body(desk: Desk) -> None:
    assert (await desk.lodge(portal(), by=desk.citizen())).status_code == 201
    assert (await desk.lodge(portal(received_by=keys.OTHER), by=desk.citizen())).status_code == 201


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"axes": AXES}, "source_needs_officer"),
        ({"is_classified": True}, "signature_needs_officer"),
        ({"axes": axes(source="portal", eligibility="eligible")}, "signature_needs_officer"),
        ({"received_on": "2026-07-14"}, "date_needs_officer"),
        ({"external_id": "HS-1"}, "external_id_needs_officer"),
    ],
)
async def test_a_citizen_cannot_state_what_only_an_officer_may(desk: Desk, changes: dict[str, Any], code: str) -> None:
    assert refused(await desk.lodge(portal() | changes, by=desk.citizen()), 403, code)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.POLICE, Role.OPERATOR])
async def test_who_watches_does_not_lodge(desk: Desk, role: Role) -> None:
    assert refused(await desk.lodge(keys.petition(), by=desk.client(role)), 403, "role_not_allowed")


# Classify, withdraw, link


async def test_an_officer_of_the_receiving_body_signs_the_axes(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    answer = await desk.post(f"/petitions/{case_id}/classify", {"axes": axes(eligibility="eligible", competence="own"), "on": "2026-07-15"})
    assert answer.json()["position"] == f"petitions.v1:{case_id}:2"
    fact = (await desk.facts(case_id))[-1]
    assert isinstance(fact, PetitionClassified)
    assert fact.axes.competence == "own"
    assert fact.legal_on == date(2026, 7, 15)


async def test_another_bodys_officer_cannot_classify(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    by = desk.client(agency=keys.OTHER)
    assert refused(await desk.post(f"/petitions/{case_id}/classify", {"axes": AXES}, by=by), 403, "not_own_agency")
    assert refused(await desk.post("/petitions/nowhere/classify", {"axes": AXES}), 404, "petition_not_found")


async def test_eligible_cannot_be_signed_against_the_letters_own_facts(desk: Desk) -> None:
    form = keys.petition(petitioners=[], axes=axes(kind="feedback", is_anonymous=True))
    case_id = (await desk.lodged(form))["case_id"]
    signed = {**form["axes"], "eligibility": "eligible"}
    answer = await desk.post(f"/petitions/{case_id}/classify", {"axes": signed})
    assert refused(answer, 422, "eligibility_contradicted")
    assert answer.json()["law"] == "TT05 6.2"


async def test_no_act_is_dated_before_the_letters_receipt(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    answer = await desk.post(f"/petitions/{case_id}/classify", {"axes": AXES, "on": "2026-07-14"})
    assert refused(answer, 422, "date_before_receipt")


async def test_the_holder_of_the_receipt_withdraws_and_nobody_elses_receipt_does(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    path = f"/petitions/{case_id}/withdraw"
    assert refused(await desk.post(path, {}, by=desk.citizen("another")), 403, "not_own_petition")
    assert refused(await desk.post(path, {}, by=desk.citizen()), 403, "role_not_allowed")
    assert (await desk.post(path, {}, by=desk.citizen(case_id))).status_code == 200
    fact = (await desk.facts(case_id))[-1]
    assert isinstance(fact, PetitionWithdrawn)
    assert fact.is_whole
    assert refused(await desk.post(path, {}, by=desk.citizen(case_id)), 409, "already_withdrawn")
    assert refused(await desk.post(f"/petitions/{case_id}/classify", {"axes": AXES}), 409, "already_withdrawn")


@pytest.mark.parametrize(("on", "status"), [("2026-06-30", 409), ("2026-07-01", 200)])
async def test_a_complaint_is_withdrawn_in_part_from_july_2026_only(desk: Desk, on: str, status: int) -> None:
    case_id = (await desk.lodged(keys.petition(received_on="2026-06-01")))["case_id"]
    answer = await desk.post(f"/petitions/{case_id}/withdraw", {"is_whole": False, "on": on})
    assert answer.status_code == status
    if status == 200:
        assert (await desk.post(f"/petitions/{case_id}/withdraw", {})).status_code == 200


async def test_a_coerced_withdrawal_leaves_the_letter_as_it_was(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    assert (await desk.post(f"/petitions/{case_id}/withdraw", {"is_coerced": True})).status_code == 200
    assert (await desk.post(f"/petitions/{case_id}/classify", {"axes": AXES})).status_code == 200


async def test_article_10_what_was_reopened_can_be_withdrawn_anew(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition()))["case_id"]
    assert (await desk.post(f"/petitions/{case_id}/withdraw", {})).status_code == 200
    await desk.living.feed([CaseReopened(case_id=case_id, ground="coerced", document="1/BC", law="LKN 10.3", step=None, due_on=None)])
    assert (await desk.post(f"/petitions/{case_id}/withdraw", {})).status_code == 200


async def test_a_denunciation_is_not_withdrawn_after_its_conclusion(desk: Desk) -> None:
    case_id = (await desk.lodged(keys.petition(axes=DENUNCIATION)))["case_id"]
    await desk.living.feed(
        [
            CaseSettled(
                case_id=case_id, holder=keys.AGENCY, outcome=Outcome.RIGHT, document="KL", due_on=None, was_late=False, law="LTC 35"
            ),
        ]
    )
    assert refused(await desk.post(f"/petitions/{case_id}/withdraw", {}), 409, "withdrawal_after_conclusion")


async def test_a_repeated_letter_is_linked_to_its_case_once(desk: Desk) -> None:
    founding, repeated = [(await desk.lodged(keys.petition()))["case_id"] for _ in range(2)]
    path = f"/petitions/{repeated}/link"
    assert (await desk.post(path, {"founding_case_id": founding})).status_code == 200
    fact = (await desk.facts(repeated))[-1]
    assert isinstance(fact, PetitionLinked)
    assert fact.founding_case_id == founding
    assert refused(await desk.post(path, {"founding_case_id": founding}), 409, "already_linked")
    assert refused(await desk.post(f"/petitions/{founding}/link", {"founding_case_id": repeated}), 409, "not_a_founding_case")
    assert refused(await desk.post(f"/petitions/{founding}/link", {"founding_case_id": founding}), 409, "not_a_founding_case")
    assert refused(await desk.post(f"/petitions/{founding}/link", {"founding_case_id": "nowhere"}), 404, "petition_not_found")


async def test_many_acts_are_answered_one_by_one(desk: Desk) -> None:
    one, two = [(await desk.lodged(keys.petition()))["case_id"] for _ in range(2)]
    classified = (
        await desk.post("/petitions/classify/batch", [{"case_id": one, "axes": AXES}, {"case_id": "nowhere", "axes": AXES}])
    ).json()
    assert classified[0]["ok"]["position"] == f"petitions.v1:{one}:2"
    assert classified[1]["refusal"]["code"] == "petition_not_found"
    linked = (await desk.post("/petitions/link/batch", [{"case_id": two, "founding_case_id": one}])).json()
    withdrawn = (await desk.post("/petitions/withdraw/batch", [{"case_id": one}, {"case_id": two}])).json()
    assert "ok" in linked[0]
    assert ["ok" in answer for answer in withdrawn] == [True, False]
