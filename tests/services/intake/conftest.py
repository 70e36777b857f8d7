"""Intake alive on both databases, with keys of its own."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.intake import api
from services.intake.app import service
from tests.services.intake.desk import Desk
from tests.services.reporting.living import living

TODAY = date(2026, 7, 15)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.connected)])
async def desk(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """Intake with the clock at 15 July 2026."""
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path))
    url = f"sqlite:///{tmp_path / 'intake.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")("intake")
    api._attempts._tries.clear()
    async with living(service, tmp_path, url, TODAY) as alive:
        yield Desk(alive, tmp_path)
