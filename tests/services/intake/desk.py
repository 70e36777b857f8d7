"""What tests do at intake's desk: lodge, act, read, submit; and look at everything that came out of it."""

import json
import uuid
from pathlib import Path
from typing import Any

import httpx
import msgspec
from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord

from contracts.agency import SubmissionReceipt
from contracts.event import FACTS, RECEIPTS, SUBMISSIONS, Event
from contracts.vocabulary import Role
from runtime import auth
from runtime.database import bucket_of
from tests.services.intake import keys
from tests.services.reporting.living import Living

AXES: dict[str, Any] = keys.petition()["axes"]
DENUNCIATION = {**AXES, "kind": "denunciation", "branch": "public_duty"}


def axes(**changes: Any) -> dict[str, Any]:
    return {**AXES, **changes}


def portal(**changes: Any) -> dict[str, Any]:
    return keys.petition(axes=axes(source="portal"), **changes)


def refused(answer: Any, status: int, code: str) -> bool:
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told
    assert told["detail"]
    assert told["detail_en"]
    return True


class Desk:
    """Intake as its callers meet it."""

    def __init__(self, living: Living, home: Path) -> None:
        self.living = living
        self.home = home
        self._offset = 0

    def client(
        self, role: Role = Role.OFFICER, agency: str = keys.AGENCY, *, officer: str | None = "cb-7", case_id: str | None = None
    ) -> httpx.AsyncClient:
        """A caller signed in like this."""
        token = auth.issue(self.home / "keys", role, agency=agency, officer=officer, case_id=case_id)
        transport = httpx.ASGITransport(self.living.service.app(), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://intake", headers={"authorization": f"Bearer {token}"})

    def citizen(self, case_id: str | None = None) -> httpx.AsyncClient:
        """Somebody on the portal; with ``case_id`` the holder of that receipt."""
        role = Role.ANONYMOUS if case_id is None else Role.CITIZEN
        return self.client(role, "", officer=None, case_id=case_id)

    async def post(self, path: str, body: Any, *, by: httpx.AsyncClient | None = None, **headers: str) -> httpx.Response:
        """One command."""
        async with by or self.client() as client:
            return await client.post(path, content=json.dumps(body, ensure_ascii=False), headers=headers)

    async def lodge(self, form: dict[str, Any], *, key: str = "", by: httpx.AsyncClient | None = None) -> httpx.Response:
        """Lodge a letter under a key, a fresh one by default."""
        return await self.post("/petitions", form, by=by, **{"idempotency-key": key or str(uuid.uuid4())})

    async def lodged(self, form: dict[str, Any]) -> dict[str, Any]:
        """A letter that is in."""
        answer = await self.lodge(form)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def letter(self, case_id: str, *, by: httpx.AsyncClient | None = None, purpose: str | None = "settle") -> httpx.Response:
        """Read a letter, for a purpose or for none."""
        async with by or self.client() as client:
            return await client.get(f"/petitions/{case_id}/letter", headers={"x-purpose": purpose} if purpose is not None else {})

    async def submit(self, value: bytes, key: str | None = keys.AGENCY, **headers: bytes) -> None:
        """Put a record on the agencies' topic."""
        partition = TopicPartition(SUBMISSIONS, bucket_of(key or ""))
        await self.living.service.consumer.reload({partition})
        offset = self.living.service.consumer.next_offsets[partition]
        record: Any = ConsumerRecord(
            SUBMISSIONS,
            partition.partition,
            offset,
            0,
            0,
            key.encode() if key else None,
            value,
            None,
            0,
            len(value),
            tuple(headers.items()),
        )
        await self.living.service.consumer.apply([record])

    async def outbox(self) -> list[tuple[Any, ...]]:
        """Everything that waits to be sent: id, event_id, topic, key, ce_type, ce_time, traceparent, payload."""
        return await self.living.service.db.outbox_page(100_000)

    async def facts(self, case_id: str | None = None) -> list[Event]:
        """The facts stated, in order."""
        stated = [msgspec.json.decode(line[-1], type=FACTS[line[4]]) for line in await self.outbox() if line[2] != RECEIPTS]
        return [fact for fact in stated if case_id in (None, fact.case_id)]

    async def receipts(self) -> list[SubmissionReceipt]:
        """The answers to agencies, in order."""
        return [msgspec.json.decode(line[-1], type=SubmissionReceipt) for line in await self.outbox() if line[2] == RECEIPTS]

    async def stored(self) -> bytes:
        """Every byte of every table."""
        found = b""
        for table in ("petitions", "vault", "answered", "holdings", "outbox", "parked", "sequences", "inbox"):
            for line in await self.living.service.db.raw(f"SELECT * FROM {table}"):
                for value in line:
                    found += value if isinstance(value, bytes) else str(value).encode()
        return found
