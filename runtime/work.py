"""Work: what one act, or one batch of facts, reads and leaves behind.

Handlers and commands are written for one fact or one form. ``Work`` lets them run over hundreds: everything they name is
loaded beforehand with one statement a table, every change stays in memory, and all of it is written at once.
Each item (fact or form) is its own: when it fails, nothing of it remains and the others go on.
"""

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar, cast

import msgspec

from contracts.errors import NotFound
from contracts.event import NOBODY, Actor, Event
from runtime.changes import Changes, Move, key_parts
from runtime.clock import uuid7
from runtime.database import Wanted
from runtime.plumbing import Parked, Seen
from runtime.plumbing import Sequence as SequenceRow
from runtime.rows import Shape, Table

R = TypeVar("R", bound=Table)
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_NO_TRACE: Final = ""


class Inapplicable(Exception):
    """A fact that this service cannot apply as things stand; it is parked with this reason until it is redriven."""


@dataclass(frozen=True, slots=True)
class Load:
    """Load rows of ``table`` by primary key; ``by`` names the key(s) from the fact or form, default its ``case_id``."""

    table: Any
    by: Callable[[Any], Any] | str = "case_id"

    def key(self, item: Any) -> Any:
        """The key this item needs; None needs nothing, a list needs several."""
        return getattr(item, self.by, None) if isinstance(self.by, str) else self.by(item)


@dataclass(frozen=True, slots=True)
class Many:
    """Load all rows of ``table`` whose ``column`` equals a value of the fact or form, default its field of the same name."""

    table: Any
    column: str = "case_id"
    by: Callable[[Any], Any] | str | None = None

    def key(self, item: Any) -> Any:
        """The value this item needs; None needs nothing, a list needs several."""
        by = self.by or self.column
        return getattr(item, by, None) if isinstance(by, str) else by(item)


Need = Load | Many


def needs(loads: Iterable[Any]) -> tuple[Need, ...]:
    """``Case`` is short for ``Load(Case)``."""
    return tuple(load if isinstance(load, Load | Many) else Load(load) for load in loads)


class Cause(msgspec.Struct, gc=False):
    """What brings the present item about: the id that its facts name as cause, and where it stands."""

    causation_id: str
    topic: str = ""
    partition_no: int = -1
    offset: int = -1
    traceparent: str = _NO_TRACE


class _Item(msgspec.Struct):
    """The changes of one item, before they join the batch."""

    rows: dict[tuple[Any, Any], Any] = {}
    additions: list[tuple[Any, Any, dict[str, Any]]] = []
    events: list[Event] = []
    sent: list[tuple[str, str, str, bytes]] = []
    sequences: dict[str, int] = {}


class Work:
    """Rows by key for deciding, and everything decided so far."""

    def __init__(self, *, today: date, now: datetime, topic: str | None, source: str, actor: Actor = NOBODY) -> None:
        self.today = today
        self.now = now
        self._instant = now.isoformat(timespec="microseconds")
        self.actor = actor
        self.legal_on: date | None = None
        self.cause = Cause("")
        self.events: list[Event] = []
        self._topic = topic
        self._source = source
        self._rows: dict[Any, dict[Any, Any]] = {}
        self._dirty: dict[Any, set[Any]] = {}
        self._groups: dict[tuple[Any, str], dict[Any, set[Any]]] = {}
        self._additions: dict[Any, dict[Any, dict[str, Any]]] = {}
        self._sequences: dict[str, int] = {}
        self._moved_sequences: set[str] = set()
        self._outbox: list[tuple[Any, ...]] = []
        self._speakable: set[str] = set()
        self._item = _Item()

    # Reading

    def get(self, table: type[R], *key: Any) -> R | None:
        """The row with this primary key, or None. A private copy: changes persist by ``save`` alone.

        Raises LookupError when nothing declared that this row is needed (``loads=``).
        """
        k = key[0] if len(key) == 1 else key
        marked = self._item.rows.get((table, k), self)
        if marked is not self:
            return copy.copy(cast("R | None", marked))
        try:
            return copy.copy(cast("R | None", self._rows[table][k]))
        except KeyError:
            raise LookupError(f"{cast('Any', table).shape.name} {k!r} was not loaded: name it in loads=") from None

    def require(self, table: type[R], *key: Any) -> R:
        """The row, or the refusal ``not_found`` (in a fact's handler: the fact is parked)."""
        found = self.get(table, *key)
        if found is None:
            raise NotFound("not_found", what=f"{cast('Any', table).shape.name} {'/'.join(map(str, key))}")
        return found

    def all(self, table: type[R], **by: Any) -> list[R]:
        """Rows loaded by ``Many`` for one value of its column, in order of primary key, with the changes made since."""
        ((column, value),) = by.items()
        group = self._groups.get((table, column))
        if group is None or value not in group:
            raise LookupError(f"{cast('Any', table).shape.name} by {column} {value!r} was not loaded: name it in loads=")
        shape: Shape = cast("Any", table).shape
        keys = set(group[value])
        for (other, k), changed in self._item.rows.items():
            if other is table:
                (keys.add if changed is not None and getattr(changed, column) == value else keys.discard)(k)
        found = (self.get(table, *key_parts(k)) for k in sorted(keys))
        return [one for one in found if one is not None and shape.key(one) is not None]

    # Deciding

    def save(self, row: Table) -> None:
        """Insert or replace this row."""
        table: Any = type(row)
        self._item.rows[(table, table.shape.key(row))] = row

    def delete(self, row: Table) -> None:
        """Remove this row."""
        table: Any = type(row)
        self._item.rows[(table, table.shape.key(row))] = None

    def add(self, table: type[Table], key: dict[str, Any], **amounts: int) -> None:
        """Add to the numbers of a counter row, which need not be loaded and may be changed by several processes at once.

        A counter table's columns are its key and numbers that add up.
        """
        shape: Shape = cast("Any", table).shape
        self._item.additions.append((table, tuple(key[name] for name in shape.primary), amounts))

    def emit(self, event: Event, *, actor: Actor | None = None, legal_on: date | None = None) -> Event:
        """State a fact. Its number, cause, actor, legal date and recording instant are stamped here."""
        if event.topic != self._topic:
            raise LookupError(f"{type(event).__name__} belongs to {event.topic}, this service states {self._topic}")
        item = self._item
        last = item.sequences.get(event.case_id)
        if last is None:
            if event.case_id not in self._speakable:
                raise LookupError(f"a fact about case {event.case_id}, which this act did not lock: name it in also= or use new_case_id()")
            last = self._sequences.get(event.case_id, 0)
        item.sequences[event.case_id] = last + 1
        stamped = event.stamped(
            seq=last + 1,
            causation_id=self.cause.causation_id,
            actor=actor or self.actor,
            legal_on=legal_on or self.legal_on or self.today,
            recorded_at=self.now,
        )
        item.events.append(stamped)
        return stamped

    def send(self, topic: str, key: str, ce_type: str, body: bytes) -> None:
        """Send a record that is no fact (an answer to an agency)."""
        self._item.sent.append((topic, key, ce_type, body))

    def next_item(self) -> None:
        """Keep what was decided and go on with the next item of a job, of the same cause. A long item makes every look-up slow."""
        self.keep()
        self.begin(self.cause, self.legal_on)

    def new_case_id(self) -> str:
        """The id of a case that begins now."""
        case_id = uuid7()
        self._speakable.add(case_id)
        return case_id

    # For the runtime

    def wanted(self, items: Sequence[tuple[Any, Sequence[Need]]], case_ids: Iterable[str]) -> tuple[list[Wanted], list[Any]]:
        """What to load so that these items can be decided, and how to take it in."""
        singles: dict[Any, set[Any]] = {}
        groups: dict[tuple[Any, str], set[Any]] = {}
        for item, loads in items:
            for load in loads:
                if isinstance(load, Load):
                    wanted = singles.setdefault(load.table, set())
                else:
                    wanted = groups.setdefault((load.table, load.column), set())
                key = load.key(item)
                if isinstance(key, list | set | frozenset):
                    wanted.update(key)
                elif key is not None:
                    wanted.add(key)
        if self._topic is not None:
            singles.setdefault(SequenceRow, set()).update(case_ids)
            self._speakable.update(case_ids)
        requests: list[Wanted] = []
        takers: list[Any] = []
        for table, keys in singles.items():
            missing = keys - self._rows.get(table, {}).keys()
            requests.append(Wanted(table.shape, tuple(table.shape.primary), missing))
            takers.append(("one", table, missing))
        for (table, column), values in groups.items():
            requests.append(Wanted(table.shape, (column,), values))
            takers.append(("many", table, column, values))
        return requests, takers

    def take(self, takers: Sequence[Any], loaded: Sequence[Sequence[Any]]) -> None:
        """Take in what was loaded."""
        for taker, found in zip(takers, loaded, strict=True):
            table = taker[1]
            known = self._rows.setdefault(table, {})
            if taker[0] == "one":
                known.update(dict.fromkeys(taker[2]))
            else:
                group = self._groups.setdefault((table, taker[2]), {})
                for value in taker[3]:
                    group.setdefault(value, set())
            for row in found:
                key = table.shape.key(row)
                known[key] = row
                if taker[0] == "many":
                    group[getattr(row, taker[2])].add(key)
        for row in self._rows.get(SequenceRow, {}).values():
            if row is not None:
                self._sequences.setdefault(row.case_id, row.seq)

    def begin(self, cause: Cause, legal_on: date | None = None) -> None:
        """Start a new item; ``legal_on`` is the legal date of its facts, default today."""
        self.cause = cause
        self.legal_on = legal_on
        self._item = _Item()

    def keep(self) -> None:
        """The item succeeded: its changes join the batch and are seen by the next."""
        item = self._item
        for (table, key), row in item.rows.items():
            known = self._rows.setdefault(table, {})
            for (grouped, column), group in self._groups.items():
                if grouped is table:
                    before = known.get(key)
                    if before is not None:
                        group.get(getattr(before, column), set()).discard(key)
                    if row is not None:
                        group.setdefault(getattr(row, column), set()).add(key)
            known[key] = row
            self._dirty.setdefault(table, set()).add(key)
        for table, key, amounts in item.additions:
            sums = self._additions.setdefault(table, {}).setdefault(key, {})
            for name, amount in amounts.items():
                sums[name] = sums.get(name, 0) + amount
        self._sequences.update(item.sequences)
        self._moved_sequences.update(item.sequences)
        for event in item.events:
            self._outbox.append(self._record(event.topic, event.case_id, event.ce_type, _ENCODER.encode(event)))
        for topic, key, ce_type, body in item.sent:
            self._outbox.append(self._record(topic, key, ce_type, body))
        self.events.extend(item.events)
        self._item = _Item()

    def drop(self) -> None:
        """The item failed: nothing of it remains."""
        self._item = _Item()

    def _record(self, topic: str, key: str, ce_type: str, body: bytes) -> tuple[Any, ...]:
        return (uuid7(), topic, key, ce_type, self._instant, self.cause.traceparent, body)

    def changes(self, *, for_sqlite: bool, moves: Sequence[Move] = (), seen: Sequence[str] = (), parked: Sequence[Any] = ()) -> Changes:
        """Everything decided, as sets to write. Rows are sorted by key so that concurrent writers cannot deadlock."""
        changes = Changes(moves=list(moves), outbox=self._outbox)
        for table, keys in self._dirty.items():
            shape: Shape = table.shape
            encode = shape.to_sqlite if for_sqlite else shape.to_postgres
            known = self._rows[table]
            ordered = [(key, known[key]) for key in sorted(keys)]
            kept = [encode(row) for _, row in ordered if row is not None]
            gone = [key for key, row in ordered if row is None]
            if kept:
                changes.upserts[shape] = kept
            if gone:
                changes.deletions[shape] = gone
        for table, sums in self._additions.items():
            shape = table.shape
            encode = shape.to_sqlite if for_sqlite else shape.to_postgres
            numbers = [name for name in shape.columns if name not in shape.primary]
            changes.additions[shape] = [
                encode(shape.record(**dict(zip(shape.primary, key, strict=True)), **{n: sums[key].get(n, 0) for n in numbers}))
                for key in sorted(sums, key=str)
            ]
        if self._moved_sequences:
            changes.upserts[_shape(SequenceRow)] = [(key, self._sequences[key]) for key in sorted(self._moved_sequences)]
        if seen:
            on = self.now.date()
            changes.upserts[_shape(Seen)] = [(event_id, on.isoformat() if for_sqlite else on) for event_id in seen]
        if parked:
            encode = _shape(Parked).to_sqlite if for_sqlite else _shape(Parked).to_postgres
            changes.upserts[_shape(Parked)] = [encode(one) for one in parked]
        return changes


def _shape(table: Any) -> Shape:
    return cast("Shape", table.shape)
