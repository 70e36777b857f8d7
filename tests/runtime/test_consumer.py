"""One effect for each record, whatever is repeated, broken or out of turn; the same on both databases."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import Conflict
from contracts.event import PETITIONS
from contracts.petitions import PetitionClassified
from runtime import parking
from runtime.database import Database, bucket_of
from runtime.inbox import Consumer
from runtime.work import Cause
from tests.runtime import toy


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.connected)])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database of each kind."""
    url = f"sqlite:///{tmp_path / 'toy.db'}"
    if request.param == "postgresql":
        make: Callable[..., str] = request.getfixturevalue("postgres")
        url = make("toy")
    database = await toy.ready_database(url)
    yield database
    await database.close()


@pytest.fixture
async def consumer(database: Database) -> Consumer:
    """A consumer that owns all partitions of ``petitions.v1``."""
    consumer = toy.consumer_of(database)
    await toy.own(consumer, *((PETITIONS, number) for number in range(12)))
    return consumer


async def tallies(database: Database) -> dict[str, int]:
    return dict(await database.raw("SELECT case_id, times FROM tally"))  # type: ignore[arg-type]


async def outbox(database: Database) -> list[tuple[Any, ...]]:
    return await database.outbox_page(1000)


async def test_each_record_has_one_effect_and_states_one_fact(database: Database, consumer: Consumer) -> None:
    await consumer.apply([toy.record(toy.lodged("a", people=7), "e1", 0), toy.record(toy.lodged("b"), "e2", 0)])
    assert await tallies(database) == {"a": 1, "b": 1}
    assert await database.raw("SELECT kind, letters, people FROM total") == [("complaint", 2, 8)]
    assert [row[3] for row in await outbox(database)] == ["a", "b"]


async def test_what_the_writer_sent_twice_has_one_effect(database: Database, consumer: Consumer) -> None:
    first = toy.lodged("a")
    await consumer.apply([toy.record(first, "e1", 0), toy.record(first, "e1", 1)])
    await consumer.apply([toy.record(first, "e1", 2)])
    assert await tallies(database) == {"a": 1}
    assert consumer.figures.repeated == 2


async def test_what_is_read_again_has_one_effect(database: Database, consumer: Consumer) -> None:
    records = [toy.record(toy.lodged("a", str(n)), f"e{n}", n) for n in range(5)]
    await consumer.apply(records[:3])
    await consumer.apply(records)
    assert await tallies(database) == {"a": 5}
    assert await database.raw("SELECT no, text FROM note ORDER BY no") == [(n + 1, str(n)) for n in range(5)]


async def test_a_zombie_is_fenced_by_the_offset(database: Database, consumer: Consumer) -> None:
    zombie = toy.consumer_of(database)
    await toy.own(zombie, *((PETITIONS, number) for number in range(12)))
    await consumer.apply([toy.record(toy.lodged("a"), "e1", 0)])
    await zombie.apply([toy.record(toy.lodged("a"), "other-id", 0)])
    assert await tallies(database) == {"a": 1}
    assert zombie.figures.fenced == 1


async def test_an_undecodable_record_is_parked_and_later_ones_of_its_case_wait(database: Database, consumer: Consumer) -> None:
    broken = toy.record(toy.lodged("a"), "e1", 0, value=b'{"case_id": 7}')
    same_case = toy.record(toy.lodged("a", "2"), "e2", 1)
    other = toy.record(toy.lodged("b"), "e3", 0)
    await consumer.apply([broken, same_case, other])
    assert await tallies(database) == {"b": 1}
    assert [(line["event_id"], line["status"]) for line in await parking.listed(database)] == [("e1", "parked"), ("e2", "waiting")]
    await consumer.apply([toy.record(toy.lodged("a", "3"), "e4", 2)])
    assert await tallies(database) == {"b": 1}


async def test_a_failing_handler_leaves_nothing_of_its_record(database: Database, consumer: Consumer) -> None:
    await consumer.apply([toy.record(toy.lodged("a", "BUG"), "e1", 0), toy.record(toy.lodged("b"), "e2", 0)])
    assert await tallies(database) == {"b": 1}
    assert len(await outbox(database)) == 1
    (parked,) = await parking.listed(database)
    assert parked["reason"] == "handler failed: RuntimeError"


async def test_null_and_binary_headers_do_not_poison_a_batch(database: Database, consumer: Consumer) -> None:
    odd = toy.record(toy.lodged("a"), "e1", 0, headers=[("ce_id", b"\xff\xfe"), ("ce_type", None)])
    await consumer.apply([odd, toy.record(toy.lodged("b"), "e2", 0)])
    assert await tallies(database) == {"b": 1}


async def test_a_parked_case_is_redriven_in_order(database: Database, consumer: Consumer) -> None:
    early = PetitionClassified(case_id="a", received_by="X-1", received_on=toy.date(2026, 7, 3), axes=toy.lodged("a").axes, seq=1)
    await consumer.apply([toy.record(early, "e1", 0), toy.record(toy.lodged("a", seq=2), "e2", 1)])
    assert (await parking.redrive(consumer, "e1"))["reason"] == "nothing to close"
    async with database.transaction({bucket_of("a")}) as transaction:
        work = consumer.new_work()
        work.begin(Cause("test"))
        work.save(toy.Tally(case_id="a", kind=toy.Kind.COMPLAINT, first_on=toy.date(2026, 7, 1), seen_at=work.now))
        work.keep()
        await transaction.write(work.changes(for_sqlite=database.dialect.name == "sqlite"))
    assert await parking.redrive(consumer, "e1") == {"case_id": "a", "applied": 2, "left": 0, "reason": None}
    assert await tallies(database) == {"a": 1}
    assert await parking.count(database) == 0


async def test_a_value_the_database_refuses_parks_only_its_own_record(database: Database, consumer: Consumer) -> None:
    records = [toy.record(toy.lodged(f"c{n}", people=n), f"e{n}", n - 1, partition=0) for n in range(1, 9)]
    too_much = toy.lodged("c3", "1", people=100_000)
    huge = toy.record(too_much, "e3", 2, partition=0, value=toy.msgspec.json.encode(too_much).replace(b"100000", b"99999999999999999999"))
    records[2] = huge
    await consumer.apply(records)
    assert sorted(await tallies(database)) == [f"c{n}" for n in (1, 2, 4, 5, 6, 7, 8)]
    assert await parking.count(database) == 1


async def test_sequences_grow_by_one_for_each_case_across_batches(database: Database, consumer: Consumer) -> None:
    await consumer.apply([toy.record(toy.lodged("a", str(n)), f"e{n}", n) for n in range(3)])
    await consumer.apply([toy.record(toy.lodged("a", str(n)), f"e{n}", n) for n in range(3, 6)])
    stated = [toy.msgspec.json.decode(row[7])["seq"] for row in await outbox(database)]
    assert stated == [1, 2, 3, 4, 5, 6]


async def test_a_gap_is_read_again_and_taken_only_when_the_log_has_it(database: Database, consumer: Consumer) -> None:
    sought: list[tuple[int, int]] = []
    consumer.seek = lambda tp, offset: sought.append((tp.partition, offset))
    late = [toy.record(toy.lodged("a", str(n)), f"e{n}", n) for n in range(3, 6)]
    await consumer.apply(late)
    assert await tallies(database) == {}
    assert sought == [(bucket_of("a"), 0)]
    await consumer.apply(late)
    assert await tallies(database) == {"a": 3}


async def test_a_failure_outside_every_handler_parks_only_its_own_record(
    database: Database, consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_for_c3(self: object, item: Any) -> Any:
        if item.case_id == "c3":
            raise KeyError("a mistake in loads=")
        return item.case_id

    monkeypatch.setattr(toy.Load, "key", fails_for_c3)
    await consumer.apply([toy.record(toy.lodged(f"c{n}"), f"e{n}", n, partition=0) for n in range(6)])
    assert sorted(await tallies(database)) == ["c0", "c1", "c2", "c4", "c5"]
    assert [line["reason"] for line in await parking.listed(database)] == ["handler failed: KeyError"]


async def test_a_record_that_can_never_be_applied_is_skipped_with_a_reason_and_its_case_goes_on(
    database: Database, consumer: Consumer
) -> None:
    broken = toy.record(toy.lodged("a"), "e1", 0, value=b"{")
    await consumer.apply([broken, toy.record(toy.lodged("a", "2"), "e2", 1)])
    with pytest.raises(Conflict):
        await parking.skip(consumer, "e2", "it waits only", "operator-1")
    told = await parking.skip(consumer, "e1", "written by a broken program", "operator-1")
    assert told == {"case_id": "a", "skipped": "e1", "applied": 1, "left": 0}
    assert await tallies(database) == {"a": 1}
    (kept,) = await parking.listed(database)
    assert (kept["status"], await parking.count(database)) == ("skipped", 0)
    await consumer.apply([toy.record(toy.lodged("a", "3"), "e3", 2)])
    assert await tallies(database) == {"a": 2}


async def test_records_of_partitions_in_turn_are_all_applied(database: Database, consumer: Consumer) -> None:
    await consumer.apply([toy.record(toy.lodged(f"c{n}"), f"e{n}", n // 2, partition=n % 2) for n in range(8)])
    assert sorted(await tallies(database)) == [f"c{n}" for n in range(8)]
