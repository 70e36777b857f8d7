"""A virtual date reaches every process of a service."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from contracts.event import CASES
from runtime.service import Service, hear_of_a_moved_date
from runtime.settings import KafkaSettings, Settings
from tests.runtime import toy


def process(url: str, mode: str, home: Path) -> Service:
    """One process of the toy."""
    settings = Settings("toy", home, mode, "127.0.0.1", 0, KafkaSettings("127.0.0.1:1"), url, 1.0, "", "", 500, "INFO")
    return Service("toy", topic=CASES).use(settings)


@pytest.mark.connected
async def test_a_date_moved_at_one_process_is_heard_by_the_others(postgres: Callable[..., str], tmp_path: Path) -> None:
    url = postgres("toy")
    toy.make_tables(url)
    told, other, real = (process(url, mode, tmp_path) for mode in ("development", "development", "production"))
    for service in (told, other, real):
        await service.db.open()
    await told.set_today(date(2026, 3, 1))
    for service in (other, real):
        await hear_of_a_moved_date(service)
    assert other.clock.today() == date(2026, 3, 1)
    assert real.clock.virtual is None
    for service in (told, other, real):
        await service.db.close()
