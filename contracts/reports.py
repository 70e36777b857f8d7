"""Facts about statutory reports (topic ``reports.v1``, stated by reporting)."""

from datetime import date

from contracts.event import REPORTS, Event
from contracts.petitions import AgencyCode


class ReportPublished(Event, type="report.published.v1", topic=REPORTS):
    """A report was signed off. ``case_id`` is the report's own id; ``columns`` are the numbered columns of the form."""

    form: str
    agency: AgencyCode
    from_on: date
    to_on: date
    columns: dict[str, int]
