"""From one service's outbox over the real broker into another's database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from contracts.event import PETITIONS
from runtime import kafka as broker
from runtime.database import Database, bucket_of
from runtime.kafka import KafkaNotAsExpected, check_topics, create_topics
from runtime.outbox import Relay
from runtime.service import end
from runtime.settings import KafkaSettings, Settings
from runtime.subscriber import Reader
from runtime.work import Cause, Work
from tests.runtime import toy

pytestmark = pytest.mark.connected


@pytest.fixture(params=["sqlite", "postgresql"])
async def pair(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Database, Database]]:
    """The writer's and the reader's database."""
    urls = [f"sqlite:///{tmp_path / name}.db" for name in ("writer", "reader")]
    if request.param == "postgresql":
        make: Callable[..., str] = request.getfixturevalue("postgres")
        urls = [make("writer"), make("reader")]
    databases = [await toy.ready_database(url) for url in urls]
    yield databases[0], databases[1]
    for database in databases:
        await database.close()


def settings(bootstrap: str, tmp_path: Path, group: str) -> Settings:
    """A reader's settings; each test reads in a group of its own."""
    return Settings(group, tmp_path, "development", "127.0.0.1", 0, KafkaSettings(bootstrap), "", 1.0, "", "", 500, "INFO")


async def state(database: Database, count: int, start: int = 0) -> set[str]:
    """Put facts into the outbox, each in a transaction of its own, as commands do."""
    cases = set()
    for number in range(start, start + count):
        case_id = f"path-{database.name}-{id(database)}-{number % 7}"
        async with database.transaction({bucket_of(case_id)}) as transaction:
            work = Work(today=date(2026, 7, 3), now=datetime.now(UTC), topic=PETITIONS, source="test")
            requests, takers = work.wanted([], [case_id])
            work.take(takers, await transaction.load(requests))
            work.begin(Cause("test"))
            work.emit(toy.lodged(case_id, str(number), seq=0))
            work.keep()
            await transaction.write(work.changes(for_sqlite=database.dialect.name == "sqlite"))
        cases.add(case_id)
    return cases


@asynccontextmanager
async def running(*coroutines: object) -> AsyncIterator[None]:
    """These run for the time of the block."""
    tasks = [asyncio.ensure_future(one) for one in coroutines]  # type: ignore[call-overload]
    try:
        yield
    finally:
        await end(tasks)


async def until(database: Database, sql: str, expected: object) -> None:
    """Wait until a query gives the expected rows; the test's own time limit ends a hopeless wait."""
    found: object = None
    for _ in range(600):
        found = await database.raw(sql)
        if found == expected:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"expected {expected}, last saw {found}")


async def test_facts_cross_the_broker_once_and_in_order(kafka: str, pair: tuple[Database, Database], tmp_path: Path) -> None:
    writer, reader_database = pair
    await create_topics(KafkaSettings(kafka))
    cases = await state(writer, 200)
    consumer = toy.consumer_of(reader_database)
    mine = f"path-{writer.name}-{id(writer)}-%"
    group = settings(kafka, tmp_path, f"g{id(writer)}")
    reader = Reader(consumer, group, [PETITIONS], [PETITIONS])
    relay = Relay(writer, KafkaSettings(kafka), "/test")
    async with running(relay.run(), reader.run()):
        sql = f"SELECT count(*), sum(times) FROM tally WHERE case_id LIKE '{mine}'"
        await until(reader_database, sql, [(len(cases), 200)])
        await state(writer, 50, start=200)
        await until(reader_database, sql, [(len(cases), 250)])
        assert reader.reasons() == []
        assert reader.state()["partitions"] == 12
    notes = await reader_database.raw(f"SELECT case_id, no, text FROM note WHERE case_id LIKE '{mine}' ORDER BY case_id, no")
    for case_id in cases:
        numbers = [int(text) for case, _, text in notes if case == case_id]
        assert numbers == sorted(numbers)
    assert await writer.outbox_page(10) == []
    await reader.stop()
    await relay.close()


async def test_a_topic_that_forgets_is_refused(kafka: str) -> None:
    from aiokafka.admin import AIOKafkaAdminClient, NewTopic

    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await create_topics(KafkaSettings(kafka))
    await check_topics(KafkaSettings(kafka), [PETITIONS])
    await admin.create_topics([NewTopic("forgetful.v1", 12, 1, topic_configs={"retention.ms": "604800000"})])
    await admin.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(broker, "FACT_TOPICS", ("forgetful.v1",))
        with pytest.raises(KafkaNotAsExpected, match=r"retention\.ms=-1"):
            await check_topics(KafkaSettings(kafka), ["forgetful.v1"])


async def test_making_the_topics_twice_makes_nothing_new(kafka: str) -> None:
    await create_topics(KafkaSettings(kafka))
    assert await create_topics(KafkaSettings(kafka)) == []
