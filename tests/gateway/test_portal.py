"""The portal page in a real browser, before real services: a citizen lodges a letter and follows it."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.gateway.browser import open_page
from tests.gateway.sisters import facts_of
from tests.gateway.test_mutations import joined, sisters
from tests.gateway.test_subscriptions import served
from tests.gateway.world import World, accepted, assigned

__all__ = ["joined", "served", "sisters"]

pytestmark = pytest.mark.connected

FILL = """(() => {
  const set = (id, value) => { document.getElementById(id).value = value; };
  set("agency", "Ủy ban nhân dân phường Sông Công (UBND-05518)");
  document.querySelector('input[name=kind][value=COMPLAINT]').click();
  set("field", "LAND_HOUSING"); set("text", "Tôi khiếu nại quyết định thu hồi đất."); set("place", "05518");
  set("name", "Nguyễn Thị Thử"); set("address", "tổ 5"); set("phone", "");
  document.querySelector("#lodge button").click(); return true; })()"""
UNLABELLED = """[...document.querySelectorAll("input, select, textarea")]
  .filter((one) => !one.labels.length && !one.getAttribute("aria-label")).map((one) => one.id || one.name)"""


async def test_a_citizen_lodges_a_letter_and_sees_it_move(joined: World, served: str, tmp_path: Path) -> None:
    async with open_page() as page:
        await page.open(f"http://{served}/")
        await page.until("document.querySelectorAll('#agencies option').length > 200")
        assert await page.run(UNLABELLED) == []
        await page.run(FILL)
        code = await page.until("document.querySelector('#lodged .code')?.textContent")
        facts = facts_of(joined.sisters, "intake")
        await joined.tell(*facts)
        case_id = facts[-1].case_id
        await page.run("document.querySelector('#follow button').click()")
        assert "Tiếp nhận" in await page.until("document.querySelector('#followed dl')?.textContent.replace('đã tiếp nhận', 'Tiếp nhận')")
        await asyncio.sleep(0.5)
        await joined.tell(assigned(case_id), accepted(case_id))
        shown = await page.until("document.querySelectorAll('#followed li').length >= 3 && document.querySelector('#followed').textContent")
        assert "Thụ lý" in shown
        assert code not in await page.run("location.href")
        assert await page.run("localStorage.length + sessionStorage.length") == 0
        if folder := os.environ.get("PICTURES"):
            await page.picture(Path(folder) / "portal.png")
        assert page.problems == []


async def test_a_wrong_receipt_code_is_told_in_words(joined: World, served: str) -> None:
    async with open_page() as page:
        await page.open(f"http://{served}/")
        await page.until("!!document.querySelector('#follow button')")
        await page.run("document.getElementById('code').value = 'sai'; document.querySelector('#follow button').click()")
        assert await page.until("document.querySelector('#followed .bad')?.textContent")


async def test_the_explorer_runs_a_query_and_shows_the_schema(joined: World, served: str) -> None:
    async with open_page() as page:
        await page.open(f"http://{served}/graphql")
        await page.until("document.querySelectorAll('#schema details').length > 20")
        await page.run("document.getElementById('run').click()")
        assert '"role": "ANONYMOUS"' in await page.until("document.getElementById('answer').textContent")
        if folder := os.environ.get("PICTURES"):
            await page.picture(Path(folder) / "explorer.png")
        assert page.problems == []
