"""Order of need, restarts, and an end without orphans; on a platform of small scripts."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import state as states
from deploy.local.console import Console
from deploy.local.problem import CannotStart
from deploy.local.state import Running, State
from deploy.local.supervisor import LONGEST_BACKOFF_S, Process, Supervisor, backoff_s, ending

pytestmark = pytest.mark.connected

PLATFORM = Path(__file__).with_name("platform_of_scripts.py")


def until(condition: Callable[[], bool], what: str, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


class Scripts:
    """A running platform of scripts in a folder."""

    def __init__(self, home: Path, **env: str) -> None:
        self.home = home
        self.output = home.with_suffix(".out")
        with self.output.open("ab") as output:
            self.process = subprocess.Popen([sys.executable, str(PLATFORM), str(home)], stdout=output, stderr=output, env=os.environ | env)

    def state(self) -> State:
        return states.read(self.home)

    def until_ready(self) -> "Scripts":
        until(self._is_ready, f"ready; it said: {self.output.read_text()}")
        return self

    def _is_ready(self) -> bool:
        state = self.state()
        return state.ready and state.supervisor is not None and state.supervisor.pid == self.process.pid

    def members(self) -> dict[str, psutil.Process]:
        return {name: process for name, running in self.state().processes.items() if (process := running.process())}

    def end(self) -> None:
        if self.process.poll() is None:
            for _ in range(2):  # asked twice, it kills at once
                self.process.send_signal(signal.SIGTERM)
                time.sleep(0.1)
            self.process.wait(15)
        states.end(states.leftovers(self.home).values(), seconds=0.5)


@pytest.fixture
def scripts(tmp_path: Path) -> Iterator[Callable[..., Scripts]]:
    begun: list[Scripts] = []

    def begin(**env: str) -> Scripts:
        begun.append(Scripts(tmp_path / "home", **env))
        return begun[-1]

    yield begin
    for one in begun:
        one.end()


def started(home: Path, name: str) -> list[float]:
    return [float(line) for line in (home / f"{name}.started").read_text().split()]


def test_each_process_starts_after_those_it_needs(scripts: Callable[..., Scripts]) -> None:
    home = scripts().until_ready().home
    assert started(home, "base") < started(home, "middle") < started(home, "top")


def test_ctrl_c_ends_everything_even_who_does_not_listen_or_is_paused(scripts: Callable[..., Scripts]) -> None:
    platform = scripts().until_ready()
    members = platform.members()
    assert set(members) == {"base", "middle", "top", "stubborn"}
    members["middle"].suspend()

    platform.process.send_signal(signal.SIGINT)

    assert platform.process.wait(10) == 0
    assert not any(member.is_running() for member in members.values())
    assert not platform.state().processes


def test_a_killed_process_is_started_again_and_counted(scripts: Callable[..., Scripts]) -> None:
    platform = scripts(DANNGUYEN_RESTART_BACKOFF="0").until_ready()
    for restart in (1, 2):
        platform.members()["top"].kill()
        until(lambda restart=restart: platform.state().processes["top"].restarts == restart and "top" in platform.members(), "restarted")  # type: ignore[misc]
    assert platform.state().processes["base"].restarts == 0


def test_nothing_outlives_a_killed_supervisor(scripts: Callable[..., Scripts]) -> None:
    platform = scripts().until_ready()
    members = platform.members()
    del members["stubborn"]
    platform.process.kill()
    until(lambda: not any(member.is_running() and member.status() != psutil.STATUS_ZOMBIE for member in members.values()), "all ended")


def test_what_a_killed_supervisor_left_is_ended_by_the_next(scripts: Callable[..., Scripts]) -> None:
    platform = scripts().until_ready()
    deaf = platform.members()["stubborn"]
    platform.process.kill()
    platform.process.wait()
    assert set(states.leftovers(platform.home)) >= {"stubborn"}

    again = scripts().until_ready()
    assert not deaf.is_running()
    assert again.members()["stubborn"].pid != deaf.pid


def test_one_folder_holds_one_platform(scripts: Callable[..., Scripts]) -> None:
    scripts().until_ready()
    second = scripts()
    assert second.process.wait(10) == 1
    assert "A platform already runs in" in second.output.read_text()


def test_a_pid_that_passed_to_another_program_is_not_ours() -> None:
    assert Running(os.getpid(), states.began(os.getpid())).process() is not None
    assert Running(os.getpid(), states.began(os.getpid()) - 60).process() is None


def supervisor(tmp_path: Path, *table: Process) -> Supervisor:
    return Supervisor(table, tmp_path, State(), Console(tmp_path))


async def test_a_process_that_dies_three_times_before_it_is_ready_ends_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_RESTART_BACKOFF", "0")

    async def never() -> bool:
        return False

    marker = tmp_path / "stays.pid"
    code = f"import os, time; open({str(marker)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    stays = Process("stays", [sys.executable, "-c", code])
    broken = Process("broken", [sys.executable, "-c", "print('no such table'); raise SystemExit(3)"], is_ready=never)
    whole = supervisor(tmp_path, stays, broken)
    with pytest.raises(CannotStart, match=r"(?s)broken ended with code 3 before it was ready.*no such table"):
        await whole.run()
    assert not psutil.pid_exists(int(marker.read_text())), "nothing is left half started"


async def test_a_step_that_fails_ends_the_start_and_what_needs_it_never_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_RESTART_BACKOFF", "0")
    marker = tmp_path / "began"
    step = Process("migrate", [sys.executable, "-c", "raise SystemExit(1)"], is_step=True)
    later = Process("later", [sys.executable, "-c", f"open({str(marker)!r}, 'w')"], needs=("migrate",))
    with pytest.raises(CannotStart, match="migrate ended with code 1"):
        await supervisor(tmp_path, step, later).run()
    assert not marker.exists()


async def test_an_optional_process_may_fail_and_the_platform_is_whole(tmp_path: Path) -> None:
    demo = Process("demo", [sys.executable, "-c", "raise SystemExit(1)"], is_optional=True)
    stays = Process("stays", [sys.executable, "-c", "import time; time.sleep(600)"])
    whole = supervisor(tmp_path, demo, stays)

    async def when_ready() -> None:
        await asyncio.sleep(0.3)
        whole.request_stop()

    await asyncio.wait_for(whole.run(when_ready), 15)


async def test_a_fail_point_laid_out_is_armed_for_one_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_RESTART_BACKOFF", "0")
    (tmp_path / "failpoints").mkdir()
    (tmp_path / "failpoints" / "one").write_text("relay.before_send:3")
    lives = tmp_path / "lives"
    code = f"import os; open({str(lives)!r}, 'a').write(os.environ.get('DANNGUYEN_FAILPOINT', 'none') + '\\n')"
    whole = supervisor(tmp_path, Process("one", [sys.executable, "-c", code]))

    async def when_ready() -> None:
        while not lives.exists() or len(lives.read_text().split()) < 2:  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.05)
        whole.request_stop()

    await asyncio.wait_for(whole.run(when_ready), 15)
    assert lives.read_text().split()[:2] == ["relay.before_send:3", "none"]


def test_the_back_off_doubles_up_to_ten_seconds_and_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DANNGUYEN_RESTART_BACKOFF", raising=False)
    assert [backoff_s(deaths) for deaths in (0, 1, 2, 3)] == [0, 0.5, 1, 2]
    assert backoff_s(50) == LONGEST_BACKOFF_S
    monkeypatch.setenv("DANNGUYEN_RESTART_BACKOFF", "0")
    assert backoff_s(5) == 0


def test_an_ending_is_told_in_words() -> None:
    assert ending(3) == "code 3"
    assert ending(-9) == "signal SIGKILL"
