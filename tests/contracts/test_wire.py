"""Any other Kafka client with a CloudEvents SDK reads what the relay wrote: librdkafka and the SDK of the CloudEvents project."""

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import Consumer

from contracts import schemas
from contracts.event import CASES, FACTS
from runtime.database import bucket_of
from runtime.kafka import create_topics
from runtime.outbox import Relay
from runtime.settings import KafkaSettings
from runtime.work import Cause, Work
from tests.contracts.samples import sample
from tests.runtime import toy

KINDS = [kind for kind in FACTS.values() if kind.topic == CASES]


def read(bootstrap: str, wanted: set[str]) -> list[KafkaMessage]:
    """The records whose keys are wanted, read by librdkafka."""
    client = Consumer({"bootstrap.servers": bootstrap, "group.id": f"wire-{id(wanted)}", "auto.offset.reset": "earliest"})
    client.subscribe([CASES])
    found: list[KafkaMessage] = []
    for _ in range(300):
        message = client.poll(0.1)
        if message is not None and message.error() is None and message.key().decode() in wanted:
            found.append(KafkaMessage(headers=dict(message.headers()), key=message.key(), value=message.value()))
            assert message.partition() == bucket_of(message.key().decode())
        if len(found) == len(wanted):
            break
    client.close()
    return found


@pytest.mark.connected
async def test_every_fact_is_a_cloudevent_that_others_can_read(kafka: str, tmp_path: Path) -> None:
    await create_topics(KafkaSettings(kafka))
    database = await toy.ready_database(f"sqlite:///{tmp_path / 'wire.db'}")
    cases = [f"wire-{tmp_path.name}-{kind.__name__}" for kind in KINDS]
    work = Work(today=date(2026, 7, 3), now=datetime.now(UTC), topic=CASES, source="test")
    async with database.transaction(()) as transaction:
        requests, takers = work.wanted([], cases)
        work.take(takers, await transaction.load(requests))
        for kind, case_id in zip(KINDS, cases, strict=True):
            work.begin(Cause("test", traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"))
            work.emit(toy.msgspec.structs.replace(sample(kind), case_id=case_id))
            work.keep()
        await transaction.write(work.changes(for_sqlite=True))
    relay = Relay(database, KafkaSettings(kafka), "/dannguyen/test")
    task = asyncio.create_task(relay.run())
    messages = await asyncio.to_thread(read, kafka, set(cases))
    task.cancel()
    await relay.close()
    await database.close()
    assert len(messages) == len(cases)
    for message in messages:
        event = from_binary(message, JSONFormat(), CloudEvent)
        kind = FACTS[event.get_type()]
        assert event.get_specversion() == "1.0"
        assert event.get_source() == "/dannguyen/test"
        assert event.get_subject() == message.key.decode()  # type: ignore[union-attr]
        assert message.headers["traceparent"].decode().startswith("00-0af7651916cd43dd8448eb211c80319c-")
        body = event.get_data()
        body = json.loads(body) if isinstance(body, bytes | str) else body
        jsonschema.validate(body, schemas.schema_of(kind), cls=jsonschema.Draft202012Validator)
