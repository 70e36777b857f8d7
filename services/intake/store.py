"""Named queries of intake's upkeep."""

from typing import Any, Final, cast

import sqlalchemy as sa

from runtime.database import Query
from services.intake import models

_ANSWERED: Final[sa.Table] = cast("Any", models.Answered).table
_VAULT: Final[sa.Table] = cast("Any", models.SealedLetter).table

EXPIRED: Final = Query(
    sa.select(_ANSWERED.c.once_key)
    .where(_ANSWERED.c.expires_on < sa.bindparam("today", type_=sa.Date()))
    .order_by(_ANSWERED.c.once_key)
    .limit(500)
)
"""Answers whose sealed secret is due to be forgotten."""

UNDER_FORMER_KEY: Final = Query(
    sa.select(_VAULT.c.case_id)
    .where(_VAULT.c.key_id != sa.bindparam("current", type_=sa.String()), _VAULT.c.wrapped_key.is_not(None))
    .order_by(_VAULT.c.case_id)
    .limit(500)
)
"""Letters whose data key is still wrapped by a master key that is no longer the current one."""
