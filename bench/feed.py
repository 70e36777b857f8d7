"""What the measured services read: facts of generated letters, filled into a topic as the relay would."""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from contracts.event import PETITIONS, Actor, Event
from contracts.petitions import PetitionClassified, PetitionLodged
from contracts.vocabulary import Role
from deploy.demo import letters
from runtime import kafka
from runtime.clock import uuid7
from runtime.database import bucket_of
from runtime.settings import KafkaSettings

KINDS_OF_LETTER = 400
DELAY = 4000
"""So many facts lie between a case's lodging and its classification."""
SAMPLED = 0.01


def facts(count: int, seed: int = 1) -> Iterator[Event]:
    """That many facts, two for each case: lodged, and some thousand facts later classified."""
    day = date(2026, 8, 3)
    written = [letters.letter(seed, number, day + timedelta(days=number % 60)) for number in range(KINDS_OF_LETTER)]
    recorded = datetime(2026, 8, 3, 2, tzinfo=UTC)
    waiting: list[PetitionClassified] = []
    stated = 0
    number = 0
    while stated < count:
        if len(waiting) > DELAY or (waiting and count - stated <= len(waiting)):
            yield waiting.pop(0)
        else:
            letter = written[number % len(written)]
            number += 1
            case_id = uuid7()
            received_by, on = letter.form.received_by, letter.received_on
            actor = Actor(agency=received_by, role=Role.OFFICER, officer="officer-7")
            common: dict[str, Any] = {
                "case_id": case_id,
                "actor": actor,
                "legal_on": on,
                "recorded_at": recorded,
                "received_by": received_by,
                "received_on": on,
            }
            yield PetitionLodged(
                **common,
                seq=1,
                causation_id=uuid7(),
                number=f"{number:09d}",
                subject_ref=uuid7(),
                letter_on=letter.form.letter_on,
                axes=letter.form.axes,
            )
            waiting.append(PetitionClassified(**common, seq=2, causation_id=uuid7(), axes=letter.truth))
        stated += 1


async def fill(bootstrap: str, count: int) -> int:
    """Create the topics and put ``count`` facts on ``petitions.v1``, one in a hundred sampled; returns the mean size of a body."""
    settings = KafkaSettings(bootstrap)
    await kafka.create_topics(settings)
    producer = await kafka.open_producer(settings)
    dice = random.Random(7)
    builders: dict[int, Any] = {}
    size = 0
    try:
        for fact in facts(count):
            body = msgspec.json.encode(fact)
            size += len(body)
            trace = f"00-{dice.getrandbits(128):032x}-{dice.getrandbits(64):016x}-{int(dice.random() < SAMPLED):02x}"
            headers = [
                kafka.SPEC_VERSION,
                ("ce_id", uuid7().encode()),
                ("ce_source", b"/dannguyen/intake"),
                ("ce_type", fact.ce_type.encode()),
                ("ce_time", b"2026-08-03T02:00:00.000000+00:00"),
                ("ce_subject", fact.case_id.encode()),
                kafka.CONTENT_TYPE,
                ("traceparent", trace.encode()),
            ]
            partition = bucket_of(fact.case_id)
            while True:
                builder = builders.get(partition) or builders.setdefault(partition, producer.create_batch())
                if builder.append(key=fact.case_id.encode(), value=body, timestamp=None, headers=headers) is not None:
                    break
                await _send(producer, builders.pop(partition), partition)
        for partition, builder in builders.items():
            await _send(producer, builder, partition)
        await producer.flush()
    finally:
        await kafka.close_producer(producer)
    return size // count


async def _send(producer: Any, builder: Any, partition: int) -> None:
    builder.close()
    await asyncio.wait_for(await producer.send_batch(builder, PETITIONS, partition=partition), 30)
