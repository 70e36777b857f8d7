"""A record on its way through the consumer: as it came, what became of it, and how it is kept when it cannot be applied."""

import base64
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from contracts.event import Event
from runtime.database import BadData
from runtime.facts import Handler
from runtime.plumbing import Parked
from runtime.work import Need

SKIPPED: Final = "skipped"
"""The status of a parked record that an operator took out of the way: kept with its bytes, applied no more."""


class Entry(msgspec.Struct, gc=False):
    """One record on its way: decoded, or with the reason why it could not be."""

    event_id: str
    topic: str
    partition_no: int
    offset: int
    key: str
    headers: dict[str, bytes]
    value: bytes | None
    traceparent: str
    item: Any = None
    handlers: Sequence[Any] = ()
    reason: str | None = None

    @property
    def needs(self) -> Iterable[tuple[Any, Sequence[Need]]]:
        """What its handlers want loaded."""
        return [(self.item, handler.loads) for handler in self.handlers] if self.reason is None else []

    @property
    def cases(self) -> list[str]:
        """The cases whose lock it needs."""
        others = [handler.also for handler in self.handlers if isinstance(handler, Handler) and handler.also is not None]
        if not others or self.reason is not None:
            return [self.key]
        return [self.key, *(case for also in others for case in also(self.item))]


@dataclass(slots=True)
class Outcome:
    """What a batch came to."""

    seen: set[str]
    blocked: set[str]
    new_ids: list[str] = field(default_factory=list)
    parked: list[Any] = field(default_factory=list)
    waiting: list[Any] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    traceparents: dict[str, str] = field(default_factory=dict)
    applied: int = 0
    repeated: int = 0
    changes: Any = None


def blame(fault: Exception) -> str:
    """The reason for which a record is parked that failed outside every handler; the fault's type, never its message."""
    if isinstance(fault, BadData):
        return f"database refused it: {type(fault.__cause__).__name__}"
    return f"handler failed: {type(fault).__name__}"


def parked_row(entry: Entry, reason: str, status: str, at: datetime) -> Any:
    """The record as it is parked, with its bytes, headers and reason."""
    headers = {name: base64.b64encode(value).decode() for name, value in entry.headers.items()}
    return Parked(
        event_id=entry.event_id,
        topic=entry.topic,
        partition_no=entry.partition_no,
        record_offset=entry.offset,
        key=entry.key,
        headers=msgspec.json.encode(headers).decode(),
        value=entry.value,
        reason=reason,
        status=status,
        parked_at=at,
        order_no=time.time_ns(),
    )


def unparked(row: Any) -> Entry:
    """A parked record as it came, in a trace of its own."""
    headers = {name: base64.b64decode(value) for name, value in msgspec.json.decode(row.headers, type=dict[str, str]).items()}
    return Entry(row.event_id, row.topic, row.partition_no, row.record_offset, row.key, headers, row.value, "")
