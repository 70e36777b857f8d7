"""The trace viewer's page of one act: what it must show, and a picture of it."""

import asyncio
import json
from pathlib import Path
from typing import Any

from runtime.settings import SERVICES
from tests.gateway.browser import Page, open_page
from tests.journeys.matter import Matter
from tests.journeys.world import START, World, until

WIDTH, HEIGHT = 1440, 900


def lodged(world: World) -> str:
    """A complaint lodged and classified at a counter in one act; the id of its trace once all five services stand in it."""
    world.set_today(START)
    matter = Matter.lodged(world)

    def whole() -> str | None:
        for spans in world.traces_of(matter.case_id):
            if {span["localEndpoint"]["serviceName"] for span in spans} >= set(SERVICES):
                return str(spans[0]["traceId"])
        return None

    return until("the whole trace in the viewer", whole)


async def shown(world: World, trace: str, picture: Path | None = None) -> str:
    """What the page of a trace says; a picture of it if wanted."""
    async with open_page() as page:
        await page.call("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
        await page.open(f"{world.addresses['traces']}traces/{trace}")
        names: list[Any] = list(SERVICES)
        drawn = f"{json.dumps(names)}.every((name) => document.body.innerText.toLowerCase().includes(name))"
        await page.until(drawn, seconds=90)
        await asyncio.sleep(2)  # the viewer draws its bars after its words
        if picture is not None:
            await picture_of(page, picture)
        return str(await page.run("document.body.innerText"))


async def picture_of(page: Page, path: Path) -> None:
    """What is seen of the page, no more."""
    path.parent.mkdir(parents=True, exist_ok=True)
    await page.picture(path)
