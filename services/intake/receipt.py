"""Receipt codes: a public number with a check digit, and a secret part that only the petitioner holds.

``DN26-7K3F9Q2M-C-XXXXXXXXY``: the year, eight random symbols, their check symbol ``C``; then the secret, eight random
symbols and a check symbol ``Y`` over the whole code. The alphabet leaves out I, L, O and U; what people write for
them is read as 1, 1 and 0. Neither part is stored: the number is public, of the secret there is only a MAC.
"""

import secrets
from collections import OrderedDict
from typing import Final, NamedTuple

from contracts.errors import Invalid, TooMany

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY_LENGTH: Final = 8
SECRET_LENGTH: Final = 8
_NUMBER_LENGTH: Final = 2 + BODY_LENGTH + 1
_VALUES: Final = {symbol: value for value, symbol in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_PREFIX: Final = "DN"


def _powers() -> tuple[list[int], list[int]]:
    """Exponents and logarithms of GF(32) over x^5 + x^2 + 1."""
    powers, logs, value = [], [0] * 32, 1
    for exponent in range(31):
        powers.append(value)
        logs[value] = exponent
        value = (value << 1) ^ (0b100101 if value & 0b10000 else 0)
    return powers, logs


_POWER, _LOG = _powers()


def check_symbol(symbols: str) -> str:
    """The symbol that makes the weighted sum zero in GF(32).

    Every place has a weight of its own, so one wrong symbol and any two swapped symbols are always noticed (up to 30 places).
    """
    total = 0
    for place, symbol in enumerate(symbols, 1):
        value = _VALUES[symbol]
        if value:
            total ^= _POWER[(_LOG[value] + place) % 31]
    return ALPHABET[total]


class Receipt(NamedTuple):
    """A code as its holder reads it; ``secret`` includes its check symbol."""

    number: str
    secret: str

    @property
    def code(self) -> str:
        """The whole code; never stored, logged or sent in the clear to a shared topic."""
        return f"{self.number}-{self.secret}"


def new_receipt(year: int) -> Receipt:
    """A fresh code of ``year``."""
    body = f"{year % 100:02d}{_random(BODY_LENGTH)}"
    digits = body + check_symbol(body)
    secret = _random(SECRET_LENGTH)
    return Receipt(_written(digits), secret + check_symbol(digits + secret))


def read_code(text: str) -> Receipt:
    """The receipt behind a typed code, with its look-alikes and dashes put right.

    Raises Invalid (``receipt_misspelt``) when a check symbol does not fit; the text itself is never repeated.
    """
    symbols = _symbols(text)
    digits, secret = symbols[:_NUMBER_LENGTH], symbols[_NUMBER_LENGTH:]
    if len(secret) != SECRET_LENGTH + 1 or not _fits(digits) or not _fits(digits + secret):
        raise Invalid("receipt_misspelt", field="code")
    return Receipt(_written(digits), secret)


def _random(length: int) -> str:
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(length))


def _written(digits: str) -> str:
    return f"{_PREFIX}{digits[:2]}-{digits[2:-1]}-{digits[-1]}"


def _symbols(text: str) -> str:
    letters = "".join(character for character in text.upper() if character.isascii() and character.isalnum())
    if not letters.startswith(_PREFIX):
        return ""
    return "".join(ALPHABET[_VALUES[letter]] if letter in _VALUES else "?" for letter in letters.removeprefix(_PREFIX))


def _fits(symbols: str) -> bool:
    return len(symbols) > 1 and "?" not in symbols and check_symbol(symbols[:-1]) == symbols[-1]


class Attempts:
    """Wrong codes tried lately, by public number; kept in memory, so a restart forgives.

    A number that does not exist counts like one that does, so nobody learns which exist. At most ``room`` numbers are
    remembered; the longest unused is forgotten first.
    """

    def __init__(self, limit: int, window_s: float, room: int = 100_000) -> None:
        self.limit = limit
        self.window_s = window_s
        self.room = room
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def check(self, number: str, at: float) -> None:
        """Raises TooMany when ``number`` has had its wrong tries in the window that ends at ``at`` (seconds, monotonic)."""
        count, since = self._tries.get(number, (0, at))
        left = since + self.window_s - at
        if count >= self.limit and left > 0:
            raise TooMany("too_many_requests", field="code", seconds=int(left) + 1)

    def failed(self, number: str, at: float) -> None:
        """A wrong secret was given for ``number``."""
        count, since = self._tries.pop(number, (0, at))
        self._tries[number] = (1, at) if at - since >= self.window_s else (count + 1, since)
        if len(self._tries) > self.room:
            self._tries.popitem(last=False)

    def succeeded(self, number: str) -> None:
        """The right secret was given: earlier slips are forgiven."""
        self._tries.pop(number, None)
