"""Decides whether a report may be signed off (pure)."""

from datetime import date

import msgspec

from contracts.errors import Conflict, IllegalMove
from contracts.reports import ReportPublished


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The figures an officer signs for, as the ledger had them at that moment."""

    form: str
    agency: str
    from_on: date
    to_on: date
    columns: dict[str, int]

    @property
    def case_id(self) -> str:
        """The report's own id: one report a form, body and period, whatever the number of its versions."""
        return f"{self.form.replace('/', '-')}.{self.agency}.{self.from_on}.{self.to_on}"


def publish(signed: Signed, earlier: dict[str, int] | None, today: date) -> ReportPublished:
    """State the report. An earlier one of the same period is corrected by other figures, never repeated.

    Raises IllegalMove before the period is over, Conflict when the same figures were signed already.
    """
    if signed.to_on > today:
        raise IllegalMove("period_not_over", field="to", end=signed.to_on, today=today)
    if earlier == signed.columns:
        raise Conflict("report_unchanged", form=signed.form)
    return ReportPublished(
        case_id=signed.case_id,
        form=signed.form,
        agency=signed.agency,
        from_on=signed.from_on,
        to_on=signed.to_on,
        columns=signed.columns,
    )
