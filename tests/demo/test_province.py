"""A whole platform is fed: a small real log first, then a past whose feed is killed on the way."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.vocabulary import Role
from deploy.demo.aside import platform_aside
from deploy.demo.client import Badge, Platform
from deploy.demo.receipt_log import LogCase, lateness
from deploy.demo.replay import SERVICES, Replay
from deploy.demo.verdict import agrees

pytestmark = [pytest.mark.connected, pytest.mark.journey]
LETTERS = 160


def small_log() -> list[LogCase]:
    """Cases in time, late, late only by the hour, ended before their first event, due before it, and open."""
    start = datetime(2011, 10, 11, 9, tzinfo=UTC)
    shapes = [
        (10, 5.0, 0.0),
        (10, 12.0, 0.0),
        (10, 10.2, 0.0),
        (20, 1.0, 3.0),
        (2, 8.0, 5.0),
        (1, None, 4.0),
        (30, None, 0.0),
        (9, 9.0, 0.0),
    ]
    return [
        LogCase(
            name=f"case-{number}",
            channel="Desk",
            received_at=start,
            first_event_at=start + timedelta(days=first, minutes=5),
            due_at=start + timedelta(days=due),
            ended_at=None if ended is None else start + timedelta(days=ended),
        )
        for number, (due, ended, first) in enumerate(shapes)
    ]


async def replayed(keys: Path) -> None:
    cases = small_log()
    async with Platform(keys) as platform:
        told = await Replay(platform, cases, print).run()
        for service in SERVICES:
            await platform.ask(service, "PUT", "/clock", {"today": None}, badge=Badge(Role.OPERATOR))
    said = lateness(cases)
    assert (said.late, said.late_by_instant, said.between) == (2, 3, ["case-2"])
    assert agrees(said, told), told
    assert told.refused_first == {"move_not_now": 1}
    assert sorted(told.missed) == ["case-1", "case-4", "case-5"]


def feed(*arguments: str) -> "subprocess.Popen[bytes]":
    command = [str(Path(sys.executable).with_name("dannguyen")), "feed", f"--count={LETTERS}", "--days=60", *arguments]
    return subprocess.Popen(command, env=dict(os.environ))


def progress(home: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((home / "demo.json").read_text()))
    except FileNotFoundError:
        return {}


ACTORS = """{ petitions(first: 100, filter: {status: [SETTLED]}) { edges { node { case { timeline { act agency { code } } } } } } }"""


async def actors(keys: Path) -> list[tuple[str, str | None]]:
    """Every act of settled cases and the agency that it bears."""
    async with Platform(keys) as platform:
        found = await platform.query(ACTORS, badge=Badge(Role.SUPERVISOR, "CP-TW"))
    entries = [entry for edge in found["petitions"]["edges"] for entry in edge["node"]["case"]["timeline"]]
    return [(entry["act"], (entry["agency"] or {}).get("code")) for entry in entries]


async def counts(keys: Path) -> dict[str, Any]:
    async with Platform(keys) as platform:
        for _ in range(200):
            found = await platform.ask("reporting", "GET", "/counts?by=status", badge=Badge(Role.SUPERVISOR, "CP-TW"))
            if found["total"] >= LETTERS + len(small_log()):
                break
            await asyncio.sleep(0.3)
        await asyncio.sleep(1)
        return dict(await platform.ask("reporting", "GET", "/counts?by=status", badge=Badge(Role.SUPERVISOR, "CP-TW")))


def test_a_log_is_counted_by_legal_days_and_a_killed_feed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path))
    with platform_aside("province", print) as home:
        asyncio.run(replayed(home / "keys"))
        first = feed("--no-live")
        deadline = time.monotonic() + 120
        while not progress(home).get("acted_until") and time.monotonic() < deadline:
            time.sleep(0.05)
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert not progress(home).get("is_past_built"), "the feed was too quick to be killed"
        assert feed("--no-live").wait(180) == 0
        told = progress(home)
        assert told["lodged"] == LETTERS
        assert told["receipt_code"].startswith("DN")
        found = asyncio.run(counts(home / "keys"))
        assert found["total"] == LETTERS + len(small_log())
        assert found["settled"]["on_time"] > 20
        settlers = {agency for act, agency in asyncio.run(actors(home / "keys")) if act == "CASE_SETTLED"}
        assert None not in settlers
        assert len(settlers) > 5
