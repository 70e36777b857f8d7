"""What an operator is told when something stands in the way, and what the table holds for each wish."""

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.demo.feed import Book
from deploy.local import jars, postgres, up
from deploy.local import state as states
from deploy.local.ports import free_offset
from deploy.local.problem import CannotStart
from deploy.local.state import State
from deploy.local.supervisor import Process
from deploy.local.topology import Plan, table
from runtime.settings import PORTS, SERVICES

pytestmark = pytest.mark.connected


def plan(home: Path, **environment: str) -> Plan:
    return Plan(home, environment)


def rows(of: Plan) -> dict[str, Process]:
    return {row.name: row for row in table(of)}


def test_every_service_waits_for_broker_and_groundwork(tmp_path: Path) -> None:
    found = rows(plan(tmp_path))
    assert set(found) == {"kafka", "zipkin", "groundwork", "demo", *SERVICES}
    for service in SERVICES:
        assert {"kafka", "groundwork"} <= set(found[service].needs)
    assert set(found["demo"].needs) == set(SERVICES)


def test_what_the_environment_names_is_not_started(tmp_path: Path) -> None:
    external = plan(tmp_path, KAFKA_BOOTSTRAP_SERVERS="kafka.example:9092", OTEL_EXPORTER_OTLP_ENDPOINT="http://otel.example:4318")
    found = rows(external)
    assert "kafka" not in found
    assert "zipkin" not in found
    assert found["intake"].env["KAFKA_BOOTSTRAP_SERVERS"] == "kafka.example:9092"
    assert external.addresses()["traces"] == "http://otel.example:4318"


def test_a_service_is_told_the_address_of_its_own_database_only(tmp_path: Path) -> None:
    cluster = postgres.Cluster(tmp_path, 55432, "127.0.0.1", None, Path("bin"))
    secrets = {name: f"secret-of-{name}" for name in ("postgres", *SERVICES)}
    for name, row in rows(replace(plan(tmp_path), database="postgres", cluster=cluster, passwords=secrets)).items():
        if name in SERVICES:
            told = " ".join(row.env.values())
            assert [one for one in secrets if f"secret-of-{one}" in told] == [name]


def test_a_database_of_the_operator_is_used_as_it_is(tmp_path: Path) -> None:
    every = {f"DATABASE_URL__{service.upper()}": f"postgresql://{service}@db.example/{service}" for service in SERVICES}
    external = replace(plan(tmp_path, **every), database="postgres")
    assert "postgres" not in rows(external)
    assert external.database_url("routing") == "postgresql://routing@db.example/routing"


def test_a_second_process_of_each_service_has_ports_and_sisters_of_its_own(tmp_path: Path) -> None:
    found = rows(replace(plan(tmp_path, DANNGUYEN_PORT_OFFSET="1000"), instances=2))
    assert found["gateway-2"].env["PORT__GATEWAY"] == "9180"
    assert found["gateway-2"].env["URL__INTAKE"] == "http://127.0.0.1:9181"
    assert found["gateway-2"].env["KAFKA_BOOTSTRAP_SERVERS"] == found["gateway"].env["KAFKA_BOOTSTRAP_SERVERS"] == "127.0.0.1:10092"


def test_a_taken_port_is_named_with_who_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("DANNGUYEN_PORT_OFFSET", str(port - 8082))
        with pytest.raises(CannotStart, match=rf"Port {port} for routing is taken by process {os.getpid()} \(.*DANNGUYEN_PORT_OFFSET"):
            up.make_plan(tmp_path, up.Wish())


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path / "file" / "run"))
    with pytest.raises(CannotStart, match=r"cannot write into .*file/run: Not a directory\. Choose another folder with DANNGUYEN_HOME"):
        up.folder()


def test_a_disk_without_room_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path / "run"))
    monkeypatch.setattr(up, "ROOM_BYTES", shutil.disk_usage(tmp_path).total * 2)
    with pytest.raises(CannotStart, match=r"Only \d+ MB are free where .* needs \d+ MB"):
        up.folder()


def test_keys_and_passwords_are_for_their_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path / "run"))
    place = up.folder()
    first = up.passwords(place)
    states.write(place, State(databases={"intake": "postgresql://intake:secret@127.0.0.1/intake"}))
    assert up.passwords(place) == first, "made once"
    assert len(set(first.values())) == len(SERVICES) + 1
    modes = {name: (place / name).stat().st_mode & 0o777 for name in ("keys", "keys/databases.json", "platform.json")}
    assert modes == {"keys": 0o700, "keys/databases.json": 0o600, "platform.json": 0o600}


def test_what_the_platform_writes_is_closed_to_everybody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path / "run"))
    place = up.folder()
    assert {part.name: part.stat().st_mode & 0o777 for part in (place, *place.iterdir())} == {
        "run": 0o711,  # the way to PostgreSQL's own folder, for the user it runs as
        **dict.fromkeys(("databases", "keys", "logs"), 0o700),
    }
    for name in ("lock", "demo-cases.csv"):
        (place / name).touch(0o644)
    (place / "logs").chmod(0o755)
    assert {part.stat().st_mode & 0o077 for part in up.folder().iterdir()} == {0}, "what an earlier release left open"


def test_a_folder_that_was_there_before_keeps_its_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o755)
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path))
    assert up.folder().stat().st_mode & 0o777 == 0o755


async def test_the_letter_to_follow_is_one_that_was_lodged_since_this_start(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text(json.dumps({"receipt_code": "DN26-OLD"}))
    state = State(addresses={"graphql": "-", "gateway": "-", "traces": "-", "kafka": "-"})
    told = up.summary(state, up.receipt_code(tmp_path), await up.code_to_follow(tmp_path, 0.2))
    assert "trace RECEIPT-CODE" in told
    assert "Receipt code  DN26-OLD" in told
    Book(tmp_path).lay_out("DN26-NEW")
    assert "trace DN26-NEW" in up.summary(state, up.receipt_code(tmp_path), await up.code_to_follow(tmp_path))


@pytest.mark.parametrize(
    ("name", "value", "code", "sentence"),
    [
        ("DANNGUYEN_MODE", "foo", 2, "must be production or development"),
        ("DANNGUYEN_BATCH_MAX", "abc", 2, "must be a whole number"),
        ("DATABASE_URL__INTAKE", "mysql://x", 2, "must begin with sqlite"),
        ("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1", 1, "No broker answers at 127.0.0.1:1"),
    ],
)
def test_a_wrong_setting_is_told_before_anything_starts(tmp_path: Path, name: str, value: str, code: int, sentence: str) -> None:
    offset = str(free_offset(PORTS.values()))
    done = dannguyen(tmp_path / "run", "up", "--no-demo", DANNGUYEN_PORT_OFFSET=offset, **{name: value})
    assert (done.returncode, done.stderr.count("\n")) == (code, 1), done.stderr
    assert sentence in done.stderr
    assert not states.read(tmp_path / "run").processes


def test_several_writers_on_sqlite_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="SQLite has one writer"):
        up.make_plan(tmp_path, up.Wish(instances=2))


def test_a_folder_keeps_its_kind_of_database(tmp_path: Path) -> None:
    assert up.database_of(tmp_path, None) == "sqlite"
    states.write(tmp_path, State(database="postgres"))
    assert up.database_of(tmp_path, None) == "postgres"
    with pytest.raises(CannotStart, match="keeps its data in postgres, not sqlite"):
        up.database_of(tmp_path, "sqlite")


def test_a_wish_survives_its_own_arguments() -> None:
    for wish in (up.Wish(), up.Wish("postgres", has_demo=False, instances=2, has_viewer=False)):
        assert up.parse(wish.arguments()) == wish


def a_java(folder: Path, version: str) -> str:
    """A folder with a ``java`` that only knows its version."""
    folder.mkdir()
    (folder / "java").write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    (folder / "java").chmod(0o755)
    return str(folder)


def test_a_missing_or_old_java_is_told_with_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotStart, match=r"Java 17 or newer and there is none on this machine: install one"):
        jars.java()
    for version, major in (("1.8.0_392", "8"), ("11.0.2", "11")):
        monkeypatch.setenv("PATH", a_java(tmp_path / major, version))
        with pytest.raises(CannotStart, match=rf"Java 17 or newer; .* is {major}: install one"):
            jars.java()
    monkeypatch.setenv("PATH", a_java(tmp_path / "21", "21.0.1"))
    assert jars.java() == str(tmp_path / "21" / "java")


def test_a_missing_maven_is_told_and_no_half_cache_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", a_java(tmp_path / "bin", "17.0.1"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(CannotStart, match=r"mvn is not on this machine: install it"):
        jars.ensure()
    assert not jars.folder().exists()


def dannguyen(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("dannguyen")), *arguments]
    told = os.environ | {"DANNGUYEN_HOME": str(home)} | environment
    return subprocess.run(command, capture_output=True, text=True, env=told, check=False)


def test_the_command_says_one_sentence_and_leaves_nothing_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = dannguyen(tmp_path / "run", "up", DANNGUYEN_PORT_OFFSET=str(taken.getsockname()[1] - 8080))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("Port ")
    assert not states.read(tmp_path / "run").processes


def test_status_and_stop_know_that_nothing_runs(tmp_path: Path) -> None:
    done = dannguyen(tmp_path / "run", "status", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"ready": False, "addresses": {}, "processes": {}, "databases": {}}
    assert "Nothing ran here" in dannguyen(tmp_path / "run", "stop").stdout


def test_clean_deletes_a_platform_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    refused = dannguyen(tmp_path / "documents", "clean")
    assert refused.returncode == 1
    assert "does not look like the folder of a platform" in refused.stderr
    assert (tmp_path / "documents").exists()

    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "lock").touch()
    assert dannguyen(tmp_path / "run", "clean").returncode == 0
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("offset", "sentence"), [("60000", "ports end at 65535"), ("a lot", "must be a whole number")])
def test_an_offset_that_makes_no_port_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offset: str, sentence: str) -> None:
    monkeypatch.setenv("DANNGUYEN_PORT_OFFSET", offset)
    with pytest.raises(CannotStart, match=sentence):
        up.make_plan(tmp_path, up.Wish())
