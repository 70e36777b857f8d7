"""The relay: sends what the outbox holds, in order of each case, and forgets it once the broker has it.

At least once: a relay that dies between "sent" and "forgotten" sends again; readers know repeats by their id.
Order per case holds because whoever writes a case holds its lock until commit, so ids of one case grow with commits.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from runtime import kafka, telemetry
from runtime.changes import OUTBOX_COLUMNS
from runtime.database import Database, DatabaseDown, bucket_of
from runtime.failpoints import pass_by
from runtime.settings import KafkaSettings

log = logging.getLogger(__name__)
PAGE: Final = 2000
_SEND_SECONDS: Final = 30.0
_IDLE_SECONDS: Final = 1.0


@dataclass(slots=True)
class RelayState:
    """What readiness tells about the relay."""

    is_connected: bool = False
    is_leader: bool = False
    sent_count: int = 0
    last_error: str | None = None
    backlog_since: float | None = None
    page_count: int = 0

    def backlog_s(self) -> float:
        """For how long unsent records have been waiting without success, seconds."""
        return 0.0 if self.backlog_since is None else time.monotonic() - self.backlog_since


@dataclass(slots=True)
class Relay:
    """One service's relay. On PostgreSQL one process at a time has the turn; the others stand by."""

    database: Database
    settings: KafkaSettings
    source: str
    state: RelayState = field(default_factory=RelayState)
    _producer: AIOKafkaProducer | None = None

    async def run(self) -> None:
        """Send for ever; every failure is waited out, a fatal one gets a new producer."""
        delay = 0.2
        while True:
            try:
                async with self.database.relay_turn() as held:
                    self.state.is_leader = held
                    if held:
                        await self._send_while_held()
                await asyncio.sleep(2)
            except (KafkaError, DatabaseDown, OSError, TimeoutError, AssertionError, RuntimeError) as failure:
                self.state.last_error = type(failure).__name__
                log.warning("relay waits", extra={"problem": f"{type(failure).__name__}: {failure}", "delay_s": delay})
                await self._renew_producer()
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
            else:
                delay = 0.2

    async def close(self) -> None:
        """Let the producer go, within a few seconds."""
        await self._renew_producer()

    async def _renew_producer(self) -> None:
        old, self._producer = self._producer, None
        self.state.is_connected = False
        if old is not None:
            await kafka.close_producer(old)

    async def _send_while_held(self) -> None:
        while True:
            page = await self.database.outbox_page(PAGE)
            self.state.page_count = len(page)
            if not page:
                self.state.backlog_since = None
                await self.database.wait_for_outbox(_IDLE_SECONDS)
                continue
            if self.state.backlog_since is None:
                self.state.backlog_since = time.monotonic()
            if self._producer is None:
                self._producer = await kafka.open_producer(self.settings)
                self.state.is_connected = True
            pass_by("relay.before_send")
            await self._send(self._producer, page)
            pass_by("relay.sent_before_mark")
            await self.database.outbox_sent([row[0] for row in page])
            pass_by("relay.after_mark")
            self.state.sent_count += len(page)
            self.state.backlog_since = time.monotonic() if len(page) == PAGE else None
            self.state.last_error = None

    async def _send(self, producer: AIOKafkaProducer, page: list[tuple[Any, ...]]) -> None:
        source = self.source.encode()
        builders: dict[tuple[str, int], Any] = {}
        pending: list[Any] = []
        spans = []
        for _, event_id, topic, key, ce_type, ce_time, traceparent, payload in page:
            headers = [
                kafka.SPEC_VERSION,
                ("ce_id", event_id.encode()),
                ("ce_source", source),
                ("ce_type", ce_type.encode()),
                ("ce_time", ce_time.encode()),
                ("ce_subject", key.encode()),
                kafka.CONTENT_TYPE,
            ]
            if telemetry.is_sampled(traceparent):
                opened = telemetry.begin(f"publish {topic}", traceparent, kind=telemetry.SpanKind.PRODUCER, case_id=key, event_type=ce_type)
                traceparent = telemetry.traceparent_of(opened) or traceparent
                spans.append(opened)
            if traceparent:
                headers.append(("traceparent", traceparent.encode()))
            place = (topic, bucket_of(key))
            builder = builders.get(place)
            if builder is None:
                builder = builders[place] = producer.create_batch()
            if builder.append(key=key.encode(), value=payload, timestamp=None, headers=headers) is None:
                await asyncio.wait_for(await self._hand_over(producer, builder, place), _SEND_SECONDS)
                builder = builders[place] = producer.create_batch()
                if builder.append(key=key.encode(), value=payload, timestamp=None, headers=headers) is None:
                    raise ValueError(f"a record of {len(payload)} bytes does not fit into a batch")
        for place, builder in builders.items():
            pending.append(await self._hand_over(producer, builder, place))
        try:
            await asyncio.wait_for(asyncio.gather(*pending), _SEND_SECONDS)
        finally:
            for opened in spans:
                opened.end()

    async def _hand_over(self, producer: AIOKafkaProducer, builder: Any, place: tuple[str, int]) -> Any:
        builder.close()
        return await asyncio.wait_for(producer.send_batch(builder, place[0], partition=place[1]), _SEND_SECONDS)


assert OUTBOX_COLUMNS == ("event_id", "topic", "key", "ce_type", "ce_time", "traceparent", "payload")
