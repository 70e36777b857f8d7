"""The read model: one row a matter, its timeline, the alerts, the reports and the sums that statistics read.

A matter's facts come from several topics between which there is no order. Each topic writes columns of its own
and the number of its last fact (``petitions_seq``, ``cases_seq``, ``oversight_seq``); what depends on two topics
(``status``, ``holder``) is a function of those columns. So any interleaving of the topics ends in the same row.
"""

from datetime import date, datetime
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlmodel import Field

from contracts.event import CASES, OVERSIGHT, PETITIONS
from contracts.petitions import Axes
from contracts.vocabulary import AuthorRole, Branch, Competence, Eligibility, Kind, Outcome, Role, SettledBefore, Source, Status, Step
from contracts.vocabulary import Field as Area
from gateway.acts import Act
from law.bodies import Level, Office
from runtime.rows import Table, row

CLUSTERED: Final = {"sqlite_with_rowid": False}
"""On SQLite the rows stand in the primary key itself, so one matter's rows lie together."""


class Base(Table, registry=registry()):
    """Tables of the gateway."""


class Bucket(NamedTuple):
    """The cell of the statistics in which a matter is counted; ``period`` is the month of receipt, ``2026-11``."""

    agency: str
    kind: Kind
    status: Status
    period: str


SEQ_COLUMNS: Final[dict[str, str]] = {PETITIONS: "petitions_seq", CASES: "cases_seq", OVERSIGHT: "oversight_seq"}
"""The column that tells how far each topic's facts of a matter are seen."""


@row
class Case(Base, table=True):
    """One matter: the letter as intake states it, its settlement as routing states it."""

    __tablename__ = "cases"
    __table_args__ = (
        sa.Index("cases_by_receipt", "received_on", "case_id"),
        sa.Index("cases_by_holder", "holder", "received_on", "case_id"),
        sa.Index("cases_by_receiver", "received_by", "received_on", "case_id"),
        sa.Index("cases_by_due_date", "due_on", "case_id"),
        CLUSTERED,
    )

    case_id: str = Field(primary_key=True)
    status: Status = Status.RECEIVED
    holder: str | None = None

    petitions_seq: int = 0
    petition_status: Status | None = None
    number: str | None = Field(default=None, index=True)
    received_by: str | None = None
    received_on: date | None = None
    letter_on: date | None = None
    lodged_at: datetime | None = None
    kind: Kind | None = None
    field: Area | None = None
    source: Source | None = None
    eligibility: Eligibility | None = None
    competence: Competence | None = None
    settled_before: SettledBefore | None = None
    people_count: int | None = None
    place: str | None = None
    object_ref: str | None = None
    branch: Branch | None = None
    author_role: AuthorRole | None = None
    author_agency: str | None = None
    is_discipline: bool | None = None
    forwarder: str | None = None
    is_in_person: bool | None = None
    is_anonymous: bool | None = None
    has_evidence: bool | None = None
    has_crime_signs: bool | None = None
    has_new_fact: bool | None = None
    was_guided_before: bool | None = None
    was_sent_to_competent: bool | None = None
    classified_on: date | None = None
    withdrawn_on: date | None = None
    founding_case_id: str | None = Field(default=None, index=True)
    read_count: int = 0

    cases_seq: int = 0
    case_status: Status | None = None
    case_holder: str | None = None
    step: Step | None = None
    due_on: date | None = None
    competent: str | None = None
    arbiter: str | None = None
    accepted_on: date | None = None
    is_complex: bool = False
    extended_on: date | None = None
    suspended_on: date | None = None
    dialogue_on: date | None = None
    settled_on: date | None = None
    outcome: Outcome | None = None
    was_late: bool | None = None
    sent_on: date | None = None
    published_on: date | None = None
    effective_on: date | None = None
    ended_on: date | None = None
    reopened_on: date | None = None
    missed_count: int = 0

    oversight_seq: int = 0
    reminded_on: date | None = None

    def describe(self, axes: Axes) -> None:
        """Take over the coded axes of the letter as last determined."""
        for name in Axes.__struct_fields__:
            setattr(self, name, getattr(axes, name))

    def settle_view(self) -> None:
        """Derive what depends on both intake and routing.

        Whoever holds the case now is named by routing, before that it is the receiving body. A letter withdrawn
        or linked stays so until routing ended the case itself. That a letter had to be classified routing tells, that it was, intake.
        """
        self.holder = self.case_holder or self.received_by
        if self.step is Step.CLASSIFY and self.petition_status not in (None, Status.RECEIVED):
            self.step, self.due_on = None, None
        known = self.petition_status or Status.RECEIVED
        closed_by_intake = known in (Status.WITHDRAWN, Status.LINKED) and not self.is_reopened
        if self.case_status is None or (closed_by_intake and self.case_status.is_open):
            self.status = known
        else:
            self.status = self.case_status

    @property
    def is_reopened(self) -> bool:
        """The settler took up again what had been withdrawn; a later withdrawal closes it once more."""
        return self.reopened_on is not None and (self.withdrawn_on is None or self.withdrawn_on <= self.reopened_on)

    def bucket(self) -> Bucket | None:
        """Where the matter is counted; nowhere before its letter was seen."""
        if self.kind is None or self.received_on is None or self.holder is None:
            return None
        return Bucket(self.holder, self.kind, self.status, f"{self.received_on:%Y-%m}")


@row
class Concern(Base, table=True):
    """An agency that received, held, passed on, disputed or must decide about a matter: its officers may see it.

    ``received_on`` is the matter's, repeated here so that an agency's list is read in order from one index.
    """

    __tablename__ = "concerns"
    __table_args__ = (sa.Index("concerns_by_agency", "agency", "received_on", "case_id"), CLUSTERED)

    case_id: str = Field(primary_key=True)
    agency: str = Field(primary_key=True)
    received_on: date | None = None


@row
class Entry(Base, table=True):
    """One fact in the timeline of a matter, codes only."""

    __tablename__ = "timeline"
    __table_args__ = CLUSTERED

    case_id: str = Field(primary_key=True)
    topic: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    act: Act
    legal_on: date
    recorded_at: datetime = Field(index=True)
    agency: str
    role: Role
    officer: str | None = None
    to_agency: str | None = None
    step: Step | None = None
    due_on: date | None = None
    outcome: Outcome | None = None
    document: str | None = None
    ground: str | None = None
    law: str | None = None


@row
class Alert(Base, table=True):
    """A hot spot: facts of the case only, nothing that comes from who a petitioner is. ``reasons`` are names of ``AlertReason``."""

    __tablename__ = "alerts"
    __table_args__ = CLUSTERED

    case_id: str = Field(primary_key=True)
    seq: int
    reasons: list[str] = Field(default_factory=list, sa_column=sa.Column(sa.JSON, nullable=False))
    people_count: int
    days_overdue: int
    place: str | None = None
    holder: str = Field(index=True)
    raised_on: date
    expires_on: date
    cleared_on: date | None = None
    clearing_reason: str | None = None


@row
class AlertReading(Base, table=True):
    """Somebody read the alerts: which ones, from which office, when. Every reading is recorded (see ``docs/graphql.md``)."""

    __tablename__ = "alert_readings"
    __table_args__ = CLUSTERED

    reading_id: str = Field(primary_key=True)
    role: Role
    agency: str | None = None
    officer: str | None = None
    read_at: datetime
    case_ids: list[str] = Field(default_factory=list, sa_column=sa.Column(sa.JSON, nullable=False))


@row
class Agency(Base, table=True):
    """A body that takes part, as ``law/data/bodies.csv`` has it; refreshed at every start so that statements may join it."""

    __tablename__ = "agencies"
    __table_args__ = CLUSTERED

    code: str = Field(primary_key=True)
    name: str
    office: Office
    level: Level
    unit: str | None = Field(default=None, index=True)
    province: str | None = Field(default=None, index=True)
    superior: str | None = Field(default=None, index=True)
    effective_from: date
    effective_to: date | None = None


@row
class Count(Base, table=True):
    """How many matters stand in one cell, and how many of them missed a step. Changed by increments only."""

    __tablename__ = "counts"
    __table_args__ = CLUSTERED

    agency: str = Field(primary_key=True)
    kind: Kind = Field(primary_key=True)
    status: Status = Field(primary_key=True)
    period: str = Field(primary_key=True)
    n: int = 0
    missed: int = 0


@row
class Report(Base, table=True):
    """A statutory report that was signed off."""

    __tablename__ = "reports"
    __table_args__ = CLUSTERED

    report_id: str = Field(primary_key=True)
    seq: int
    form: str
    agency: str = Field(index=True)
    from_on: date
    to_on: date
    published_on: date


@row
class ReportColumn(Base, table=True):
    """One numbered column of a report's form."""

    __tablename__ = "report_columns"
    __table_args__ = CLUSTERED

    report_id: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    value: int

