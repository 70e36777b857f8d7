"""The two times: the instant of recording, and the legal date in Vietnam.

A development process may be given a virtual legal date; it is kept in the service's database, so a restart keeps it.
The instant of recording is always real.
"""

import os
import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

VIETNAM: Final = timezone(timedelta(hours=7), "ICT")
"""Vietnam has one zone without summer time since 1975; the law's days begin and end in it."""
_VARIANT: Final = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""A random hexadecimal digit with its two upper bits set to the variant 10."""


def now() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)


def uuid7() -> str:
    """A time-ordered random id (RFC 9562, section 5.7), so that indexes grow at their end."""
    millis = f"{time.time_ns() // 1_000_000:012x}"
    rest = os.urandom(10).hex()
    return f"{millis[:8]}-{millis[8:]}-7{rest[:3]}-{_VARIANT[rest[3]]}{rest[4:7]}-{rest[7:19]}"


class LegalClock:
    """Tells the legal date; ``virtual`` overrides it outside production."""

    def __init__(self, virtual: date | None = None) -> None:
        self.virtual = virtual

    def today(self) -> date:
        """The legal date now: the virtual one if set, else the date in Vietnam."""
        return self.virtual or datetime.now(VIETNAM).date()
