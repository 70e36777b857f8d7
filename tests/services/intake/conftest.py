"""Intake alive on both databases, with keys of its own; each database is migrated once and handed out empty."""

import dataclasses
import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from runtime import auth, migrate
from runtime.settings import Settings
from services.intake import api
from services.intake.app import service
from services.intake.models import METADATA
from tests.services.intake.desk import Desk
from tests.services.reporting.living import Living

TODAY = date(2026, 7, 15)
OWN_TABLES = "outbox, parked, sequences, inbox, offsets"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with intake's tables, to be copied."""
    path = tmp_path_factory.mktemp("intake") / "intake.db"
    migrate.upgrade(f"sqlite:///{path}", "intake")
    return path


@pytest.fixture(scope="session")
def migrated_url(postgres: Any) -> str:
    """A PostgreSQL database with intake's tables, to be emptied."""
    url: str = postgres("intake")
    with ThreadPoolExecutor(1) as outside_the_loop:
        outside_the_loop.submit(migrate.upgrade, url, "intake").result()
    return url


async def emptied(url: str) -> str:
    connection = await asyncpg.connect(url)
    await connection.execute(f"TRUNCATE {OWN_TABLES}, {', '.join(METADATA.tables)}")
    await connection.close()
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.connected)])
async def desk(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """Intake with the clock at 15 July 2026."""
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path))
    auth.make_keys(tmp_path)
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_file'), tmp_path / 'intake.db')}"
    else:
        url = await emptied(request.getfixturevalue("migrated_url"))
    settings = dataclasses.replace(Settings.read("intake"), home=tmp_path, mode="development", database_url=url, sample_ratio=0.0)
    service.use(settings)
    await service.db.open()
    service.clock.virtual = TODAY
    api._attempts._tries.clear()
    yield Desk(Living(service), tmp_path)
    service.clock.virtual = None
    await service.db.close()
