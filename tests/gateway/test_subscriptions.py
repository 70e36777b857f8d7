"""Changes are told as they happen, to those who may see them, over server-sent events and WebSocket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
import uvicorn
import websockets

from contracts.errors import TooMany
from contracts.vocabulary import Role
from gateway import hub as hubs
from gateway.asking import Asking, Statement
from gateway.execution import Ask, Params
from gateway.hub import Hub, Payload, Subscriber, Subscription, TooSlow
from gateway.policy import Viewer
from gateway.streams import subscribe
from runtime.auth import Caller
from tests.gateway.test_plans import engine_of, filled
from tests.gateway.world import PROVINCE, TODAY, WARD, World, accepted, assigned, hotspot, lodged

__all__ = ["filled"]
PROTOCOL = websockets.Subprotocol("graphql-transport-ws")
CHANGED = "subscription($id: ID){caseChanged(caseId: $id){position entry{act} case{status holder{code}}}}"


@pytest.fixture
async def served(world: World) -> AsyncIterator[str]:
    """The gateway on a real port with its hub running; yields ``host:port``."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(world.service.app(), log_config=None, lifespan="off", ws="websockets-sansio"))
    telling: asyncio.Future[None] = asyncio.ensure_future(world.service.jobs[0].run(world.service))
    serving = asyncio.create_task(server.serve([listening]))
    yield f"127.0.0.1:{listening.getsockname()[1]}"
    telling.cancel()
    server.should_exit = True
    server.force_exit = True
    await serving
    with suppress(asyncio.CancelledError):
        await telling


class Listener:
    """The events of one stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        """The next event's id and data."""
        event: dict[str, str] = {}
        async with asyncio.timeout(20):
            async for line in self._lines:
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    event[name] = value
                elif event:
                    return event.get("id", ""), json.loads(event["data"]) if event.get("data") else event["event"]
        raise EOFError


@asynccontextmanager
async def listening(address: str, token: str, text: str = CHANGED, after: str = "", **variables: Any) -> AsyncIterator[Listener]:
    """A subscription over server-sent events."""
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    if after:
        headers["last-event-id"] = after
    body = {"query": text, "variables": variables}
    async with (
        httpx.AsyncClient(trust_env=False, timeout=30) as client,
        client.stream("POST", f"http://{address}/graphql", json=body, headers=headers) as response,
    ):
        yield Listener(response)


async def test_a_change_is_told_with_its_position_and_the_case_after_it(world: World, served: str) -> None:
    await world.tell(lodged("c1"))
    async with listening(served, world.token(Role.OFFICER, WARD)) as events:
        await asyncio.sleep(0.2)
        await world.tell(assigned("c1"))
        position, data = await events.next()
    assert position == "cases.v1:c1:1"
    case = {"status": "ASSIGNED", "holder": {"code": WARD}}
    assert data == {"data": {"caseChanged": {"position": position, "entry": {"act": "PETITION_ASSIGNED"}, "case": case}}}


async def test_only_those_who_may_see_a_case_are_told(world: World, served: str) -> None:
    async with (
        listening(served, world.token(Role.OFFICER, PROVINCE)) as province,
        listening(served, world.token(Role.CITIZEN, case_id="c2")) as citizen,
        listening(served, world.token(Role.POLICE, "CA-19")) as police,
    ):
        await asyncio.sleep(0.2)
        await world.tell(lodged("c1"), hotspot("c1"), lodged("c2", received_by=PROVINCE), hotspot("c2", holder=PROVINCE))
        assert (await province.next())[0] in ("petitions.v1:c2:1", "oversight.v1:c2:1")
        assert (await citizen.next())[0] == "petitions.v1:c2:1", "a petitioner is not told of alerts"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(police.next(), 0.5)


async def test_a_filter_narrows_to_one_case(world: World, served: str) -> None:
    async with listening(served, world.token(Role.OFFICER, WARD), id="c2") as events:
        await asyncio.sleep(0.2)
        await world.tell(lodged("c1"), lodged("c2"))
        assert (await events.next())[0] == "petitions.v1:c2:1"


async def test_a_stream_that_comes_back_gets_what_it_missed(world: World, served: str) -> None:
    await world.tell(lodged("c1"), assigned("c1"))
    await world.tell(accepted("c1"))
    async with listening(served, world.token(Role.OFFICER, WARD), after="cases.v1:c1:1") as events:
        assert (await events.next())[0] == "cases.v1:c1:2"


async def test_a_stream_ends_with_its_token(world: World, served: str) -> None:
    async with listening(served, world.token(Role.OFFICER, WARD, seconds=1)) as events:
        await asyncio.sleep(1.2)
        await world.tell(lodged("c1"))
        assert (await events.next())[1] == "complete"


WITH_ALERT = "subscription{caseChanged{case{alert{reasons}}}}"
TWO_ROOTS = "subscription{caseChanged{position} again: caseChanged{position}}"


@pytest.mark.parametrize("text", ["{asOf}", "subscription{nothing}", TWO_ROOTS, WITH_ALERT])
async def test_what_is_no_subscription_is_not_streamed(world: World, served: str, text: str) -> None:
    async with listening(served, world.token(Role.OFFICER, WARD), text) as events:
        assert events.status == 400


@asynccontextmanager
async def connected(address: str, token: str, **options: Any) -> AsyncIterator[Any]:
    """A WebSocket that was initialised."""
    async with websockets.connect(f"ws://{address}/graphql", subprotocols=[PROTOCOL], **options) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        yield socket


async def test_a_websocket_tells_changes_in_text_frames(world: World, served: str) -> None:
    async with connected(served, world.token(Role.OFFICER, WARD)) as socket:
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": CHANGED}}))
        await socket.send(json.dumps({"type": "ping"}))
        assert json.loads(await socket.recv()) == {"type": "pong"}
        await world.tell(lodged("c1"))
        message = await asyncio.wait_for(socket.recv(), 20)
        assert isinstance(message, str)
        told = json.loads(message)
        assert (told["id"], told["type"]) == ("1", "next")
        assert told["payload"]["data"]["caseChanged"]["position"] == "petitions.v1:c1:1"


async def test_a_websocket_serves_subscriptions_only(world: World, served: str) -> None:
    async with connected(served, world.token(Role.OFFICER, WARD)) as socket:
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": "{asOf}"}}))
        told = json.loads(await socket.recv())
        assert (told["type"], told["payload"][0]["extensions"]["code"]) == ("error", "stream_needs_subscription")


async def closing_code(socket: Any) -> int:
    """The code with which the server closes."""
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await asyncio.wait_for(socket.recv(), 20)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


async def test_a_websocket_without_a_token_is_closed(world: World, served: str) -> None:
    for first, code in (({"type": "connection_init"}, 4403), ({"type": "subscribe", "id": "1"}, 4401), ("nonsense", 4400)):
        async with websockets.connect(f"ws://{served}/graphql", subprotocols=[PROTOCOL]) as socket:
            await socket.send(json.dumps(first))
            assert await closing_code(socket) == code


async def test_a_websocket_closes_when_its_token_ends(world: World, served: str) -> None:
    async with connected(served, world.token(Role.OFFICER, WARD, seconds=1)) as socket:
        assert await closing_code(socket) == 4401


async def test_a_subscription_number_is_used_once(world: World, served: str) -> None:
    async with connected(served, world.token(Role.OFFICER, WARD)) as socket:
        for _ in range(2):
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": CHANGED}}))
        assert await closing_code(socket) == 4409


async def test_a_page_of_another_origin_is_not_let_in(world: World, served: str) -> None:
    with pytest.raises(websockets.InvalidStatus):
        async with connected(served, world.token(Role.OFFICER, WARD), origin="http://elsewhere.example"):
            pass


async def test_a_slow_subscriber_keeps_the_newest_change_of_each_case_and_is_let_go_when_it_stands_still() -> None:
    slow = Subscriber()
    for number in range(3):
        slow.offer("c1", Payload(str(number), b""))
    slow.offer("c2", Payload("x", b""))
    assert [payload.position for payload in await slow.take(1)] == ["2", "x"]
    for number in range(hubs.MOST_UNSENT + 1):
        slow.offer(f"c{number}", Payload("", b""))
    with pytest.raises(TooSlow):
        await slow.take(1)


async def test_subscribers_who_see_the_same_share_one_execution(world: World) -> None:
    engine = engine_of(world)
    calls: list[str] = []
    raw = world.service.db.raw

    class Counting:
        dialect = world.service.db.dialect

        async def raw(self, sql: str, values: Any) -> Any:
            calls.append(sql)
            return await raw(sql, values)

    hub = Hub(Counting)
    asking = Asking(Viewer(Role.OFFICER, agency=WARD), TODAY)
    joined = [await hub.subscribe("group", Statement("SELECT 'c1', 'p', '{}'", ()), asking) for _ in range(50)]
    telling = asyncio.create_task(hub.run())
    hub.tell(["petitions.v1:c1:1"])
    taken = [await one.subscriber.take(5) for one in joined]
    telling.cancel()
    assert len(calls) == 1
    assert all(payloads == [Payload("p", b'{"data":{}}')] for payloads in taken)
    for one in joined:
        one.close()
    assert hub.count == 0
    assert engine.hub is not hub


async def test_the_number_of_subscribers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "MOST_SUBSCRIBERS", 1)
    hub = Hub(lambda: None)
    asking = Asking(Viewer(Role.OPERATOR), TODAY)
    await hub.subscribe("a", Statement("", ()), asking)
    with pytest.raises(TooMany):
        await hub.subscribe("b", Statement("", ()), asking)


async def test_payloads_and_what_was_missed_are_read_on_each_database(filled: World) -> None:
    engine = engine_of(filled)
    ask = Ask(Params(CHANGED), Caller(Role.OFFICER, WARD, "cb-7"))
    found = await subscribe(engine, engine.hub, ask, after="petitions.v1:c1:1")
    assert isinstance(found, Subscription)
    missed = {payload.position for payload in await found.subscriber.take(1)}
    assert {position.split(":")[1] for position in missed} == {"c1", "c3", "c4", "c5", "c6", "c7"}
    running = asyncio.create_task(engine.hub.run())
    await filled.tell(accepted("c3", 2))
    assert [payload.position for payload in await found.subscriber.take(20)] == ["cases.v1:c3:2"]
    running.cancel()
    found.close()
