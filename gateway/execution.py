"""From a request to the answer's bytes: a plan where there is one, the ordinary executor where there is none.

Nothing here logs or traces a document, a variable or a value: a span knows the operation's kind, its root fields
and the hash of its text.
"""

import hashlib
import logging
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, OperationType, value_from_ast_untyped
from graphql.execution.values import VariableValues, get_variable_values

from contracts.errors import Invalid, NotAllowed, Refusal, Unavailable
from contracts.vocabulary import Role
from gateway import limits, models, plans
from gateway.asking import Asking, Statement, shape_of
from gateway.cursors import MARK, Cursors
from gateway.documents import Document, Documents
from gateway.hub import Hub
from gateway.policy import GUARDED_ROLES, Viewer
from gateway.reading import Reader
from gateway.schema import core, schema
from gateway.upstream import Upstream
from gateway.waiting import Position, Waiting
from runtime import telemetry
from runtime.auth import Caller
from runtime.clock import now, uuid7
from runtime.database import DatabaseDown
from runtime.service import Service

log = logging.getLogger(__name__)
_PLANS: Final = 2000
_MARK: Final = MARK.encode()
_READ: Final = re.compile(rf',?"{plans.READ_MARK}":"{re.escape(MARK)}([^"]*)"'.encode())
_SCHEMA_READERS: Final = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.OPERATOR})


class Params(msgspec.Struct, rename="camel"):
    """A GraphQL-over-HTTP request."""

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


@dataclass(slots=True)
class Answer:
    """The body, and whether it is the answer of an execution (``data`` is there) or of a request that was not executed."""

    body: bytes
    is_executed: bool = True
    status: int | None = None


@dataclass(slots=True)
class Ask:
    """One request as it came in."""

    params: Params
    caller: Caller
    is_get: bool = False
    wait_for: str | None = None
    traceparent: str = ""


@dataclass(slots=True)
class Context:
    """What the resolvers of one operation may use."""

    engine: "Engine"
    reader: Reader
    caller: Caller
    traceparent: str
    case_ids: set[str] = field(default_factory=set)

    async def send(self, service: str, path: str, body: Any, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Pass a command on in the caller's name."""
        sent = await self.engine.upstream.send(service, path, body, token=self.caller.token, traceparent=self.traceparent, headers=headers)
        if "case_id" in sent:
            self.case_ids.add(sent["case_id"])
        return sent

    async def ask(self, service: str, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Ask a service in the caller's name."""
        return await self.engine.upstream.read(service, path, params, token=self.caller.token)

    async def wait_for(self, position: str) -> bool:
        """Wait for a command's own fact."""
        return bool(position) and await self.engine.waiting.until_seen(self.reader.db, self.reader.asking, Position.parse(position))


class Engine:
    """Answers operations over one read model."""

    def __init__(self, service: Service, waiting: Waiting, hub: Hub, cursors: Cursors) -> None:
        self.service = service
        self.waiting = waiting
        self.hub = hub
        self.cursors = cursors
        self.upstream = Upstream()
        self.documents = Documents(core())
        self.plans: OrderedDict[Any, Statement | None] = OrderedDict()
        self._schema = core()

    async def answer(self, ask: Ask) -> Answer:
        """Execute a request. Never raises for what a client can cause."""
        document = self.documents.read(ask.params.query) if len(ask.params.query) <= limits.MAX_TEXT else None
        if document is None:
            return refused([Invalid("body_too_large", limit=limits.MAX_TEXT)])
        if document.errors:
            return Answer(encode({"errors": [shown(error) for error in document.errors]}), is_executed=False)
        operation = document.operation(ask.params.operation_name)
        if operation is None:
            return refused([Invalid("operation_unknown", field="operationName")])
        problem = self._forbidden(ask, document, operation)
        if problem is not None:
            return problem
        with telemetry.span(_span_name(operation), ask.traceparent, kind=telemetry.SpanKind.SERVER) as span:
            if span.is_recording():
                span.set_attribute("graphql.document", hashlib.sha256(ask.params.query.encode()).hexdigest()[:16])
            try:
                return await self._execute(ask, document, operation, span)
            except Refusal as refusal:
                return refused([refusal])
            except DatabaseDown:
                return replace(refused([Unavailable("service_unavailable", service="gateway")]), status=503)

    def _forbidden(self, ask: Ask, document: Document, operation: OperationDefinitionNode) -> Answer | None:
        if ask.caller.role not in GUARDED_ROLES:
            return replace(refused([NotAllowed("role_not_allowed", role=ask.caller.role.value)]), status=403)
        if operation.operation is OperationType.MUTATION and ask.is_get:
            return replace(refused([Invalid("method_not_allowed", method="GET")]), status=405)
        if operation.operation is OperationType.SUBSCRIPTION:
            return refused([Invalid("subscription_needs_stream")])
        if document.reads_schema and self.service.settings.is_production and ask.caller.role not in _SCHEMA_READERS:
            return replace(refused([NotAllowed("introspection_not_allowed")]), status=403)
        return None

    async def _execute(self, ask: Ask, document: Document, operation: OperationDefinitionNode, span: Any) -> Answer:
        variables = self.variables(operation, ask.params.variables)
        if isinstance(variables, list):
            return Answer(encode({"errors": [shown(error) for error in variables]}), is_executed=False)
        asking = Asking(viewer_of(ask.caller), self.service.clock.today(), variables)
        unseen = await self._wait(ask, operation, asking)
        statement = self.plan(ask.params.query, document, operation, asking) if operation.operation is OperationType.QUERY else None
        span.set_attribute("graphql.way", "plan" if statement is not None else "ordinary")
        found = await self._by_plan(statement, asking) if statement is not None else None
        if found is None:
            found = await self._ordinarily(ask, asking, span)
        if unseen:
            found = found[:-1] + b',"extensions":' + encode({"notYetSeen": unseen}) + b"}"
        return Answer(found)

    def variables(self, operation: OperationDefinitionNode, given: dict[str, Any] | None) -> VariableValues | list[GraphQLError]:
        """The variables as the schema's types, or what is wrong with them."""
        return get_variable_values(
            self._schema, operation.variable_definitions or (), given or {}, max_errors=limits.MAX_ERRORS, hide_suggestions=True
        )

    async def _wait(self, ask: Ask, operation: OperationDefinitionNode, asking: Asking) -> list[str]:
        """Wait for what the header and the root fields name; returns what did not come in time."""
        named = {ask.wait_for} if ask.wait_for else set()
        for node in operation.selection_set.selections:
            for argument in (node.arguments or ()) if isinstance(node, FieldNode) else ():
                if argument.name.value == "waitFor":
                    value = value_from_ast_untyped(argument.value, asking.variables.coerced)
                    named |= {value} if isinstance(value, str) else set()
        positions = [Position.parse(text) for text in sorted(named)]
        return [str(one) for one in positions if not await self.waiting.until_seen(self.service.db, asking, one)]

    # By plan

    def plan(self, text: str, document: Document, operation: OperationDefinitionNode, asking: Asking) -> Statement | None:
        """The plan of an operation for this scope and shape of variables; None when there can be none."""
        name = operation.name.value if operation.name else None
        key = (text, name, asking.viewer.scope, shape_of(asking.variables))
        if key in self.plans:
            self.plans.move_to_end(key)
            return self.plans[key]
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        is_query = operation.operation is OperationType.QUERY
        compile_one = plans.compile_query if is_query else plans.compile_subscription
        try:
            found = compile_one(operation, document.fragments, root, asking, self.cursors, self.service.db.dialect)
        except plans.Uncompilable:
            found = None
        self.plans[key] = found
        if len(self.plans) > _PLANS:
            self.plans.popitem(last=False)
        return found

    async def _by_plan(self, statement: Statement, asking: Asking) -> bytes | None:
        try:
            values = statement.values(asking)
        except Refusal:
            return None  # the ordinary way tells where in the answer the refusal belongs
        data = await self.data(statement, values, asking)
        return None if data is None else b'{"data":' + data + b"}"

    async def data(self, statement: Statement, values: list[Any], asking: Asking) -> bytes | None:
        """The JSON of a plan, cursors sealed, readings of alerts recorded."""
        rows = await self.service.db.raw(statement.sql, values)
        if not rows or rows[0][0] is None:
            return None
        found: bytes = rows[0][0].encode()
        if _MARK in found:
            read = {one.decode() for one in _READ.findall(found)}
            if read:
                found = _READ.sub(b"", found)
                await self._record_reading(asking.viewer, read)
            found = self.cursors.seal_marked(found)
        return found

    async def _record_reading(self, viewer: Viewer, case_ids: set[str]) -> None:
        async with self.service.work((), about="alerts read") as work:
            work.save(
                models.AlertReading(
                    reading_id=uuid7(),
                    role=viewer.role,
                    agency=viewer.agency or None,
                    officer=viewer.officer or None,
                    read_at=now(),
                    case_ids=sorted(case_ids),
                )
            )

    # The ordinary way

    async def _ordinarily(self, ask: Ask, asking: Asking, span: Any) -> bytes:
        reader = Reader(self.service.db, asking, self.cursors)
        context = Context(self, reader, ask.caller, telemetry.traceparent_of(span))
        params = ask.params
        result: Any = await schema().execute(params.query, params.variables, context, operation_name=params.operation_name)
        if reader.alerts_read:
            await self._record_reading(asking.viewer, reader.alerts_read)
        if len(context.case_ids) == 1:
            span.set_attribute("case.id", *context.case_ids)
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [shown(error) for error in result.errors[: limits.MAX_ERRORS]]
        return encode(answer)


def viewer_of(caller: Caller) -> Viewer:
    """The caller as the policy knows one."""
    return Viewer(caller.role, caller.agency, caller.case_id or "", caller.officer or "")


def _span_name(operation: OperationDefinitionNode) -> str:
    fields = sorted({node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode)})
    return f"graphql {operation.operation.value} {','.join(fields[:4])}"


encode: Final = msgspec.json.Encoder().encode


def refused(refusals: list[Refusal]) -> Answer:
    """A request that is not executed, with the reasons."""
    errors = [shown(GraphQLError(one.message, original_error=one)) for one in refusals]
    return Answer(encode({"errors": errors}), is_executed=False)


def shown(error: GraphQLError) -> dict[str, Any]:
    """An error as the client may see it: what the client can mend, or a number to quote."""
    cause = error.original_error
    told: dict[str, Any] = {"message": error.message}
    if isinstance(cause, Refusal):
        told["message"] = cause.message
        told["extensions"] = {"code": cause.code, "messageEn": cause.message_en, "field": cause.field, "law": cause.law}
    elif isinstance(cause, DatabaseDown):
        told = _of(Unavailable("service_unavailable", service="gateway"))
    elif cause is not None and not isinstance(cause, GraphQLError):
        number = uuid7()
        log.error("a resolver failed", extra={"request": number, "failure": type(cause).__name__}, exc_info=cause)
        told = _of(Refusal("internal_error", request=number))
    if error.locations:
        told["locations"] = [{"line": one.line, "column": one.column} for one in error.locations]
    if error.path:
        told["path"] = error.path
    return told


def _of(refusal: Refusal) -> dict[str, Any]:
    return {"message": refusal.message, "extensions": {"code": refusal.code, "messageEn": refusal.message_en}}
