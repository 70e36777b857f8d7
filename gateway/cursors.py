"""Cursors: the place in a list, sealed so that a client can neither read more into it nor make one up."""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final

from contracts.errors import Invalid

MARK: Final = f"~{secrets.token_hex(12)}~"
"""Stands before a cursor's text inside an answer until it is sealed; random, so no data can hold it."""

_MARKED: Final = re.compile(re.escape(MARK).encode() + rb'([^"]*)')
_SEAL_BYTES: Final = 12


class Cursors:
    """Seals and opens cursors with the platform's key."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.sha256(b"cursor" + key).digest()

    def seal(self, text: str) -> str:
        """``list|key|key`` as an opaque string."""
        body = text.encode()
        return base64.urlsafe_b64encode(self._tag(body) + body).decode().rstrip("=")

    def open(self, cursor: str, listing: str) -> list[str]:
        """The keys of a cursor of this list. Raises Invalid (``cursor_invalid``)."""
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            tag, body = sealed[:_SEAL_BYTES], sealed[_SEAL_BYTES:]
            name, *keys = body.decode().split("|")
        except ValueError as broken:
            raise Invalid("cursor_invalid", field="after") from broken
        if not hmac.compare_digest(tag, self._tag(body)) or name != listing:
            raise Invalid("cursor_invalid", field="after")
        return keys

    def seal_marked(self, answer: bytes) -> bytes:
        """The answer with every marked cursor sealed."""
        return _MARKED.sub(lambda found: self.seal(found[1].decode()).encode(), answer)

    def _tag(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_SEAL_BYTES]
