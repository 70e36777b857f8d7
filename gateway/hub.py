"""The hub of subscriptions: one execution a group and batch of facts, however many listen.

Subscribers with the same document, variables and rights form a group. When facts were applied, each group's plan makes the
payloads of all of them in one statement; every subscriber gets the same bytes. A subscriber that reads slowly keeps only the
newest payload of each case, and is let go when it stands still; it never holds the projector or its neighbours.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from contracts.errors import TooMany
from gateway import models
from gateway.asking import Asking, Parameters, Statement
from gateway.waiting import Position
from runtime.database import Database

log = logging.getLogger(__name__)
MOST_SUBSCRIBERS: Final = 5000
MOST_UNSENT: Final = 1000
_AT_ONCE: Final = 500
_OVERLAP: Final = timedelta(seconds=30)
"""How far a resumed subscription looks back before the last event seen: facts of several services arrive out of step."""


class Payload(NamedTuple):
    """One change as a group sees it: the position and the JSON of ``{"data": …}``."""

    position: str
    body: bytes


class TooSlow(Exception):
    """The subscriber read nothing while a thousand cases changed."""


class Subscriber:
    """One listener: the newest unsent payload of each case."""

    def __init__(self) -> None:
        self._unsent: dict[str, Payload] = {}
        self._fresh = asyncio.Event()
        self._is_over = False

    def offer(self, case_id: str, payload: Payload) -> None:
        """Give a payload; one of the same case that was not sent yet is replaced."""
        self._unsent.pop(case_id, None)
        self._unsent[case_id] = payload
        self._is_over = self._is_over or len(self._unsent) > MOST_UNSENT
        self._fresh.set()

    def close(self) -> None:
        """End the subscription."""
        self._is_over = True
        self._fresh.set()

    async def take(self, seconds: float) -> list[Payload]:
        """What is unsent, waiting for something up to ``seconds``. Raises TooSlow."""
        try:
            await asyncio.wait_for(self._fresh.wait(), seconds)
        except TimeoutError:
            return []
        if self._is_over:
            raise TooSlow
        self._fresh.clear()
        found = list(self._unsent.values())
        self._unsent.clear()
        return found


@dataclass(slots=True)
class Group:
    """Subscribers who see the same."""

    statement: Statement
    asking: Asking
    subscribers: set[Subscriber] = field(default_factory=set)


class Hub:
    """All subscriptions of this process."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self._groups: dict[Any, Group] = {}
        self._facts: asyncio.Queue[str] = asyncio.Queue(maxsize=100_000)
        self.count = 0

    def tell(self, positions: Iterable[str]) -> None:
        """Facts were applied, here or by another process. Returns at once."""
        if not self._groups:
            return
        for position in positions:
            if self._facts.full():
                self._facts.get_nowait()
            self._facts.put_nowait(position)

    async def run(self) -> None:
        """Tell the groups of what was applied, until cancelled."""
        while True:
            positions = [await self._facts.get()]
            while not self._facts.empty() and len(positions) < _AT_ONCE:
                positions.append(self._facts.get_nowait())
            for group in list(self._groups.values()):
                await self._tell_group(group, positions)

    async def _tell_group(self, group: Group, positions: list[str]) -> None:
        try:
            for case_id, payload in await self._payloads(group, positions):
                for subscriber in group.subscribers:
                    subscriber.offer(case_id, payload)
        except Exception:
            log.exception("a group of subscribers was not told")
        await asyncio.sleep(0)

    async def _payloads(self, group: Group, positions: list[str]) -> list[tuple[str, Payload]]:
        database: Database = self._database()
        asking = replace(group.asking, facts=tuple(positions))
        rows = await database.raw(group.statement.sql, group.statement.values(asking))
        return [(case_id, Payload(position, b'{"data":' + body.encode() + b"}")) for case_id, position, body in rows]

    async def subscribe(self, key: Any, statement: Statement, asking: Asking, after: str | None = None) -> "Subscription":
        """Join the group of ``key``; with ``after`` also get what was recorded since that position. Raises TooMany."""
        if self.count >= MOST_SUBSCRIBERS:
            raise TooMany("too_many_requests", seconds=60)
        group = self._groups.setdefault(key, Group(statement, asking))
        subscriber = Subscriber()
        group.subscribers.add(subscriber)
        self.count += 1
        subscription = Subscription(self, key, group, subscriber)
        if after is not None:
            await self._replay(subscription, after)
        return subscription

    async def _replay(self, subscription: "Subscription", after: str) -> None:
        positions = await self._since(Position.parse(after), subscription.group.asking)
        for case_id, payload in await self._payloads(subscription.group, positions):
            if payload.position != after:
                subscription.subscriber.offer(case_id, payload)

    async def _since(self, last: Position, asking: Asking) -> list[str]:
        row = models.Entry.table
        known = sa.select(row.c.recorded_at)
        place = [row.c[name] == value for name, value in zip(Position._fields, last, strict=True)]
        found = await self._read(known.where(*place), asking)
        if not found:
            return []
        at = datetime.fromisoformat(found[0][0]) if isinstance(found[0][0], str) else found[0][0]
        later = sa.select(*(row.c[name] for name in Position._fields)).where(row.c.recorded_at >= at - _OVERLAP)
        return [f"{topic}:{case_id}:{seq}" for topic, case_id, seq in reversed(await self._read(_newest(later, row), asking))]

    async def _read(self, select: Any, asking: Asking) -> list[tuple[Any, ...]]:
        database: Database = self._database()
        statement = Parameters().statement(select, database.dialect)
        return await database.raw(statement.sql, statement.values(asking))

    def leave(self, subscription: "Subscription") -> None:
        """The subscriber is gone."""
        if subscription.subscriber in subscription.group.subscribers:
            subscription.group.subscribers.discard(subscription.subscriber)
            self.count -= 1
        if not subscription.group.subscribers and self._groups.get(subscription.key) is subscription.group:
            del self._groups[subscription.key]


def _newest(select: Any, row: Any) -> Any:
    return select.order_by(row.c.recorded_at.desc()).limit(_AT_ONCE)


@dataclass(slots=True, eq=False)
class Subscription:
    """One subscriber's place in the hub."""

    hub: Hub
    key: Any
    group: Group
    subscriber: Subscriber

    async def payloads(self, pause: float) -> AsyncIterator[list[Payload]]:
        """Payloads as they come; an empty list after every ``pause`` without one. Raises TooSlow."""
        while True:
            yield await self.subscriber.take(pause)

    def close(self) -> None:
        """Leave the hub."""
        self.hub.leave(self)

