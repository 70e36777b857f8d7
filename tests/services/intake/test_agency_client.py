"""The client of the documentation against the real broker: an agency hands in a petition and reads its receipt."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from contracts.vocabulary import Role
from docs.examples import agency_client
from runtime import auth, migrate
from runtime.kafka import create_topics
from runtime.settings import Settings
from services.intake.app import service
from tests.services.intake import keys

pytestmark = pytest.mark.connected


async def test_an_agency_hands_in_a_petition_and_reads_its_receipt(kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path))
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka)
    folder = auth.make_keys(tmp_path)
    signing, encrypting = keys.signing_key(), keys.encryption_key()
    keys.register(folder / "agencies", keys.AGENCY, signing, encrypting)
    settings = Settings.read("intake")
    await create_topics(settings.kafka)
    await asyncio.to_thread(migrate.upgrade, settings.database_url, "intake")
    app = service.use(settings).app()
    intake = json.loads((folder / "intake.pub.json").read_text())
    name, sealed = agency_client.seal(keys.petition(), keys.AGENCY, keys.private(signing), intake)
    async with app.router.lifespan_context(app):
        await agency_client.submit(kafka, keys.AGENCY, sealed)
        async with asyncio.timeout(60):
            receipt = await agency_client.answer(kafka, keys.AGENCY, name, keys.private(encrypting))
        token = auth.issue(folder, Role.ANONYMOUS)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://intake") as client:
            code = f"{receipt['number']}-{receipt['secret']}"
            opened = await client.post("/receipts/open", json={"code": code}, headers={"authorization": f"Bearer {token}"})
    assert receipt["is_accepted"]
    assert opened.json()["case_id"] == receipt["case_id"]
