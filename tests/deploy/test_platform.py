"""The whole platform, started as an operator starts it, hurt, and ended."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.local import state as states
from deploy.local import status
from deploy.local.ports import answers, free_offset
from runtime.settings import PORTS, SERVICES

pytestmark = pytest.mark.connected
PROGRAM = str(Path(sys.executable).with_name("dannguyen"))


class Platform:
    """An empty platform of its own in ``home``."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.offset = free_offset(PORTS.values())
        told = {"DANNGUYEN_HOME": str(home), "DANNGUYEN_PORT_OFFSET": str(self.offset), "DANNGUYEN_RESTART_BACKOFF": "0"}
        self.environment = os.environ | told

    def dannguyen(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=self.environment, check=False)

    def up(self, *arguments: str) -> str:
        done = self.dannguyen("up", "--no-demo", "--no-zipkin", "--detach", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def status(self) -> dict[str, Any]:
        return status.report(self.home)

    def pid(self, name: str) -> int:
        return states.read(self.home).processes[name].pid


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    one = Platform(tmp_path / "run")
    yield one
    one.dannguyen("stop")
    one.dannguyen("clean")


def until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.2)


def test_a_platform_starts_heals_stops_without_a_trace_and_goes_on_with_its_data(platform: Platform) -> None:
    assert "GraphiQL" in platform.up()
    found = json.loads(platform.dannguyen("status", "--json").stdout)
    assert found["ready"]
    assert set(found["processes"]) == {"kafka", *SERVICES}
    assert set(found["databases"]) == set(SERVICES)
    assert found["addresses"]["graphql"] == f"http://127.0.0.1:{8080 + platform.offset}/graphql"

    os.kill(platform.pid("routing"), signal.SIGKILL)
    os.kill(platform.pid("kafka"), signal.SIGKILL)

    def healed() -> bool:
        now = platform.status()
        return bool(now["ready"]) and now["processes"]["routing"]["restarts"] == now["processes"]["kafka"]["restarts"] == 1

    until(healed, "whole again")

    members = [psutil.Process(running.pid) for running in states.read(platform.home).processes.values()]
    assert "the data stay" in platform.dannguyen("stop").stdout
    assert not any(member.is_running() for member in members)
    assert not any(answers(port + platform.offset) for port in PORTS.values())

    platform.up()
    log = (platform.home / "logs" / "groundwork.log").read_text()
    assert log.endswith("topics: all there\n"), "the broker kept its topics"


def test_two_processes_of_each_service_share_one_postgresql(platform: Platform) -> None:
    platform.up("--db", "postgres", "--instances", "2")
    found = platform.status()
    assert found["ready"]
    assert {f"{service}-2" for service in SERVICES} < set(found["processes"])
    passwords = {url.split(":")[2].split("@")[0] for url in found["databases"].values()}
    assert len(passwords) == len(SERVICES), "a password for each"
    assert (platform.home / "postgres").exists()
    assert platform.dannguyen("up", "--db", "sqlite").returncode == 1
