"""Tables: the case, and for each clock that runs one row by which the sweep finds it."""

from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlmodel import Field

from contracts.vocabulary import Status
from contracts.vocabulary import Step as StepName
from runtime.rows import Table, row
from services.routing.state import State, copy_of


class Base(Table, registry=registry()):
    """Tables of routing."""


@row
class Case(Base, table=True):
    """A case: who holds it and where it stands, with the whole state that the rules decide on (``services.routing.state.State``)."""

    __tablename__ = "cases"

    case_id: str = Field(primary_key=True)
    holder: str = Field(index=True)
    status: Status
    state: Any = Field(sa_column=sa.Column(sa.JSON, nullable=False))

    def told(self) -> State:
        """The state, to be changed freely: a copy of what is kept."""
        kept = self.state
        return copy_of(kept) if isinstance(kept, State) else msgspec.convert(kept, State)


@row
class AnsweredAct(Base, table=True):
    """An agency's signed act that was answered: the same statement has no second effect, whatever the answer was."""

    __tablename__ = "answered_acts"

    statement: str = Field(primary_key=True)
    answered_on: date = Field(index=True)


@row
class Clock(Base, table=True):
    """A running clock of a case; ``no`` is its place in the case's ledger, from which every column but the last two is counted.

    It holds all that the sweep states, so that a sweep over many clocks need not read their cases.

    ``wake_on`` is the next day on which the sweep has something to state; null when it has not. ``told_due_on`` and ``missed_due_on``
    are the last days about which StepDue and StepMissed were stated, so that each is stated once.
    """

    __tablename__ = "clocks"

    case_id: str = Field(primary_key=True)
    no: int = Field(primary_key=True)
    step: StepName
    holder: str
    rule: str = ""
    law: str = ""
    due_on: date | None = None
    wake_on: date | None = Field(default=None, index=True)
    told_due_on: date | None = None
    missed_due_on: date | None = None
