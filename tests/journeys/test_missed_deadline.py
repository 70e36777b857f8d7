"""A ward lets the last day for acceptance pass: it is told before, stated missed once, reminded once, and seen to be late."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from contracts.event import OVERSIGHT
from contracts.vocabulary import Role
from tests.journeys.matter import PROVINCE, WARD, Matter
from tests.journeys.world import START, Badge, World, officer, until

pytestmark = pytest.mark.journey

LAST_DAY = date(2026, 7, 15)
SEEN = "query ($id: ID!) { case(caseId: $id) { isOverdue missedCount remindedOn dueOn timeline { act step dueOn } } }"


@pytest.fixture(scope="module")
def neglected(world: World) -> Matter:
    """Received on 6 July; nobody accepts it."""
    world.set_today(START)
    found = Matter.lodged(world)
    found.until(status="assigned")
    return found


def test_nothing_is_stated_before_its_time(neglected: Matter) -> None:
    assert neglected.due_on("accept") == LAST_DAY.isoformat()
    assert neglected.stated() == ["petition.assigned.v1"]


def test_the_step_is_due_soon_when_two_working_days_remain(neglected: Matter) -> None:
    neglected.world.set_today(date(2026, 7, 10))
    assert neglected.stated() == ["petition.assigned.v1"]
    neglected.world.set_today(date(2026, 7, 13))
    assert until("told", lambda: neglected.stated()[1:]) == ["step.due.v1"]


def test_on_the_last_day_it_is_still_in_time(neglected: Matter) -> None:
    neglected.world.set_today(LAST_DAY)
    assert "step.missed.v1" not in neglected.stated()
    assert not _seen(neglected)["isOverdue"]


def test_the_day_after_it_is_missed_once_however_often_time_is_looked_at(neglected: Matter) -> None:
    world = neglected.world
    for day in (date(2026, 7, 16), date(2026, 7, 16), LAST_DAY, date(2026, 7, 17), date(2026, 7, 20)):
        world.set_today(day)
    until("stated", lambda: "step.missed.v1" in neglected.stated())
    assert neglected.stated().count("step.missed.v1") == 1
    (missed,) = [record.body for record in world.log.of(neglected.case_id) if record.type == "step.missed.v1"]
    assert (missed["holder"], missed["step"], missed["due_on"], missed["legal_on"]) == (WARD, "accept", "2026-07-15", "2026-07-16")
    assert missed["law"]


def test_its_holder_was_reminded_once(neglected: Matter) -> None:
    until("reminded", lambda: neglected.stated(OVERSIGHT))
    assert neglected.stated(OVERSIGHT) == ["reminder.sent.v1"]
    (reminder,) = [record.body for record in neglected.world.log.of(neglected.case_id, OVERSIGHT)]
    assert (reminder["holder"], reminder["step"], reminder["missed_due_on"]) == (WARD, "accept", "2026-07-15")
    (cause,) = [record.headers["ce_id"] for record in neglected.world.log.of(neglected.case_id) if record.type == "step.missed.v1"]
    assert reminder["causation_id"] == cause.decode()


def test_officers_and_those_who_watch_see_it_late_and_its_author_sees_no_warning(neglected: Matter) -> None:
    for badge in (officer(WARD), Badge(Role.SUPERVISOR, PROVINCE)):
        seen = until("the reminder in GraphQL", partial(_reminded, neglected, badge))
        assert (seen["isOverdue"], seen["missedCount"], seen["dueOn"]) == (True, 1, "2026-07-15")
        assert [entry["step"] for entry in seen["timeline"] if entry["act"] == "STEP_MISSED"] == ["ACCEPT"]
    acts = {entry["act"] for entry in _seen(neglected, neglected.world.citizen(neglected.code))["timeline"]}
    assert "REMINDER_SENT" not in acts


def test_a_superior_may_now_demand_progress_and_the_late_acceptance_is_still_possible(neglected: Matter) -> None:
    neglected.move("urge", PROVINCE, date(2026, 7, 20))
    assert neglected.move("accept", WARD, date(2026, 7, 20))["status"] == "accepted"


def _seen(matter: Matter, by: Badge | None = None) -> dict[str, Any]:
    return dict(matter.world.graphql(SEEN, by=by or officer(WARD), id=matter.case_id)["case"])


def _reminded(matter: Matter, by: Badge) -> dict[str, Any] | None:
    seen = _seen(matter, by)
    return seen if seen["remindedOn"] else None
