"""One way of doing the work, measured in a process of its own: ``python -m bench.ways '<spec as JSON>'`` prints what it came to."""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
import uvloop
from sqlalchemy.ext.asyncio import create_async_engine

from bench import raw, register
from contracts.event import CASES, PETITIONS
from runtime import auth, migrate, plumbing, telemetry
from runtime.commands import service_named
from runtime.outbox import Relay
from runtime.service import Service
from runtime.settings import KafkaSettings, Settings
from runtime.subscriber import Reader, collect_rarely


class Spec(msgspec.Struct):
    """What to do: ``way`` is raw, runtime or relay; ``count`` records."""

    way: str
    url: str
    bootstrap: str
    count: int
    group: str
    zipkin: str = ""
    batch_max: int = 1000
    server_pids: list[int] = []


class Clock:
    """Times the records between the first commit and the last, so that joining the group does not count."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.done = 0
        self.first = 0
        self.finished = asyncio.Event()

    def tell(self, records: int) -> None:
        """So many more are committed."""
        self.done += records
        if self.first == 0:
            self.first, self.began, self.cpu_began = self.done, time.perf_counter(), time.process_time()
        if self.done >= self.count:
            self.seconds, self.cpu = time.perf_counter() - self.began, time.process_time() - self.cpu_began
            self.finished.set()

    def result(self) -> dict[str, Any]:
        """Records, wall seconds and this process's processor seconds."""
        return {"records": self.done - self.first, "seconds": self.seconds, "cpu": self.cpu}


def settings_of(spec: Spec) -> Settings:
    """A service's settings for this measurement, tracing as the feed's records say."""
    home = Path(tempfile.mkdtemp(prefix="dannguyen-bench-way-")) if spec.way.startswith("service:") else Path("/nonexistent")
    return Settings(
        spec.group,
        home,
        "development",
        "127.0.0.1",
        0,
        KafkaSettings(spec.bootstrap),
        spec.url,
        0.01,
        "",
        spec.zipkin,
        spec.batch_max,
        "INFO",
    )


async def make_tables(url: str) -> None:
    """The register's tables and the runtime's."""
    known = (plumbing.METADATA, register.Base.metadata)
    if url.startswith("sqlite"):
        import pysqlite3.dbapi2 as sqlite3

        engine = sa.create_engine(url, module=sqlite3)
        for metadata in known:
            metadata.create_all(engine)
        engine.dispose()
        return
    remote = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with remote.begin() as connection:
        for metadata in known:
            await connection.run_sync(metadata.create_all)
    await remote.dispose()


async def measured(clock: Clock, *tasks: Any) -> dict[str, Any]:
    """Run until the clock has heard of all records; a task that fails ends the measurement."""
    running = [asyncio.ensure_future(task) for task in (clock.finished.wait(), *tasks)]
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED, timeout=300)
        if running[0] not in done:
            for task in done:
                task.result()
            raise TimeoutError(f"only {clock.done} of {clock.count} records in 300 s")
        return clock.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def by_hand(spec: Spec) -> dict[str, Any]:
    """The baseline, as rarely looking for garbage as the platform does."""
    await make_tables(spec.url)
    collect_rarely()
    clock = Clock(spec.count)
    return await measured(clock, raw.run(spec.bootstrap, spec.url, spec.group, spec.batch_max, clock.tell))


async def by_runtime(spec: Spec) -> dict[str, Any]:
    """A service of the platform: FastStream's reader, Work, one transaction, outbox."""
    await make_tables(spec.url)
    settings = settings_of(spec)
    telemetry.start(settings)
    clock = Clock(spec.count)
    service = Service("bench", topic=CASES, handlers=[register], after_commit=lambda events: clock.tell(len(events))).use(settings)
    await service.db.open()
    reader = Reader(service.consumer, settings, [PETITIONS], [PETITIONS])
    try:
        return await measured(clock, reader.run())
    finally:
        await reader.stop()
        await service.db.close()


async def by_relay(spec: Spec) -> dict[str, Any]:
    """The relay alone: what the outbox holds goes to the broker."""
    settings = settings_of(spec)
    service = Service("bench", topic=CASES).use(settings)
    await service.db.open()
    relay = Relay(service.db, settings.kafka, "/dannguyen/bench")
    clock = Clock(spec.count)

    async def watch() -> None:
        told = 0
        while True:
            if relay.state.sent_count > told:
                clock.tell(relay.state.sent_count - told)
                told = relay.state.sent_count
            await asyncio.sleep(0.001)

    try:
        return await measured(clock, relay.run(), watch())
    finally:
        await relay.close()
        await service.db.close()


async def by_service(spec: Spec) -> dict[str, Any]:
    """A real service, whatever it reacts to in the facts; done when its offsets stand at the end."""
    name = spec.way.partition(":")[2]
    await asyncio.to_thread(migrate.upgrade, spec.url, name)
    settings = settings_of(spec)
    auth.make_keys(settings.home)
    clock = Clock(spec.count)
    service = service_named(name).use(settings)
    await service.open()
    reader = Reader(service.consumer, settings, service.handlers.topics, service.handlers.topics)

    async def watch() -> None:
        told = 0
        while True:
            done = sum(offset for place, offset in service.consumer.next_offsets.items() if place.topic == PETITIONS)
            if done > told:
                clock.tell(done - told)
                told = done
            await asyncio.sleep(0.002)

    try:
        return await measured(clock, reader.run(), watch())
    finally:
        await reader.stop()
        await service.db.close()


WAYS: dict[str, Callable[[Spec], Any]] = {"raw": by_hand, "runtime": by_runtime, "relay": by_relay}


def main() -> None:
    """Measure and print."""
    spec = msgspec.json.decode(sys.argv[1], type=Spec)
    print(json.dumps(uvloop.run(WAYS.get(spec.way, by_service)(spec))))


if __name__ == "__main__":
    main()
