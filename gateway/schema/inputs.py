"""What can be asked for and sent: filters, orders and forms."""

from datetime import date
from enum import StrEnum

import strawberry

from contracts import vocabulary as words
from law.bodies import Level, Office


class PetitionOrder(StrEnum):
    """The order of a list of petitions."""

    RECEIVED_NEWEST = "received_newest"
    DUE_SOONEST = "due_soonest"


strawberry.enum(PetitionOrder, description="Thứ tự · the order of a list of petitions")


@strawberry.input(description="Điều kiện lọc đơn; mọi điều kiện phải cùng đúng · all conditions must hold")
class PetitionFilter:
    """Conditions on petitions."""

    kind: list[words.Kind] | None = None
    status: list[words.Status] | None = None
    field: list[words.Field] | None = None
    agency: str | None = strawberry.field(default=None, description="Mã cơ quan đang giữ · code of the holder")
    received_by: str | None = None
    received_from: date | None = None
    received_to: date | None = None
    due_before: date | None = None
    place: str | None = None
    is_open: bool | None = None
    is_overdue: bool | None = None


@strawberry.input(description="Điều kiện lọc cơ quan · conditions on bodies")
class AgencyFilter:
    """Conditions on bodies."""

    office: list[Office] | None = None
    level: list[Level] | None = None
    province: str | None = None
    unit: str | None = None
    superior: str | None = None
    is_in_force: bool | None = None


@strawberry.input(description="Điều kiện lọc cảnh báo · conditions on alerts")
class AlertFilter:
    """Conditions on alerts."""

    agency: str | None = None
    place: str | None = None
    is_active: bool | None = None


@strawberry.input(description="Điều kiện lọc báo cáo · conditions on reports")
class ReportFilter:
    """Conditions on reports."""

    form: str | None = None
    agency: str | None = None


@strawberry.input(description="Điều kiện của số liệu; kỳ theo tháng, ví dụ 2026-11 · conditions on counts, periods are months")
class StatisticsFilter:
    """Conditions on counts."""

    agency: str | None = None
    kind: list[words.Kind] | None = None
    status: list[words.Status] | None = None
    from_period: str | None = None
    to_period: str | None = None
