"""How the platform meets Kafka: topics made explicitly, a producer that loses nothing, records as CloudEvents in binary mode."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from contracts.event import FACT_TOPICS, PARTITIONS, RECEIPTS, TOPICS
from runtime.settings import KafkaSettings
from runtime.stop import CannotGoOn

CONTENT_TYPE: Final = ("content-type", b"application/json")
SPEC_VERSION: Final = ("ce_specversion", b"1.0")
_CALL_SECONDS: Final = 30.0


class KafkaNotAsExpected(Exception):
    """The broker's topics are not as the platform needs them; starting on them would lose facts."""


def connection(settings: KafkaSettings) -> dict[str, Any]:
    """Arguments of every aiokafka client."""
    arguments: dict[str, Any] = {"bootstrap_servers": settings.bootstrap, "security_protocol": settings.protocol}
    if settings.protocol.endswith("SSL"):
        arguments["ssl_context"] = ssl.create_default_context(cafile=settings.ssl_cafile or None)
    if settings.protocol.startswith("SASL"):
        arguments["sasl_mechanism"] = settings.sasl_mechanism
        arguments["sasl_plain_username"] = settings.sasl_username
        arguments["sasl_plain_password"] = settings.sasl_password
    return arguments


async def create_topics(settings: KafkaSettings) -> list[str]:
    """Make the topics that are missing and return their names. Safe to repeat. Raises CannotGoOn when no broker answers or lets one in.

    12 partitions, kept for ever, three copies where there are three brokers.
    """
    admin = AIOKafkaAdminClient(**connection(settings), request_timeout_ms=10_000)
    try:
        await asyncio.wait_for(admin.start(), _CALL_SECONDS)
    except (KafkaError, OSError, TimeoutError) as silent:
        await admin.close()
        where = f"{settings.bootstrap} (KAFKA_BOOTSTRAP_SERVERS) as {settings.sasl_username or 'nobody'} over {settings.protocol}"
        raise CannotGoOn(f"No broker lets this process in at {where}; the topics were not looked at.") from silent
    try:
        there = set(await admin.list_topics())
        missing = [name for name in TOPICS if name not in there]
        kept = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete", "compression.type": "producer"}
        brokers = len((await admin.describe_cluster())["brokers"])
        new = [NewTopic(name, PARTITIONS, min(3, brokers), topic_configs=kept) for name in missing]
        if new:
            try:
                await asyncio.wait_for(admin.create_topics(new), _CALL_SECONDS)
            except TopicAlreadyExistsError:
                return []
        return missing
    finally:
        await admin.close()


async def check_topics(settings: KafkaSettings, needed: Sequence[str]) -> None:
    """Assert what defaults get wrong. Raises KafkaNotAsExpected with the sentence for the operator."""
    admin = AIOKafkaAdminClient(**connection(settings), request_timeout_ms=10_000)
    await asyncio.wait_for(admin.start(), _CALL_SECONDS)
    try:
        described = await asyncio.wait_for(admin.describe_topics(list(needed)), _CALL_SECONDS)
        for topic in described:
            if topic["error_code"]:
                raise KafkaNotAsExpected(f"topic {topic['topic']} does not exist; `dannguyen migrate --topics` makes it")
            if topic["topic"] != RECEIPTS and len(topic["partitions"]) != PARTITIONS:
                raise KafkaNotAsExpected(f"topic {topic['topic']} has {len(topic['partitions'])} partitions, {PARTITIONS} are needed")
        facts = [name for name in needed if name in FACT_TOPICS]
        for name, retention in (await _retentions(admin, facts)).items():
            if retention != "-1":
                raise KafkaNotAsExpected(f"topic {name} forgets after {retention} ms; facts are kept for ever: set retention.ms=-1")
    finally:
        await admin.close()


async def _retentions(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> Mapping[str, str]:
    if not topics:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, {"retention.ms": None}) for name in topics]
    answers = await asyncio.wait_for(admin.describe_configs(asked), _CALL_SECONDS)
    found: dict[str, str] = {}
    for answer in answers:
        for resource in answer.resources:
            name, entries = resource[3], resource[4]
            found[name] = next((entry[1] for entry in entries if entry[0] == "retention.ms"), "")
    return found


async def open_producer(settings: KafkaSettings) -> AIOKafkaProducer:
    """An idempotent producer that waits for all in-sync replicas (aiokafka's default is one replica, no idempotence)."""
    producer = AIOKafkaProducer(
        **connection(settings),
        acks="all",
        enable_idempotence=True,
        max_batch_size=1 << 20,
        max_request_size=16 << 20,
        request_timeout_ms=15_000,
        linger_ms=0,
    )
    try:
        await asyncio.wait_for(producer.start(), _CALL_SECONDS)
    except BaseException:
        await close_producer(producer)
        raise
    return producer


async def close_producer(producer: AIOKafkaProducer) -> None:
    """Close within a few seconds, whatever state the broker is in (``stop`` alone may hang for ever)."""
    try:
        await asyncio.wait_for(producer.stop(), 5)
    except Exception:
        await asyncio.sleep(0)
