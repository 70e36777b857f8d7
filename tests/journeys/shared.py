"""One platform for all journeys and for the browser; each journey begins with letters of its own on a day of its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.world import World


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """A living platform, on PostgreSQL with ``JOURNEYS_DB=postgres``.

    ``JOURNEYS_HOME`` names the folder of one that runs already, for who writes journeys.
    """
    running = os.environ.get("JOURNEYS_HOME")
    if running:
        yield World(Path(running), {}).found()
        return
    folder = Path(tempfile.mkdtemp(prefix="dannguyen-journeys-"))
    folder.chmod(0o711)  # an unprivileged PostgreSQL must reach its own folder in it
    try:
        world = World.start(folder / "run", os.environ.get("JOURNEYS_DB", "sqlite"))
        yield world
        world.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
