"""Supervision on the real broker: a missed step and a crowd in, a reminder and a hot spot out."""

import asyncio
import dataclasses
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts.event import FACTS, OVERSIGHT
from contracts.oversight import HotspotRaised, ReminderSent
from runtime import kafka as broker
from runtime.clock import uuid7
from runtime.settings import KafkaSettings
from services.supervision.app import service
from tests.services.reporting.living import Living, living
from tests.services.supervision import matters as make


async def send(alive: Living, kafka: str, facts: list[Any]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for fact in facts:
        record = alive.record(fact)
        await producer.send_and_wait(record.topic, record.value, record.key, record.partition, headers=list(record.headers))
    await producer.stop()


async def stated_about(kafka: str, case_id: str, count: int) -> list[Any]:
    consumer = AIOKafkaConsumer(OVERSIGHT, bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    found = []
    try:
        async with asyncio.timeout(30):
            async for record in consumer:
                if record.key == case_id.encode():
                    found.append(msgspec.json.decode(record.value, type=FACTS[dict(record.headers)["ce_type"].decode()]))
                    if len(found) == count:
                        return found
    finally:
        await consumer.stop()
    raise AssertionError("the consumer ended")


@pytest.mark.connected
async def test_a_missed_step_of_a_crowd_is_reminded_and_alerted_on_kafka(kafka: str, tmp_path: Path) -> None:
    await broker.create_topics(KafkaSettings(kafka))
    case_id = uuid7()
    async with living(service, tmp_path, f"sqlite:///{tmp_path / 'supervision.db'}", make.START) as alive:
        await service.db.close()
        service.use(dataclasses.replace(service.settings, kafka=KafkaSettings(kafka)))
        app = service.app()
        async with app.router.lifespan_context(app):
            await send(alive, kafka, [make.lodged(case_id, people_count=6), make.missed(case_id)])
            facts = await stated_about(kafka, case_id, 2)
        await service.use(service.settings).db.open()
    assert {type(fact) for fact in facts} == {HotspotRaised, ReminderSent}
    assert [fact.seq for fact in facts] == [1, 2]
