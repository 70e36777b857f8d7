"""Tables: what each topic said of a letter, the books of the bodies, the live counts, the reports signed off."""

from datetime import date
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlmodel import Field

from contracts.vocabulary import Field as Area
from contracts.vocabulary import Kind, Outcome, SettledBefore, Source, Status
from runtime.rows import Table, row
from services.reporting.ledger import Closing, Disposal, Move, Receipt, Timing


class Base(Table, registry=registry()):
    """Tables of reporting."""


@row
class Letter(Base, table=True):
    """A letter's facts, each topic's in a column of its own; ``entries`` and ``counts`` are functions of them."""

    __tablename__ = "letters"

    case_id: str = Field(primary_key=True)
    receipt: Any = Field(default=None, sa_column=sa.Column(sa.JSON, nullable=True))
    moves: Any = Field(default=(), sa_column=sa.Column(sa.JSON, nullable=False))

    def told(self) -> tuple[Receipt | None, list[Move]]:
        """What intake and routing said."""
        return msgspec.convert(self.receipt, Receipt | None), msgspec.convert(self.moves, list[Move])


@row
class Entry(Base, table=True):
    """A letter in the book of one body; ``hop`` 0 is the body that received it, each passing on opens the next."""

    __tablename__ = "entries"

    case_id: str = Field(primary_key=True)
    hop: int = Field(primary_key=True)
    agency: str = Field(index=True)
    received_on: date
    kind: Kind
    field: Area
    source: Source
    settled_before: SettledBefore
    is_eligible: bool
    disposal: Disposal | None = None
    handled_on: date | None = None
    settled_on: date | None = None
    outcome: Outcome | None = None
    is_late: bool | None = None
    closed_on: date | None = None
    closing: Closing | None = None


@row
class Count(Base, table=True):
    """How many letters stand in one cell; ``period`` is the month of receipt (``2026-07``). Changed by adding only."""

    __tablename__ = "counts"

    agency: str = Field(primary_key=True)
    kind: Kind = Field(primary_key=True)
    status: Status = Field(primary_key=True)
    period: str = Field(primary_key=True)
    timing: Timing = Field(primary_key=True)
    n: int = 0


@row
class Report(Base, table=True):
    """A report signed off, as it was signed; a later version corrects an earlier one."""

    __tablename__ = "reports"

    report_id: str = Field(primary_key=True)
    form: str
    agency: str = Field(index=True)
    from_on: date
    to_on: date
    version_no: int
    published_on: date
    columns: Any = Field(sa_column=sa.Column(sa.JSON, nullable=False))


METADATA: Final[Any] = Base.metadata
