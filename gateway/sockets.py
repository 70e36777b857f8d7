"""Subscriptions over WebSocket (protocol ``graphql-transport-ws``): subscriptions only, a token in ``connection_init``.

A page of another origin is not let in; a token that ends closes the socket; a client that does not read is let go.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from contracts.errors import NotSignedIn
from gateway import limits
from gateway.execution import Answer, Ask, Engine, Params
from gateway.hub import Subscription, TooSlow
from gateway.streams import expires_at, subscribe
from runtime.auth import Caller, caller_of

PROTOCOL: Final = "graphql-transport-ws"
MOST_SUBSCRIPTIONS: Final = 20
_INIT_S: Final = 5.0
_BLOCKED_S: Final = 10.0
_BAD, _UNAUTHORIZED, _FORBIDDEN, _SLOW_INIT, _TWICE, _MANY_INITS, _SLOW = 4400, 4401, 4403, 4408, 4409, 4429, 1013


class _Closing(Exception):
    """The connection ends with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason


class Sockets:
    """``/graphql`` for WebSockets."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine

    async def serve(self, socket: WebSocket) -> None:
        """Serve one connection to its end."""
        if PROTOCOL not in socket.scope.get("subprotocols", []) or not _is_same_origin(socket):
            await socket.close(_FORBIDDEN)
            return
        await socket.accept(subprotocol=PROTOCOL)
        connection = _Connection(self._engine(), socket)
        try:
            await connection.serve()
        except _Closing as closing:
            await _close(socket, closing)
        except WebSocketDisconnect:
            pass
        finally:
            connection.end()


def _is_same_origin(socket: WebSocket) -> bool:
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")


async def _close(socket: WebSocket, closing: _Closing) -> None:
    try:
        await socket.close(closing.code, closing.reason)
    except RuntimeError:
        return  # the client was faster


class _Connection:
    def __init__(self, engine: Engine, socket: WebSocket) -> None:
        self.engine = engine
        self.socket = socket
        self.caller: Caller | None = None
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()

    async def serve(self) -> None:
        """Read messages until the client leaves or breaks the protocol."""
        try:
            first = await asyncio.wait_for(self._read(), _INIT_S)
        except TimeoutError as late:
            raise _Closing(_SLOW_INIT, "Connection initialisation timeout") from late
        if first.get("type") != "connection_init":
            raise _Closing(_UNAUTHORIZED, "Unauthorized")
        self.caller = self._signed_in(first.get("payload"))
        await self.send(b'{"type":"connection_ack"}')
        until = expires_at(self.caller)
        while True:
            try:
                message = await asyncio.wait_for(self._read(), max(0.0, until - time.time()))
            except TimeoutError as over:
                raise _Closing(_UNAUTHORIZED, "Token expired") from over
            await self._handle(message)

    def _signed_in(self, payload: Any) -> Caller:
        given = payload if isinstance(payload, dict) else {}
        header = next((value for name, value in given.items() if name.lower() == "authorization" and isinstance(value, str)), "")
        try:
            return caller_of(self.engine.service.settings.keys, header)
        except NotSignedIn as refusal:
            raise _Closing(_FORBIDDEN, "Forbidden") from refusal

    async def _read(self) -> dict[str, Any]:
        text = await self.socket.receive_text()
        if len(text) > limits.MAX_TEXT:
            raise _Closing(_BAD, "Message too large")
        try:
            return msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.DecodeError as broken:
            raise _Closing(_BAD, "Invalid message") from broken

    async def _handle(self, message: dict[str, Any]) -> None:
        kind, number = message.get("type"), message.get("id")
        if kind == "ping":
            await self.send(b'{"type":"pong"}')
        elif kind == "pong":
            return
        elif kind == "connection_init":
            raise _Closing(_MANY_INITS, "Too many initialisation requests")
        elif kind == "complete" and isinstance(number, str):
            task = self.tasks.pop(number, None)
            if task is not None:
                task.cancel()
        elif kind == "subscribe" and isinstance(number, str) and number:
            await self._subscribe(number, message.get("payload"))
        else:
            raise _Closing(_BAD, "Invalid message")

    async def _subscribe(self, number: str, payload: Any) -> None:
        if number in self.tasks:
            raise _Closing(_TWICE, f"Subscriber for {number[:40]} already exists")
        if len(self.tasks) >= MOST_SUBSCRIPTIONS:
            raise _Closing(_MANY_INITS, "Too many subscriptions")
        try:
            params = msgspec.convert(payload, Params)
        except msgspec.ValidationError as wrong:
            raise _Closing(_BAD, "Invalid message") from wrong
        assert self.caller is not None
        after = (params.extensions or {}).get("after")
        found = await subscribe(self.engine, self.engine.hub, Ask(params, self.caller), after if isinstance(after, str) else None)
        name = msgspec.json.encode(number)
        if isinstance(found, Answer):
            errors = msgspec.json.encode(msgspec.json.decode(found.body)["errors"])
            await self.send(b'{"id":' + name + b',"type":"error","payload":' + errors + b"}")
            return
        self.tasks[number] = asyncio.create_task(self._deliver(number, name, found))

    async def _deliver(self, number: str, name: bytes, subscription: Subscription) -> None:
        try:
            async for payloads in subscription.payloads(3600):
                for payload in payloads:
                    await self.send(b'{"id":' + name + b',"type":"next","payload":' + payload.body + b"}")
        except TooSlow:
            await _close(self.socket, _Closing(_SLOW, "Too slow"))
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            subscription.close()
            self.tasks.pop(number, None)

    async def send(self, message: bytes) -> None:
        """Send a text frame; a client that does not take it in time is let go."""
        async with self._sending:
            try:
                await asyncio.wait_for(self.socket.send_text(message.decode()), _BLOCKED_S)
            except TimeoutError as blocked:
                raise _Closing(_SLOW, "Too slow") from blocked

    def end(self) -> None:
        """End every subscription of the connection."""
        for task in list(self.tasks.values()):
            task.cancel()
