"""The topics as a stranger reads them: another Kafka client, no group, every record from the first one on."""

import json
import time
from typing import Any, NamedTuple

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from contracts.event import PARTITIONS, TOPICS


class Record(NamedTuple):
    """One record; ``type`` is its CloudEvents type without the platform's name."""

    topic: str
    key: str
    type: str
    headers: dict[str, bytes]
    value: bytes

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.value)
        return found


class Log:
    """Everything that stands on the topics, read as far as it goes at each look."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._places = [TopicPartition(topic, number, OFFSET_BEGINNING) for topic in TOPICS for number in range(PARTITIONS)]
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "stranger", "enable.auto.commit": False})
        self._consumer.assign(self._places)
        self._admin = AdminClient({"bootstrap.servers": bootstrap})
        self._next = {(place.topic, place.partition): 0 for place in self._places}
        self._records: list[Record] = []
        self._by_key: dict[str, list[Record]] = {}

    def records(self) -> list[Record]:
        """Every record that stands on the topics now."""
        asked = {TopicPartition(place.topic, place.partition): OffsetSpec.latest() for place in self._places}  # type: ignore[no-untyped-call]
        found = self._admin.list_offsets(asked, request_timeout=30).items()
        ends = {(place.topic, place.partition): future.result().offset for place, future in found}
        deadline = time.monotonic() + 60
        while any(self._next[place] < end for place, end in ends.items()):
            assert time.monotonic() < deadline, "the broker does not give out what it has"
            for message in self._consumer.consume(500, timeout=1):
                assert message.error() is None, message.error()
                self._take(message)
        return self._records

    def of(self, case_id: str, topic: str | None = None) -> list[Record]:
        """The records of one case (or agency, on the agencies' topics), per topic in their order."""
        self.records()
        return [record for record in self._by_key.get(case_id, ()) if topic in (None, record.topic)]

    def types(self, case_id: str, topic: str) -> list[str]:
        """What was stated about a case on one topic, in order."""
        return [record.type for record in self.of(case_id, topic)]

    def put(self, topic: str, key: str, value: bytes, headers: dict[str, str] | None = None) -> None:
        """Put a record on a topic by hand."""
        producer = Producer({"bootstrap.servers": self._bootstrap, "acks": "all"})
        producer.produce(topic, value=value, key=key.encode(), headers=[(name, text.encode()) for name, text in (headers or {}).items()])
        assert producer.flush(30) == 0

    def close(self) -> None:
        self._consumer.close()

    def _take(self, message: Any) -> None:
        headers = {name: value or b"" for name, value in message.headers() or []}
        kind = headers.get("ce_type", b"").decode().removeprefix("dannguyen.")
        record = Record(message.topic(), (message.key() or b"").decode(), kind, headers, message.value() or b"")
        self._records.append(record)
        self._by_key.setdefault(record.key, []).append(record)
        self._next[message.topic(), message.partition()] = message.offset() + 1
