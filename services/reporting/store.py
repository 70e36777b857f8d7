"""Named queries. A form is read with one statement, so that all its figures come from the same instant."""

from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from runtime.database import Database, Query, among
from services.reporting.forms import MOMENTS, TRAITS, Tally, trait_text
from services.reporting.models import Count, Entry, Report

_BOOK: Final[Any] = Entry.table.c
_COUNTS: Final[Any] = Count.table.c
_REPORTS: Final[Any] = Report.table.c


def _tallies(*, of_agencies: bool) -> Any:
    """Postings of every moment up to ``:to_on``, counted by traits: before ``:from_on`` and from it on."""
    traits = [_BOOK[name] for name in TRAITS]
    parts = []
    for moment in MOMENTS:
        on = _BOOK[f"{moment}_on"]
        is_before = on < sa.bindparam("from_on", type_=sa.Date())
        part = sa.select(
            sa.literal(moment).label("moment"),
            *traits,
            sa.func.sum(sa.case((is_before, 1), else_=0)),
            sa.func.sum(sa.case((is_before, 0), else_=1)),
        ).where(on <= sa.bindparam("to_on", type_=sa.Date()))
        if of_agencies:
            part = part.where(among(_BOOK.agency, "agencies"))
        parts.append(part.group_by(*traits))
    return sa.union_all(*parts)


TALLIES: Final = Query(_tallies(of_agencies=False))
TALLIES_OF_AGENCIES: Final = Query(_tallies(of_agencies=True))

COUNTS: Final = Query(
    sa.select(_COUNTS.agency, _COUNTS.kind, _COUNTS.status, _COUNTS.period, _COUNTS.timing, _COUNTS.n)
    .where(_COUNTS.n != 0)
    .order_by(_COUNTS.agency, _COUNTS.kind, _COUNTS.status, _COUNTS.period, _COUNTS.timing)
)

REPORTS_OF: Final = Query(
    sa.select(
        _REPORTS.report_id, _REPORTS.form, _REPORTS.from_on, _REPORTS.to_on, _REPORTS.version_no, _REPORTS.published_on, _REPORTS.columns
    )
    .where(_REPORTS.agency == sa.bindparam("agency"))
    .order_by(_REPORTS.to_on.desc(), _REPORTS.form)
)


async def tallies(db: Database, agencies: list[str], from_on: date, to_on: date) -> list[Tally]:
    """The ledger's postings for a period; no agencies named means all."""
    if agencies:
        found = await db.rows(TALLIES_OF_AGENCIES, agencies=agencies, from_on=from_on, to_on=to_on)
    else:
        found = await db.rows(TALLIES, from_on=from_on, to_on=to_on)
    width = 1 + len(TRAITS)
    return [Tally(line[0], tuple(map(trait_text, line[1:width])), line[width], line[width + 1]) for line in found]
