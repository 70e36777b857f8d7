"""The real sister services as processes of their own, without a broker: they answer commands and keep their facts."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pysqlite3.dbapi2 as sqlite3

from contracts.event import FACTS, Event
from deploy.local.ports import free_port
from runtime import migrate

_PATIENCE_S = 60


@contextmanager
def serving(name: str, home: Path) -> Iterator[str]:
    """One service over SQLite under ``home``; yields its address."""
    url, port = f"sqlite:///{home / name}.db", free_port()
    migrate.upgrade(url, name)
    env = {
        **os.environ,
        "DANNGUYEN_HOME": str(home),
        "DANNGUYEN_MODE": "development",
        f"DATABASE_URL__{name.upper()}": url,
        f"PORT__{name.upper()}": str(port),
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "ZIPKIN_ENDPOINT": "",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "",
    }
    address = f"http://127.0.0.1:{port}"
    with (home / f"{name}.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "runtime.cli", "serve", name], env=env, stdout=log, stderr=log)
        try:
            _wait(address, process, home / f"{name}.log")
            yield address
        finally:
            process.kill()
            process.wait()


def _wait(address: str, process: Any, log: Path) -> None:
    for _ in range(_PATIENCE_S * 10):
        if process.poll() is not None:
            raise RuntimeError(log.read_text("utf-8")[-2000:])
        try:
            if httpx.get(f"{address}/health", trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError(address)


def facts_of(home: Path, name: str) -> list[Event]:
    """The facts a service keeps for the broker, in order."""
    connection = sqlite3.connect(f"{home / name}.db")
    rows = connection.execute("SELECT ce_type, payload FROM outbox ORDER BY id").fetchall()
    connection.close()
    return [msgspec.json.decode(payload, type=FACTS[kind]) for kind, payload in rows if kind in FACTS]
