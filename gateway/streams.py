"""Subscriptions over server-sent events (protocol ``graphql-sse``, distinct connections): the better default for portals.

One request, one subscription: plain authentication, plain proxies. Each event carries its position as ``id``, so a browser
that reconnects names the last one it saw (``Last-Event-ID``) and gets what it missed.
"""

import base64
import time
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from graphql import OperationType
from starlette.responses import Response, StreamingResponse

from contracts.errors import Invalid, NotAllowed, Refusal
from gateway.asking import Asking
from gateway.execution import Answer, Ask, Engine, encode, refused, shown, viewer_of
from gateway.hub import Hub, Subscription, TooSlow
from gateway.policy import GUARDED_ROLES
from runtime.auth import Caller

_HEARTBEAT_S: Final = 15.0


def expires_at(caller: Caller) -> float:
    """When the caller's token ends, in seconds since 1970; the token was verified before."""
    try:
        claims = caller.token.split(".")[1]
        return float(msgspec.json.decode(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"])
    except (IndexError, KeyError, ValueError, msgspec.DecodeError):
        return time.time()


async def subscribe(engine: Engine, hub: Hub, ask: Ask, after: str | None) -> Subscription | Answer:
    """A place in the hub for a subscription request, or the answer that says why not."""
    document = engine.documents.read(ask.params.query)
    if document.errors:
        return Answer(encode({"errors": [shown(error) for error in document.errors]}), is_executed=False)
    operation = document.operation(ask.params.operation_name)
    try:
        if operation is None:
            raise Invalid("operation_unknown", field="operationName")
        if operation.operation is not OperationType.SUBSCRIPTION:
            raise Invalid("stream_needs_subscription")
        if ask.caller.role not in GUARDED_ROLES:
            raise NotAllowed("role_not_allowed", role=ask.caller.role.value)
        variables = engine.variables(operation, ask.params.variables)
        if isinstance(variables, list):
            return Answer(encode({"errors": [shown(error) for error in variables]}), is_executed=False)
        asking = Asking(viewer_of(ask.caller), engine.service.clock.today(), variables)
        statement = engine.plan(ask.params.query, document, operation, asking)
        if statement is None:
            raise Invalid("subscription_too_wide", field="query")
        rights = (asking.viewer.role, asking.viewer.agency, asking.viewer.case_id)
        group = (ask.params.query, ask.params.operation_name, rights, msgspec.json.encode(ask.params.variables or {}, order="sorted"))
        return await hub.subscribe(group, statement, asking, after)
    except Refusal as refusal:
        return refused([refusal])


async def stream(engine: Engine, ask: Ask, after: str | None) -> Response:
    """The response to a request for ``text/event-stream``."""
    found = await subscribe(engine, engine.hub, ask, after)
    if isinstance(found, Answer):
        return Response(found.body, found.status or 400, media_type="application/json")
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_events(found, expires_at(ask.caller)), headers=headers, media_type="text/event-stream")


async def _events(subscription: Subscription, until: float) -> AsyncIterator[bytes]:
    try:
        yield b":\n\n"
        async for payloads in subscription.payloads(_HEARTBEAT_S):
            if time.time() >= until:
                break
            for payload in payloads:
                yield b"id: " + payload.position.encode() + b"\nevent: next\ndata: " + payload.body + b"\n\n"
            if not payloads:
                yield b":\n\n"
        yield b"event: complete\ndata:\n\n"
    except TooSlow:
        yield b"event: complete\ndata:\n\n"
    finally:
        subscription.close()

