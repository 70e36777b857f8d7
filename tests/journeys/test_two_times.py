"""The legal date and the instant of recording are two things; a virtual date is for journeys, never for production."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from deploy.local.ports import free_port
from tests.journeys.matter import WARD, Matter
from tests.journeys.world import OPERATOR, PROGRAM, START, World, officer, until

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def old(world: World) -> Matter:
    """A letter received on 8 June and registered, late, on 6 July: the change of 1 July 2026 lies between."""
    world.set_today(START)
    found = Matter.lodged(world, on=date(2026, 6, 8))
    found.until(status="assigned")
    return found


def test_clocks_count_from_the_day_of_receipt_by_the_law_of_that_day(old: Matter) -> None:
    assert old.due_on("accept") == "2026-06-18", "ten calendar days, as before 1 July 2026"


def test_what_is_recorded_tells_both_times(old: Matter) -> None:
    lodged = old.world.log.of(old.case_id)[0].body
    assert (lodged["received_on"], lodged["legal_on"]) == ("2026-06-08", "2026-06-08")
    recorded = datetime.fromisoformat(lodged["recorded_at"])
    assert recorded.tzinfo is not None
    assert abs((datetime.now(UTC) - recorded).total_seconds()) < 3600, "the instant of recording is real whatever the virtual date"


def test_what_was_late_already_is_stated_at_once_with_the_day_on_which_it_was(old: Matter) -> None:
    until("stated", lambda: "step.missed.v1" in old.stated())
    (missed,) = [record.body for record in old.world.log.of(old.case_id) if record.type == "step.missed.v1"]
    assert missed["legal_on"] == "2026-06-19"


def test_an_act_cannot_bear_a_date_to_come_nor_one_before_the_last_act(old: Matter) -> None:
    assert old.refused("accept", WARD, date(2026, 7, 7))["code"] == "date_in_future"
    assert old.refused("accept", WARD, date(2026, 6, 1))["code"] == "before_last_act"


def test_only_an_operator_may_move_the_date(world: World) -> None:
    assert world.ask("routing", "PUT", "/clock", {"today": "2030-01-01"}, by=officer(WARD)).json()["code"] == "role_not_allowed"


@pytest.fixture
def production(world: World, tmp_path: Path) -> Iterator[str]:
    """A production process beside the platform, with a database of its own and no broker: it must not take over anything."""
    port, environment = free_port(), {**os.environ, **world.environment}
    environment |= {
        "DANNGUYEN_MODE": "production",
        "DATABASE_URL__REPORTING": f"sqlite:///{tmp_path / 'reporting.db'}",
        "PORT__REPORTING": str(port),
        "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}",
    }
    subprocess.run([PROGRAM, "migrate", "reporting"], env=environment, check=True, capture_output=True)
    with (tmp_path / "reporting.log").open("wb") as log:
        process = subprocess.Popen([PROGRAM, "serve", "reporting"], env=environment, stdout=log, stderr=log)
    world.addresses["production"] = f"http://127.0.0.1:{port}"
    until("the production process answers", lambda: _answers(world))
    yield "production"
    process.terminate()
    process.wait(30)
    del world.addresses["production"]


def test_a_production_process_refuses_a_virtual_date(world: World, production: str) -> None:
    refused = world.ask(production, "PUT", "/clock", {"today": "2026-07-06"}, by=OPERATOR)
    assert (refused.status_code, refused.json()["code"]) == (403, "clock_in_production")
    assert world.do(production, "GET", "/clock", by=OPERATOR)["is_virtual"] is False


def _answers(world: World) -> bool:
    try:
        return world.ask("production", "GET", "/health", by=OPERATOR).is_success
    except httpx.ConnectError:
        return False
