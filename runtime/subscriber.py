"""FastStream receives the batches; offsets, order and effects are the runtime's own (see ``runtime.inbox``).

The parser hands the raw records through: FastStream's own fails on one null or non-UTF-8 header of one record before any
handler is asked, and would poison the whole batch.
"""

import asyncio
import gc
import logging
import time
from collections.abc import Sequence
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from runtime import kafka
from runtime.inbox import Assignment, Consumer
from runtime.settings import KafkaSettings, Settings

log = logging.getLogger(__name__)
_START_SECONDS: Final = 30.0
_POLL_AGE_SECONDS: Final = 15.0
_OPTIONS: Final[dict[str, Any]] = {
    "batch": True,
    "ack_policy": AckPolicy.MANUAL,
    "auto_offset_reset": "earliest",
    "batch_timeout_ms": 100,
    "fetch_max_wait_ms": 2000,
    "session_timeout_ms": 6000,
    "heartbeat_interval_ms": 1500,
    "max_poll_interval_ms": 600_000,
    "include_in_schema": False,
}


async def raw_records(message: Any) -> KafkaAckableMessage:
    """FastStream's parser hook: the records as they came."""
    return KafkaAckableMessage(raw_message=message, body=message, headers={}, message_id="", consumer=None)


async def undecoded(message: Any) -> Any:
    """FastStream's decoder hook: nothing to decode."""
    return message.raw_message


def security_of(settings: KafkaSettings) -> BaseSecurity | None:
    """FastStream's form of the Kafka sign-in settings."""
    context = kafka.connection(settings).get("ssl_context")
    if settings.protocol.startswith("SASL"):
        kinds = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
        return kinds[settings.sasl_mechanism](settings.sasl_username, settings.sasl_password, ssl_context=context)
    return BaseSecurity(ssl_context=context) if context is not None else None


class Reader:
    """Keeps one service's subscription alive through every absence of the broker."""

    def __init__(self, consumer: Consumer, settings: Settings, topics: Sequence[str], needed: Sequence[str]) -> None:
        self.consumer = consumer
        self.settings = settings
        self.topics = list(topics)
        self.needed = list(needed)
        self.broker: KafkaBroker | None = None
        self.subscription: Any = None
        self.problem: str | None = "not connected yet"

    async def run(self) -> None:
        """Connect, watch, connect again."""
        collect_rarely()
        delay = 0.5
        while True:
            try:
                await self._start()
                self.problem = None
                delay = 0.5
                await self._watch()
            except (KafkaError, OSError, TimeoutError, kafka.KafkaNotAsExpected) as failure:
                self.problem = f"{type(failure).__name__}: {failure}"[:200]
                log.warning("reader waits for the broker", extra={"problem": self.problem, "delay_s": delay})
            await self.stop()
            await asyncio.sleep(delay)
            delay = min(delay * 2, 5.0)

    async def _start(self) -> None:
        await kafka.check_topics(self.settings.kafka, self.needed)
        broker = KafkaBroker(
            self.settings.kafka.bootstrap, logger=None, apply_types=False, consumer_only=True, security=security_of(self.settings.kafka)
        )
        self.subscription = broker.subscriber(
            *self.topics,
            group_id=f"dannguyen.{self.settings.service}",
            max_records=self.settings.batch_max,
            parser=raw_records,
            decoder=undecoded,
            listener=Assignment(self.consumer),
            **_OPTIONS,
        )
        self.subscription(self.consumer.apply)
        self.consumer.seek = self._seek
        self.broker = broker
        _assert_explicit(self.subscription)
        await asyncio.wait_for(broker.start(), _START_SECONDS)

    def _seek(self, partition: TopicPartition, offset: int) -> None:
        client = self.subscription.consumer
        if client is not None and partition in client.assignment():
            client.seek(partition, offset)

    async def _watch(self) -> None:
        """Tell Kafka now and then how far we are (for lag dashboards only); notice a dead subscription."""
        while True:
            await asyncio.sleep(5)
            client = self.subscription.consumer
            if client is None or not self.subscription.running or all(task.done() for task in self.subscription.tasks):
                raise KafkaError("the subscription ended")
            offsets = {tp: offset for tp, offset in self.consumer.next_offsets.items() if tp in client.assignment()}
            if offsets:
                try:
                    await asyncio.wait_for(client.commit(offsets), 10)
                except (KafkaError, TimeoutError) as failure:
                    log.debug("offsets not told", extra={"problem": type(failure).__name__})

    async def stop(self) -> None:
        """Leave the group, within a few seconds whatever the broker does."""
        broker, self.broker = self.broker, None
        if broker is None:
            return
        try:
            await asyncio.wait_for(broker.stop(), 5)
        except Exception:
            log.debug("broker connection abandoned")

    def state(self) -> dict[str, Any]:
        """What readiness tells: partitions held, age of the last poll in seconds, records behind."""
        client = self.subscription.consumer if self.broker is not None and self.subscription is not None else None
        if client is None:
            return {"partitions": 0, "poll_age_s": None, "lag": None}
        held = client.assignment()
        polls = [stamp for tp in held if (stamp := client.last_poll_timestamp(tp)) is not None]
        lag = 0
        for tp in held:
            high = client.highwater(tp)
            lag += max(0, (high or 0) - self.consumer.next_offsets.get(tp, 0)) if high is not None else 0
        age = round(time.time() - max(polls) / 1000, 1) if polls else None
        return {"partitions": len(held), "poll_age_s": age, "lag": lag}

    def reasons(self) -> list[str]:
        """Why this reader is not ready; a standby without partitions on PostgreSQL is ready."""
        if self.problem is not None:
            return [f"reader: {self.problem}"]
        state = self.state()
        if state["partitions"] == 0 and self.consumer.database.dialect.name == "sqlite":
            return ["reader: no partitions assigned yet"]
        if state["poll_age_s"] is not None and state["poll_age_s"] > _POLL_AGE_SECONDS:
            return [f"reader: last poll {state['poll_age_s']:.0f} s ago"]
        return []


def collect_rarely() -> None:
    """Batches make thousands of short-lived objects and no cycles: leave what start-up made alone, and look for garbage rarely."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _assert_explicit(subscription: Any) -> None:
    """Refuse to start on a subscription whose defaults would lose records."""
    if subscription.ack_policy is not AckPolicy.MANUAL:
        raise AssertionError("the subscriber's ack policy must be MANUAL: offsets live in the database")
    if subscription._connection_args.get("auto_offset_reset") != "earliest":
        raise AssertionError("the subscriber must begin at the earliest record")
