"""What the operator sees, and what is kept of it."""

import asyncio
import sys
from pathlib import Path

import pytest

from deploy.local import console as consoles
from deploy.local import install
from deploy.local.console import Console


async def said_to(console: Console, name: str, *chunks: bytes) -> None:
    stream = asyncio.StreamReader()
    for chunk in chunks:
        stream.feed_data(chunk)
    stream.feed_eof()
    await console.follow(name, stream, shown=True)


async def test_lines_are_shown_under_their_process_and_kept_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await said_to(Console(tmp_path), "intake", b"one\ntw", "o: đơn thư\n".encode())
    assert capsys.readouterr().out == "intake       | one\nintake       | two: đơn thư\n"
    assert (tmp_path / "intake.log").read_text() == "one\ntwo: đơn thư\n"


async def test_a_long_log_moves_aside_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consoles, "KEPT_BYTES", 10)
    console = Console(tmp_path)
    for text in (b"the first, long\n", b"the second, long\n", b"the third\n"):
        await said_to(console, "intake", text)
    assert (tmp_path / "intake.log").read_text() == "the third\n"
    assert (tmp_path / "intake.log.1").read_text() == "the second, long\n"


async def test_who_listens_no_more_does_not_end_the_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def write(self, text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdout", Closed())
    await said_to(Console(tmp_path), "intake", b"one\n", b"two\n")
    assert (tmp_path / "intake.log").read_text() == "one\ntwo\n"


async def test_what_takes_longer_than_two_seconds_is_told_and_what_is_quick_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(consoles, "QUIET_S", 0.0)
    console = Console(tmp_path)
    with console.doing("starting", "quick"):
        pass
    telling = asyncio.create_task(console.tell_progress())
    with console.doing("starting", "kafka"), console.doing("starting", "zipkin"), console.doing("running", "groundwork"):
        await asyncio.sleep(0.8)
    telling.cancel()
    assert capsys.readouterr().out == "… running groundwork (1 s)\n… starting kafka, zipkin (1 s)\n"


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer and .* is 3\.9: name another with make PYTHON="):
        install.main("run")


def test_a_changed_lock_is_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("requirements/run.lock", "pyproject.toml", ".venv/bin/python"):
        (tmp_path / name).write_text("first")
    (tmp_path / ".venv" / "run.stamp").write_text(install.fingerprint("run"))
    assert install.is_there("run")
    (tmp_path / "requirements" / "run.lock").write_text("second")
    assert not install.is_there("run")
