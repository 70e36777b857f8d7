"""The consumer: applies batches of records with exactly one effect.

The next offset of every partition stands in the service's own database and moves, by compare-and-swap, in the transaction of
the effects; on assignment the reader seeks to it. So a repeated read, a dead process and a zombie that still believes it
owns a partition are all harmless. Repeats by the *writer* (a relay that died between "sent" and "forgotten") carry the
same id and are found in the inbox.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, cast

import msgspec
import sqlalchemy as sa
from aiokafka import ConsumerRebalanceListener, TopicPartition

from contracts.errors import Refusal
from contracts.event import Event
from runtime import problems, telemetry
from runtime.changes import Changes, Move
from runtime.database import Database, DatabaseDown, Fenced, Query, Transaction, Wanted, among, bucket_of
from runtime.facts import Handlers, RawRecord
from runtime.failpoints import pass_by
from runtime.plumbing import Offset, Parked, Seen
from runtime.records import SKIPPED, Entry, Outcome, blame, parked_row
from runtime.work import Cause, Inapplicable, Work

log = logging.getLogger(__name__)
_PARKED: Final = cast("Any", Parked).table
_IN_THE_WAY: Final = _PARKED.c.status != SKIPPED
BLOCKED: Final = Query(sa.select(_PARKED.c.key).distinct().where(among(_PARKED.c.key, "keys"), _IN_THE_WAY))
OF_KEY: Final = Query(sa.select(*_PARKED.columns).where(_PARKED.c.key == sa.bindparam("key"), _IN_THE_WAY).order_by(_PARKED.c.order_no))


_place = attrgetter("topic", "partition")
"""Where a record stands; the records of one partition come together in a batch."""


@dataclass(slots=True)
class Applied:
    """Figures of the consumer since start."""

    applied: int = 0
    repeated: int = 0
    parked: int = 0
    fenced: int = 0
    batches: int = 0


@dataclass(slots=True)
class Consumer:
    """Applies records to one service's database."""

    database: Database
    handlers: Handlers
    new_work: Callable[[], Work]
    service: str
    after_commit: Callable[[list[Event]], None] | None = None
    next_offsets: dict[TopicPartition, int] = field(default_factory=dict)
    figures: Applied = field(default_factory=Applied)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    seek: Callable[[TopicPartition, int], None] | None = None
    down_since: float | None = None
    _gaps: dict[TopicPartition, tuple[int, int]] = field(default_factory=dict)

    async def apply(self, records: Sequence[Any]) -> None:
        """Apply a batch of Kafka records; returns when they are applied, parked, or no longer ours.

        Never raises: whatever goes wrong, the offsets in the database are where reading goes on.
        """
        async with self.lock:
            try:
                await self._apply(self._in_turn(records))
            except Exception:
                log.exception("batch not applied; reading it again")
                await asyncio.sleep(1)
                await self._reread({TopicPartition(record.topic, record.partition) for record in records})

    def _in_turn(self, records: Sequence[Any]) -> list[Any]:
        """Those records that continue each partition exactly where the database stands; a gap is read again."""
        found: list[Any] = []
        expected: dict[tuple[str, int], int | None] = {}
        for place, run in groupby(records, _place):
            tp = TopicPartition(*place)
            offset = expected[place] if place in expected else self.next_offsets.get(tp)
            if offset is None:
                continue
            for record in run:
                if record.offset == offset or (record.offset > offset and self._is_gone(tp, offset, record.offset)):
                    found.append(record)
                    offset = record.offset + 1
                elif record.offset > offset:
                    if self.seek is not None:
                        self.seek(tp, self.next_offsets[tp])
                    offset = None
                    break
            expected[place] = offset
        return found

    def _is_gone(self, tp: TopicPartition, offset: int, reached: int) -> bool:
        """Whether a gap is in the log itself: it is, when reading it again meets it again."""
        if self._gaps.get(tp) == (offset, reached):
            log.error(
                "records are gone from the log", extra={"topic": tp.topic, "partition": tp.partition, "from": offset, "to": reached - 1}
            )
            return True
        self._gaps[tp] = (offset, reached)
        return False

    async def _reread(self, partitions: set[TopicPartition]) -> None:
        try:
            await self.reload(partitions & self.next_offsets.keys())
        except DatabaseDown:
            log.error("database does not answer; the next batch will notice")

    async def _apply(self, records: Sequence[Any], doomed: str | None = None) -> None:
        if not records:
            return
        try:
            await self._until_database_answers(records, doomed)
        except Fenced as moved:
            self.figures.fenced += 1
            log.warning("fenced", extra={"problem": str(moved)})
            await self.reload({TopicPartition(record.topic, record.partition) for record in records})
        except Exception as fault:
            if doomed is not None:
                raise
            if len(records) == 1:
                log.exception("record cannot be applied", extra={"topic": records[0].topic, "offset": records[0].offset})
                await self._apply(records, doomed=blame(fault))
                return
            middle = len(records) // 2
            await self._apply(records[:middle])
            await self._apply(self._in_turn(records[middle:]))

    async def _until_database_answers(self, records: Sequence[Any], doomed: str | None) -> None:
        delay = 0.1
        while True:
            try:
                await self._once(records, doomed)
                self.down_since = None
                return
            except DatabaseDown as down:
                self.down_since = self.down_since or time.monotonic()
                log.error("database does not answer; waiting", extra={"problem": str(down)[:200], "delay_s": delay})
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)

    async def _once(self, records: Sequence[Any], doomed: str | None) -> None:
        entries = [entry for entry in map(self._decode, records) if entry is not None]
        if doomed is not None:
            for entry in entries:
                entry.reason = doomed
        moves = self._moves(records)
        cases = {case for entry in entries for case in entry.cases}
        spans = self._begin_spans(entries)
        try:
            async with self.database.transaction({bucket_of(case) for case in cases}) as transaction:
                outcome = await self._decide(transaction, entries, cases, moves)
                pass_by("consumer.before_write")
                await transaction.write(outcome.changes)
            pass_by("consumer.after_write")
        finally:
            for span in spans:
                span.end()
        for move in moves:
            self.next_offsets[TopicPartition(move.topic, move.partition_no)] = move.reached
        self._count(outcome)
        self.tell(outcome.events)

    def tell(self, events: list[Event]) -> None:
        """Tell the service what was applied; its failure is its own."""
        if self.after_commit is None or not events:
            return
        try:
            self.after_commit(events)
        except Exception:
            log.exception("after_commit failed")

    def _count(self, outcome: Outcome) -> None:
        figures = self.figures
        figures.batches += 1
        figures.applied += outcome.applied
        figures.repeated += outcome.repeated
        figures.parked += len(outcome.parked)
        for parked in outcome.parked:
            log.error(
                "record parked",
                extra={"topic": parked.topic, "partition": parked.partition_no, "offset": parked.record_offset, "reason": parked.reason},
            )
            telemetry.note("record parked", outcome.traceparents.get(parked.event_id, ""), case_id=parked.key, reason=parked.reason)

    def _begin_spans(self, entries: list[Entry]) -> list[Any]:
        spans = []
        for entry in entries:
            if telemetry.is_sampled(entry.traceparent):
                name = entry.headers.get("ce_type", b"record").decode(errors="replace").removeprefix("dannguyen.")
                span = telemetry.begin(
                    f"{self.service} {name}", entry.traceparent, kind=telemetry.SpanKind.CONSUMER, case_id=entry.key, topic=entry.topic
                )
                entry.traceparent = telemetry.traceparent_of(span) or entry.traceparent
                spans.append(span)
        if spans:
            spans.append(telemetry.begin(f"{self.service} batch", kind=telemetry.SpanKind.CONSUMER, record_count=len(entries)))
        return spans

    def _moves(self, records: Sequence[Any]) -> list[Move]:
        reached = {place: record.offset + 1 for place, run in groupby(records, _place) for record in run}
        return [Move(*place, self.next_offsets[TopicPartition(*place)], offset) for place, offset in sorted(reached.items())]

    def _decode(self, record: Any) -> Entry | None:
        """The record as an entry, or None when nobody here reacts to it."""
        headers = dict(record.headers)
        if None in headers.values():
            headers = {name: value for name, value in headers.items() if value is not None}
        try:
            event_id = headers.get("ce_id", b"").decode()
            key = (record.key or b"").decode()
            traceparent = headers.get("traceparent", b"").decode("ascii")
        except UnicodeDecodeError:
            event_id, key, traceparent = "", "", ""
        if "\0" in event_id + key + traceparent:
            event_id, key, traceparent = "", "", ""  # PostgreSQL keeps no such text, so the record could not even be parked
        if record.topic in self.handlers.by_topic:
            event_id = ""  # a stranger names his records as he likes; taking another's name must not make his vanish
        if not event_id or not key:
            place = f"{record.topic}/{record.partition}/{record.offset}"
            event_id, key = event_id or place, key or place
        entry = Entry(event_id, record.topic, record.partition, record.offset, key, headers, record.value, traceparent)
        return self.prepared(entry)

    def prepared(self, entry: Entry) -> Entry | None:
        """Decode the entry's body for its handlers; a body that cannot be decoded gets its reason."""
        raw = self.handlers.by_topic.get(entry.topic)
        if raw is not None:
            entry.item = RawRecord(entry.topic, entry.key, entry.value or b"", entry.headers, entry.event_id)
            entry.handlers = (raw,)
            return entry
        ce_type = entry.headers.get("ce_type")
        if ce_type is None:
            entry.reason = "no ce_type header: not a CloudEvent in binary mode"
            return entry
        found = self.handlers.by_type.get(ce_type)
        if found is None:
            return None
        decoder, entry.handlers = found
        try:
            entry.item = decoder.decode(entry.value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError) as broken:
            entry.reason = f"undecodable: {problems.describe(broken)[1]}"
            return entry
        if entry.item.case_id != entry.key:
            entry.reason = "the record's key is not its case_id"
        return entry

    async def _decide(self, transaction: Transaction, entries: list[Entry], cases: set[str], moves: Sequence[Move]) -> Outcome:
        work = self.new_work()
        requests, takers = work.wanted([need for entry in entries for need in entry.needs], cases)
        ids = {entry.event_id for entry in entries}
        loaded = await transaction.load([*requests, Wanted(cast("Any", Seen).shape, ("event_id",), ids)])
        work.take(takers, loaded[:-1])
        blocked = {line[0] for line in await transaction.rows(BLOCKED, keys=sorted({entry.key for entry in entries}))} if entries else set()
        outcome = Outcome(seen={row.event_id for row in loaded[-1]}, blocked=blocked)
        for entry in entries:
            self.decide_one(work, entry, outcome)
        outcome.changes = work.changes(
            for_sqlite=self.database.dialect.name == "sqlite", moves=moves, seen=outcome.new_ids, parked=outcome.parked + outcome.waiting
        )
        return outcome

    def decide_one(self, work: Work, entry: Entry, outcome: Outcome) -> None:
        """Apply one entry to the work, or park it, or find that it was here before."""
        if entry.event_id in outcome.seen:
            outcome.repeated += 1
            return
        if entry.key in outcome.blocked:
            outcome.waiting.append(parked_row(entry, "waits behind an earlier record of the same case", "waiting", work.now))
            outcome.seen.add(entry.event_id)
            return
        if entry.reason is None:
            entry.reason = self._run(work, entry)
        if entry.reason is not None:
            outcome.parked.append(parked_row(entry, entry.reason, "parked", work.now))
            outcome.traceparents[entry.event_id] = entry.traceparent
            outcome.blocked.add(entry.key)
            outcome.seen.add(entry.event_id)
            return
        outcome.seen.add(entry.event_id)
        outcome.new_ids.append(entry.event_id)
        outcome.applied += 1
        if isinstance(entry.item, Event):
            outcome.events.append(entry.item)

    def _run(self, work: Work, entry: Entry) -> str | None:
        """Run the handlers; the reason when the record cannot be applied."""
        work.begin(Cause(entry.event_id, entry.topic, entry.partition_no, entry.offset, entry.traceparent))
        try:
            for handler in entry.handlers:
                handler.run(entry.item, work)
            work.keep()
            return None
        except Inapplicable as known:
            reason = str(known)
        except Refusal as refusal:
            reason = refusal.code
        except Exception as bug:
            log.exception("handler failed", extra={"topic": entry.topic, "offset": entry.offset})
            reason = f"handler failed: {type(bug).__name__}"
        work.drop()
        return reason

    async def reload(self, partitions: Iterable[TopicPartition]) -> None:
        """Take the offsets from the database, entering partitions that are new, and seek to them."""
        wanted = [(tp.topic, tp.partition) for tp in sorted(partitions)]
        shape = cast("Any", Offset).shape
        async with self.database.transaction(()) as transaction:
            (rows,) = await transaction.load([Wanted(shape, ("topic", "partition_no"), wanted)])
            known = {TopicPartition(row.topic, row.partition_no): row.next_offset for row in rows}
        missing = [tp for tp in (TopicPartition(*pair) for pair in wanted) if tp not in known]
        if missing:
            await self._enter(missing)
            return await self.reload([TopicPartition(*pair) for pair in wanted])
        for tp, offset in known.items():
            self.next_offsets[tp] = offset
            if self.seek is not None:
                self.seek(tp, offset)
        return None

    async def _enter(self, partitions: list[TopicPartition]) -> None:
        """Offsets begin at 0; a row that another process entered meanwhile is left as it is."""
        async with self.database.transaction(()) as transaction:
            shape = cast("Any", Offset).shape
            (rows,) = await transaction.load([Wanted(shape, ("topic", "partition_no"), [(tp.topic, tp.partition) for tp in partitions])])
            there = {(row.topic, row.partition_no) for row in rows}
            new = [(tp.topic, tp.partition, 0) for tp in partitions if (tp.topic, tp.partition) not in there]
            if new:
                await transaction.write(Changes(additions={shape: new}))


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Seeks to the database's offsets when partitions come, forgets them when they go."""

    def __init__(self, consumer: Consumer) -> None:
        self.consumer = consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        async with self.consumer.lock:
            for tp in revoked:
                self.consumer.next_offsets.pop(tp, None)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        async with self.consumer.lock:
            self.consumer.next_offsets.clear()
            delay = 0.1
            while True:
                try:
                    return await self.consumer.reload(assigned)
                except DatabaseDown as down:
                    log.error("database does not answer; waiting", extra={"problem": str(down)[:200]})
                    await asyncio.sleep(delay)
                    delay = min(delay * 2, 5.0)
