"""Read-your-writes: wait until the read model has seen a position (``topic:case:number``), no longer than a bound."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from contracts.errors import Invalid
from contracts.event import REPORTS
from gateway import models
from gateway.asking import Asking, Parameters, Statement
from gateway.policy import Viewer, rows_for
from runtime.database import Database

LONGEST: Final = 3.0
"""Seconds a request may wait. Then it is answered with what is there."""

_POLL: Final = 0.1
"""Seconds between two looks when another process of the gateway applies the facts."""


class Position(NamedTuple):
    """The place of one fact."""

    topic: str
    case_id: str
    seq: int

    @classmethod
    def parse(cls, text: str) -> "Position":
        """From ``topic:case:number``. Raises Invalid (``position_invalid``)."""
        topic, _, rest = text.partition(":")
        case_id, _, seq = rest.rpartition(":")
        known = topic in models.SEQ_COLUMNS or topic == REPORTS
        if not (known and case_id and seq.isascii() and seq.isdigit() and len(seq) < 10):
            raise Invalid("position_invalid", field="waitFor")
        return cls(topic, case_id, int(seq))

    def __str__(self) -> str:
        return f"{self.topic}:{self.case_id}:{self.seq}"


class Waiting:
    """Those who wait, by case."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = {}
        self._waiting: dict[str, int] = defaultdict(int)
        self._statements: dict[Any, Statement] = {}

    def tell(self, positions: Iterable[str]) -> None:
        """Facts were applied: wake those who wait for their cases."""
        if not self._events:
            return
        for position in positions:
            event = self._events.pop(position.split(":")[1], None)
            if event is not None:
                event.set()

    async def until_seen(self, db: Database, asking: Asking, position: Position, longest: float = LONGEST) -> bool:
        """Whether the viewer may now read the position; false when it did not come in time."""
        deadline = asyncio.get_running_loop().time() + longest
        statement = self._statement(db, asking.viewer, position.topic)
        values = statement.values(replace(asking, keys=(position.case_id,)))
        self._waiting[position.case_id] += 1
        try:
            while True:
                event = self._events.setdefault(position.case_id, asyncio.Event())
                rows = await db.raw(statement.sql, values)
                if rows and rows[0][0] >= position.seq:
                    return True
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    return False
                await _either(event, min(left, _POLL))
        finally:
            self._waiting[position.case_id] -= 1
            if self._waiting[position.case_id] <= 0:
                del self._waiting[position.case_id]
                self._events.pop(position.case_id, None)

    def _statement(self, db: Database, viewer: Viewer, topic: str) -> Statement:
        key = (viewer.scope, topic)
        found = self._statements.get(key)
        if found is None:
            model = models.Report if topic == REPORTS else models.Case
            found = self._statements[key] = _seq_of(model, topic, viewer, db.dialect)
        return found


def _seq_of(model: Any, topic: str, viewer: Viewer, dialect: sa.Dialect) -> Statement:
    parameters = Parameters()
    row = model.table
    (key,) = row.primary_key.columns
    where = [key == parameters.key(0, sa.Text()), rows_for(model, row, viewer, parameters.bind)]
    return parameters.statement(sa.select(row.c[models.SEQ_COLUMNS.get(topic, "seq")]).where(*where), dialect)


async def _either(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
