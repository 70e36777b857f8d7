"""The client of the documentation against the real broker: an agency makes a move on its case and reads what it led to."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from contracts.event import Actor
from contracts.vocabulary import Role
from docs.examples import agency_acts
from runtime import auth, migrate
from runtime.clock import now, uuid7
from runtime.kafka import create_topics
from runtime.settings import Settings
from services.routing.app import service
from tests.services.routing.matters import WARD, axes, classified, lodged
from tests.services.routing.test_acts import KEY, register

pytestmark = pytest.mark.connected


async def state_facts(bootstrap: str, case_id: str) -> None:
    """A letter lodged and classified, as intake states it."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for seq, fact in enumerate((lodged(axes(), case_id=case_id), classified(axes(), case_id=case_id)), start=1):
            stamped = msgspec.structs.replace(fact, seq=seq, recorded_at=now(), actor=Actor(agency=WARD, role=Role.OFFICER))
            headers = [("ce_specversion", b"1.0"), ("ce_id", uuid7().encode()), ("ce_type", fact.ce_type.encode())]
            await producer.send_and_wait(fact.topic, msgspec.json.encode(stamped), key=case_id.encode(), headers=headers)


async def opened(case_id: str) -> None:
    """Return when routing has the case."""
    for _ in range(1200):
        if await service.db.raw("SELECT 1 FROM cases WHERE case_id = ?", [case_id]):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("routing never opened the case")


async def test_an_agency_accepts_its_case_over_kafka(kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path))
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka)
    register(auth.make_keys(tmp_path) / "agencies", WARD, KEY)
    settings = Settings.read("routing")
    await create_topics(settings.kafka)
    await asyncio.to_thread(migrate.upgrade, settings.database_url, "routing")
    case_id = uuid7()
    app = service.use(settings).app()
    async with app.router.lifespan_context(app), asyncio.timeout(90):
        await state_facts(kafka, case_id)
        await opened(case_id)
        move = {"case_id": case_id, "move": "accept", "document": "12/TB-UBND", "on": "2026-07-06"}
        name, signed = agency_acts.sign(move, WARD, dict(KEY.as_dict(private=True)))
        await agency_acts.send(kafka, case_id, signed)
        receipt = await agency_acts.answer(kafka, WARD, name)
    assert (receipt["is_accepted"], receipt["fact"], receipt["due_on"]) == (True, "CaseAccepted", "2026-08-05")
    assert receipt["position"] == f"cases.v1:{case_id}:2"
