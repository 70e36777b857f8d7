"""Six people petition together: a hot spot is raised, for those who can bring about a dialogue and for nobody else."""

from typing import Any

import pytest

from contracts.event import OVERSIGHT
from contracts.vocabulary import Role
from tests.journeys.leaks import places_of
from tests.journeys.matter import WARD, Matter, axes
from tests.journeys.world import ANONYMOUS, OPERATOR, START, Badge, World, officer, until

pytestmark = pytest.mark.journey

ALERTS = """query { alerts(first: 100, filter: {isActive: true}) {
  edges { node { caseId reasons peopleCount place holder { code } expiresOn } } } }"""
INSIDE = [Badge(Role.POLICE, "CA-19"), Badge(Role.POLICE, "CA-05518"), Badge(Role.SUPERVISOR, "TT-19"), Badge(Role.SUPERVISOR, "HDND-19")]
OUTSIDE = [Badge(Role.POLICE, "CA-80"), Badge(Role.SUPERVISOR, "TT-80"), officer("UBND-80"), officer("CA-05518"), ANONYMOUS, OPERATOR]


@pytest.fixture(scope="module")
def crowd(world: World) -> Matter:
    """Six people of Sông Công complain of the same decision."""
    world.set_today(START)
    found = Matter.lodged(world, axes(people_count=6), people=6)
    until("the alert is stated", lambda: "hotspot.raised.v1" in found.stated(OVERSIGHT))
    return found


def alert_of(matter: Matter, by: Badge) -> dict[str, Any] | None:
    """The alert of a case as somebody sees it."""
    listed = matter.world.graphql(ALERTS, by=by)["alerts"]["edges"]
    return next((edge["node"] for edge in listed if edge["node"]["caseId"] == matter.case_id), None)


def test_the_alert_tells_facts_of_the_case_and_ends_by_itself(crowd: Matter) -> None:
    (raised,) = [record.body for record in crowd.world.log.of(crowd.case_id, OVERSIGHT)]
    assert (raised["reasons"], raised["people_count"], raised["place"], raised["holder"]) == (["many_people"], 6, "05518", WARD)
    assert raised["expires_on"] > START.isoformat()


@pytest.mark.parametrize("watcher", INSIDE, ids=lambda badge: badge.agency)
def test_police_and_supervisors_of_the_place_see_it(crowd: Matter, watcher: Badge) -> None:
    seen = until("the alert in GraphQL", lambda: alert_of(crowd, watcher))
    assert (seen["reasons"], seen["peopleCount"], seen["holder"]["code"]) == (["MANY_PEOPLE"], 6, WARD)


def test_the_office_that_must_hold_the_dialogue_sees_it(crowd: Matter) -> None:
    assert until("the alert in GraphQL", lambda: alert_of(crowd, officer(WARD)))["peopleCount"] == 6


@pytest.mark.parametrize("other", OUTSIDE, ids=lambda badge: badge.agency or badge.role.value)
def test_nobody_else_sees_it(crowd: Matter, other: Badge) -> None:
    assert alert_of(crowd, other) is None


def test_its_authors_do_not_see_it(crowd: Matter) -> None:
    citizen = crowd.world.citizen(crowd.code)
    assert alert_of(crowd, citizen) is None
    seen = crowd.world.graphql("{ petition { case { alert { reasons } timeline { act } } } }", by=citizen)["petition"]["case"]
    assert seen["alert"] is None
    assert "HOTSPOT_RAISED" not in {entry["act"] for entry in seen["timeline"]}


def test_police_read_the_alert_but_not_the_matter(crowd: Matter) -> None:
    asked = "query ($id: ID!) { case(caseId: $id) { status } }"
    assert crowd.world.graphql(asked, by=INSIDE[0], id=crowd.case_id)["case"] is None


def test_no_person_of_the_crowd_stands_anywhere(crowd: Matter) -> None:
    assert places_of(crowd.world, crowd.people) == []


def test_the_alert_is_cleared_when_the_matter_is_settled(crowd: Matter) -> None:
    crowd.until(status="assigned")
    assert crowd.refused("accept", WARD, START)["code"] == "representatives_wrong"
    crowd.move("accept", WARD, START, representatives=2, is_signed_by_all=True)
    crowd.move("settle", WARD, START, outcome="right")
    until("cleared", lambda: "hotspot.cleared.v1" in crowd.stated(OVERSIGHT))
    until("gone from the list", lambda: alert_of(crowd, INSIDE[0]) is None)
