"""What every service answers to its operators: health, readiness, the virtual date, parked records; and what it checks at start."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import msgspec
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from contracts.errors import NotAllowed
from contracts.vocabulary import Role
from runtime import parking
from runtime.auth import Caller, caller_of
from runtime.changes import Changes
from runtime.clock import now
from runtime.database import Query
from runtime.http import body_of, form_of, object_of, reply
from runtime.migrate import pending
from runtime.plumbing import Seen

if TYPE_CHECKING:
    from runtime.service import Service

_SEEN: Final = cast("Any", Seen).table
_OLD: Final = Query(sa.select(_SEEN.c.event_id).where(_SEEN.c.seen_on < sa.bindparam("before", type_=sa.Date())).limit(20_000))
_INSIDE: Final = (Role.OPERATOR, Role.SYSTEM)
_KEEP_DAYS: Final = 14
"""A relay repeats only what it sent just before it died; two weeks outlast any outage."""
_LEAST_SQLITE: Final = (3, 51, 3)


class ClockForm(msgspec.Struct, frozen=True):
    """A virtual legal date, or null for the real one."""

    today: date | None


class SkipForm(msgspec.Struct, frozen=True):
    """Why a record is given up; a sentence for those who look later."""

    why: Annotated[str, msgspec.Meta(min_length=10, max_length=500)]


def routes(service: Service) -> list[Route]:
    """The operators' routes of a service."""

    def caller(request: Request) -> Caller:
        return caller_of(service.settings.keys, request.headers.get("authorization", ""))

    def operator(request: Request) -> None:
        caller(request).must_be(Role.OPERATOR)

    async def health(request: Request) -> Response:
        return reply({"service": service.name, "alive": True})

    async def ready(request: Request) -> Response:
        """For everybody whether, and in general words why not; the figures are for those who run the platform."""
        if "authorization" in request.headers and caller(request).role in _INSIDE:
            told = await service.readiness()
        else:
            lacks = service.lacks()
            told = {"ready": not lacks, "reasons": sorted({why for why, _ in lacks})}
        return reply(told, 200 if told["ready"] else 503)

    async def clock(request: Request) -> Response:
        if request.method == "PUT":
            operator(request)
            if service.settings.is_production:
                raise NotAllowed("clock_in_production")
            await service.set_today(form_of(object_of(await body_of(request, 1000)), ClockForm).today)
        else:
            caller(request).must_be(*_INSIDE)
        return reply({"today": service.clock.today(), "is_virtual": service.clock.virtual is not None})

    async def parked(request: Request) -> Response:
        operator(request)
        return reply(await parking.listed(service.db))

    async def one_parked(request: Request) -> Response:
        operator(request)
        return reply(await parking.shown(service.db, request.path_params["event_id"]))

    async def redrive(request: Request) -> Response:
        operator(request)
        return reply(await parking.redrive(service.consumer, request.path_params["event_id"]))

    async def skip(request: Request) -> Response:
        who = caller(request)
        who.must_be(Role.OPERATOR)
        form = form_of(object_of(await body_of(request, 10_000)), SkipForm)
        return reply(await parking.skip(service.consumer, request.path_params["event_id"], form.why, who.officer))

    return [
        Route("/health", health),
        Route("/ready", ready),
        Route("/clock", clock, methods=["GET", "PUT"]),
        Route("/parked", parked),
        Route("/parked/{event_id:path}/redrive", redrive, methods=["POST"]),
        Route("/parked/{event_id:path}/skip", skip, methods=["POST"]),
        Route("/parked/{event_id:path}", one_parked),
    ]


async def purge_inbox(service: Service) -> None:
    """Forget ids of records that nobody can send again."""
    before = now().date() - timedelta(days=_KEEP_DAYS)
    while True:
        old = [line[0] for line in await service.db.rows(_OLD, before=before)]
        if not old:
            return
        async with service.db.transaction(()) as transaction:
            await transaction.write(Changes(deletions={cast("Any", Seen).shape: old}))


async def check_database(service: Service) -> None:
    """Refuse an old SQLite and a database that is not migrated."""
    if service.db.dialect.name == "sqlite":
        import pysqlite3.dbapi2 as sqlite3

        if sqlite3.sqlite_version_info < _LEAST_SQLITE:
            raise SystemExit(f"SQLite {sqlite3.sqlite_version} may corrupt its WAL; 3.51.3 or newer is needed (package pysqlite3)")
    missing = await pending(service.db, service.name)
    if missing:
        raise SystemExit(f"{service.name}: the database lacks {', '.join(missing)}; run `dannguyen migrate {service.name}`")
