"""Decides what is asked: forms in one transaction, each with its own answer; what is refused leaves nothing and the others go on.

A SQLite file has one writer. Commands that arrive while it writes wait for the next transaction and share it (group commit),
so that many callers cost one fsync. PostgreSQL groups commits by itself, and there every command has its own transaction.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from contracts.errors import Invalid, Refusal, Unavailable
from contracts.vocabulary import Role
from runtime import telemetry
from runtime.auth import Caller
from runtime.clock import uuid7
from runtime.database import DatabaseDown, bucket_of
from runtime.failpoints import pass_by
from runtime.work import Cause, Need, Work

if TYPE_CHECKING:
    from runtime.service import Service

MAX_GROUP: Final = 50
"""Commands of different callers in one transaction."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command, and under which paths it is served."""

    method: str
    path: str
    run: Callable[[Any, Caller, Work], Any]
    form: Any
    loads: tuple[Need, ...]
    roles: frozenset[Role]
    batch: str | None
    headers: Mapping[str, str]
    cases: Callable[[Any], Iterable[str]]
    status: int
    max_body: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One form (or the refusal that reading it gave), who asks, and under which span; one of a list gets a span below it."""

    spec: Command
    form: Any
    caller: Caller
    traceparent: str
    is_alone: bool


@dataclass(slots=True)
class Group:
    """The commands that wait for the writer, and whoever is deciding them."""

    waiting: deque[tuple[Asked, asyncio.Future[Any]]] = field(default_factory=deque)
    deciding: asyncio.Task[None] | None = None


async def run_forms(service: Service, spec: Command, forms: list[Any], caller: Caller, parent: str = "") -> list[Any]:
    """Run a command over its forms in one transaction; each answer is what the command returned, or its Refusal.

    Raises Unavailable when the database does not answer; then nothing was done, or it was done and could not be told.
    """
    single: str | None = getattr(forms[0], "case_id", None) if len(forms) == 1 else None
    name = f"{service.name} {spec.method} {spec.path if len(forms) == 1 else spec.batch}"
    with telemetry.span(name, parent, kind=telemetry.SpanKind.SERVER, case_id=single, form_count=len(forms)) as span:
        here = telemetry.traceparent_of(span)
        asked = [Asked(spec, form, caller, here, len(forms) == 1) for form in forms]
        try:
            if len(asked) == 1 and service.db.dialect.name == "sqlite":
                answers = [await _with_others(service, asked[0])]
            else:
                answers = await _decide(service, asked)
        except DatabaseDown as down:
            raise Unavailable("service_unavailable", service=service.name) from down
        refusals = [one.code for one in answers if isinstance(one, Refusal)]
        if refusals:
            span.set_attribute("refusal.code", refusals[0])
            telemetry.fail(span, refusals[0])
            if not telemetry.is_sampled(here):
                telemetry.note("command refused", here, code=refusals[0], case_id=single)
        elif len(forms) == 1 and (case_id := _case_of(answers[0])):
            span.set_attribute("case.id", case_id)
        return answers


def _case_of(answer: Any) -> str:
    """The case of the fact that the answer's position points to; empty where nothing was stated."""
    return str(answer["position"]).split(":")[1] if isinstance(answer, dict) and "position" in answer else ""


async def _with_others(service: Service, asked: Asked) -> Any:
    """The answer, decided together with whatever else waits for the writer."""
    group = service.group
    answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    group.waiting.append((asked, answer))
    if group.deciding is None:
        group.deciding = asyncio.create_task(_decide_waiting(service, group))
    return await answer


async def _decide_waiting(service: Service, group: Group) -> None:
    try:
        while group.waiting:
            some = [group.waiting.popleft() for _ in range(min(MAX_GROUP, len(group.waiting)))]
            _tell(some, await _outcomes(service, [asked for asked, _ in some]))
    finally:
        group.deciding = None


async def _outcomes(service: Service, asked: list[Asked]) -> list[Any]:
    """An answer or an exception for each. Where one fails in a way nobody foresaw, each is decided by itself."""
    try:
        return await _decide(service, asked)
    except DatabaseDown as down:
        return [down] * len(asked)
    except Exception as bug:
        if len(asked) == 1:
            return [bug]
        return [outcome for one in asked for outcome in await _outcomes(service, [one])]


def _tell(some: Sequence[tuple[Asked, asyncio.Future[Any]]], outcomes: Sequence[Any]) -> None:
    for (_, answer), outcome in zip(some, outcomes, strict=True):
        if answer.done():
            continue  # whoever asked has gone
        if isinstance(outcome, Exception) and not isinstance(outcome, Refusal):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)


async def _decide(service: Service, asked: Sequence[Asked]) -> list[Any]:
    """Decide in one transaction under the locks of all cases concerned."""
    good = [one for one in asked if not isinstance(one.form, Refusal)]
    cases = {case for one in good for case in one.spec.cases(one.form)}
    async with service.db.transaction({bucket_of(case) for case in cases}) as transaction:
        work = service.new_work()
        requests, takers = work.wanted([(one.form, one.spec.loads) for one in good], cases)
        work.take(takers, await transaction.load(requests))
        answers = [_answer(one, work) for one in asked]
        changes = work.changes(for_sqlite=service.db.dialect.name == "sqlite")
        if not changes.is_empty():
            pass_by("command.before_write")
            await transaction.write(changes)
            pass_by("command.after_write")
    return answers


def _answer(one: Asked, work: Work) -> Any:
    if isinstance(one.form, Refusal):
        return one.form
    if one.is_alone or not telemetry.is_sampled(one.traceparent):
        return _decided(one, work, one.traceparent)
    with telemetry.span(f"{one.spec.method} {one.spec.path}", one.traceparent) as item:
        answer = _decided(one, work, telemetry.traceparent_of(item))
        if isinstance(answer, Refusal):
            telemetry.fail(item, answer.code)
        elif case_id := _case_of(answer):
            item.set_attribute("case.id", case_id)
    return answer


def _decided(one: Asked, work: Work, traceparent: str) -> Any:
    on: date | None = getattr(one.form, "on", None)
    try:
        if on is not None and on > work.today:
            raise Invalid("date_in_future", field="on", value=on, where="on", today=work.today)
        before = len(work.events)
        work.actor = one.caller.actor
        work.begin(Cause(uuid7(), traceparent=traceparent), on)
        answer = one.spec.run(one.form, one.caller, work)
        work.keep()
    except Refusal as refusal:
        work.drop()
        return refusal
    if isinstance(answer, dict) and len(work.events) > before:
        last = work.events[-1]
        answer.setdefault("position", f"{last.topic}:{last.case_id}:{last.seq}")
    return answer
