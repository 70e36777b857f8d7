"""What one process of the gateway holds between requests: engine, hub, those who wait."""

import gc
from datetime import date
from hashlib import sha256

from contracts.event import Event
from gateway import models
from gateway.bridge import Bridge
from gateway.cursors import Cursors
from gateway.execution import Engine
from gateway.hub import Hub
from gateway.waiting import Waiting
from law import bodies, sight
from runtime.auth import private_key
from runtime.service import Service


class Gateway:
    """The parts that live as long as the process."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._hub: Hub | None = None
        self._waiting = Waiting()
        self.bridge = Bridge(self._told)

    def engine(self) -> Engine:
        """The engine; there is one once the service has started."""
        assert self._engine is not None
        return self._engine

    async def start(self, service: Service) -> None:
        """Make the engine and bring the agencies up to date."""
        self._waiting = Waiting()
        self._hub = Hub(lambda: service.db)
        self._engine = Engine(service, self._waiting, self._hub, Cursors(cursor_key(service)))
        await refresh_agencies(service)
        gc.set_threshold(50_000, 20, 50)  # parsed documents and plans live long: look at them rarely

    def applied(self, facts: list[Event]) -> None:
        """Facts are in the read model: wake who waits, tell who listens, here and in the other processes."""
        positions = [f"{fact.topic}:{fact.case_id}:{fact.seq}" for fact in facts]
        self._told(positions)
        self.bridge.tell(positions)

    def _told(self, positions: list[str]) -> None:
        self._waiting.tell(positions)
        if self._hub is not None:
            self._hub.tell(positions)

    async def tell_subscribers(self, service: Service) -> None:
        """Run the hub."""
        assert self._hub is not None
        await self._hub.run()


def cursor_key(service: Service) -> bytes:
    """A key that every process of the platform shares and no client knows. Raises CannotGoOn when the platform has no keys."""
    return sha256(private_key(service.settings.keys)["d"].encode()).digest()


async def refresh_agencies(service: Service) -> None:
    """Write the bodies of ``law/data/bodies.csv`` into the read model, so that statements may join them."""
    async with service.work((), about="agencies") as work:
        for body in bodies.every().values():
            work.save(agency_of(body))


def agency_of(body: bodies.Body) -> models.Agency:
    """A body as the read model keeps it, with the province in which its unit lies by the newest law."""
    return models.Agency(
        code=body.code,
        name=body.name,
        office=body.role,
        level=body.level,
        unit=body.unit or None,
        province=sight.province(body.unit),
        superior=body.superior or None,
        effective_from=body.effective_from,
        effective_to=None if body.effective_to == date.max else body.effective_to,
    )
