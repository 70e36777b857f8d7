"""What is answered: a due date, and its certificate for whoever wants to count again."""

from datetime import date
from typing import Any, Literal

import msgspec

from law.calendar import Counted
from law.rows import Grade


class Also(msgspec.Struct, frozen=True, gc=False):
    """What a decree says that disagrees with the law (K2): a date to warn of, not the limit."""

    rule: str
    unit: str
    limit: int
    due: date | None
    cites: tuple[str, ...]


class Due(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """When a step must be done, and by what right.

    ``due`` is the last day in time, null while suspended or where nothing sets a limit; ``rolled_from`` the day off it was
    moved from; ``remaining`` the days left while suspended. ``effective_from`` is the day a decision takes effect.
    """

    rules: tuple[str, ...]
    limit: int | None
    unit: str | None
    due: date | None
    rolled_from: date | None
    state: Literal["running", "suspended"]
    remaining: int | None
    also: tuple[Also, ...]
    warnings: tuple[str, ...]
    cites: tuple[str, ...]
    grade: Grade
    effective_from: date | None = None


class RowCited(msgspec.Struct, frozen=True, gc=False):
    """A row of ``data/limits.csv`` as it stood."""

    id: str
    value: int | None
    unit: str
    cites: tuple[str, ...]
    effective_from: date | None
    effective_to: date | None
    known_from: date | None
    grade: Grade


class Version(msgspec.Struct, frozen=True, gc=False):
    """The rows an answer could see: how many lines, and the day the latest of them became known."""

    rows: int
    known_until: date | None


class Pause(msgspec.Struct, frozen=True, rename={"from_on": "from", "to_on": "to"}, gc=False):
    """A suspension; ``days`` is how many days it left out, null while it lasts."""

    from_on: date
    to_on: date | None
    days: int | None
    by: str
    document: str | None


class Extension(msgspec.Struct, frozen=True, gc=False):
    """Days added to the budget by a decision."""

    rule: str
    days: int
    by: str
    document: str | None


class Certificate(msgspec.Struct, gc=False):
    """One due date, accounted for day by day. ``cites`` is what limits the days, ``counting`` how they are counted.

    ``days`` runs from the day after ``start`` (counting back: from the due date) to the last day counted; ``rolled`` are the days off
    from a last day that was one until the day before ``due``.
    """

    kind: str
    step: str
    start: date
    facts: dict[str, Any]
    roll: bool
    as_of_law: date
    as_of_knowledge: date
    agency: str | None
    without: tuple[str, ...]
    rules: tuple[str, ...]
    rows: tuple[RowCited, ...]
    limit: int | None
    unit: str | None
    extensions: tuple[Extension, ...]
    suspensions: tuple[Pause, ...]
    days: tuple[Counted, ...]
    counted: int
    skipped: int
    rolled: tuple[Counted, ...]
    due: date | None
    rolled_from: date | None
    effective_from: date | None
    state: str
    remaining: int | None
    also: tuple[Also, ...]
    warnings: tuple[str, ...]
    cites: tuple[str, ...]
    counting: tuple[str, ...]
    grade: Grade
    data: Version
    sentence: str = ""
