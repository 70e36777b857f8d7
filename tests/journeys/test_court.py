"""A complainant goes to court after the first settlement; the judgment is not obeyed in time, and is enforced in the end."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.event import ACTS, RECEIPTS
from docs.examples import agency_acts
from tests.journeys.leaks import places_of
from tests.journeys.matter import PROVINCE, WARD, Matter
from tests.journeys.world import START, World, officer, until

pytestmark = pytest.mark.journey

COURT, OFFICE = "TA-KV2-19", "THA-KV2-19"
"""The regional court for Sông Công and the civil judgment enforcement office beside it."""
RECORD = "mutation ($step: RecordStepInput!) { recordStep(input: $step) { __typename ... on Refusal { code law } } }"
NEXT = "query ($id: ID!) { nextSteps(caseId: $id) { __typename ... on NextSteps { steps { move by within warning } } } }"
SEEN = "query ($id: ID!) { case(caseId: $id) { status missedCount timeline(last: 50) { act step toAgency { code } } } }"


@pytest.fixture(scope="module")
def sued(world: World) -> Matter:
    """Settled by the ward on 20 July 2026; the complainant sued on 3 August."""
    world.set_today(date(2026, 8, 12))
    found = Matter.lodged(world, on=START)
    found.until(status="assigned")
    found.move("accept", WARD, date(2026, 7, 8))
    found.move("settle", WARD, date(2026, 7, 20), outcome="wrong")
    found.move("send_decision", WARD, date(2026, 7, 21))
    assert _next(found)["sue"]["within"] == "2027-07-21"
    step = {"caseId": found.case_id, "move": "sue", "document": "7/GXN-TA", "on": "2026-08-03", "to": COURT}
    told = world.graphql(RECORD, by=officer(WARD), step=step)["recordStep"]
    assert told == {"__typename": "StepRecorded"}
    return found


@pytest.fixture(scope="module")
def court_key(world: World) -> dict[str, Any]:
    made = world.dannguyen("agency-key", COURT)
    assert made.returncode == 0, made.stderr
    return dict(json.loads(Path(made.stdout.strip()).read_text()))


def _next(matter: Matter) -> dict[str, Any]:
    told = matter.world.graphql(NEXT, by=officer(WARD), id=matter.case_id)["nextSteps"]
    return {step["move"]: step for step in told["steps"]}


def _signed(matter: Matter, key: dict[str, Any], **act: Any) -> dict[str, Any]:
    """The receipt of what the court's own system did, signed, over Kafka."""
    name, signed = agency_acts.sign({"case_id": matter.case_id, **act}, COURT, key)
    matter.world.log.put(ACTS, matter.case_id, signed)

    def answered() -> dict[str, Any] | None:
        found = [record.body for record in matter.world.log.of(COURT, RECEIPTS)]
        return next((body for body in found if body["submission_id"] == name), None)

    return until(f"an answer to {act['move']}", answered)


def test_once_the_court_has_accepted_the_suit_nobody_else_settles(sued: Matter, court_key: dict[str, Any]) -> None:
    receipt = _signed(sued, court_key, move="docket_suit", document="15/TB-TA", on="2026-08-10", to=COURT)
    assert (receipt["is_accepted"], receipt["fact"]) == (True, "SuitDocketed"), receipt
    refused = sued.refused("open_second", PROVINCE, date(2026, 8, 12))
    assert (refused["code"], refused["law"]) == ("before_the_court", "LKN 11.9")
    step = {"caseId": sued.case_id, "move": "open_second", "document": "1/DON", "on": "2026-08-12"}
    told = sued.world.graphql(RECORD, by=officer(PROVINCE), step=step)["recordStep"]
    assert (told["__typename"], told["code"]) == ("Refusal", "before_the_court")


def test_the_judgment_starts_the_terms_of_those_who_must_enforce_it_and_watch_over_it(sued: Matter, court_key: dict[str, Any]) -> None:
    sued.world.set_today(date(2026, 9, 1))
    receipt = _signed(sued, court_key, move="receive_judgment", document="3/BA-TA", on="2026-09-01", ground="to_enforce", to=WARD)
    assert receipt["is_accepted"], receipt
    assert {step: sued.due_on(step) for step in ("enforce_judgment", "remind_enforcement", "report_result")} == {
        "enforce_judgment": "2026-10-01",
        "remind_enforcement": "2026-09-09",
        "report_result": "2026-10-06",
    }
    sued.world.set_today(date(2026, 9, 4))
    sued.move("remind_enforcement", OFFICE, date(2026, 9, 4))
    assert sued.refused("request_compulsory", COURT, date(2026, 9, 4))["code"] == "voluntary_term_running"


def test_what_is_not_obeyed_in_time_is_stated_once_and_compelled(sued: Matter) -> None:
    for day in (date(2026, 9, 29), date(2026, 10, 2), date(2026, 10, 2), date(2026, 10, 7)):
        sued.world.set_today(day)
    missed = [record.body for record in sued.world.log.of(sued.case_id) if record.type == "term.missed.v1"]
    told = [(fact["step"], fact["holder"], fact["due_on"]) for fact in missed]
    assert told == [("enforce_judgment", WARD, "2026-10-01"), ("report_result", WARD, "2026-10-06")]
    assert _next(sued)["report_enforcement"]["warning"] == "U7"
    sued.move("request_compulsory", COURT, date(2026, 10, 7))
    assert sued.due_on("compel_enforcement") == "2026-10-14"
    sued.world.set_today(date(2026, 10, 9))
    sued.move("compel_enforcement", COURT, date(2026, 10, 9))
    assert sued.due_on("direct_enforcement") == "2026-10-14"
    assert sued.refused("direct_enforcement", WARD, date(2026, 10, 9))["code"] == "move_not_yours"
    sued.move("direct_enforcement", PROVINCE, date(2026, 10, 9))
    sued.move("recommend_liability", OFFICE, date(2026, 10, 9))
    sued.move("answer_liability", PROVINCE, date(2026, 10, 9))


def test_the_judgment_is_enforced_and_reported(sued: Matter) -> None:
    sued.world.set_today(date(2026, 10, 20))
    sued.move("enforce_judgment", WARD, date(2026, 10, 20))
    assert sued.due_on("report_done") == "2026-10-27"
    sued.move("report_enforcement", WARD, date(2026, 10, 20))
    assert sued.due_on("report_done") is None
    assert sued.refused("enforce_judgment", WARD, date(2026, 10, 20))["code"] == "nothing_to_enforce"


def test_everybody_concerned_sees_the_way_it_went(sued: Matter) -> None:
    def seen() -> dict[str, Any] | None:
        found = dict(sued.world.graphql(SEEN, by=officer(COURT), id=sued.case_id)["case"] or {})
        acts = [entry["act"] for entry in found.get("timeline", ())]
        return found if "ENFORCEMENT_REPORTED" in acts else None

    found = until("the report in GraphQL", seen)
    acts = [entry["act"] for entry in found["timeline"]]
    way = ["SUIT_BROUGHT", "SUIT_DOCKETED", "JUDGMENT_RECEIVED", "ENFORCEMENT_REMINDED", "COMPULSION_REQUESTED", "ENFORCEMENT_COMPELLED"]
    way += ["ENFORCEMENT_DIRECTED", "LIABILITY_RECOMMENDED", "LIABILITY_ANSWERED", "JUDGMENT_ENFORCED", "ENFORCEMENT_REPORTED"]
    assert [act for act in acts if act in way] == way
    assert [entry["step"] for entry in found["timeline"] if entry["act"] == "TERM_MISSED"] == ["ENFORCE_JUDGMENT", "REPORT_RESULT"]
    assert found["status"] == "SETTLED"
    assert places_of(sued.world, sued.people) == []
