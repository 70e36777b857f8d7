"""A gateway over a database of its own, fed with facts as the consumer would feed it, without a broker."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord

from contracts.cases import CaseAccepted, PetitionAssigned, StepMissed
from contracts.event import FACT_TOPICS, Actor, Event
from contracts.oversight import HotspotRaised
from contracts.petitions import Axes, PetitionClassified, PetitionLodged
from contracts.vocabulary import AlertReason, Field, Kind, Role, Source, Step
from gateway.app import assemble
from runtime import auth, migrate
from runtime.service import Service
from runtime.settings import KafkaSettings, Settings

TODAY = date(2026, 8, 3)
WARD, PROVINCE = "UBND-05518", "UBND-19"
START = datetime(2026, 7, 1, 1, tzinfo=UTC)
_clock = itertools.count()


def stamped(fact: Event, seq: int, agency: str = WARD, on: date = date(2026, 7, 3)) -> Event:
    """A fact as it goes on record; each a second after the one before."""
    at = START + timedelta(seconds=next(_clock))
    actor = Actor(agency=agency, role=Role.OFFICER, officer="cb-7")
    return fact.stamped(seq=seq, causation_id="c", actor=actor, legal_on=on, recorded_at=at)


def lodged(case_id: str, seq: int = 1, *, received_by: str = WARD, received_on: date = date(2026, 7, 3), **axes: Any) -> Event:
    """A letter."""
    given = {"kind": Kind.COMPLAINT, "field": Field.LAND_HOUSING, "source": Source.COUNTER, "place": "05518", **axes}
    return stamped(
        PetitionLodged(
            case_id=case_id,
            number=f"N-{case_id}",
            subject_ref="s",
            received_by=received_by,
            received_on=received_on,
            letter_on=None,
            axes=Axes(**given),
        ),
        seq,
        received_by,
    )


def classified(case_id: str, seq: int = 2, **axes: Any) -> Event:
    """An officer says what the letter is."""
    given = {"kind": Kind.COMPLAINT, "field": Field.LAND_HOUSING, "source": Source.COUNTER, "place": "05518", **axes}
    return stamped(PetitionClassified(case_id=case_id, received_by=WARD, received_on=date(2026, 7, 3), axes=Axes(**given)), seq)


def assigned(case_id: str, seq: int = 1, holder: str = WARD, due_on: date = date(2026, 7, 14)) -> Event:
    """Routing names the holder."""
    return stamped(PetitionAssigned(case_id=case_id, holder=holder, rule="r", law="LKN 17", step=Step.ACCEPT, due_on=due_on), seq, holder)


def accepted(case_id: str, seq: int = 2, holder: str = WARD, due_on: date = date(2026, 8, 20)) -> Event:
    """The holder accepts."""
    return stamped(CaseAccepted(case_id=case_id, holder=holder, document="12/TB", law="LKN 27", due_on=due_on), seq, holder)


def missed(case_id: str, seq: int = 3, holder: str = WARD) -> Event:
    """A step was not taken."""
    return stamped(StepMissed(case_id=case_id, holder=holder, step=Step.ACCEPT, due_on=date(2026, 7, 14), rule="r", law="LKN 27"), seq)


def hotspot(case_id: str, seq: int = 1, holder: str = WARD) -> Event:
    """An alert."""
    return stamped(
        HotspotRaised(
            case_id=case_id,
            reasons=[AlertReason.MANY_PEOPLE],
            people_count=9,
            days_overdue=0,
            place="05518",
            holder=holder,
            expires_on=date(2026, 9, 1),
        ),
        seq,
        "DN-SUPERVISION",
    )


class World:
    """One gateway and its clients."""

    def __init__(self, service: Service, home: Path) -> None:
        self.service = service
        self.home = home
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(service.app()), base_url="http://gateway")
        self.sisters = home
        self._offsets: dict[str, int] = dict.fromkeys(FACT_TOPICS, 0)
        self._ids = itertools.count()

    async def tell(self, *facts: Event) -> None:
        """Apply facts in this order, one batch."""
        records = [self._record(fact) for fact in facts]
        await self.service.consumer.apply(records)
        assert self.service.consumer.figures.parked == 0

    def _record(self, fact: Event) -> ConsumerRecord:
        offset = self._offsets[fact.topic]
        self._offsets[fact.topic] += 1
        rest = {"timestamp": 0, "timestamp_type": 0, "checksum": None, "serialized_key_size": 0, "serialized_value_size": 0}
        headers = [("ce_id", f"e{next(self._ids)}".encode()), ("ce_type", fact.ce_type.encode())]
        return ConsumerRecord(
            topic=fact.topic,
            partition=0,
            offset=offset,
            key=fact.case_id.encode(),
            value=msgspec.json.encode(fact),
            headers=headers,
            **rest,
        )

    def token(self, role: Role, agency: str = "", case_id: str | None = None, seconds: int = 60) -> str:
        """A signed token."""
        officer = "cb-7" if role not in (Role.ANONYMOUS, Role.CITIZEN) else None
        return auth.issue(self.home / "keys", role, agency=agency, officer=officer, case_id=case_id, seconds=seconds)

    async def ask(
        self,
        query: str,
        role: Role = Role.OFFICER,
        agency: str = WARD,
        *,
        case_id: str | None = None,
        headers: dict[str, str] | None = None,
        **variables: Any,
    ) -> dict[str, Any]:
        """The answer to a GraphQL request of that role."""
        answer = await self.client.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"authorization": f"Bearer {self.token(role, agency, case_id)}", **(headers or {})},
        )
        found: dict[str, Any] = answer.json()
        return found

    async def data(self, query: str, role: Role = Role.OFFICER, agency: str = WARD, **options: Any) -> Any:
        """The data of an answer without errors."""
        found = await self.ask(query, role, agency, **options)
        assert "errors" not in found, found["errors"]
        return found["data"]


def settings_for(home: Path, url: str, mode: str = "development") -> Settings:
    """Settings of a gateway that has no broker."""
    return Settings("gateway", home, mode, "127.0.0.1", 0, KafkaSettings("127.0.0.1:1"), url, 1.0, "", "", 500, "INFO")


@asynccontextmanager
async def open_world(home: Path, url: str, mode: str = "development") -> AsyncIterator[World]:
    """A gateway with an empty read model, its jobs not running."""
    auth.make_keys(home)
    await asyncio.to_thread(migrate.upgrade, url, "gateway")
    service = assemble().use(settings_for(home, url, mode))
    await service.open()
    service.clock.virtual = TODAY
    await service.consumer.reload([TopicPartition(topic, 0) for topic in FACT_TOPICS])
    world = World(service, home)
    try:
        yield world
    finally:
        await world.client.aclose()
        await service.db.close()
