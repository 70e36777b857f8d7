"""Tables: the facts of each case that is watched, its missed steps, its alert. No column comes from who a petitioner is."""

from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlmodel import Field

from contracts.vocabulary import AlertReason, Step
from runtime.rows import Table, row
from services.supervision.rules import Matter, Standing

_COUNTED: Final = sa.text("same_object_count > 0")


class Base(Table, registry=registry()):
    """Tables of supervision."""


@row
class Watch(Base, table=True):
    """A case as supervision sees it; intake's facts, routing's facts and the review's figure in columns of their own.

    ``linked_count``, ``linked_people_count`` (the most people of one of them) and ``reception_count`` tell of letters that
    repeat this case; ``founding_case_id`` is set on the letter that repeats another.
    """

    __tablename__ = "watches"
    __table_args__ = (sa.Index("ix_watches_counted", "case_id", sqlite_where=_COUNTED, postgresql_where=_COUNTED),)

    case_id: str = Field(primary_key=True)

    received_by: str | None = None
    received_on: date | None = Field(default=None, index=True)
    people_count: int = 0
    place: str | None = None
    object_ref: str | None = None
    is_reception: bool = False
    is_withdrawn: bool = False
    founding_case_id: str | None = None
    linked_count: int = 0
    linked_people_count: int = 0
    linked_reception_count: int = 0

    holder: str | None = None
    is_closed: bool = False
    reopened_on: date | None = None
    dispute_count: int = 0

    same_object_count: int = 0

    def matter(self, overdue_since: date | None) -> Matter:
        """What the rules weigh. People of several letters may be the same people, so the largest letter counts, not the sum."""
        return Matter(
            case_id=self.case_id,
            holder=self.holder or self.received_by,
            place=self.place,
            is_open=not (self.is_closed or self.is_withdrawn or self.founding_case_id),
            people_count=max(self.people_count, self.linked_people_count),
            linked_count=self.linked_count,
            reception_count=self.linked_reception_count + self.is_reception,
            dispute_count=self.dispute_count,
            same_object_count=self.same_object_count,
            overdue_since=overdue_since,
        )


@row
class MissedStep(Base, table=True):
    """A step whose last day passed; its holder was reminded once. ``ended_on`` when it was taken or got a new last day."""

    __tablename__ = "missed_steps"

    case_id: str = Field(primary_key=True)
    step: Step = Field(primary_key=True)
    due_on: date = Field(primary_key=True)
    holder: str = Field(index=True)
    reminded_on: date
    ended_on: date | None = None


@row
class Alert(Base, table=True):
    """The last alert of a case, with the facts that it was raised on."""

    __tablename__ = "alerts"

    case_id: str = Field(primary_key=True)
    reasons: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    people_count: int
    linked_count: int
    days_overdue: int
    place: str | None = None
    holder: str = Field(index=True)
    raised_on: date
    expires_on: date = Field(index=True)
    cleared_on: date | None = None
    clearing_reason: str | None = None

    def standing(self) -> Standing:
        """As the rules see it."""
        return Standing(
            reasons=tuple(AlertReason(reason) for reason in self.reasons),
            people_count=self.people_count,
            linked_count=self.linked_count,
            holder=self.holder,
            expires_on=self.expires_on,
            is_cleared=self.cleared_on is not None,
            was_expired=self.clearing_reason == "expired",
        )


METADATA: Final[Any] = Base.metadata
