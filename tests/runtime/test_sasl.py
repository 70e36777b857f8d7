"""Signing in to a broker that lets no stranger in, by settings alone."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.event import PETITIONS
from deploy.local import kafka as broker
from deploy.local.ports import free_ports
from deploy.local.serving import launch
from runtime import kafka
from runtime.service import end
from runtime.settings import KafkaSettings, Settings
from runtime.stop import CannotGoOn
from runtime.subscriber import Reader
from tests.runtime import toy

pytestmark = pytest.mark.connected
PASSWORD = "only-for-this-test"  # noqa: S105
JAAS = f'org.apache.kafka.common.security.plain.PlainLoginModule required username="dn" password="{PASSWORD}" user_dn="{PASSWORD}";'


@pytest.fixture
def guarded(servers_folder: Path) -> Iterator[KafkaSettings]:
    """A broker whose only listener for clients asks for a name and a password."""
    folder = servers_folder / "guarded"
    port, controller = free_ports(2)
    broker.prepare(folder, port, controller)
    properties = folder / "server.properties"
    text = properties.read_text().replace("listeners=PLAINTEXT://", "listeners=SASL_PLAINTEXT://")
    text = text.replace("PLAINTEXT:PLAINTEXT", "SASL_PLAINTEXT:SASL_PLAINTEXT")
    text += "inter.broker.listener.name=SASL_PLAINTEXT\nsasl.enabled.mechanisms=PLAIN\nsasl.mechanism.inter.broker.protocol=PLAIN\n"
    properties.write_text(f"{text}listener.name.sasl_plaintext.plain.sasl.jaas.config={JAAS}\n")
    server = launch(broker.command(folder), f"127.0.0.1:{port}", folder / "kafka.log")
    server.wait(lambda: broker.is_ready(server.address))
    yield KafkaSettings(server.address, "SASL_PLAINTEXT", "PLAIN", "dn", PASSWORD)
    server.stop()


async def test_settings_alone_sign_every_client_in(guarded: KafkaSettings, tmp_path: Path) -> None:
    assert PETITIONS in await kafka.create_topics(guarded)
    producer = await kafka.open_producer(guarded)
    await kafka.close_producer(producer)
    database = await toy.ready_database(f"sqlite:///{tmp_path / 'sasl.db'}")
    settings = Settings("sasl", tmp_path, "development", "127.0.0.1", 0, guarded, "", 1.0, "", "", 500, "INFO")
    reader = Reader(toy.consumer_of(database), settings, [PETITIONS], [PETITIONS])
    task = asyncio.create_task(reader.run())
    for _ in range(400):
        if reader.state()["partitions"] == 12:
            break
        await asyncio.sleep(0.05)
    assert reader.state()["partitions"] == 12
    await end([task])
    await reader.stop()
    await database.close()


async def test_a_wrong_password_is_refused(guarded: KafkaSettings) -> None:
    with pytest.raises(CannotGoOn, match="No broker lets this process in at") as told:
        await kafka.create_topics(replace(guarded, sasl_password="wrong"))  # noqa: S106
    assert "wrong" not in str(told.value)
    assert PASSWORD not in repr(guarded)
