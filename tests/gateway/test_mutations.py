"""Mutations pass commands on to the real services, tell refusals as data, and let the caller read what it wrote."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.event import Event
from contracts.moves import Ask
from contracts.vocabulary import Role
from gateway import upstream
from runtime import auth
from tests.gateway.sisters import facts_of, serving
from tests.gateway.world import WARD, World

pytestmark = pytest.mark.connected

LODGE = """mutation($input: LodgePetitionInput!){lodgePetition(input:$input){__typename
  ... on LodgePetitionSuccess{caseId number receiptCode position petition{number kind}}
  ... on Refusal{code message messageEn field law status}}}"""
STEP = """mutation($input: RecordStepInput!){recordStep(input:$input){__typename
  ... on StepRecorded{position} ... on Refusal{code message status law}}}"""


def letter(**changed: Any) -> dict[str, Any]:
    """What a portal sends."""
    axes = {"kind": "COMPLAINT", "field": "LAND_HOUSING", "source": "PORTAL", "place": "05518"}
    person = {"fullName": "Nguyễn Thị Thử", "address": "tổ 5, phường Sông Công"}
    return {"receivedBy": WARD, "axes": axes, "text": "Tôi khiếu nại quyết định thu hồi đất.", "petitioners": [person], **changed}


@pytest.fixture(scope="module")
def sisters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    """Intake and routing, with one set of keys."""
    home = tmp_path_factory.mktemp("sisters")
    auth.make_keys(home)
    with serving("intake", home) as intake, serving("routing", home) as routing:
        yield home, intake, routing


@pytest.fixture
def joined(world: World, sisters: tuple[Path, str, str], monkeypatch: pytest.MonkeyPatch) -> World:
    """A gateway whose sisters are those services."""
    home, intake, routing = sisters
    monkeypatch.setenv("URL__INTAKE", intake)
    monkeypatch.setenv("URL__ROUTING", routing)
    for key in (home / "keys").glob("*.json"):
        (world.home / "keys" / key.name).write_text(key.read_text("utf-8"))
    auth._key.cache_clear()
    world.sisters = home
    return world


async def test_a_letter_lodged_without_an_account_gives_a_receipt_with_which_it_is_followed(joined: World) -> None:
    token = (await joined.client.post("/token")).json()["token"]
    answer = await joined.client.post(
        "/graphql", json={"query": LODGE, "variables": {"input": letter()}}, headers={"authorization": f"Bearer {token}"}
    )
    lodged = answer.json()["data"]["lodgePetition"]
    assert lodged["__typename"] == "LodgePetitionSuccess"
    assert lodged["receiptCode"].startswith(lodged["number"])
    assert lodged["petition"] is None, "an anonymous caller sees no petition"
    opened = await joined.client.post("/token/receipt", json={"code": lodged["receiptCode"]})
    assert (opened.status_code, opened.json()["role"]) == (200, "citizen")
    await joined.tell(*[fact for fact in facts_of(joined.sisters, "intake") if fact.case_id == lodged["caseId"]])
    seen = await joined.client.post(
        "/graphql",
        json={"query": "{petition{number status kind}}"},
        headers={"authorization": f"Bearer {opened.json()['token']}", "x-wait-for": lodged["position"]},
    )
    assert seen.json() == {"data": {"petition": {"number": lodged["number"], "status": "RECEIVED", "kind": "COMPLAINT"}}}


async def test_a_mutation_waits_until_its_own_fact_can_be_read(joined: World) -> None:
    async def deliver() -> None:
        found: list[Event] = []
        for _ in range(20):
            found = found or [fact for fact in facts_of(joined.sisters, "intake") if getattr(fact, "letter_on", None)]
            await asyncio.sleep(0.05)
        await joined.tell(*found)

    delivering = asyncio.create_task(deliver())
    found = await joined.data(LODGE, Role.OFFICER, WARD, input=letter(letterOn="2026-07-01"))
    await delivering
    assert found["lodgePetition"]["petition"] == {"number": found["lodgePetition"]["number"], "kind": "COMPLAINT"}


async def test_the_same_key_lodges_one_letter(joined: World) -> None:
    answers = [await joined.data(LODGE, Role.ANONYMOUS, "", input=letter(idempotencyKey="portal-0001")) for _ in range(2)]
    assert answers[0]["lodgePetition"]["caseId"] == answers[1]["lodgePetition"]["caseId"]


async def test_a_refusal_is_told_as_data_with_its_field(joined: World) -> None:
    found = (await joined.data(LODGE, Role.ANONYMOUS, "", input=letter(receivedBy="nonsense")))["lodgePetition"]
    assert (found["__typename"], found["code"], found["status"]) == ("Refusal", "invalid_form", 422)
    assert found["field"] == "receivedBy"
    assert found["message"] == "Trường receivedBy không hợp lệ: không đúng dạng mã."
    assert found["messageEn"] == "The field receivedBy is not valid: not written as a code of its kind is."


async def test_a_field_inside_a_form_is_named_as_the_client_wrote_it(joined: World) -> None:
    axes = {**letter()["axes"], "peopleCount": 0}
    found = (await joined.data(LODGE, Role.ANONYMOUS, "", input=letter(axes=axes)))["lodgePetition"]
    assert (found["field"], found["messageEn"]) == ("axes.peopleCount", "The field axes.peopleCount is not valid: must be at least 1.")


async def test_a_step_on_a_case_that_is_unknown_is_refused_by_routing(joined: World) -> None:
    found = (await joined.data(STEP, input={"caseId": "nothing", "move": "accept", "document": "12/TB"}))["recordStep"]
    assert (found["code"], found["status"]) == ("case_not_found", 404)


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.CITIZEN, Role.POLICE, Role.SUPERVISOR, Role.OPERATOR])
async def test_only_officers_record_steps(joined: World, role: Role) -> None:
    found = (await joined.data(STEP, role, "", input={"caseId": "c1", "move": "accept"}))["recordStep"]
    assert (found["code"], found["status"]) == ("role_not_allowed", 403)


async def test_a_service_that_does_not_answer_is_a_refusal_and_nothing_is_done(
    joined: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URL__INTAKE", "http://127.0.0.1:1")
    found = (await joined.data(LODGE, Role.ANONYMOUS, "", input=letter()))["lodgePetition"]
    assert (found["code"], found["status"]) == ("service_unavailable", 503)


async def test_a_wrong_receipt_code_opens_nothing(joined: World) -> None:
    for code in ("2026-000000-AAAA", "", "Nguyễn Văn A"):
        answer = await joined.client.post("/token/receipt", json={"code": code})
        assert answer.status_code in (404, 422)
        assert "token" not in answer.json()


async def test_tokens_are_handed_out_at_a_limited_rate(joined: World) -> None:
    statuses = [(await joined.client.post("/token")).status_code for _ in range(80)]
    assert statuses[0] == 200
    assert 429 in statuses


async def test_a_path_in_an_id_leads_nowhere_else(joined: World) -> None:
    found = (await joined.data(STEP, input={"caseId": "../../petitions", "move": "../link"}))["recordStep"]
    assert found["__typename"] == "Refusal"


def test_a_step_can_say_what_routing_may_need() -> None:
    from gateway.schema.forms import RecordStepInput

    named = {field.python_name for field in RecordStepInput.__strawberry_definition__.fields}  # type: ignore[attr-defined]
    assert named == {*Ask.__struct_fields__, "case_id", "move", "on"}


def test_a_refusal_of_an_unknown_code_is_still_one() -> None:
    assert upstream.Refused({"code": "made_up", "detail": "x"}, 409).code == "internal_error"
