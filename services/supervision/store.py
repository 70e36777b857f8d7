"""Named queries of the review and of the figures that the service answers with."""

from typing import Any, Final

import sqlalchemy as sa

from runtime.database import Query, among
from services.supervision.models import Alert, MissedStep, Watch

_WATCHES: Final[Any] = Watch.table.c
_ALERTS: Final[Any] = Alert.table.c
_MISSED: Final[Any] = MissedStep.table.c

EXPIRED: Final = Query(
    sa.select(_ALERTS.case_id).where(_ALERTS.cleared_on.is_(None), _ALERTS.expires_on < sa.bindparam("today", type_=sa.Date()))
)

_IS_OPEN: Final = sa.and_(
    _WATCHES.is_closed.is_(False), _WATCHES.is_withdrawn.is_(False), _WATCHES.founding_case_id.is_(None)
)

_IS_RECENT: Final = _WATCHES.received_on >= sa.bindparam("since", type_=sa.Date())

BUSY_OBJECTS: Final = Query(
    sa.select(_WATCHES.object_ref)
    .where(_IS_RECENT, _WATCHES.object_ref.is_not(None), _IS_OPEN)
    .group_by(_WATCHES.object_ref)
    .having(sa.func.count() >= sa.bindparam("least", type_=sa.Integer()))
)
"""Objects of at least so many open cases received lately."""

OPEN_ABOUT: Final = Query(
    sa.select(_WATCHES.object_ref, _WATCHES.received_on, _WATCHES.case_id).where(
        _IS_RECENT, _IS_OPEN, among(_WATCHES.object_ref, "objects")
    )
)

COUNTED: Final = Query(sa.select(_WATCHES.case_id, _WATCHES.same_object_count).where(_WATCHES.same_object_count > 0))

STANDING: Final = Query(sa.select(_ALERTS.holder, _ALERTS.place, _ALERTS.reasons).where(_ALERTS.cleared_on.is_(None)))

MISSED_BY_HOLDER: Final = Query(
    sa.select(_MISSED.case_id, _MISSED.step, _MISSED.due_on, _MISSED.reminded_on)
    .where(_MISSED.holder == sa.bindparam("holder"), _MISSED.ended_on.is_(None))
    .order_by(_MISSED.due_on, _MISSED.case_id)
    .limit(1000)
)
