"""The HTTP edge: commands and queries as plain functions, refusals as problem details (RFC 9457).

    @command("POST", "/cases/{case_id}/extend", loads=[Case], roles={Role.OFFICER})
    def extend(form: ExtendForm, caller: Caller, work: Work) -> dict[str, object]: …

A command is answered at once: with what it did and the position of its last fact (the read-your-writes token), or with a
refusal that names code, sentence, field and law; then nothing was done.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, get_type_hints

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from contracts.errors import Invalid, NotFound, Refusal, Unavailable
from contracts.vocabulary import Role
from runtime import problems
from runtime.auth import Caller, caller_of
from runtime.clock import uuid7
from runtime.database import DatabaseDown
from runtime.deciding import Command, run_forms
from runtime.work import Work, needs

if TYPE_CHECKING:
    from runtime.service import Service

log = logging.getLogger(__name__)
MAX_BODY: Final = 1 << 20
MAX_BATCH: Final = 1000
_NO_STORE: Final = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class QueryRoute:
    """One read."""

    method: str
    path: str
    run: Callable[[Request, Caller, Any], Awaitable[Any]]
    roles: frozenset[Role]
    is_open: bool


def command(
    method: str,
    path: str,
    *,
    loads: Iterable[Any] = (),
    roles: Iterable[Role] = (),
    batch: str | None = None,
    headers: Mapping[str, str] | None = None,
    cases: Callable[[Any], Iterable[str]] | None = None,
    status: int = 200,
    max_body: int = MAX_BODY,
) -> Callable[[Callable[[Any, Caller, Work], Any]], Any]:
    """Serve a command. The form's type is the annotation of the first argument; path parameters and the named ``headers``
    become fields of the form. ``cases`` names the cases it locks, default the form's ``case_id``. ``batch`` also serves a
    list of forms (≤ 1000) in one transaction with one answer each. No ``roles`` means every signed-in caller.
    """

    def register(run: Callable[[Any, Caller, Work], Any]) -> Callable[[Any, Caller, Work], Any]:
        form = next(iter(get_type_hints(run).values()))
        found = Command(method, path, run, form, needs(loads), frozenset(roles), batch, headers or {}, cases or _own_case, status, max_body)
        vars(run)["serves"] = found
        return run

    return register


def query(method: str, path: str, *, roles: Iterable[Role] = (), is_open: bool = False) -> Callable[[Any], Any]:
    """Serve a read: ``async def f(request, caller, service)``. ``is_open`` needs no token (the caller is then anonymous)."""

    def register(run: Callable[[Request, Caller, Any], Awaitable[Any]]) -> Any:
        vars(run)["serves"] = QueryRoute(method, path, run, frozenset(roles), is_open)
        return run

    return register


def _own_case(form: Any) -> Iterable[str]:
    case_id = getattr(form, "case_id", None)
    return () if case_id is None else (case_id,)


def routes_of(service: Service, *modules: ModuleType) -> list[Route]:
    """The routes that the modules' functions serve."""
    found: list[Route] = []
    for module in modules:
        for value in vars(module).values():
            spec = getattr(value, "serves", None) if inspect.isfunction(value) else None
            if isinstance(spec, Command):
                if spec.batch:
                    found.insert(0, Route(spec.batch, _batch_endpoint(service, spec), methods=["POST"]))
                found.append(Route(spec.path, _endpoint(service, spec), methods=[spec.method]))
            elif isinstance(spec, QueryRoute):
                found.append(Route(spec.path, _query_endpoint(service, spec), methods=[spec.method]))
    return found


def _endpoint(service: Service, spec: Command) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        caller = _signed_in(service, request, spec.roles)
        body = await body_of(request, spec.max_body)
        given = object_of(body)
        for name, header in spec.headers.items():
            if request.headers.get(header) is not None:
                given[name] = request.headers[header]
        form = form_of({**given, **request.path_params}, spec.form)
        parent = request.headers.get("traceparent", "")
        (answer,) = await run_forms(service, spec, [form], caller, parent)
        if isinstance(answer, Refusal):
            return refused(answer)
        return reply(answer, spec.status)

    return endpoint


def _batch_endpoint(service: Service, spec: Command) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        caller = _signed_in(service, request, spec.roles)
        items = _list(await body_of(request, 16 * MAX_BODY))
        forms: list[Any] = []
        for item in items:
            try:
                forms.append(form_of(item, spec.form))
            except Refusal as refusal:
                forms.append(refusal)
        answers = await run_forms(service, spec, forms, caller, request.headers.get("traceparent", ""))
        return reply([{"refusal": one.problem()} if isinstance(one, Refusal) else {"ok": one} for one in answers])

    return endpoint


def _query_endpoint(service: Service, spec: QueryRoute) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if spec.is_open and "authorization" not in request.headers:
            caller = Caller(Role.ANONYMOUS)
        else:
            caller = _signed_in(service, request, spec.roles)
        answer = await spec.run(request, caller, service)
        return answer if isinstance(answer, Response) else reply(answer)

    return endpoint


def _signed_in(service: Service, request: Request, roles: frozenset[Role]) -> Caller:
    caller = caller_of(service.settings.keys, request.headers.get("authorization", ""))
    caller.must_be(*roles)
    return caller


async def body_of(request: Request, limit: int = MAX_BODY) -> bytes:
    """The body, read no further than ``limit`` bytes. Raises Invalid."""
    size = 0
    chunks: list[bytes] = []
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise Invalid("body_too_large", limit=limit)
        chunks.append(chunk)
    return b"".join(chunks)


def object_of(body: bytes) -> dict[str, Any]:
    """A JSON object; an empty body is an empty object. Raises Invalid."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any]) if body.strip() else {}
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        problem = problems.describe(broken)[1]
        raise Invalid("bad_json", problem=problem, problem_vi=problems.in_vietnamese(problem)) from broken


def _list(body: bytes) -> list[dict[str, Any]]:
    try:
        items = msgspec.json.decode(body, type=list[dict[str, Any]])
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        problem = problems.describe(broken)[1]
        raise Invalid("bad_json", problem=problem, problem_vi=problems.in_vietnamese(problem)) from broken
    if len(items) > MAX_BATCH:
        raise Invalid("invalid_form", where="$", problem=f"> {MAX_BATCH}")
    return items


def form_of(given: dict[str, Any], form: Any) -> Any:
    """The form that a JSON object fills. Raises Invalid with the field at fault, never with its value."""
    try:
        return msgspec.convert(given, form)
    except msgspec.ValidationError as wrong:
        place, problem = problems.describe(wrong)
        told = {"problem": problem, "problem_vi": problems.in_vietnamese(problem)}
        raise Invalid("invalid_form", field=place or None, where=place or "$", **told) from wrong


def reply(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(value), status, _NO_STORE, "application/json")


def refused(refusal: Refusal) -> Response:
    """A refusal as problem details."""
    headers = {"retry-after": "1"} if refusal.status in (429, 503) else {}
    if refusal.status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(msgspec.json.encode(refusal.problem()), refusal.status, headers, "application/problem+json")


async def on_refusal(request: Request, failure: Exception) -> Response:
    """Answer a refusal raised outside a command."""
    assert isinstance(failure, Refusal)
    return refused(failure)


async def on_http_error(request: Request, failure: Exception) -> Response:
    """Starlette's own errors (unknown path, wrong method) as problem details."""
    assert isinstance(failure, HTTPException)
    wrong = Refusal("method_not_allowed", method=request.method) if failure.status_code == 405 else NotFound("address_not_found")
    answer = msgspec.json.encode({**wrong.problem(), "status": failure.status_code})
    return Response(answer, failure.status_code, failure.headers, "application/problem+json")


async def on_database_down(request: Request, failure: Exception) -> Response:
    """The database did not answer a read."""
    return refused(Unavailable("service_unavailable", service=request.url.path.split("/")[1] or "-"))


async def on_bug(request: Request, failure: Exception) -> Response:
    """A bug: the client gets a number to quote, the log where it happened; neither gets the data."""
    number = uuid7()
    log.error("request failed", exc_info=failure, extra={"request": number})
    refusal = Refusal("internal_error", request=number)
    return Response(msgspec.json.encode({**refusal.problem(), "status": 500}), 500, media_type="application/problem+json")


HANDLERS: Final[Mapping[Any, Any]] = {Refusal: on_refusal, HTTPException: on_http_error, DatabaseDown: on_database_down, Exception: on_bug}
__all__ = ["Caller", "Command", "command", "query", "reply", "routes_of", "run_forms"]
