"""A service alive on a database of its own, fed with records as Kafka would hand them over, and asked over its real HTTP edge."""

import dataclasses
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import sqlalchemy as sa
from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord

from contracts.event import FACTS, Event
from contracts.vocabulary import Role
from runtime import auth, migrate
from runtime.clock import uuid7
from runtime.database import Query, bucket_of
from runtime.service import Service
from runtime.settings import Settings

AT = datetime(2026, 1, 1, tzinfo=UTC)


class Living:
    """One service, its database, and how far each partition was fed."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._offsets: dict[TopicPartition, int] = defaultdict(int)
        self._seqs: dict[tuple[str, str], int] = defaultdict(int)

    async def feed(self, facts: Iterable[Event], batch: int = 1000) -> None:
        """Apply the facts in this order, as records of their topics, ``batch`` at a time."""
        records = [self.record(fact) for fact in facts]
        await self.service.consumer.reload({TopicPartition(record.topic, record.partition) for record in records})
        for start in range(0, len(records), batch):
            await self.service.consumer.apply(_by_partition(records[start : start + batch]))

    def record(self, fact: Event) -> Any:
        """The fact numbered and stamped, on its partition."""
        seq = self._seqs[(fact.topic, fact.case_id)] = self._seqs[(fact.topic, fact.case_id)] + 1
        partition = TopicPartition(fact.topic, bucket_of(fact.case_id))
        offset = self._offsets[partition]
        self._offsets[partition] += 1
        body = msgspec.json.encode(msgspec.structs.replace(fact, seq=seq, recorded_at=AT))
        headers = [("ce_id", uuid7().encode()), ("ce_type", fact.ce_type.encode())]
        return ConsumerRecord(
            partition.topic, partition.partition, offset, 0, 0, fact.case_id.encode(), body, None, 0, len(body), tuple(headers)
        )

    async def rows(self, table: Any) -> list[Any]:
        """All rows of a table as records, in order of their key."""
        found = await self.service.db.rows(Query(sa.select(*table.table.c).order_by(*table.table.primary_key.columns)))
        return [table.shape.record(**dict(zip(table.shape.columns, line, strict=True))) for line in found]

    async def stated(self) -> list[Event]:
        """The facts in the outbox, in order."""
        page = await self.service.db.outbox_page(100_000)
        return [msgspec.json.decode(line[-1], type=FACTS[line[4]]) for line in page]

    async def parked(self) -> list[str]:
        """Why records were parked."""
        return [line[0] for line in await self.service.db.raw("SELECT reason FROM parked")]

    def client(self, role: Role = Role.OPERATOR, agency: str = "") -> httpx.AsyncClient:
        """A client signed in under this role."""
        token = auth.issue(self.service.settings.keys, role, agency=agency, officer="P-1")
        transport = httpx.ASGITransport(self.service.app())
        return httpx.AsyncClient(transport=transport, base_url="http://service", headers={"authorization": f"Bearer {token}"})


def _by_partition(records: list[Any]) -> list[Any]:
    """The records of one partition together, as a read of Kafka brings them."""
    places: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for record in records:
        places[(record.topic, record.partition)].append(record)
    return [record for together in places.values() for record in together]


@asynccontextmanager
async def living(service: Service, home: Path, url: str, today: date) -> AsyncIterator[Living]:
    """The service on a fresh database; closed at the end."""
    auth.make_keys(home)
    settings = dataclasses.replace(Settings.read(service.name), home=home, mode="development", database_url=url, sample_ratio=0.0)
    service.use(settings)
    if url.startswith("sqlite"):
        migrate.upgrade(url, service.name)
    else:
        import asyncio

        await asyncio.to_thread(migrate.upgrade, url, service.name)
    await service.db.open()
    service.clock.virtual = today
    try:
        yield Living(service)
    finally:
        service.clock.virtual = None
        await service.db.close()
