"""Read-your-writes: a query may wait for a position, within bounds and within the caller's rights."""

import asyncio

import pytest

from contracts.errors import Invalid
from contracts.vocabulary import Role
from gateway import waiting
from gateway.waiting import Position
from tests.gateway.world import PROVINCE, WARD, World, assigned, lodged

QUERY = 'query($at: String){petition(caseId: "c1", waitFor: $at){status}}'


@pytest.mark.parametrize("text", ["", "c1", "cases.v1:c1", "cases.v1:c1:x", "cases.v1::1", "agency.receipts.v1:c1:1", "cases.v1:c1:-1"])
def test_a_position_has_topic_case_and_number(text: str) -> None:
    with pytest.raises(Invalid):
        Position.parse(text)


def test_a_position_is_written_as_it_is_read() -> None:
    assert str(Position.parse("reports.v1:01/XLD:UBND-14:2")) == "reports.v1:01/XLD:UBND-14:2"


async def test_a_query_waits_until_the_fact_is_there(world: World) -> None:
    asked = asyncio.create_task(world.ask(QUERY, at="cases.v1:c1:1"))
    await asyncio.sleep(0.1)
    await world.tell(lodged("c1"))
    await world.tell(assigned("c1"))
    assert await asked == {"data": {"petition": {"status": "ASSIGNED"}}}


async def test_a_header_waits_as_the_argument_does(world: World) -> None:
    asked = asyncio.create_task(world.ask('{petition(caseId: "c1"){status}}', headers={"x-wait-for": "petitions.v1:c1:1"}))
    await asyncio.sleep(0.1)
    await world.tell(lodged("c1"))
    assert await asked == {"data": {"petition": {"status": "RECEIVED"}}}


async def test_what_does_not_come_in_time_is_said_and_the_rest_answered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting.Waiting.until_seen, "__defaults__", (0.05,))
    await world.tell(lodged("c1"))
    found = await world.ask(QUERY, at="cases.v1:c1:7")
    assert found == {"data": {"petition": {"status": "RECEIVED"}}, "extensions": {"notYetSeen": ["cases.v1:c1:7"]}}


async def test_waiting_tells_nothing_about_the_cases_of_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting.Waiting.until_seen, "__defaults__", (0.05,))
    await world.tell(lodged("c1", received_by=PROVINCE))
    there, absent = [await world.ask(QUERY, Role.OFFICER, WARD, at=f"petitions.v1:{case_id}:1") for case_id in ("c1", "c2")]
    assert there["extensions"]["notYetSeen"] == ["petitions.v1:c1:1"]
    assert absent["extensions"]["notYetSeen"] == ["petitions.v1:c2:1"]


async def test_a_malformed_position_is_refused(world: World) -> None:
    found = await world.ask(QUERY, at="nonsense")
    assert found["errors"][0]["extensions"]["code"] == "position_invalid"
