"""The trace viewer's page shows one act in all five services."""

import asyncio

import pytest

from runtime.settings import SERVICES
from tests.browser import trace
from tests.gateway.browser import executable
from tests.journeys.world import World

pytestmark = pytest.mark.journey


async def test_a_lodging_stands_in_the_viewer_as_one_tree_over_five_services(world: World) -> None:
    executable()
    if not world.has_traces:
        pytest.skip("the trace viewer's jar is not on this machine")
    page = await trace.shown(world, await asyncio.to_thread(trace.lodged, world))
    assert "intake post /petitions" in page
    assert f"Services{len(SERVICES)}" in "".join(page.split())
