"""What can be asked: one question about one step, as callers build it and as ``dannguyen law due`` reads it."""

from datetime import date
from typing import Any

import msgspec


class Suspension(msgspec.Struct, frozen=True, rename={"from_on": "from", "to_on": "to"}, gc=False):
    """Counting stood still on the days after ``from_on`` up to and including ``to_on`` (null: it still does)."""

    from_on: date
    to_on: date | None = None
    by: str | None = None
    document: str | None = None


class Decision(msgspec.Struct, frozen=True, gc=False):
    """Who decided something and in which document."""

    by: str | None = None
    document: str | None = None


class Question(msgspec.Struct, frozen=True):
    """By when must ``step`` be done, when its clock started with an event on ``start``?

    ``as_of_law`` is the day whose law counts (null: ``start``), ``as_of_knowledge`` the day whose knowledge counts (null: all that
    is loaded), ``roll`` switches the rolling of a last day off. ``agency`` adds that agency's closures, ``without`` turns switches of
    the calendar off, and ``extended`` says who decided each extension. Facts that the step does not use are ignored.
    """

    kind: str
    step: str
    start: date
    facts: dict[str, Any] | None = None
    extensions: int | None = 0
    suspensions: tuple[Suspension, ...] | None = ()
    as_of_law: date | None = None
    as_of_knowledge: date | None = None
    roll: bool | None = True
    agency: str | None = None
    without: tuple[str, ...] | None = ()
    extended: tuple[Decision, ...] | None = ()
    id: Any = None
