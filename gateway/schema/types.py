"""What can be read: petitions, cases, agencies, alerts, reports, statistics.

Words and rights of every field stand in ``gateway/data/policy.csv``. A field that some role may not see is nullable,
and null means the same for "not there" and "not for you".
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

import sqlalchemy as sa
import strawberry

from contracts import vocabulary as words
from gateway import models
from gateway.acts import Act, act_labels
from gateway.jsonsql import is_word_of
from gateway.listings import CLOSED_BY_INTAKE, late
from gateway.policy import TIMELINE_ORDER
from gateway.schema.sources import (
    SOURCE,
    Formula,
    Group,
    Many,
    Names,
    One,
    Part,
    Same,
    Total,
    column,
    given,
    labelled,
    shown,
    words_of,
)
from law.bodies import Level as BodyLevel
from law.bodies import Office as BodyOffice

T = TypeVar("T")

OPEN: Final = tuple(status for status in words.Status if status.is_open)

_LISTS: Final[list[Any]] = [found for found in vars(words).values() if isinstance(found, type) and issubclass(found, StrEnum)]
for _words in (*_LISTS, BodyLevel, BodyOffice, Act):
    if _words is not StrEnum:
        strawberry.enum(_words)


def _is_open() -> Formula:
    return Formula(sql=lambda row, now: is_word_of(row.c.status, OPEN), python=lambda row, today: row.status in OPEN)


def _is_overdue() -> Formula:
    """The last day ended at 24:00 before today began (Civil Code 2015, art. 148.6)."""
    return Formula(
        sql=lambda row, now: late(row, now.today()),
        python=lambda row, today: row.status not in CLOSED_BY_INTAKE and row.due_on is not None and row.due_on < today,
    )


def _is_active() -> Formula:
    """Neither cleared nor at its end."""
    return Formula(
        sql=lambda row, now: row.c.cleared_on.is_(None) & (row.c.expires_on >= now.today()),
        python=lambda row, today: row.cleared_on is None and row.expires_on >= today,
    )


def _exists() -> Formula:
    """The body exists on the legal date."""
    return Formula(
        sql=lambda row, now: (row.c.effective_from <= now.today()) & (row.c.effective_to.is_(None) | (row.c.effective_to >= now.today())),
        python=lambda row, today: row.effective_from <= today and (row.effective_to is None or row.effective_to >= today),
    )


def _position() -> Formula:
    return Formula(
        sql=lambda row, now: row.c.topic + ":" + row.c.case_id + ":" + sa.cast(row.c.seq, sa.Text),
        python=lambda row, today: f"{row.topic}:{row.case_id}:{row.seq}",
    )


@shown
class Agency:
    """A body of the political system that takes part."""

    code: strawberry.ID = column("code")
    name: str = column("name")
    office: BodyOffice = column("office")
    level: BodyLevel = column("level")
    unit: str | None = column("unit")
    province: str | None = column("province")
    superior: "Agency | None" = given(One(models.Agency, "superior"))
    effective_from: date = column("effective_from")
    effective_to: date | None = column("effective_to")
    is_in_force: bool = given(_exists())


@shown
class TimelineEntry:
    """One fact about a matter."""

    position: str = given(_position())
    act: Act = column("act")
    act_label: str | None = labelled("act", act_labels)
    legal_on: date = column("legal_on")
    recorded_at: datetime = column("recorded_at")
    agency: Agency | None = given(One(models.Agency, "agency"))
    role: words.Role | None = column("role")
    officer: str | None = column("officer")
    to_agency: Agency | None = given(One(models.Agency, "to_agency"))
    step: words.Step | None = column("step")
    step_label: str | None = labelled("step", words_of(words.Step))
    due_on: date | None = column("due_on")
    outcome: words.Outcome | None = column("outcome")
    outcome_label: str | None = labelled("outcome", words_of(words.Outcome))
    document: str | None = column("document")
    ground: str | None = column("ground")
    law: str | None = column("law")


@shown
class Alert:
    """A hot spot: a case that needs dialogue soon."""

    case_id: strawberry.ID = column("case_id")
    reasons: list[words.AlertReason] = given(Names("reasons", words.AlertReason))
    people_count: int = column("people_count")
    days_overdue: int = column("days_overdue")
    place: str | None = column("place")
    holder: Agency | None = given(One(models.Agency, "holder"))
    raised_on: date = column("raised_on")
    expires_on: date = column("expires_on")
    cleared_on: date | None = column("cleared_on")
    clearing_reason: str | None = column("clearing_reason")
    is_active: bool = given(_is_active())
    case: "Case | None" = given(One(models.Case, "case_id"))


@shown
class Petition:
    """A letter as it was received and classified."""

    case_id: strawberry.ID = column("case_id")
    number: str | None = column("number")
    status: words.Status = column("status")
    status_label: str | None = labelled("status", words_of(words.Status))
    received_by: Agency | None = given(One(models.Agency, "received_by"))
    received_on: date | None = column("received_on")
    letter_on: date | None = column("letter_on")
    lodged_at: datetime | None = column("lodged_at")
    kind: words.Kind | None = column("kind")
    kind_label: str | None = labelled("kind", words_of(words.Kind))
    field: words.Field | None = column("field")
    field_label: str | None = labelled("field", words_of(words.Field))
    source: words.Source | None = column("source")
    source_label: str | None = labelled("source", words_of(words.Source))
    eligibility: words.Eligibility | None = column("eligibility")
    competence: words.Competence | None = column("competence")
    settled_before: words.SettledBefore | None = column("settled_before")
    people_count: int | None = column("people_count")
    place: str | None = column("place")
    object_ref: str | None = column("object_ref")
    branch: words.Branch | None = column("branch")
    author_role: words.AuthorRole | None = column("author_role")
    author_agency: Agency | None = given(One(models.Agency, "author_agency"))
    is_discipline: bool | None = column("is_discipline")
    forwarder: Agency | None = given(One(models.Agency, "forwarder"))
    is_in_person: bool | None = column("is_in_person")
    is_anonymous: bool | None = column("is_anonymous")
    has_evidence: bool | None = column("has_evidence")
    has_crime_signs: bool | None = column("has_crime_signs")
    has_new_fact: bool | None = column("has_new_fact")
    was_guided_before: bool | None = column("was_guided_before")
    was_sent_to_competent: bool | None = column("was_sent_to_competent")
    classified_on: date | None = column("classified_on")
    withdrawn_on: date | None = column("withdrawn_on")
    read_count: int | None = column("read_count")
    founding_case: "Case | None" = given(One(models.Case, "founding_case_id"))
    case: "Case | None" = given(Same())


def _timeline(root: strawberry.Parent[Any], last: int = 20) -> list[TimelineEntry]:
    found: list[TimelineEntry] = root.many(TIMELINE, last)
    return found


TIMELINE: Final = Many(models.Entry, "case_id", "case_id", TIMELINE_ORDER, is_bounded=True)


@shown
class Case:
    """The settlement of a matter: who holds it, what is due, what was done."""

    case_id: strawberry.ID = column("case_id")
    status: words.Status = column("status")
    status_label: str | None = labelled("status", words_of(words.Status))
    is_open: bool = given(_is_open())
    holder: Agency | None = given(One(models.Agency, "holder"))
    step: words.Step | None = column("step")
    step_label: str | None = labelled("step", words_of(words.Step))
    due_on: date | None = column("due_on")
    is_overdue: bool = given(_is_overdue())
    missed_count: int = column("missed_count")
    competent: Agency | None = given(One(models.Agency, "competent"))
    arbiter: Agency | None = given(One(models.Agency, "arbiter"))
    accepted_on: date | None = column("accepted_on")
    is_complex: bool | None = column("is_complex")
    extended_on: date | None = column("extended_on")
    suspended_on: date | None = column("suspended_on")
    dialogue_on: date | None = column("dialogue_on")
    settled_on: date | None = column("settled_on")
    outcome: words.Outcome | None = column("outcome")
    outcome_label: str | None = labelled("outcome", words_of(words.Outcome))
    was_late: bool | None = column("was_late")
    sent_on: date | None = column("sent_on")
    published_on: date | None = column("published_on")
    effective_on: date | None = column("effective_on")
    ended_on: date | None = column("ended_on")
    reminded_on: date | None = column("reminded_on")
    petitions_seq: int = column("petitions_seq")
    cases_seq: int = column("cases_seq")
    oversight_seq: int = column("oversight_seq")
    timeline: list[TimelineEntry] = strawberry.field(resolver=_timeline, metadata={SOURCE: TIMELINE})
    alert: Alert | None = given(One(models.Alert, "case_id"))
    petition: Petition | None = given(Same())


@shown
class ReportColumn:
    """One numbered column of a report's form."""

    number: str = column("number")
    value: int = column("value")


@shown
class Report:
    """A statutory report that was signed off."""

    report_id: strawberry.ID = column("report_id")
    form: str = column("form")
    agency: Agency | None = given(One(models.Agency, "agency"))
    from_on: date = column("from_on")
    to_on: date = column("to_on")
    published_on: date = column("published_on")
    columns: list[ReportColumn] = given(Many(models.ReportColumn, "report_id", "report_id", ("number",)))


@shown
class AgencyCount:
    """How many matters one agency holds."""

    agency: Agency | None = given(One(models.Agency, "agency"))
    count: int = column("n")
    missed: int = column("missed")


@shown
class KindCount:
    """How many matters are of one kind."""

    kind: words.Kind = column("kind")
    kind_label: str | None = labelled("kind", words_of(words.Kind))
    count: int = column("n")
    missed: int = column("missed")


@shown
class StatusCount:
    """How many matters stand in one status."""

    status: words.Status = column("status")
    status_label: str | None = labelled("status", words_of(words.Status))
    count: int = column("n")
    missed: int = column("missed")


@shown
class PeriodCount:
    """How many matters were received in one month."""

    period: str = column("period")
    count: int = column("n")
    missed: int = column("missed")


@shown
class Statistics:
    """Counts of matters, never of persons."""

    total: int = given(Total("n"))
    open: int = given(Total("n", is_open=True))
    missed: int = given(Total("missed"))
    by_agency: list[AgencyCount] = given(Group("agency"))
    by_kind: list[KindCount] = given(Group("kind"))
    by_status: list[StatusCount] = given(Group("status"))
    by_period: list[PeriodCount] = given(Group("period"))


@shown
class CaseChange:
    """Something was recorded about a case."""

    position: str = given(_position())
    entry: TimelineEntry = given(Same())
    case: Case | None = given(One(models.Case, "case_id"))


@shown
class PageInfo:
    """Where a page ends (Relay Cursor Connections)."""

    has_next_page: bool = given(Part("has_next_page"))
    has_previous_page: bool = given(Part("has_previous_page"))
    start_cursor: str | None = given(Part("start_cursor"))
    end_cursor: str | None = given(Part("end_cursor"))


@shown
class Edge(Generic[T]):
    """One node of a page and its place."""

    cursor: str = given(Part("cursor"))
    node: T = given(Part("node"))


@shown
class Connection(Generic[T]):
    """One page of a list."""

    edges: list[Edge[T]] = given(Part("edges"))
    page_info: PageInfo = given(Part("page_info"))
    total_count: int = given(Part("total_count"))
