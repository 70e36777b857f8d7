"""Gateways for tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A gateway on SQLite."""
    async with open_world(tmp_path, f"sqlite:///{tmp_path / 'gateway.db'}") as made:
        yield made
