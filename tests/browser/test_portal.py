"""The portal page before a whole platform: a citizen lodges a letter, follows it, and sees what an office did about it."""

import asyncio

import pytest

from tests.gateway.browser import executable, open_page
from tests.journeys.matter import WARD, axes, person
from tests.journeys.world import START, World, officer, until

pytestmark = pytest.mark.journey

WRITTEN = """((name, address, phone) => {
  const set = (id, value) => { document.getElementById(id).value = value; };
  set("agency", "Ủy ban nhân dân phường Sông Công (UBND-05518)");
  document.querySelector('input[name=kind][value=COMPLAINT]').click();
  set("field", "LAND_HOUSING"); set("text", "Tôi khiếu nại quyết định thu hồi đất."); set("place", "05518");
  set("name", name); set("address", address); set("phone", phone);
  document.querySelector("#lodge button").click(); return true; })"""

FOLLOWED = """(() => {
  if (document.querySelector("#followed dl")) return true;
  const button = document.querySelector("#follow button");
  if (!button.disabled) button.click();
  return false; })()"""
"""Ask for the letter, again while the page says that it is still being recorded."""


async def test_a_letter_lodged_on_the_portal_is_followed_there_to_its_acceptance(world: World) -> None:
    executable()
    await asyncio.to_thread(world.set_today, START)
    author = person()
    async with open_page() as page:
        await page.open(f"{world.addresses['gateway']}/")
        await page.until("document.querySelectorAll('#agencies option').length > 200", seconds=60)
        await page.run(f"{WRITTEN}({', '.join(map(repr, author.values()))})")
        code = await page.until("document.querySelector('#lodged .code')?.textContent", seconds=60)
        await page.until(FOLLOWED, seconds=60)
        await asyncio.to_thread(_accept, world, str(code).strip())
        await page.until("document.querySelector('#followed').textContent.includes('Thụ lý')", seconds=90)
        assert page.problems == []


def _accept(world: World, code: str) -> None:
    """What the ward does about it meanwhile."""
    case_id = world.citizen(code).case_id
    world.do("intake", "POST", f"/petitions/{case_id}/classify", {"axes": axes(source="portal")}, by=officer(WARD))
    accept = {"document": "1/TB-UBND", "on": START.isoformat()}
    until("accepted", lambda: world.ask("routing", "POST", f"/cases/{case_id}/accept", accept, by=officer(WARD)).is_success)
