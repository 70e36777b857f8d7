"""Between several processes of the gateway on PostgreSQL: each tells the others which facts it applied (LISTEN/NOTIFY).

Every process reads some of the partitions, but its subscribers may follow any case. On SQLite there is one process and no bridge.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from typing import Any, Final

import asyncpg

from runtime.service import Service

_CHANNEL: Final = "gateway_facts"
_MOST_BYTES: Final = 7000
"""A notification holds less than 8000 bytes (PostgreSQL, NOTIFY)."""
_LOST: Final = ""


class Bridge:
    """The other processes' facts come in by ``hear``; ours go out by ``tell``."""

    def __init__(self, hear: Callable[[list[str]], None]) -> None:
        self._hear = hear
        self._own = secrets.token_hex(8)
        self._unsent: asyncio.Queue[str] = asyncio.Queue(maxsize=10_000)
        self.is_open = False

    def tell(self, positions: Iterable[str]) -> None:
        """Facts were applied here. Returns at once; while there is no connection nothing is kept."""
        if not self.is_open:
            return
        for message in packed(positions):
            if self._unsent.full():
                self._unsent.get_nowait()
            self._unsent.put_nowait(message)

    async def run(self, service: Service) -> None:
        """Be connected until the connection is lost or the process ends."""
        if service.db.dialect.name != "postgresql":
            return
        connection: Any = await asyncpg.connect(service.settings.database_url, timeout=10)
        try:
            connection.add_termination_listener(lambda _: self._unsent.put_nowait(_LOST))
            await connection.add_listener(_CHANNEL, self._heard)
            self.is_open = True
            while (message := await self._unsent.get()) is not _LOST:
                await connection.execute("SELECT pg_notify($1, $2)", _CHANNEL, f"{self._own}\n{message}", timeout=10)
        finally:
            self.is_open = False
            connection.terminate()

    def _heard(self, connection: Any, pid: int, channel: str, payload: str) -> None:
        sender, *positions = payload.split("\n")
        if sender != self._own:
            self._hear(positions)


def packed(positions: Iterable[str]) -> list[str]:
    """Positions as messages that fit."""
    messages: list[str] = []
    current = ""
    for position in positions:
        if len(current) + len(position) + 1 > _MOST_BYTES:
            messages.append(current)
            current = ""
        current = f"{current}\n{position}" if current else position
    return [*messages, current] if current else messages
