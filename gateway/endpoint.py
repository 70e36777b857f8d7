"""GraphQL over HTTP (working draft of the GraphQL foundation; every check of its audit holds).

``application/graphql-response+json`` tells by its status what went wrong; ``application/json`` answers 200 to every
well-formed request, as older clients expect. A POST must be JSON, so no form of another site can send one.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from contracts.errors import Invalid, NotSignedIn, Refusal
from gateway import limits, pages
from gateway.execution import Answer, Ask, Engine, Params, refused
from gateway.streams import stream
from runtime import problems
from runtime.auth import caller_of

MODERN: Final = "application/graphql-response+json"
LEGACY: Final = "application/json"
STREAM: Final = "text/event-stream"
_WILD: Final = frozenset({"*/*", "application/*"})
_METHODS: Final = ("GET", "POST")
_DECODE: Final = msgspec.json.Decoder(Params).decode


class Endpoint:
    """``/graphql`` as an ASGI application."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        engine = self._engine()
        accepted = accepts(request.headers.get("accept", ""))
        if request.method not in _METHODS:
            return _told(refused([Refusal("method_not_allowed", method=request.method)]), LEGACY, 405, allow="GET, POST")
        if request.method == "GET" and "query" not in request.query_params and accepted == "text/html":
            return pages.explorer() if not engine.service.settings.is_production else pages.missing()
        if accepted not in (MODERN, LEGACY, STREAM):
            return _told(refused([Refusal("not_acceptable")]), LEGACY, 406)
        try:
            ask = await self._ask(request, engine)
        except NotSignedIn as refusal:
            return _told(refused([refusal]), _kind(accepted), 401, **{"www-authenticate": "Bearer"})
        except _Unreadable as unreadable:
            return _told(refused([unreadable.refusal]), _kind(accepted), unreadable.status)
        if accepted == STREAM:
            return await stream(engine, ask, request.headers.get("last-event-id"))
        answer = await engine.answer(ask)
        return _told(answer, accepted, _status(answer, accepted))

    async def _ask(self, request: Request, engine: Engine) -> Ask:
        caller = caller_of(engine.service.settings.keys, request.headers.get("authorization", ""))
        params = _from_url(request) if request.method == "GET" else await _from_body(request)
        return Ask(
            params,
            caller,
            is_get=request.method == "GET",
            wait_for=request.headers.get("x-wait-for"),
            traceparent=request.headers.get("traceparent", ""),
        )


class _Unreadable(Exception):
    """The request is not one that the protocol knows."""

    def __init__(self, refusal: Refusal, status: int = 400) -> None:
        self.refusal = refusal
        self.status = status


def accepts(header: str) -> str | None:
    """The kind of answer to give: the first one named that is served; JSON when nothing or anything is asked for."""
    kinds = [part.split(";")[0].strip().lower() for part in header.split(",") if part.strip()]
    if not kinds:
        return LEGACY
    for kind in kinds:
        if kind in (MODERN, LEGACY, STREAM, "text/html"):
            return kind
        if kind in _WILD:
            return LEGACY
    return None


def _kind(accepted: str | None) -> str:
    return accepted if accepted in (MODERN, LEGACY) else LEGACY


def _status(answer: Answer, accepted: str) -> int:
    if answer.status is not None:
        return answer.status
    return 200 if answer.is_executed or accepted == LEGACY else 400


def _told(answer: Answer, kind: str, status: int, **headers: str) -> Response:
    return Response(answer.body, status, headers, f"{kind}; charset=utf-8")


def _from_url(request: Request) -> Params:
    given: dict[str, Any] = {}
    query = request.query_params
    for name in ("query", "operationName"):
        if name in query:
            given[name] = query[name]
    for name in ("variables", "extensions"):
        if query.get(name):
            given[name] = _json(query[name].encode())
    return _params(given)


async def _from_body(request: Request) -> Params:
    kind = request.headers.get("content-type", "").split(";")
    if kind[0].strip().lower() != LEGACY:
        raise _Unreadable(Refusal("unsupported_media"), 415)
    charset = next((part.split("=")[1].strip(' "').lower() for part in kind[1:] if part.strip().lower().startswith("charset=")), "utf-8")
    if charset not in ("utf-8", "utf8"):
        raise _Unreadable(Refusal("unsupported_media"), 415)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limits.MAX_BODY:
            raise _Unreadable(Invalid("body_too_large", limit=limits.MAX_BODY), 413)
        chunks.append(chunk)
    try:
        return _DECODE(b"".join(chunks))
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        raise _Unreadable(Invalid("bad_json", problem=problems.describe(broken)[1])) from broken


def _json(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as broken:
        raise _Unreadable(Invalid("bad_json", problem=problems.describe(broken)[1])) from broken


def _params(given: dict[str, Any]) -> Params:
    try:
        return msgspec.convert(given, Params)
    except msgspec.ValidationError as wrong:
        place, problem = problems.describe(wrong)
        raise _Unreadable(Invalid("invalid_form", field=place or None, where=place or "$", problem=problem)) from wrong
