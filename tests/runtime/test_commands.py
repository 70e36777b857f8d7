"""What a person at the command line is told: one sentence and an exit code, never a traceback."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from contracts.errors import NotSignedIn
from contracts.vocabulary import Role
from deploy.local.ports import free_offset, free_port
from runtime import auth, cli, migrate
from runtime.commands import web_server
from runtime.settings import PORTS, Settings
from runtime.sqlite import hold_writer_lock
from runtime.stop import WrongWish

Say = Callable[..., tuple[int, str]]


@pytest.fixture(autouse=True)
def _mask_of_old() -> Iterator[None]:
    """Commands that write close what they write; the tests after these go on with the mask of before."""
    mask = os.umask(0o022)
    yield
    os.umask(mask)


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command on a machine where no platform runs: its exit code and what it said on standard error."""
    for name in ("DANNGUYEN_MODE", "ZIPKIN_URL", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path))
    monkeypatch.setenv("DANNGUYEN_PORT_OFFSET", str(free_offset(PORTS.values())))

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["dannguyen", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    "words",
    [
        ("parked", "list", "routing"),
        ("parked", "show", "routing", "x"),
        ("trace", "DN26-7K3F9Q2M-C-XXXXXXXXY"),
        ("trace", "0198f1a2-0000-7000-8000-000000000000"),
        ("graphql", "ask", "{ cases { totalCount } }"),
    ],
)
def test_a_platform_that_does_not_run_is_told_in_one_sentence(say: Say, tmp_path: Path, words: tuple[str, ...]) -> None:
    auth.make_keys(tmp_path)
    code, said = say(*words)
    assert code == 1
    assert "does not answer at http://127.0.0.1:" in said
    assert said.count("\n") == 1


def test_a_machine_without_keys_is_told_where_they_belong(say: Say) -> None:
    for words in (("parked", "list", "routing"), ("graphql", "ask", "{ cases { totalCount } }")):
        code, said = say(*words)
        assert (code, said.count("\n")) == (1, 1)
        assert "There are no keys in" in said


def test_the_command_line_asks_its_own_machine_and_no_proxy(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    auth.make_keys(tmp_path)
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("URL__ROUTING", "http://127.0.0.1:1")
    assert "does not answer at http://127.0.0.1:1/parked" in say("parked", "list", "routing")[1]


@pytest.mark.parametrize("words", [("parked", "list", "nope"), ("migrate", "nope"), ("serve", "nope")])
def test_a_service_that_does_not_exist_is_refused_and_leaves_nothing(say: Say, tmp_path: Path, words: tuple[str, ...]) -> None:
    code, said = say(*words)
    assert code == 2
    assert said == "There is no service 'nope'; there are intake, routing, supervision, reporting, gateway.\n"
    assert not (tmp_path / "databases").exists()


def test_a_database_that_is_being_written_is_not_migrated(say: Say, tmp_path: Path) -> None:
    migrate.upgrade(f"sqlite:///{tmp_path / 'databases' / 'routing.db'}", "routing")
    held = hold_writer_lock(str(tmp_path / "databases" / "routing.db"))
    code, said = say("migrate", "routing")
    assert (code, said.count("\n")) == (1, 1)
    assert "SQLite takes one writer" in said
    assert held


def test_a_database_that_does_not_answer_is_told(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL__ROUTING", f"postgresql://routing:secret@127.0.0.1:{free_port()}/routing")
    code, said = say("migrate", "routing")
    assert (code, said.count("\n")) == (1, 1)
    assert "does not answer (DATABASE_URL__ROUTING)" in said
    assert "secret" not in said


def test_variables_that_are_no_object_are_refused(say: Say, tmp_path: Path) -> None:
    auth.make_keys(tmp_path)
    assert say("graphql", "ask", "{ x }", "--variables", "[1") == (2, "--variables must be a JSON object.\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("operator", "--seconds", "99999999"), "A token lives at most 43200 seconds, not 99999999."),
        (("operator", "--seconds=-5"), "A token lives at least a second, not -5."),
        (("officer", "--agency", "NOPE"), "There is no agency 'NOPE'; the codes stand in law/data/bodies.csv."),
        (("officer",), "An officer acts for an agency: name its code with --agency."),
    ],
)
def test_a_token_that_makes_no_sense_is_not_issued(say: Say, words: tuple[str, ...], sentence: str) -> None:
    assert say("token", *words) == (2, f"{sentence}\n")


def test_a_token_that_lives_too_long_is_neither_issued_nor_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = auth.make_keys(tmp_path)
    with pytest.raises(WrongWish):
        auth.issue(keys, Role.OPERATOR, seconds=auth.LONGEST_SECONDS + 1)
    assert auth.caller_of(keys, f"Bearer {auth.issue(keys, Role.OPERATOR, seconds=auth.LONGEST_SECONDS)}").role is Role.OPERATOR
    with monkeypatch.context() as older:
        older.setattr(auth, "LONGEST_SECONDS", 10**9)
        long_lived = auth.issue(keys, Role.OPERATOR, seconds=99_999_999)
    with pytest.raises(NotSignedIn, match="lives longer than allowed"):
        auth.caller_of(keys, f"Bearer {long_lived}")


async def client_of(settings: Settings, peer: str) -> str:
    """Whom an application behind the project's web server takes for its client, of a request that names another."""
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["client"][0])

    async def nothing(*_: object) -> Any:
        return None

    config = web_server(app, settings)
    config.load()
    headers = [(b"x-forwarded-for", b"203.0.113.9")]
    await config.loaded_app({"type": "http", "client": (peer, 1), "headers": headers, "scheme": "http"}, nothing, nothing)  # type: ignore[arg-type]
    return str(seen[0])


async def test_a_client_cannot_name_its_own_address(tmp_path: Path) -> None:
    settings = Settings.read("gateway")
    assert await client_of(settings, "127.0.0.1") == "127.0.0.1"
    trusting = replace(settings, trusted_proxies=("10.0.0.0/24",))
    assert await client_of(trusting, "127.0.0.1") == "127.0.0.1"
    assert await client_of(trusting, "10.0.0.7") == "203.0.113.9"
