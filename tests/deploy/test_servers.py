"""The servers the platform brings along: broker, trace viewer, database."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local import kafka as broker
from deploy.local import postgres as database
from deploy.local import zipkin
from deploy.local.ports import answers, free_port, free_ports, is_taken

pytestmark = pytest.mark.connected


async def topics_of(bootstrap: str) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return list(await admin.list_topics())
    finally:
        await admin.close()


async def create(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()


async def test_a_topic_outlives_the_broker_that_is_killed(tmp_path: Path) -> None:
    ports = free_ports(2)
    first = broker.start(tmp_path / "kafka", *ports)
    await create(first.address, "kept")
    first.kill()
    assert not answers(ports[0])

    second = broker.start(tmp_path / "kafka", *ports)
    try:
        assert "kept" in await topics_of(second.address)
    finally:
        second.stop()


async def test_a_format_cut_short_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "kafka" / "data").mkdir(parents=True)
    ports = free_ports(2)
    broker.prepare(tmp_path / "kafka", *ports)
    assert (tmp_path / "kafka" / "data" / "meta.properties").exists()


async def test_a_role_enters_its_own_database_and_no_other(postgres: Callable[..., str]) -> None:
    own, other = postgres("own"), postgres("other")
    connection = await asyncpg.connect(own)
    assert await connection.fetchval("SELECT current_user = current_database()")
    await connection.execute("CREATE TABLE mine (n int)")
    await connection.close()

    neighbour = own.rsplit("/", 1)[0] + "/" + other.rsplit("/", 1)[1]
    for forbidden in (neighbour, own.rsplit("/", 1)[0] + "/postgres"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(forbidden)


async def test_no_role_enters_without_its_password(postgres: Callable[..., str]) -> None:
    role, rest = postgres("locked").removeprefix("postgresql://").split(":", 1)
    for password in ("", "guess"):
        with pytest.raises(asyncpg.PostgresError):
            await asyncpg.connect(f"postgresql://{role}:{password}@{rest.split('@')[1]}")


@pytest.fixture
def private_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder behind a door that only this user may pass."""
    tmp_path.chmod(0o700)
    yield tmp_path / "postgres"
    if (tmp_path / "postgres").exists():
        database.remove(tmp_path / "postgres")


async def test_postgresql_runs_behind_a_closed_folder_without_opening_it(private_folder: Path) -> None:
    password, port = database.new_password(), free_port()
    server, cluster = database.start(private_folder, port, password)
    cluster.provide("kept", "word", password)
    server.stop()
    assert private_folder.parent.stat().st_mode & 0o777 == 0o700

    server, cluster = database.start(private_folder, port, password)
    try:
        connection = await asyncpg.connect(cluster.url("kept", "word"))
        assert await connection.fetchval("SHOW fsync") == "on"
        assert (await connection.fetchval("SHOW server_version")).startswith("18.")
        await connection.close()
    finally:
        server.stop()
    assert not is_taken(port)


async def test_postgresql_is_reached_by_its_own_user_whatever_the_mask_of_who_starts_it(private_folder: Path) -> None:
    mask = os.umask(0o077)
    try:
        password, port = database.new_password(), free_port()
        server, cluster = database.start(private_folder, port, password)
        server.stop()
    finally:
        os.umask(mask)
    assert cluster.data.stat().st_mode & 0o077 == 0


def test_a_removed_cluster_leaves_nothing_behind(private_folder: Path) -> None:
    place = database.prepare(private_folder, free_port(), database.new_password()).folder
    database.remove(private_folder)
    assert not place.exists()
    assert not private_folder.is_symlink()


@pytest.mark.skipif(shutil.which("ss") is None, reason="needs ss to list listening sockets")
def test_the_trace_viewer_listens_on_loopback_only(tmp_path: Path) -> None:
    import subprocess

    port = free_port()
    server = zipkin.start(tmp_path, port)
    try:
        listening = subprocess.run(["ss", "-ltnH"], capture_output=True, text=True, check=True).stdout
    finally:
        server.stop()
    assert {line.split()[3] for line in listening.splitlines() if line.split()[3].endswith(f":{port}")} <= {
        f"127.0.0.1:{port}",
        f"[::ffff:127.0.0.1]:{port}",
    }
