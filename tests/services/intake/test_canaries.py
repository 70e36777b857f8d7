"""Identities go into the vault and come out nowhere else: not in facts, answers, refusals, logs, or any table's bytes."""

import base64
import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest

from docs.examples import agency_client
from runtime import logs
from services.intake import lodging
from tests.services.intake import keys
from tests.services.intake.desk import Desk
from tests.services.intake.test_imports import GOOD, HEADING, as_csv

NAME, PHONE, ADDRESS, EMAIL, NUMBER, TEXT = (
    "Kênari Thị Vàng",
    "0987001122",
    "ngõ Kênari 17",
    "kenari@vang.example",
    "079000111222",
    "KÊNARI chữ",
)
MARKS = (NAME, PHONE, ADDRESS, EMAIL, NUMBER, TEXT)
AXES: dict[str, Any] = keys.petition()["axes"]


def canary(**changes: Any) -> dict[str, Any]:
    person = {"full_name": NAME, "phone": PHONE, "address": ADDRESS, "email": EMAIL, "id_number": NUMBER}
    return keys.petition(**{"text": f"{TEXT} của {NAME}, {PHONE}", "petitioners": [person], **changes})


def seen_in(data: bytes) -> list[str]:
    """The marks found in bytes, also under base64url, hex and JSON escapes."""
    looked = [data, re.sub(rb"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)).encode("utf-8", "replace"), data)]
    for run in re.findall(rb"[A-Za-z0-9_-]{16,}", data):
        looked += [base64.urlsafe_b64decode(run[start : start + (len(run) - start) // 4 * 4]) for start in range(4)]
    looked += [bytes.fromhex(run.decode()) for run in re.findall(rb"(?:[0-9a-f]{2}){8,}", data)]
    return [mark for mark in MARKS if any(mark.lower().encode() in one.decode("utf-8", "replace").lower().encode() for one in looked)]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything logged at any level, as the process would write it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    if hasattr(logs, "Line"):
        handler.setFormatter(logs.Line())
    handler.addFilter(lambda record: not record.name.startswith("httpx"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_the_search_finds_what_it_looks_for() -> None:
    inside = json.dumps({"x": NAME}).encode()
    assert NAME in seen_in(inside)
    assert NAME in seen_in(base64.urlsafe_b64encode(NAME.encode() * 3))
    assert NUMBER in seen_in(NUMBER.encode().hex().encode())


async def test_no_identity_leaves_the_vault(desk: Desk, log: io.StringIO) -> None:
    signing = keys.signing_key()
    keys.register(desk.home / "keys" / "agencies", keys.AGENCY, signing, keys.encryption_key())
    intake = json.loads((desk.home / "keys" / "intake.pub.json").read_text())
    told = [
        await desk.lodge(canary(external_id=NUMBER)),
        await desk.lodge(canary(external_id=NUMBER, received_on="2026-07-01")),
        await desk.lodge(canary(), key=NAME.encode().hex()),
        await desk.lodge(canary(axes={**AXES, "object_ref": NUMBER})),
        await desk.lodge(canary(axes={**AXES, "kind": NAME})),
        await desk.lodge({**canary(), NAME: NAME}),
        await desk.lodge(canary() | {"received_on": NAME}),
        await desk.lodge(canary() | {"petitioners": {NAME: 1}}),
        await desk.lodge(canary() | {"petitioners": [NAME]}),
        await desk.lodge(canary() | {"text": NAME * 10_000}),
        await desk.lodge(canary() | {"received_by": NAME}),
        await desk.lodge(canary(received_on="2030-01-01")),
        await desk.post("/petitions", f"{{{NAME}"),
        await desk.post("/petitions/batch", [canary(external_id="B"), {NAME: NAME}, canary(axes={NAME: 1})]),
        await desk.post("/petitions/batch", {NAME: NAME}),
        await desk.post("/receipts/open", {"code": NAME}),
        await desk.post("/petitions/classify/batch", [{"case_id": NAME, "axes": AXES}]),
        await desk.post("/petitions/link/batch", [{"case_id": NAME, "founding_case_id": NAME}]),
        await desk.letter(NUMBER, purpose=NUMBER),
        await desk.post("/receipts/open", {NAME: NAME}),
    ]
    rows = [HEADING, [*GOOD[:4], NAME, PHONE, TEXT, "I-1"], [NAME, NAME, NAME, NAME, NAME, NAME, NAME, NAME], [NAME]]
    async with desk.client() as client:
        told.append(await client.post("/imports", content=as_csv(rows)))
        told.append(await client.post("/imports", content=as_csv([[NAME, TEXT]])))
    for petition in (canary(), canary(text=""), canary() | {NAME: NAME}, canary(received_on="2030-01-01")):
        await desk.submit(agency_client.seal(petition, keys.AGENCY, keys.private(signing), intake)[1])
    case_id = told[0].json()["case_id"]
    await desk.letter(case_id)
    await desk.post(f"/petitions/{case_id}/withdraw", {"is_coerced": NAME})
    assert [answer.status_code for answer in told].count(500) == 0
    for answer in told:
        assert seen_in(answer.content) == [], answer.text
    assert seen_in(await desk.stored()) == []
    assert seen_in(log.getvalue().encode()) == []
    assert len(await desk.receipts()) == 4


async def test_a_bug_while_lodging_shows_nothing_either(desk: Desk, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(lodging, "_seal", broken)
    answer = await desk.lodge(canary())
    assert answer.status_code == 500
    assert seen_in(answer.content) == []
    assert "broken" in log.getvalue()
    assert seen_in(log.getvalue().encode()) == []
    assert await desk.outbox() == []


async def test_a_denunciation_read_by_an_officer_shows_no_mark(desk: Desk) -> None:
    form = canary(axes={**AXES, "kind": "denunciation", "branch": "public_duty"})
    form["text"] = f"Tôi là {NAME}, trú tại {ADDRESS}, số {PHONE}, {EMAIL}, căn cước {NUMBER}, tố cáo ông Bê."
    case_id = (await desk.lodged(form))["case_id"]
    answer = await desk.letter(case_id)
    assert "tố cáo ông Bê" in answer.json()["text"]
    assert seen_in(answer.content) == []
