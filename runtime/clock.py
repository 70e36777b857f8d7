"""The two times: the instant of recording, and the legal date in Vietnam.

A development process may be given a virtual legal date; it is kept in the service's database, so a restart keeps it.
The instant of recording is always real.
"""

import os
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

VIETNAM: Final = timezone(timedelta(hours=7), "ICT")
"""Vietnam has one zone without summer time since 1975; the law's days begin and end in it."""


def now() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)


def uuid7() -> str:
    """A time-ordered random id (RFC 9562, section 5.7), so that indexes grow at their end."""
    value = int.from_bytes(os.urandom(10))
    millis = int(datetime.now(UTC).timestamp() * 1000)
    number = (millis << 80) | (0x7 << 76) | ((value >> 4 & 0xFFF) << 64) | (0b10 << 62) | (value >> 16 & ((1 << 62) - 1))
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class LegalClock:
    """Tells the legal date; ``virtual`` overrides it outside production."""

    def __init__(self, virtual: date | None = None) -> None:
        self.virtual = virtual

    def today(self) -> date:
        """The legal date now: the virtual one if set, else the date in Vietnam."""
        return self.virtual or datetime.now(VIETNAM).date()
