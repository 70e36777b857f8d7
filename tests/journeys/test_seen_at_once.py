"""What one did is seen by one's next question, and others are told as it happens."""

import json
import threading
from collections.abc import Callable, Iterator
from queue import Queue
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.journeys.matter import WARD, Matter, person
from tests.journeys.world import ANONYMOUS, START, World, officer, until

pytestmark = pytest.mark.journey

CHANGED = "subscription ($id: ID) { caseChanged(caseId: $id) { position entry { act } case { status } } }"
RECORD = """mutation ($input: RecordStepInput!) { recordStep(input: $input) {
  ... on StepRecorded { position case { status dueOn } } ... on Refusal { code law message } } }"""
LODGE = """mutation ($input: LodgePetitionInput!) { lodgePetition(input: $input) {
  ... on LodgePetitionSuccess { caseId number receiptCode position } ... on Refusal { code field message } } }"""
Stream = Callable[[World, Matter], Iterator[dict[str, Any]]]


@pytest.fixture
def matter(world: World) -> Matter:
    """A complaint assigned to the ward."""
    world.set_today(START)
    found = Matter.lodged(world)
    found.until(status="assigned")
    return found


def over_websocket(world: World, matter: Matter) -> Iterator[dict[str, Any]]:
    """The changes of a case as ``graphql-transport-ws`` brings them; first of all a word that it listens."""
    address = world.addresses["graphql"].replace("http://", "ws://")
    with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {world.token(officer(WARD))}"}}))
        assert json.loads(socket.recv(60))["type"] == "connection_ack"
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": CHANGED, "variables": {"id": matter.case_id}}}))
        socket.send(json.dumps({"type": "ping"}))
        while (message := json.loads(socket.recv(60)))["type"] != "pong":
            assert message["type"] == "next", message
        yield {}
        while True:
            message = json.loads(socket.recv(60))
            assert message["type"] == "next", message
            yield message["payload"]["data"]["caseChanged"]


def over_events(world: World, matter: Matter) -> Iterator[dict[str, Any]]:
    """The same as server-sent events."""
    headers = {"authorization": f"Bearer {world.token(officer(WARD))}", "accept": "text/event-stream"}
    body = {"query": CHANGED, "variables": {"id": matter.case_id}}
    with httpx.stream("POST", world.addresses["graphql"], json=body, headers=headers, timeout=60) as response:
        lines = response.iter_lines()
        assert next(lines) == ":"
        yield {}
        for line in lines:
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))["data"]["caseChanged"]


@pytest.mark.parametrize("stream", [over_websocket, over_events])
def test_an_acceptance_is_told_while_it_happens(world: World, matter: Matter, stream: Stream) -> None:
    seen: Queue[dict[str, Any]] = Queue()

    def listen() -> None:
        for change in stream(world, matter):
            seen.put(change)
            if change and change["entry"]["act"] == "CASE_ACCEPTED":
                return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert seen.get(timeout=60) == {}
    matter.move("accept", WARD, START)
    while (change := seen.get(timeout=60))["entry"]["act"] != "CASE_ACCEPTED":
        pass
    assert change == {"position": matter.position, "entry": {"act": "CASE_ACCEPTED"}, "case": {"status": "ACCEPTED"}}
    listener.join(60)
    assert not listener.is_alive()


def test_a_step_recorded_over_graphql_is_seen_in_its_own_answer_and_in_the_next_question(world: World, matter: Matter) -> None:
    step = {"caseId": matter.case_id, "move": "accept", "on": START.isoformat(), "document": "9/TB-UBND"}
    recorded = world.graphql(RECORD, by=officer(WARD), input=step)["recordStep"]
    assert recorded["case"] == {"status": "ACCEPTED", "dueOn": "2026-08-05"}
    asked = "query ($id: ID!) { case(caseId: $id) { status } }"
    seen = world.graphql(asked, by=world.citizen(matter.code), wait_for=recorded["position"], id=matter.case_id)
    assert seen["case"]["status"] == "ACCEPTED"


def test_a_step_the_law_does_not_allow_is_refused_with_its_article_and_changes_nothing(world: World, matter: Matter) -> None:
    step = {"caseId": matter.case_id, "move": "settle", "on": START.isoformat(), "document": "9/QD-UBND", "outcome": "RIGHT"}
    refused = world.graphql(RECORD, by=officer(WARD), input=step)["recordStep"]
    assert (refused["code"], refused["law"]) == ("move_not_now", "LKN 30; LKN 31")
    assert matter.state()["status"] == "assigned"


def test_a_letter_lodged_from_home_is_seen_by_its_author_at_once(world: World) -> None:
    world.set_today(START)
    letter = {
        "receivedBy": WARD,
        "text": "Đường vào tổ 7 ngập nước đã nhiều tháng.",
        "petitioners": [{_camel(name): value for name, value in person().items()}],
        "axes": {"kind": "FEEDBACK", "field": "OTHER", "source": "PORTAL", "place": "05518"},
    }
    lodged = world.graphql(LODGE, by=ANONYMOUS, input=letter)["lodgePetition"]
    assert "receiptCode" in lodged, lodged
    citizen = world.citizen(lodged["receiptCode"])
    seen = world.graphql("{ petition { number status } }", by=citizen, wait_for=lodged["position"])["petition"]
    assert (seen["number"], seen["status"]) == (lodged["number"], "RECEIVED")
    assert until("known to routing", lambda: world.ask("routing", "GET", f"/cases/{lodged['caseId']}", by=citizen).is_success)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
