"""The platform as a whole: start, memory, idle processor time, lodgings, how soon a letter is seen, GraphQL against a bare endpoint."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil

from bench import load
from bench.figures import Book, Figure
from contracts.vocabulary import Role
from deploy.demo import letters
from deploy.local import ports
from deploy.local import state as states
from deploy.local.ports import free_port
from runtime import auth
from runtime.settings import PORTS

DANNGUYEN = Path(sys.executable).with_name("dannguyen")
AGENCY = "UBND-05518"
LODGINGS = 2000
VISIBLE = 150
PAGE = """query Page($first: Int!) { petitions(first: $first) { edges { cursor node {
  caseId number status statusLabel kind receivedOn receivedBy { code name } case { holder { code name } step dueOn }
} } pageInfo { hasNextPage endCursor } } }"""


class Platform:
    """An empty platform of its own."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="dannguyen-bench-"))
        self.home.chmod(0o711)
        offset = ports.free_offset(PORTS.values())
        os.environ.update(DANNGUYEN_HOME=str(self.home), DANNGUYEN_PORT_OFFSET=str(offset))
        self.offset = offset

    def port(self, name: str) -> int:
        """Where a service listens."""
        return PORTS[name] + self.offset

    def start(self) -> float:
        """Seconds until it is ready."""
        begun = time.perf_counter()
        subprocess.run([str(DANNGUYEN), "up", "--detach", "--no-demo"], check=True, timeout=300, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begun

    def stop(self) -> None:
        """End it."""
        subprocess.run([str(DANNGUYEN), "stop"], check=False, timeout=60, stdout=subprocess.DEVNULL)

    def processes(self) -> list[psutil.Process]:
        """Everything that runs, the supervisor included."""
        supervisor = states.read(self.home).supervisor
        whole = supervisor.process() if supervisor else None
        return [] if whole is None else [whole, *whole.children(recursive=True)]

    def token(self, role: Role, agency: str = "") -> str:
        """A credential for the whole run."""
        return auth.issue(self.home / "keys", role, agency=agency, officer="bench", seconds=3600)


def measure(book: Book) -> None:
    """All figures of a whole platform."""
    platform = Platform()
    try:
        platform.start()  # makes keys, tables, topics: what a first start does once
        platform.stop()
        seconds = platform.start()
        what = "`dannguyen up --detach --no-demo` on a folder that has its tables and topics, until every process is ready."
        book.enter("start", Figure(seconds, "s", what, None, seconds / 20, "< 20", seconds < 20))
        _idle(platform, book)
        asyncio.run(_lodge(platform, book))
        asyncio.run(_visible(platform, book))
        asyncio.run(_graphql(platform, book))
    finally:
        platform.stop()
        shutil.rmtree(platform.home, ignore_errors=True)


def _idle(platform: Platform, book: Book, seconds: float = 30.0) -> None:
    time.sleep(5)
    running = platform.processes()
    begun = _cpu(running)
    time.sleep(seconds)
    share = 100 * (_cpu(running) - begun) / seconds
    what = (
        f"Processor time of all processes of an empty platform, JVMs and supervisor included, over {seconds:.0f} s, as a share of one core."
    )
    book.enter("idle_cpu", Figure(share, "% of a core", what, None, share / 10, "< 10", share < 10))
    memory = sum(process.memory_info().rss for process in running) / (1 << 20)
    what = "Resident memory of all processes of an empty platform, JVMs and supervisor included."
    book.enter("memory", Figure(memory, "MB", what, None, memory / 2048, "< 2,048", memory < 2048))


def _cpu(running: list[psutil.Process]) -> float:
    return sum(times.user + times.system for times in (process.cpu_times() for process in running))


def _lodging(platform: Platform, number: int, token: str) -> bytes:
    letter = letters.letter(77, number, date.today(), letters.Wish(receiver=AGENCY))  # noqa: DTZ011
    form = msgspec.structs.replace(letter.form, received_by=AGENCY, axes=letter.truth, is_classified=True)
    headers = {"authorization": f"Bearer {token}", "idempotency-key": f"bench-{number}", "traceparent": _untraced(number)}
    return load.request("POST", "/petitions", msgspec.json.encode(form), headers)


def _untraced(number: int) -> str:
    """One in a hundred is traced, as under load."""
    return f"00-{number + 1:032x}-{number + 1:016x}-{'01' if number % 100 == 0 else '00'}"


async def _lodge(platform: Platform, book: Book) -> None:
    token = platform.token(Role.OFFICER, AGENCY)
    requests = [_lodging(platform, number, token) for number in range(LODGINGS)]
    await load.rate(platform.port("intake"), requests[:200])
    rate = await load.rate(platform.port("intake"), requests[200:])
    floor = await load.rate(platform.port("intake"), [load.request("GET", "/health", b"", {})] * LODGINGS)
    what = (
        f"{LODGINGS - 200:,} letters, one request and one durable transaction each (vault, register, outbox; fsync on), 8 connections, "
        "while all other services follow on the same two cores; baseline: GET /health of the same process."
    )
    book.enter("lodge", Figure(rate, "letters/s", what, floor, rate / floor))


async def _visible(platform: Platform, book: Book) -> None:
    await asyncio.sleep(5)
    token = platform.token(Role.OFFICER, AGENCY)
    delays = []
    async with httpx.AsyncClient(timeout=30, trust_env=False, headers={"authorization": f"Bearer {token}"}) as client:
        for number in range(LODGINGS, LODGINGS + VISIBLE):
            letter = letters.letter(77, number, date.today(), letters.Wish(receiver=AGENCY))  # noqa: DTZ011
            form = msgspec.structs.replace(letter.form, received_by=AGENCY, axes=letter.truth, is_classified=True)
            begun = time.perf_counter()
            url = f"http://127.0.0.1:{platform.port('intake')}/petitions"
            lodged = await client.post(url, json=msgspec.to_builtins(form), headers={"idempotency-key": f"bench-{number}"})
            case_id = lodged.json()["case_id"]
            question = {"query": "query Seen($id: ID!) { case(caseId: $id) { status } }", "variables": {"id": case_id}}
            while not await _is_seen(client, platform.port("gateway"), question):  # noqa: ASYNC110
                await asyncio.sleep(0.002)
            delays.append(1000 * (time.perf_counter() - begun))
    delays.sort()
    what = (
        f"From sending a lodging to the first GraphQL answer that shows the case, {VISIBLE} letters one after the other, asked every 2 ms."
    )
    book.enter("visible_p50", Figure(delays[len(delays) // 2], "ms", what))
    book.enter("visible_p99", Figure(delays[int(len(delays) * 0.99)], "ms", what))


async def _is_seen(client: httpx.AsyncClient, port: int, question: Mapping[str, Any]) -> bool:
    answer = (await client.post(f"http://127.0.0.1:{port}/graphql", json=question)).json()
    if "errors" in answer:
        raise SystemExit(f"the gateway answered: {answer['errors'][0]['message']}")
    return answer["data"]["case"] is not None


async def _graphql(platform: Platform, book: Book, count: int = 1500) -> None:
    token = platform.token(Role.OFFICER, AGENCY)
    body = json.dumps({"query": PAGE, "variables": {"first": 50}}).encode()
    one = load.request("POST", "/graphql", body, {"authorization": f"Bearer {token}", "accept": "application/json"})
    statement = _statement(platform)
    port = free_port()
    file = platform.home / "databases" / "gateway.db"
    bare = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.bare", str(port), str(file), stdin=asyncio.subprocess.PIPE)
    assert bare.stdin is not None
    bare.stdin.write(json.dumps(statement).encode())
    bare.stdin.close()
    try:
        while not ports.answers(port):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        rounds = []
        for _ in range(3):
            floor = await load.rate(port, [load.request("POST", "/page", body, {})] * count)
            rounds.append((await load.rate(platform.port("gateway"), [one] * count), floor))
        ratio = sorted(ours / floor for ours, floor in rounds)[1]
        best = max(rounds)
        what = (
            "A page of 50 petitions with holder, asked by an officer: token checked, policy in the statement, cursors sealed; 8 "
            f"connections, {count} requests, in turn with a bare Starlette endpoint over the same statement and file; "
            "median of three rounds' ratios."
        )
        book.enter("graphql", Figure(best[0], "requests/s", what, best[1], ratio))
    finally:
        bare.terminate()
        await bare.wait()


def _statement(platform: Platform) -> dict[str, Any]:
    """The statement behind the page and its values, as the gateway compiles it."""
    from graphql.execution.values import get_variable_values

    from gateway.asking import Asking
    from gateway.cursors import Cursors
    from gateway.documents import Documents
    from gateway.plans import compile_query
    from gateway.policy import Viewer
    from gateway.schema import core
    from runtime.sqlite import Sqlite

    found = Documents(core()).read(PAGE)
    operation, root = found.operation(None), core().query_type
    if operation is None or root is None or found.errors:
        raise SystemExit(f"the page is not a valid document: {[error.message for error in found.errors]}")
    given = get_variable_values(core(), operation.variable_definitions or (), {"first": 50})
    assert not isinstance(given, list)
    asking = Asking(Viewer(Role.OFFICER, AGENCY), date.today(), given)  # noqa: DTZ011
    statement = compile_query(operation, found.fragments, root, asking, Cursors(b""), Sqlite(":memory:", "bench").dialect)
    return {"sql": statement.sql, "values": [_plain(value) for value in statement.values(asking)]}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
