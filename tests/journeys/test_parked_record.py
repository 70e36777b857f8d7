"""A broken record on a topic: it is put aside, its case waits behind it, everybody else goes on, and the operator sees why."""

import json
from typing import Any

import pytest

from contracts.event import PETITIONS
from tests.journeys.matter import Matter
from tests.journeys.world import OPERATOR, START, World, officer, until

pytestmark = pytest.mark.journey

READERS = ("routing", "supervision", "reporting", "gateway")
BROKEN = b'{"case_id": "cut off in the mid'


@pytest.fixture(scope="module")
def poisoned(world: World) -> Matter:
    """A complaint, a broken record put by hand behind it on its topic, and then its withdrawal."""
    world.set_today(START)
    found = Matter.lodged(world)
    found.until(status="assigned")
    headers = {
        "ce_specversion": "1.0",
        "ce_id": f"poison-{found.case_id}",
        "ce_source": "/by/hand",
        "ce_type": "dannguyen.petition.linked.v1",
    }
    world.log.put(PETITIONS, found.case_id, BROKEN, headers)
    until("put aside by all", lambda: all(parked(world, service, found) for service in READERS))
    world.do("intake", "POST", f"/petitions/{found.case_id}/withdraw", {"on": START.isoformat()}, by=officer("UBND-05518"))
    until("the withdrawal waits everywhere", lambda: all(len(parked(world, service, found)) == 2 for service in READERS))
    return found


def parked(world: World, service: str, matter: Matter) -> list[dict[str, Any]]:
    """What a service has put aside of a case, in order."""
    return [line for line in world.do(service, "GET", "/parked", by=OPERATOR) if line["case_id"] == matter.case_id]


@pytest.mark.parametrize("service", READERS)
def test_the_broken_record_is_put_aside_and_what_follows_waits(world: World, poisoned: Matter, service: str) -> None:
    broken, waiting = parked(world, service, poisoned)
    assert (broken["status"], broken["topic"], broken["reason"][:12]) == ("parked", PETITIONS, "undecodable:")
    assert (waiting["status"], "waits behind" in waiting["reason"]) == ("waiting", True)
    assert poisoned.state()["status"] == "assigned", "the withdrawal was not applied out of turn"


def test_every_other_case_goes_on_and_the_services_stay_ready(world: World, poisoned: Matter) -> None:
    other = Matter.lodged(world)
    other.until(status="assigned")
    assert all(world.do(service, "GET", "/ready", by=OPERATOR)["ready"] for service in READERS)


def test_the_operator_lists_it_and_looks_at_it(world: World, poisoned: Matter) -> None:
    listed = world.told("parked", "list", "routing")
    (broken, _) = [line for line in listed if line["case_id"] == poisoned.case_id]
    shown = world.told("parked", "show", "routing", broken["event_id"])
    assert (shown["body"], shown["headers"]["ce_source"]) == (BROKEN.decode(), "/by/hand")


def test_a_redrive_of_what_is_still_broken_says_so_and_loses_nothing(world: World, poisoned: Matter) -> None:
    told = world.told("parked", "redrive", "routing", f"poison-{poisoned.case_id}")
    assert (told["applied"], told["left"], told["reason"][:12]) == (0, 2, "undecodable:")
    assert len(parked(world, "routing", poisoned)) == 2


def test_only_an_operator_may_look(world: World, poisoned: Matter) -> None:
    assert world.ask("routing", "GET", "/parked", by=officer("UBND-05518")).json()["code"] == "role_not_allowed"
    refused = world.ask("routing", "POST", f"/parked/poison-{poisoned.case_id}/redrive", by=officer("UBND-05518"))
    assert json.loads(refused.content)["code"] == "role_not_allowed"
