"""Assembly: one object that turns rules, handlers, commands and jobs into a running process."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date
from types import ModuleType
from typing import Any, Final, cast

import sqlalchemy as sa
from aiokafka import TopicPartition
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from contracts.event import NOBODY, RECEIPTS, Actor, Event
from contracts.vocabulary import Role
from runtime import admin, http, subscriber, telemetry
from runtime.clock import LegalClock, now
from runtime.database import Database, Query, bucket_of, open_database
from runtime.deciding import Group
from runtime.facts import Handlers
from runtime.inbox import Consumer
from runtime.outbox import Relay
from runtime.plumbing import VirtualDate
from runtime.settings import Settings
from runtime.work import Cause, Work, needs

log = logging.getLogger(__name__)
_VIRTUAL: Final = Query(sa.select(cast("Any", VirtualDate).table.c.today))
_BACKLOG_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Job:
    """Something a service does by itself, again and again. One that ``is_endless`` ends only to be started again."""

    name: str
    every_s: float
    run: Callable[["Service"], Awaitable[None]]
    is_endless: bool = False


@dataclass(frozen=True, slots=True)
class _Key:
    case_id: str


async def end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks until they end or five seconds are over.

    Once is not enough: on Python 3.11 ``asyncio.wait_for`` loses a cancellation that meets its result.
    """
    for _ in range(10):
        for task in tasks:
            task.cancel()
        if not tasks or not (await asyncio.wait(tasks, timeout=0.5))[1]:
            return
    log.warning("tasks abandoned", extra={"tasks": ",".join(task.get_name() for task in tasks if not task.done())})


async def hear_of_a_moved_date(service: "Service") -> None:
    """Take up a virtual date that another process of the service was told of (PostgreSQL, outside production)."""
    if service.settings.is_production or service.db.dialect.name == "sqlite":
        return
    found = await service.db.one(_VIRTUAL)
    service.clock.virtual = found[0] if found else None


class Service:
    """One service: what it states (``topic``), what it reacts to, what it answers, what it does by itself.

    ``after_commit`` is told of the facts applied, after they are; it must not fail or wait.
    """

    def __init__(
        self,
        name: str,
        *,
        topic: str | None = None,
        base: Any = None,
        handlers: Sequence[ModuleType] = (),
        api: Sequence[ModuleType] = (),
        jobs: Sequence[Job] = (),
        routes: Sequence[BaseRoute] = (),
        after_commit: Callable[[list[Event]], None] | None = None,
        on_start: Callable[["Service"], Awaitable[None]] | None = None,
    ) -> None:
        self.name = name
        self.topic = topic
        self.metadata: sa.MetaData | None = base.metadata if base is not None else None
        self.handlers = Handlers.of(*handlers)
        self.jobs = (*jobs, Job("forget repeats", 3600, admin.purge_inbox), Job("hear of a moved date", 2, hear_of_a_moved_date))
        self.after_commit = after_commit
        self.on_start = on_start
        self.clock = LegalClock()
        self._turns = {job.name: asyncio.Lock() for job in self.jobs}
        self._api = api
        self._routes = routes

    # What the rest of the runtime uses

    settings: Settings
    db: Database
    consumer: Consumer
    relay: Relay
    group: Group
    reader: "subscriber.Reader | None" = None
    _is_open = False

    def use(self, settings: Settings) -> "Service":
        """Bind the service to one process's settings and make its parts."""
        self.settings = settings
        self._is_open = False
        self.db = open_database(settings.database_url, self.name)
        self.consumer = Consumer(self.db, self.handlers, self.new_work, self.name, self.after_commit)
        self.relay = Relay(self.db, settings.kafka, f"/dannguyen/{self.name}")
        self.group = Group()
        return self

    def new_work(self, actor: Actor = NOBODY) -> Work:
        """A Work of this service, now."""
        own = Actor(agency=f"DN-{self.name.upper()}", role=Role.SYSTEM) if actor is NOBODY else actor
        return Work(today=self.clock.today(), now=now(), topic=self.topic, source=self.name, actor=own)

    @asynccontextmanager
    async def work(
        self, keys: Iterable[str], loads: Iterable[Any] = (), *, actor: Actor = NOBODY, about: str = "job"
    ) -> AsyncIterator[Work]:
        """A Work over these cases in one transaction under their locks; written at the end of the block, dropped on failure."""
        cases = sorted(set(keys))
        wanted = needs(loads)
        with telemetry.span(f"{self.name} {about}", dannguyen_keep=True, case_count=len(cases)) as span:
            async with self.db.transaction({bucket_of(case) for case in cases}) as transaction:
                work = self.new_work(actor)
                requests, takers = work.wanted([(_Key(case), wanted) for case in cases], cases)
                work.take(takers, await transaction.load(requests))
                work.begin(Cause(f"{self.name}:{about}", traceparent=telemetry.traceparent_of(span)))
                yield work
                work.keep()
                changes = work.changes(for_sqlite=self.db.dialect.name == "sqlite")
                if not changes.is_empty():
                    await transaction.write(changes)

    async def set_today(self, day: date | None) -> None:
        """Give the process a virtual legal date (None: the real one), keep it across restarts, and do what the new day brings.

        The jobs have run once when this returns, so that who moves a date day by day skips nothing that a day would have stated.
        """
        work = self.new_work()
        work.begin(Cause("clock"))
        work.save(VirtualDate(id=1, today=day))
        work.keep()
        async with self.db.transaction(()) as transaction:
            await transaction.write(work.changes(for_sqlite=self.db.dialect.name == "sqlite"))
        self.clock.virtual = day
        for job in self.jobs:
            if not job.is_endless:
                await self._do(job)

    # Life

    def app(self) -> Starlette:
        """The ASGI application; its lifespan is the service's life."""
        routes = [*admin.routes(self), *http.routes_of(self, *self._api), *self._routes]
        return Starlette(routes=routes, lifespan=self._lifespan, exception_handlers=http.HANDLERS)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        if not self._is_open:
            await self.open()
        tasks = self.tasks()
        try:
            yield
        finally:
            await end(tasks)
            if self.reader is not None:
                await self.reader.stop()
            await self.relay.close()
            await self.db.close()
            self._is_open = False
            telemetry.stop()

    async def open(self) -> None:
        """Connect to the database and take up the virtual date. Refuses what defaults get wrong."""
        await self.db.open()
        self._is_open = True
        await admin.check_database(self)
        found = await self.db.one(_VIRTUAL)
        if found and found[0] is not None:
            if self.settings.is_production:
                raise SystemExit(f"{self.name}: the database holds a virtual date; a production process cannot run on it")
            self.clock.virtual = found[0]
        if self.on_start is not None:
            await self.on_start(self)

    def tasks(self) -> list[asyncio.Task[None]]:
        """Start relay, reader and jobs."""
        loop = asyncio.get_running_loop()
        started = [loop.create_task(self._run_job(job), name=job.name) for job in self.jobs]
        if self.topic is not None:
            started.append(loop.create_task(self.relay.run(), name="relay"))
        topics = self.handlers.topics
        if topics:
            self.reader = subscriber.Reader(self.consumer, self.settings, topics, self._needed_topics(topics))
            started.append(loop.create_task(self.reader.run(), name="reader"))
        return started

    def _needed_topics(self, read: Sequence[str]) -> list[str]:
        stated = [self.topic] if self.topic else []
        answers = [RECEIPTS] if self.handlers.by_topic else []
        return sorted({*read, *stated, *answers})

    async def _run_job(self, job: Job) -> None:
        while True:
            await self._do(job)
            await asyncio.sleep(job.every_s)

    async def _do(self, job: Job) -> None:
        """Run a job once, never twice at a time; its failure is logged and waits for the next time."""
        async with self._turns[job.name]:
            try:
                await job.run(self)
            except Exception:
                log.exception("job failed", extra={"job": job.name})

    def lacks(self) -> list[tuple[str, str]]:
        """What keeps the process from its work: each in words for everybody, and in words for operators."""
        found = [("facts are not being read", why) for why in (self.reader.reasons() if self.reader is not None else ())]
        if self.topic is not None and self.relay.state.backlog_s() > _BACKLOG_SECONDS:
            found.append(("facts wait to be sent", f"unsent facts have waited {self.relay.state.backlog_s():.0f} s"))
        if self.consumer.down_since is not None:
            since = time.monotonic() - self.consumer.down_since
            found.append(("the database does not answer", f"database has not answered for {since:.0f} s"))
        return found

    async def readiness(self) -> dict[str, Any]:
        """Whether this process does its work, and what it lacks if not."""
        lacks = self.lacks()
        consumer: dict[str, Any] = {}
        lag: int | None = None
        if self.reader is not None:
            consumer = self.reader.state()
            lag = consumer["lag"]
        relay = self.relay.state
        told = {
            "is_connected": relay.is_connected,
            "is_leader": relay.is_leader,
            "sent": relay.sent_count,
            "backlog": relay.page_count,
            "backlog_s": round(relay.backlog_s(), 1),
            "error": relay.last_error,
        }
        figures = self.consumer.figures
        consumer |= {name: getattr(figures, name) for name in ("applied", "repeated", "parked", "fenced", "batches")}
        reasons = [why for _, why in lacks]
        return {"ready": not lacks, "reasons": reasons, "lag": lag, "consumer": consumer, "relay": told, "today": self.clock.today()}


__all__ = ["Job", "Service", "TopicPartition", "suppress"]
