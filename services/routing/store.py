"""Named queries."""

from typing import Any, Final

import sqlalchemy as sa

from runtime.database import Query
from services.routing.models import AnsweredAct, Case, Clock

_CASES: Final[Any] = Case.table.c
_CLOCKS: Final[Any] = Clock.table.c
_ANSWERED: Final[Any] = AnsweredAct.table.c

WAKING: Final = Query(
    sa.select(_CLOCKS.case_id, _CLOCKS.step)
    .where(_CLOCKS.wake_on <= sa.bindparam("today", type_=sa.Date()))
    .order_by(_CLOCKS.wake_on, _CLOCKS.case_id)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
"""Clocks about which something is to be stated, the longest waiting first: case and step."""

CASE: Final = Query(sa.select(_CASES.state).where(_CASES.case_id == sa.bindparam("case_id")))

ANSWERED_BEFORE: Final = Query(
    sa.select(_ANSWERED.statement).where(_ANSWERED.answered_on < sa.bindparam("day", type_=sa.Date())).limit(1000)
)
"""Signed acts answered before a day, some at a time."""
