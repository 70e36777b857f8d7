"""Several processes of the gateway hear of each other's facts."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.bridge import Bridge, packed
from tests.gateway.world import open_world


def test_positions_are_packed_into_messages_that_fit() -> None:
    positions = [f"petitions.v1:{number:036d}:1" for number in range(500)]
    messages = packed(positions)
    assert all(len(message) <= 7000 for message in messages)
    assert "\n".join(messages).split("\n") == positions
    assert packed([]) == []


@pytest.mark.connected
async def test_what_one_process_applied_the_other_hears_and_none_hears_itself(tmp_path: Path, postgres: Callable[..., str]) -> None:
    heard: list[list[str]] = [[], []]
    async with open_world(tmp_path, postgres("gateway")) as world:
        bridges = [Bridge(one.extend) for one in heard]
        running = [asyncio.create_task(bridge.run(world.service)) for bridge in bridges]
        async with asyncio.timeout(20):
            while not all(bridge.is_open for bridge in bridges):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            bridges[0].tell(["cases.v1:c1:1", "cases.v1:c2:1"])
            while not heard[1]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        for task in running:
            task.cancel()
    assert heard == [[], ["cases.v1:c1:1", "cases.v1:c2:1"]]
