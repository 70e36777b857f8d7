"""A complaint handed in at a ward's counter, settled in time, counted, and seen by its author and by the operator."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.event import PETITIONS
from contracts.vocabulary import Role
from law.verify import verify
from runtime.settings import SERVICES
from tests.journeys.matter import WARD, Matter, axes
from tests.journeys.world import START, Badge, World, officer, until

pytestmark = pytest.mark.journey

SEEN = """query ($waitFor: String) { petition(waitFor: $waitFor) {
  number status statusLabel receivedOn case { holder { code } outcome wasLate sentOn timeline { act dueOn legalOn agency { code } } } } }"""


def form_01(world: World) -> dict[int, int]:
    """Columns of form 01/XLĐ of the ward for the third quarter, as reporting has them now."""
    path = f"/reports/01-XLD?agency={WARD}&from=2026-07-01&to=2026-09-30"
    told = world.do("reporting", "GET", path, by=officer(WARD))
    return {int(number): value for number, value in told["columns"].items() if value is not None}


@pytest.fixture(scope="module")
def before(world: World) -> dict[int, int]:
    """The ward's report before this complaint."""
    return form_01(world)


@pytest.fixture(scope="module")
def complaint(world: World, before: dict[int, int]) -> Matter:
    """Received 6 July, accepted on the 8th, settled 3 August, the decision sent and published on the 5th."""
    world.set_today(START)
    unread = axes(eligibility="undetermined", competence="undetermined")
    found = Matter.lodged(world, unread, is_classified=False)
    until("registered with routing", found.state)
    found.classify(axes())
    found.until(status="assigned")
    world.set_today(date(2026, 8, 5))
    found.move("accept", WARD, date(2026, 7, 8))
    found.move("settle", WARD, date(2026, 8, 3), outcome="partly_right")
    found.move("send_decision", WARD, date(2026, 8, 5))
    found.move("publish", WARD, date(2026, 8, 5))
    return found


def test_it_was_assigned_to_the_ward_with_seven_working_days_to_accept(complaint: Matter) -> None:
    (assigned,) = [record.body for record in complaint.world.log.of(complaint.case_id) if record.type == "petition.assigned.v1"]
    assert (assigned["holder"], assigned["step"], assigned["due_on"]) == (WARD, "accept", "2026-07-15")
    assert "LKN 17" in assigned["law"]


def test_every_step_stands_on_the_topics_once_and_in_order(complaint: Matter) -> None:
    assert complaint.stated(PETITIONS) == ["petition.lodged.v1", "petition.classified.v1"]
    acts = [kind for kind in complaint.stated() if not kind.startswith("step.")]
    assert acts == ["petition.assigned.v1", "case.accepted.v1", "case.settled.v1", "decision.sent.v1", "decision.published.v1"]
    numbers = [record.body["seq"] for record in complaint.world.log.of(complaint.case_id, "cases.v1")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_it_was_settled_within_thirty_days_of_acceptance(complaint: Matter) -> None:
    facts = {record.type: record.body for record in complaint.world.log.of(complaint.case_id)}
    assert facts["case.accepted.v1"]["due_on"] == "2026-08-07"
    assert facts["case.settled.v1"]["was_late"] is False


def test_reporting_counts_it_and_form_01_adds_up(complaint: Matter, before: dict[int, int]) -> None:
    after = until("the complaint in the ward's report", lambda: _if(form_01(complaint.world), lambda now: now[4] > before[4]))
    grown = {number: after[number] - before[number] for number in (1, 3, 4, 6, 8, 14, 15)}
    assert grown == dict.fromkeys((1, 3, 4, 6, 8, 14, 15), 1)
    n = after
    assert n[1] == n[2] + n[3] == n[4] + n[5]
    assert n[6] == n[8] + n[9] + n[10] == n[11] + n[12] + n[13] == n[14] + n[18]


def test_its_author_sees_it_with_the_receipt_code(complaint: Matter) -> None:
    world = complaint.world
    seen = world.graphql(SEEN, by=world.citizen(complaint.code), waitFor=complaint.position)["petition"]
    assert (seen["number"], seen["status"], seen["receivedOn"]) == (complaint.number, "SETTLED", "2026-07-06")
    assert (seen["case"]["outcome"], seen["case"]["wasLate"], seen["case"]["sentOn"]) == ("PARTLY_RIGHT", False, "2026-08-05")
    acts = [entry["act"] for entry in seen["case"]["timeline"]]
    assert acts[:3] == ["PETITION_LODGED", "PETITION_CLASSIFIED", "PETITION_ASSIGNED"]
    assert {"CASE_ACCEPTED", "CASE_SETTLED", "DECISION_SENT"} <= set(acts)


def test_nobody_sees_it_with_another_code(complaint: Matter) -> None:
    world = complaint.world
    wrong = f"{complaint.number}-{'0' * len(complaint.code.removeprefix(complaint.number + '-'))}"
    answer = world.http.post(f"{world.addresses['gateway']}/token/receipt", json={"code": wrong})
    assert answer.is_client_error
    stranger = Badge(Role.CITIZEN, case_id="another-case")
    assert world.graphql(SEEN.replace("petition(", f'petition(caseId: "{complaint.case_id}", '), by=stranger)["petition"] is None


def test_the_classification_is_one_tree_in_one_trace_over_four_services(complaint: Matter) -> None:
    if not complaint.world.has_traces:
        pytest.skip("the trace viewer's jar is not on this machine")

    def tree() -> list[dict[str, Any]] | None:
        for spans in complaint.world.traces_of(complaint.case_id):
            names = {span["name"] for span in spans}
            if any("classify" in name for name in names) and _services(spans) >= set(SERVICES):
                return spans
        return None

    spans = until("the whole trace in the viewer", tree)
    known = {span["id"] for span in spans}
    roots = [span for span in spans if span.get("parentId") not in known]
    assert len(roots) == 1, [span["name"] for span in roots]
    assert roots[0]["localEndpoint"]["serviceName"] == "intake"


def test_it_was_recorded_when_it_happened_whatever_the_legal_date(complaint: Matter) -> None:
    first = complaint.world.log.of(complaint.case_id)[0].body
    recorded = datetime.fromisoformat(first["recorded_at"])
    assert (first["legal_on"], abs((datetime.now(UTC) - recorded).total_seconds()) < 3600) == ("2026-07-06", True)


def _services(spans: list[dict[str, Any]]) -> set[str]:
    return {span["localEndpoint"]["serviceName"] for span in spans}


def _if(found: dict[int, int], holds: Any) -> dict[int, int] | None:
    return found if holds(found) else None


NEXT = """query($id: ID!, $ask: String){nextSteps(caseId:$id, ask:$ask){
  ... on NextSteps{steps{move label within law} isAllowed refusal{code law}}}}"""
EXPLAIN = """query($id: ID!){explain(caseId:$id){... on Explanations{clocks{step dueOn sentence days{day isCounted} certificate}}}}"""


def test_the_next_move_and_the_reason_of_a_due_date_are_told_to_the_officer(complaint: Matter) -> None:
    world = complaint.world
    told = world.graphql(NEXT, by=officer(WARD), id=complaint.case_id, ask="accept")["nextSteps"]
    assert (told["isAllowed"], told["refusal"]["code"]) == (False, "move_not_now")
    clocks = world.graphql(EXPLAIN, by=officer(WARD), id=complaint.case_id)["explain"]["clocks"]
    for clock in clocks:
        if clock["certificate"]:
            assert clock["sentence"]
            assert verify(json.loads(clock["certificate"])) is None
            assert {day["day"] for day in clock["days"]}
    assert [clock["certificate"] for clock in clocks if clock["certificate"]]
