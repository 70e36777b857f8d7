"""What stands in the way of a start is one sentence and an exit code."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from deploy.local.ports import free_port
from runtime import auth, calling, migrate
from runtime.sqlite import hold_writer_lock

pytestmark = pytest.mark.connected


def environment(home: Path, port: int, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DANNGUYEN", "DATABASE", "KAFKA", "ZIPKIN"))}
    return kept | {"DANNGUYEN_HOME": str(home), "PORT__SUPERVISION": str(port), "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"} | more


def serve(home: Path, port: int, **more: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "runtime.cli", "serve", "supervision"]
    return subprocess.Popen(command, env=environment(home, port, **more), stderr=subprocess.PIPE, text=True)


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    """A folder with supervision's database."""
    migrate.upgrade(f"sqlite:///{tmp_path / 'databases' / 'supervision.db'}", "supervision")
    return tmp_path


def test_a_second_writer_of_a_sqlite_file_is_refused_in_one_sentence(migrated: Path) -> None:
    held = hold_writer_lock(str(migrated / "databases" / "supervision.db"))
    _, said = (process := serve(migrated, free_port())).communicate(timeout=60)
    os.close(held)
    assert process.returncode == 1
    assert "SQLite takes one writer" in said.strip().splitlines()[-1]
    assert "Traceback" not in said


def test_a_database_that_is_not_migrated_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    _, said = (process := serve(tmp_path, free_port())).communicate(timeout=60)
    assert process.returncode == 1
    assert "dannguyen migrate supervision" in said


def test_a_service_answers_while_the_broker_is_away_and_ends_on_sigterm(migrated: Path) -> None:
    port = free_port()
    process = serve(migrated, port)
    client = httpx.Client(transport=httpx.HTTPTransport(retries=0), base_url=f"http://127.0.0.1:{port}")
    for _ in range(600):
        try:
            ready = client.get("/ready", headers=calling.operator(keys=auth.make_keys(migrated)))
            break
        except httpx.ConnectError:
            signal.sigtimedwait([], 0.1)
    assert ready.status_code == 503
    assert ready.json()["reasons"][0].startswith("reader:")
    assert client.get("/ready").json() == {"ready": False, "reasons": ["facts are not being read"]}
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode in (0, -signal.SIGTERM)
