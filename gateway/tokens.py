"""Tokens for those who have none: an anonymous one to lodge a letter, a citizen's one for the holder of a receipt code.

Both are short-lived and rate-limited by the address they are asked from.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from contracts.errors import Invalid, TooMany
from contracts.vocabulary import Role
from gateway.execution import Engine
from runtime import auth, problems
from runtime.http import reply

_BURST: Final = 60
_PER_SECOND: Final = 1.0
_REMEMBERED: Final = 10_000
_MAX_BODY: Final = 1024


class Bucket:
    """A token bucket an address; the one not seen for longest is forgotten when there are too many."""

    def __init__(self, burst: int = _BURST, per_second: float = _PER_SECOND) -> None:
        self._burst = burst
        self._per_second = per_second
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, now: float) -> None:
        """Count one request at ``now`` (monotonic seconds). Raises TooMany."""
        left, since = self._left.pop(address, (float(self._burst), now))
        left = min(float(self._burst), left + (now - since) * self._per_second)
        self._left[address] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
        if left < 1:
            raise TooMany("too_many_requests", seconds=math.ceil((1 - left) / self._per_second))


class _Code(msgspec.Struct, forbid_unknown_fields=True):
    code: str


class Tokens:
    """``POST /token`` and ``POST /token/receipt``."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._bucket = Bucket()

    def routes(self) -> list[Route]:
        """Where they are served."""
        return [
            Route("/token", self.anonymous, methods=["POST"]),
            Route("/token/receipt", self.citizen, methods=["POST"]),
        ]

    async def anonymous(self, request: Request) -> Response:
        """A token to lodge a letter with."""
        self._count(request)
        return self._reply(Role.ANONYMOUS)

    async def citizen(self, request: Request) -> Response:
        """A token to follow one case with, for its receipt code. Raises what intake refuses."""
        self._count(request)
        code = await _code(request)
        engine = self._engine()
        token = auth.issue(engine.service.settings.keys, Role.ANONYMOUS, seconds=60)
        found = await engine.upstream.send(
            "intake", "/receipts/open", {"code": code}, token=token, traceparent=request.headers.get("traceparent", "")
        )
        return self._reply(Role.CITIZEN, case_id=found["case_id"])

    def _reply(self, role: Role, **claims: Any) -> Response:
        token = auth.issue(self._engine().service.settings.keys, role, **claims)
        answer = reply({"token": token, "role": role.value, "seconds": auth.DEFAULT_SECONDS, **claims})
        answer.headers["cache-control"] = "no-store"
        return answer

    def _count(self, request: Request) -> None:
        self._bucket.take(request.client.host if request.client else "", time.monotonic())


async def _code(request: Request) -> str:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Invalid("unsupported_media")
    body = await request.body()
    try:
        return msgspec.json.decode(body[:_MAX_BODY], type=_Code).code
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        place, problem = problems.describe(broken)
        raise Invalid("invalid_form", field=place or "code", where=place or "code", problem=problem) from broken
