"""A platform aside: its own folder and ports, started for one purpose and ended after it."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from runtime.settings import PORTS, home

HIGHEST = 65_535 - max(PORTS.values())
_INHERITED = ("DATABASE_URL__", "URL__", "PORT__", "KAFKA_", "ZIPKIN_", "OTEL_EXPORTER_")
"""Beginnings of variables that point at the infrastructure of another platform."""


class DidNotStart(Exception):
    """The platform aside gave up; the text is what it said."""


@contextmanager
def platform_aside(name: str, say: Callable[[str], None]) -> Iterator[Path]:
    """Start an empty platform in ``<home>/<name>`` on free ports, without demo and trace viewer; end it and forget it afterwards.

    Inside the block this process's environment names that platform. Raises DidNotStart.
    """
    folder, before = home() / name, dict(os.environ)
    offset = free_offset(int(before.get("DANNGUYEN_PORT_OFFSET") or 0))
    kept = {word: value for word, value in before.items() if not word.startswith(_INHERITED)}
    aside = {"DANNGUYEN_HOME": str(folder), "DANNGUYEN_PORT_OFFSET": str(offset), "DANNGUYEN_MODE": "development"}
    os.environ.clear()
    os.environ.update(kept | aside)
    try:
        _dannguyen("stop")
        _dannguyen("clean")
        say(f"Khởi động một hệ thống riêng ở {folder} (cổng +{offset}) …")
        started = _dannguyen("up", "--detach", "--no-demo", "--no-zipkin")
        if started.returncode != 0:
            raise DidNotStart(started.stderr.strip() or started.stdout.strip())
        yield folder
    finally:
        _dannguyen("stop")
        _dannguyen("clean")
        os.environ.clear()
        os.environ.update(before)


def free_offset(above: int) -> int:
    """An offset away from ``above`` on which every port of a platform is free."""
    for step in range(1000, HIGHEST, 100):
        offset = (above + step) % HIGHEST
        if all(_is_free(port + offset) for port in PORTS.values()):
            return offset
    raise DidNotStart("no free ports")


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _dannguyen(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("dannguyen", path=str(Path(sys.executable).parent)) or "dannguyen"
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
