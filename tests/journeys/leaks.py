"""Looks for what people are called by in everything a platform has written down: files, topics, traces."""

import base64
import binascii
import re
from collections.abc import Iterator

from tests.journeys.world import World

ASCII_WORD: re.Pattern[bytes] = re.compile(rb"[0-9A-Za-z-]{10,}")
BASE64: re.Pattern[bytes] = re.compile(rb"[A-Za-z0-9_+/-]{24,}")


def places_of(world: World, people: list[dict[str, str]]) -> list[str]:
    """Where a name, address or telephone number of these people stands outside the vault's ciphertext, however it is escaped."""
    marks = {word for person in people for value in person.values() for word in ASCII_WORD.findall(value.encode())}
    return sorted({place for place, data in everything(world) for mark in marks if mark in data})


def everything(world: World) -> Iterator[tuple[str, bytes]]:
    """Every byte that the platform keeps, by place; what looks like base64 also as what it says."""
    for place, data in _kept(world):
        yield place, data
        yield f"{place} (base64)", b"\n".join(_decoded(data))


def _kept(world: World) -> Iterator[tuple[str, bytes]]:
    for file in world.home.rglob("*"):
        if file.is_file() and "index" not in file.suffix:
            try:
                yield str(file.relative_to(world.home)), file.read_bytes()
            except FileNotFoundError:  # a server's own housekeeping
                continue
    for record in world.log.records():
        headers = b"".join(name.encode() + value for name, value in record.headers.items())
        yield f"topic {record.topic}", record.key.encode() + headers + record.value


def _decoded(data: bytes) -> Iterator[bytes]:
    for run in BASE64.findall(data):
        text = run.replace(b"-", b"+").replace(b"_", b"/")
        try:
            yield base64.b64decode(text[: len(text) // 4 * 4])
        except binascii.Error:
            continue
