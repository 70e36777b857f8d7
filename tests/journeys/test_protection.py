"""Who denounces a ward's chair asks to be protected: only the settler and the denouncer hear of it, and nothing tells who that is."""

from datetime import date
from typing import Any

import pytest

from contracts.vocabulary import Role
from tests.journeys.leaks import places_of
from tests.journeys.matter import PROVINCE, WARD, Matter, axes
from tests.journeys.world import START, Badge, World, officer, until

pytestmark = pytest.mark.journey

RECORD = "mutation ($step: RecordStepInput!) { recordStep(input: $step) { __typename ... on Refusal { code law } } }"
NEXT = "query ($id: ID!) { nextSteps(caseId: $id) { __typename ... on NextSteps { steps { move } } } }"
SEEN = "query ($id: ID!) { case(caseId: $id) { status timeline(last: 50) { act ground document } } }"
WAY = ["PROTECTION_ASKED", "PROTECTION_APPLIED", "PROTECTION_CHANGED", "CASE_SETTLED", "PROTECTION_ENDED"]


@pytest.fixture(scope="module")
def denounced(world: World) -> Matter:
    """A denunciation of the ward's chair, lodged at the ward of all places and forwarded to the province, which settles it."""
    world.set_today(date(2026, 8, 20))
    about = axes("denunciation", author_role="commune_chair", competence="not_own", source="post")
    found = Matter.lodged(world, about, on=START)
    found.until(status="classified")
    found.move("forward", WARD, date(2026, 7, 7), to=PROVINCE)
    found.move("accept", PROVINCE, date(2026, 7, 9))
    return found


def _record(matter: Matter, by: Badge, move: str, on: str, **asked: Any) -> dict[str, Any]:
    step = {"caseId": matter.case_id, "move": move, "on": on, **asked}
    return dict(matter.world.graphql(RECORD, by=by, step=step)["recordStep"])


def _moves(matter: Matter, by: Badge) -> set[str]:
    return {step["move"] for step in matter.world.graphql(NEXT, by=by, id=matter.case_id)["nextSteps"]["steps"]}


def test_an_urgent_request_is_taken_without_its_document_and_decided(denounced: Matter) -> None:
    settler = officer(PROVINCE)
    assert _record(denounced, settler, "apply_protection", "2026-07-10", document="1/QĐ-UBND")["code"] == "protection_not_asked"
    assert _record(denounced, settler, "ask_protection", "2026-07-10", isUrgent=True) == {"__typename": "StepRecorded"}
    assert _record(denounced, officer(WARD), "apply_protection", "2026-07-10", document="1/QĐ-UBND")["code"] == "agency_not_allowed"
    assert "apply_protection" in _moves(denounced, settler)
    denounced.move("apply_protection", PROVINCE, date(2026, 7, 10))
    denounced.move("change_protection", PROVINCE, date(2026, 7, 15))


def test_it_lasts_until_it_is_ended_on_a_ground_of_the_law(denounced: Matter) -> None:
    refused = denounced.refused("end_protection", PROVINCE, date(2026, 7, 20), ground="concluded")
    assert (refused["code"], refused["law"]) == ("not_concluded", "LTC 54.2")
    denounced.move("settle", PROVINCE, date(2026, 8, 3), outcome="right")
    denounced.move("end_protection", PROVINCE, date(2026, 8, 4), ground="concluded")


def test_the_settler_and_the_denouncer_see_it_and_the_body_of_the_denounced_does_not(denounced: Matter) -> None:
    def seen(by: Badge) -> list[str]:
        found = denounced.world.graphql(SEEN, by=by, id=denounced.case_id)["case"]
        return [entry["act"] for entry in (found or {"timeline": []})["timeline"] if entry["act"] in WAY]

    until("the end in GraphQL", lambda: "PROTECTION_ENDED" in seen(officer(PROVINCE)))
    assert seen(officer(PROVINCE)) == WAY
    assert seen(denounced.world.citizen(denounced.code)) == WAY
    for badge in (officer(WARD), Badge(Role.SUPERVISOR, PROVINCE), Badge(Role.OPERATOR)):
        assert seen(badge) == ["CASE_SETTLED"], badge
    assert not {move for move in _moves(denounced, officer(WARD)) if "protection" in move}
    asked = (
        'query ($id: ID!) { nextSteps(caseId: $id, ask: "end_protection") { __typename ... on NextSteps { isAllowed refusal { code } } } }'
    )
    told = denounced.world.graphql(asked, by=officer(WARD), id=denounced.case_id)["nextSteps"]
    assert (told["isAllowed"], told["refusal"]["code"]) == (False, "role_not_allowed")


def test_the_facts_tell_codes_dates_and_documents_and_the_denouncer_stands_nowhere(denounced: Matter) -> None:
    facts = [record.body for record in denounced.world.log.of(denounced.case_id) if record.type.startswith("protection.")]
    assert len(facts) == 4
    envelope = {"case_id", "seq", "causation_id", "actor", "legal_on", "recorded_at"}
    assert {name for fact in facts for name in fact} - envelope <= {"document", "law", "ground", "is_urgent"}
    assert places_of(denounced.world, denounced.people) == []
