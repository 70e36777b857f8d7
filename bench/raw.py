"""The baseline: the register written by hand on aiokafka and SQL, as a careful engineer would who wants speed and nothing else.

It does the same work on the same tables: finds repeats in the inbox and cases that wait behind a parked record, reads the
rows it needs, states one numbered fact for each, and writes rows, inbox, outbox, numbers and offsets in one transaction.
"""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from bench.register import DAYS
from contracts.cases import PetitionAssigned
from contracts.event import CASES, PETITIONS, Actor
from contracts.petitions import PetitionClassified, PetitionLodged
from contracts.vocabulary import Role
from runtime.clock import VIETNAM, uuid7
from runtime.sqlite import connect

ACTOR = Actor(agency="DN-BENCH", role=Role.SYSTEM)
LODGED = PetitionLodged.ce_type.encode()
CLASSIFIED = PetitionClassified.ce_type.encode()
DECODERS = {LODGED: msgspec.json.Decoder(PetitionLodged), CLASSIFIED: msgspec.json.Decoder(PetitionClassified)}
ENCODE = msgspec.json.Encoder().encode
IN = "(SELECT value FROM json_each(?))"
MATTERS = "case_id, number, kind, eligibility, holder, received_on, due_on, people_count, place, is_classified"
OUTBOX = "event_id, topic, key, ce_type, ce_time, traceparent, payload"


def decode(records: list[Any]) -> list[tuple[str, str, str, bytes, Any]]:
    """Id, case, trace, type and body of each record that concerns the register."""
    found = []
    for record in records:
        headers = dict(record.headers)
        decoder = DECODERS.get(headers["ce_type"])
        if decoder is not None:
            ident, trace = headers["ce_id"].decode(), headers["traceparent"].decode()
            found.append((ident, record.key.decode(), trace, headers["ce_type"], decoder.decode(record.value)))
    return found


def decide(
    entries: list[Any], seen: set[str], blocked: set[str], rows: dict[str, Any], numbers: dict[str, int], iso: bool
) -> tuple[Any, ...]:
    """The new rows, numbers, ids and outbox lines; dates as text where ``iso``."""
    now = datetime.now(UTC)
    today, instant = datetime.now(VIETNAM).date(), now.isoformat(timespec="microseconds")
    changed: dict[str, tuple[Any, ...]] = {}
    new: list[str] = []
    outbox = []
    for ident, case_id, trace, kind, event in entries:
        if ident in seen or case_id in blocked:
            continue
        axes = event.axes
        if kind is LODGED or kind == LODGED:
            on = event.received_on
            due = on + DAYS
            days = (on.isoformat(), due.isoformat()) if iso else (on, due)
            row = (
                case_id,
                event.number,
                axes.kind.value,
                axes.eligibility.value,
                event.received_by,
                *days,
                axes.people_count,
                axes.place,
                False,
            )
        else:
            old = changed.get(case_id) or rows[case_id]
            row = (case_id, old[1], axes.kind.value, axes.eligibility.value, *old[4:9], True)
            due = date.fromisoformat(old[6]) if iso else old[6]
        changed[case_id] = row
        number = numbers.get(case_id, 0) + 1
        numbers[case_id] = number
        fact = PetitionAssigned(
            case_id=case_id,
            seq=number,
            causation_id=ident,
            actor=ACTOR,
            legal_on=today,
            recorded_at=now,
            holder=row[4],
            rule="bench",
            law="-",
            step=None,
            due_on=due,
        )
        outbox.append((uuid7(), CASES, case_id, PetitionAssigned.ce_type, instant, trace, ENCODE(fact)))
        seen.add(ident)
        new.append(ident)
    return changed, new, outbox, today


class Sqlite:
    """By hand into SQLite: one thread call a batch."""

    def __init__(self, url: str) -> None:
        self.connection = connect(url.removeprefix("sqlite:///"))

    async def offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """The next offsets, entered as 0 where new."""
        self.connection.executemany("INSERT OR IGNORE INTO offsets VALUES (?, ?, 0)", [(tp.topic, tp.partition) for tp in partitions])
        return {TopicPartition(topic, no): offset for topic, no, offset in self.connection.execute("SELECT * FROM offsets")}

    async def apply(self, records: list[Any], moves: list[tuple[str, int, int, int]]) -> None:
        """Apply a batch."""
        await asyncio.to_thread(self._apply, records, moves)

    def _apply(self, records: list[Any], moves: list[tuple[str, int, int, int]]) -> None:
        run, many = self.connection.execute, self.connection.executemany
        entries = decode(records)
        ids = msgspec.json.encode([entry[0] for entry in entries]).decode()
        cases = msgspec.json.encode(list({entry[1] for entry in entries})).decode()
        run("BEGIN IMMEDIATE")
        seen = {line[0] for line in run(f"SELECT event_id FROM inbox WHERE event_id IN {IN}", (ids,))}
        blocked = {line[0] for line in run(f"SELECT DISTINCT key FROM parked WHERE key IN {IN}", (cases,))}
        rows = {line[0]: line for line in run(f"SELECT {MATTERS} FROM matters WHERE case_id IN {IN}", (cases,))}
        numbers = dict(run(f"SELECT case_id, seq FROM sequences WHERE case_id IN {IN}", (cases,)).fetchall())
        changed, new, outbox, today = decide(entries, seen, blocked, rows, numbers, iso=True)
        for topic, no, expected, reached in moves:
            moved = run(
                "UPDATE offsets SET next_offset = ? WHERE topic = ? AND partition_no = ? AND next_offset = ?",
                (reached, topic, no, expected),
            )
            assert moved.rowcount == 1
        many(f"INSERT OR REPLACE INTO matters ({MATTERS}) VALUES (?,?,?,?,?,?,?,?,?,?)", [changed[key] for key in sorted(changed)])
        many("INSERT OR REPLACE INTO sequences VALUES (?, ?)", [(key, numbers[key]) for key in sorted(changed)])
        day = today.isoformat()
        many("INSERT INTO inbox VALUES (?, ?)", [(ident, day) for ident in new])
        many(f"INSERT INTO outbox ({OUTBOX}) VALUES (?,?,?,?,?,?,?)", outbox)
        run("COMMIT")


WRITE = f"""
WITH moved AS (UPDATE offsets o SET next_offset = m.reached FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[])
  AS m(topic, part, expected, reached) WHERE o.topic = m.topic AND o.partition_no = m.part AND o.next_offset = m.expected RETURNING 1),
matter AS (INSERT INTO matters ({MATTERS}) SELECT * FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::date[],
  $11::date[], $12::int[], $13::text[], $14::bool[]) ON CONFLICT (case_id) DO UPDATE SET number = excluded.number, kind = excluded.kind,
  eligibility = excluded.eligibility, holder = excluded.holder, received_on = excluded.received_on, due_on = excluded.due_on,
  people_count = excluded.people_count, place = excluded.place, is_classified = excluded.is_classified),
number AS (INSERT INTO sequences SELECT * FROM unnest($15::text[], $16::int[]) ON CONFLICT (case_id) DO UPDATE SET seq = excluded.seq),
seen AS (INSERT INTO inbox SELECT i, $18 FROM unnest($17::text[]) i),
sent AS (INSERT INTO outbox ({OUTBOX}) SELECT * FROM unnest($19::text[], $20::text[], $21::text[], $22::text[], $23::text[],
  $24::text[], $25::bytea[]))
SELECT count(*) FROM moved
"""


class Postgres:
    """By hand into PostgreSQL: four reads and one write a batch."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """The next offsets, entered as 0 where new."""
        self.connection = await asyncpg.connect(self.url)
        new = [(tp.topic, tp.partition) for tp in partitions]
        await self.connection.executemany("INSERT INTO offsets VALUES ($1, $2, 0) ON CONFLICT DO NOTHING", new)
        return {TopicPartition(topic, no): offset for topic, no, offset in await self.connection.fetch("SELECT * FROM offsets")}

    async def apply(self, records: list[Any], moves: list[tuple[str, int, int, int]]) -> None:
        """Apply a batch."""
        entries = decode(records)
        ids, cases = [entry[0] for entry in entries], list({entry[1] for entry in entries})
        fetch = self.connection.fetch
        async with self.connection.transaction():
            seen = {line[0] for line in await fetch("SELECT event_id FROM inbox WHERE event_id = ANY($1)", ids)}
            blocked = {line[0] for line in await fetch("SELECT DISTINCT key FROM parked WHERE key = ANY($1)", cases)}
            rows = {line[0]: line for line in await fetch(f"SELECT {MATTERS} FROM matters WHERE case_id = ANY($1)", cases)}
            numbers = {line[0]: line[1] for line in await fetch("SELECT case_id, seq FROM sequences WHERE case_id = ANY($1)", cases)}
            changed, new, outbox, today = decide(entries, seen, blocked, rows, numbers, iso=False)
            keys = sorted(changed)
            columns = [*_columns(moves), *_columns([changed[key] for key in keys]), keys, [numbers[key] for key in keys], new, today]
            moved = await self.connection.fetchval(WRITE, *columns, *_columns(outbox))
            assert moved == len(moves)


def _columns(lines: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*lines, strict=True)]


class _Seek(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, consumer: AIOKafkaConsumer, store: Sqlite | Postgres) -> None:
        self.consumer, self.store = consumer, store
        self.next: dict[TopicPartition, int] = {}

    async def on_partitions_revoked(self, revoked: Any) -> None:
        self.next.clear()

    async def on_partitions_assigned(self, assigned: Any) -> None:
        self.next = await self.store.offsets(list(assigned))
        for tp in assigned:
            self.consumer.seek(tp, self.next[tp])


async def run(bootstrap: str, url: str, group: str, batch_max: int, done: Any) -> None:
    """Apply the topic for ever; ``done`` hears of the number of records after each commit."""
    store = Sqlite(url) if url.startswith("sqlite") else Postgres(url)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=2000
    )
    seek = _Seek(consumer, store)
    await consumer.start()
    consumer.subscribe([PETITIONS], listener=seek)
    try:
        while True:
            batches = await consumer.getmany(timeout_ms=50, max_records=batch_max)
            records = [record for batch in batches.values() for record in batch]
            if records:
                reached = {tp: batch[-1].offset + 1 for tp, batch in batches.items()}
                await store.apply(records, [(tp.topic, tp.partition, seek.next[tp], offset) for tp, offset in reached.items()])
                seek.next.update(reached)
                done(len(records))
    finally:
        await consumer.stop()
