"""A denunciation sent to the wrong body: forwarded within five working days, never sent in a circle, its author known to nobody."""

from datetime import date
from typing import Any

import pytest

from contracts.event import PETITIONS
from contracts.vocabulary import Role
from tests.journeys.leaks import places_of
from tests.journeys.matter import LAND_OFFICE, PROVINCE, WARD, Matter, axes
from tests.journeys.world import Badge, World, officer, until

pytestmark = pytest.mark.journey

FORWARDED_ON = date(2026, 7, 13)
AGAINST_THE_CHAIR = axes("denunciation", source="post", author_role="commune_chair", author_agency=WARD, competence="not_own")
AGAINST_NOBODY_NAMED = axes("denunciation", source="post", author_role="unknown", branch="state_management", competence="not_own")
"""Which body manages the field is not certain by law (grade C), so officers answer for where they send it."""
CASE = "query ($id: ID!) { case(caseId: $id) { holder { code } status petition { kind authorRole } } }"


@pytest.fixture(scope="module")
def misdirected(world: World) -> Matter:
    """A denunciation of the ward's chair, sent to the ward itself; the province's chair settles it."""
    world.set_today(FORWARDED_ON)
    found = Matter.lodged(world, AGAINST_THE_CHAIR)
    found.until(status="classified")
    return found


@pytest.fixture(scope="module")
def forwarded(misdirected: Matter) -> Matter:
    """It was passed on to the province on the last day."""
    misdirected.move("forward", WARD, FORWARDED_ON, to=PROVINCE)
    return misdirected


def test_it_must_be_forwarded_within_five_working_days(misdirected: Matter) -> None:
    assert misdirected.due_on("forward") == "2026-07-13"


def test_the_body_denounced_cannot_take_it_nor_send_it_elsewhere(misdirected: Matter) -> None:
    assert misdirected.refused("accept", WARD, FORWARDED_ON)["code"] == "not_competent"
    elsewhere = misdirected.refused("forward", WARD, FORWARDED_ON, to=LAND_OFFICE)
    assert (elsewhere["code"], "LTC 13.4.a" in elsewhere["law"]) == ("not_the_competent_body", True)


def test_the_competent_body_then_holds_it_alone(forwarded: Matter) -> None:
    state = forwarded.state()
    assert (state["holder"], state["status"], state["trail"]) == (PROVINCE, "forwarded", [WARD])
    assert forwarded.refused("accept", WARD, FORWARDED_ON)["code"] == "agency_not_allowed"
    (fact,) = [record.body for record in forwarded.world.log.of(forwarded.case_id) if record.type == "petition.forwarded.v1"]
    assert (fact["sender"], fact["holder"], fact["step"], fact["due_on"]) == (WARD, PROVINCE, "initial", "2026-07-22")


def test_the_competent_body_cannot_pass_it_back(forwarded: Matter) -> None:
    assert forwarded.refused("forward", PROVINCE, FORWARDED_ON, to=WARD)["code"] == "own_matter"


def test_where_the_law_is_not_certain_it_comes_back_only_with_a_new_fact(world: World) -> None:
    world.set_today(FORWARDED_ON)
    matter = Matter.lodged(world, AGAINST_NOBODY_NAMED)
    matter.until(status="classified")
    matter.move("forward", WARD, FORWARDED_ON, to=LAND_OFFICE)
    back = matter.refused("forward", LAND_OFFICE, FORWARDED_ON, to=WARD)
    assert back["code"] == "transfer_circular"
    assert WARD in back["detail"]
    assert matter.move("forward", LAND_OFFICE, FORWARDED_ON, to=WARD, has_new_fact=True)["holder"] == WARD


def test_its_holder_reads_the_letter_without_its_author_and_each_reading_is_recorded(forwarded: Matter) -> None:
    world = forwarded.world
    path = f"/petitions/{forwarded.case_id}/letter"
    read = until("the new holder may read", lambda: _read(world, path))
    name, address, phone = forwarded.people[0].values()
    assert (read["petitioners"], read["is_identity_withheld"]) == ([], True)
    assert not any(mark in read["text"] for mark in (name, address, phone))
    assert world.ask("intake", "GET", path, by=officer(WARD), **{"x-purpose": "verify"}).json()["code"] == "agency_not_allowed"
    until("the reading is a fact", lambda: "petition.read.v1" in forwarded.stated(PETITIONS))


def test_those_who_watch_do_not_learn_who_is_denounced(forwarded: Matter) -> None:
    world = forwarded.world
    seen = world.graphql(CASE, by=Badge(Role.SUPERVISOR, PROVINCE), wait_for=forwarded.position, id=forwarded.case_id)["case"]
    assert (seen["holder"]["code"], seen["petition"]["authorRole"]) == (PROVINCE, None)
    assert world.graphql(CASE, by=officer(PROVINCE), id=forwarded.case_id)["case"]["petition"]["authorRole"] == "COMMUNE_CHAIR"


def test_its_author_stands_nowhere_outside_the_vault(forwarded: Matter) -> None:
    world = forwarded.world
    assert places_of(world, [*forwarded.people, *Matter.lodged(world).people]) == []
    assert places_of(world, [{"number": forwarded.number}]) != [], "the search does find what stands everywhere"
    if world.has_traces:
        until("traces of the case", lambda: world.traces_of(forwarded.case_id))
        assert not any(mark in str(world.traces_of(forwarded.case_id)) for mark in forwarded.people[0].values())


def _read(world: World, path: str) -> dict[str, Any] | None:
    answer = world.ask("intake", "GET", path, by=officer(PROVINCE), **{"x-purpose": "settle"})
    return dict(answer.json()) if answer.is_success else None
