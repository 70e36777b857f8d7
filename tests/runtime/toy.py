"""A small service for tests of the runtime: it counts what it reads and states one fact for each."""

import asyncio
import sys
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import registry
from sqlmodel import Field

from contracts.cases import PetitionFiled
from contracts.event import CASES, Actor
from contracts.petitions import Axes, PetitionClassified, PetitionLodged
from contracts.vocabulary import Field as Subject
from contracts.vocabulary import Kind, Role, Source
from runtime import plumbing
from runtime.database import Database, bucket_of, open_database
from runtime.facts import Handlers, Inapplicable, Many, on
from runtime.inbox import Consumer
from runtime.rows import Table, row
from runtime.work import Load, Work


class Base(Table, registry=registry()):
    """The toy's tables."""


@row
class Tally(Base, table=True):
    """How often each case was seen."""

    __tablename__ = "tally"

    case_id: str = Field(primary_key=True)
    kind: Kind
    first_on: date
    seen_at: datetime
    times: int = 0
    is_open: bool = True


@row
class Note(Base, table=True):
    """One line a fact."""

    __tablename__ = "note"

    case_id: str = Field(primary_key=True)
    no: int = Field(primary_key=True)
    text: str


@row
class Total(Base, table=True):
    """A counter over all cases."""

    __tablename__ = "total"

    kind: str = Field(primary_key=True)
    letters: int = 0
    people: int = 0


@on(PetitionLodged, loads=[Tally, Many(Note)])
def count(event: PetitionLodged, work: Work) -> None:
    """Count the letter; refuse what the test marks."""
    tally = work.get(Tally, event.case_id) or Tally(
        case_id=event.case_id, kind=event.axes.kind, first_on=event.received_on, seen_at=work.now
    )
    tally.times += 1
    work.save(tally)
    notes = work.all(Note, case_id=event.case_id)
    work.save(Note(case_id=event.case_id, no=len(notes) + 1, text=event.number))
    work.add(Total, {"kind": event.axes.kind.value}, letters=1, people=event.axes.people_count)
    work.emit(PetitionFiled(case_id=event.case_id, ground=event.number, law="-"))
    if event.number.startswith("BAD"):
        raise Inapplicable("the test says so")
    if event.number.startswith("BUG"):
        raise RuntimeError("Nguyễn Văn Bí Mật")


@on(PetitionClassified, loads=[Load(Tally)])
def close(event: PetitionClassified, work: Work) -> None:
    """Close the tally; needs one."""
    tally = work.get(Tally, event.case_id)
    if tally is None:
        raise Inapplicable("nothing to close")
    tally.is_open = False
    work.save(tally)


def lodged(case_id: str, number: str = "1", seq: int = 1, people: int = 1) -> PetitionLodged:
    """A fact as it stands on Kafka."""
    return PetitionLodged(
        case_id=case_id,
        seq=seq,
        causation_id="c",
        actor=Actor(agency="UBND-05518", role=Role.OFFICER),
        legal_on=date(2026, 7, 3),
        recorded_at=datetime(2026, 7, 3, 2, tzinfo=UTC),
        number=number,
        subject_ref="s",
        received_by="UBND-05518",
        received_on=date(2026, 7, 3),
        letter_on=None,
        axes=Axes(kind=Kind.COMPLAINT, field=Subject.LAND_HOUSING, source=Source.COUNTER, people_count=people),
    )


def record(event: Any, event_id: str, offset: int, partition: int | None = None, **changed: Any) -> ConsumerRecord:
    """The fact as aiokafka hands it over."""
    headers = [("ce_id", event_id.encode()), ("ce_type", event.ce_type.encode())]
    values: dict[str, Any] = {
        "topic": event.topic,
        "partition": bucket_of(event.case_id) if partition is None else partition,
        "offset": offset,
        "key": event.case_id.encode(),
        "value": msgspec.json.encode(event),
        "headers": headers,
    }
    values |= changed
    rest = {"timestamp": 0, "timestamp_type": 0, "checksum": None, "serialized_key_size": 0, "serialized_value_size": 0}
    return ConsumerRecord(**values, **rest)


async def ready_database(url: str) -> Database:
    """The toy's database with its tables, opened."""
    make_tables(url)
    database = open_database(url, "toy")
    await database.open()
    return database


def make_tables(url: str) -> None:
    """Create all tables of the toy and the runtime."""
    scheme, rest = url.split("://", 1)
    if scheme == "sqlite":
        import pysqlite3.dbapi2 as sqlite3

        engine = sa.create_engine(url, module=sqlite3)
        for metadata in (plumbing.METADATA, Base.metadata):
            metadata.create_all(engine)
        engine.dispose()
        return

    async def make() -> None:
        remote = create_async_engine(f"postgresql+asyncpg://{rest}")
        async with remote.begin() as connection:
            for metadata in (plumbing.METADATA, Base.metadata):
                await connection.run_sync(metadata.create_all)
        await remote.dispose()

    thread = threading.Thread(target=lambda: asyncio.run(make()))
    thread.start()
    thread.join()


def consumer_of(database: Database, topic: str = CASES) -> Consumer:
    """A consumer of the toy that owns every partition from the start."""

    def work() -> Work:
        return Work(today=date(2026, 7, 3), now=datetime.now(UTC), topic=topic, source="toy")

    return Consumer(database, Handlers.of(sys.modules[__name__]), work, "toy")


async def own(consumer: Consumer, *partitions: tuple[str, int]) -> None:
    """Be assigned these partitions."""
    await consumer.reload([TopicPartition(*pair) for pair in partitions])


Fresh = Callable[[], str]
