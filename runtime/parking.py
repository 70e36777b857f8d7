"""Parked records: list, look at, apply again. Only the running service does it, because it alone writes its database."""

from typing import Any, Final, cast

import sqlalchemy as sa

from contracts.errors import Conflict, NotFound
from runtime import telemetry
from runtime.changes import Changes
from runtime.database import Database, Query, Wanted, bucket_of
from runtime.inbox import OF_KEY, Consumer
from runtime.plumbing import Parked, Seen
from runtime.records import SKIPPED, Outcome, unparked

_TABLE: Final = cast("Any", Parked).table
_LIST: Final = Query(
    sa.select(
        _TABLE.c.event_id,
        _TABLE.c.topic,
        _TABLE.c.partition_no,
        _TABLE.c.record_offset,
        _TABLE.c.key,
        _TABLE.c.reason,
        _TABLE.c.status,
        _TABLE.c.parked_at,
    )
    .order_by(_TABLE.c.order_no)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_ONE: Final = Query(sa.select(*_TABLE.columns).where(_TABLE.c.event_id == sa.bindparam("event_id")))
_COUNT: Final = Query(sa.select(sa.func.count()).select_from(_TABLE).where(_TABLE.c.status != SKIPPED))
_NAMES: Final = ("event_id", "topic", "partition", "offset", "case_id", "reason", "status", "parked_at")


async def listed(database: Database, most: int = 200) -> list[dict[str, Any]]:
    """The oldest parked and waiting records."""
    return [dict(zip(_NAMES, line, strict=True)) for line in await database.rows(_LIST, most=most)]


async def count(database: Database) -> int:
    """How many records are parked or wait."""
    found = await database.one(_COUNT)
    return int(found[0]) if found else 0


async def shown(database: Database, event_id: str) -> dict[str, Any]:
    """One parked record with its headers and, if it is readable, its body. A submission's body is ciphertext."""
    found = await database.one(_ONE, event_id=event_id)
    if found is None:
        raise NotFound("record_not_found", record=event_id)
    row = _row(found)
    entry = unparked(row)
    headers = {name: value.decode(errors="replace") for name, value in entry.headers.items()}
    body = (row.value or b"").decode(errors="replace")
    return {"event_id": row.event_id, "topic": row.topic, "case_id": row.key, "reason": row.reason, "headers": headers, "body": body}


def _row(line: tuple[Any, ...]) -> Any:
    columns = cast("Any", Parked).shape.columns
    return cast("Any", Parked)(**dict(zip(columns, line, strict=True)))


async def skip(consumer: Consumer, event_id: str, why: str, by: str | None) -> dict[str, Any]:
    """Take a record out of the way of its case for good, with the operator's reason, and apply what waited behind it.

    For what can never be applied. Its bytes stay; the loss is on record and in a trace. Raises NotFound and, for a record that only
    waits, Conflict: what it waits behind must be dealt with first.
    """
    database = consumer.database
    async with consumer.lock:
        found = await database.one(_ONE, event_id=event_id)
        if found is None or _row(found).status == SKIPPED:
            raise NotFound("record_not_found", record=event_id)
        row = _row(found)
        if row.status != "parked":
            raise Conflict("parked_record_waits", record=event_id)
        row.status, row.reason = SKIPPED, f"{row.reason}; skipped by {by or 'an operator'}: {why}"
        async with database.transaction({bucket_of(row.key)}) as transaction:
            shape = cast("Any", Parked).shape
            encode = shape.to_sqlite if database.dialect.name == "sqlite" else shape.to_postgres
            await transaction.write(Changes(upserts={shape: [encode(row)]}))
        telemetry.note("record skipped", case_id=row.key, event_type=row.topic)
        with telemetry.span("redrive", case_id=row.key, redriven_id=event_id) as span:
            outcome, left = await _apply(consumer, row.key, telemetry.traceparent_of(span))
    consumer.tell(outcome.events)
    return {"case_id": row.key, "skipped": event_id, "applied": outcome.applied, "left": left}


async def redrive(consumer: Consumer, event_id: str) -> dict[str, Any]:
    """Apply this record and those of its case that wait behind it, in order, until one fails again.

    Each application is a new trace that names the record; old traces do not grow.
    """
    database = consumer.database
    found = await database.one(_ONE, event_id=event_id)
    if found is None:
        raise NotFound("record_not_found", record=event_id)
    key = _row(found).key
    async with consumer.lock:
        with telemetry.span("redrive", case_id=key, redriven_id=event_id) as span:
            outcome, left = await _apply(consumer, key, telemetry.traceparent_of(span))
    consumer.tell(outcome.events)
    return {"case_id": key, "applied": outcome.applied, "left": left, "reason": outcome.parked[0].reason if outcome.parked else None}


async def _apply(consumer: Consumer, key: str, traceparent: str) -> tuple[Outcome, int]:
    database = consumer.database
    peek = [unparked(_row(line)) for line in await database.rows(OF_KEY, key=key)]
    for entry in peek:
        consumer.prepared(entry)
    cases = {key, *(case for entry in peek for case in entry.cases)}
    async with database.transaction({bucket_of(case) for case in cases}) as transaction:
        rows = [_row(line) for line in await transaction.rows(OF_KEY, key=key)]
        entries = [(row, entry, consumer.prepared(entry)) for row in rows for entry in [unparked(row)]]
        ready: list[tuple[Any, Any]] = [(row, entry) for row, entry, prepared in entries if prepared is not None]
        work = consumer.new_work()
        requests, takers = work.wanted([need for _, entry in ready for need in entry.needs], cases)
        loaded = await transaction.load([*requests, Wanted(cast("Any", Seen).shape, ("event_id",), {row.event_id for row in rows})])
        work.take(takers, loaded[:-1])
        outcome = Outcome(seen={row.event_id for row in loaded[-1]}, blocked=set())
        done = [row for row, _, prepared in entries if prepared is None]
        for row, entry in ready:
            entry.traceparent = traceparent
            consumer.decide_one(work, entry, outcome)
            if outcome.parked:
                break
            done.append(row)
        changes = work.changes(for_sqlite=database.dialect.name == "sqlite", seen=outcome.new_ids)
        if done:
            changes.deletions[cast("Any", Parked).shape] = [row.event_id for row in done]
        if not changes.is_empty():
            await transaction.write(changes)
    return outcome, len(rows) - len(done)
