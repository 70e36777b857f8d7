"""What a platform left behind, read without its own code: topics by librdkafka, databases by plain drivers, every byte on disk."""

import asyncio
import base64
import binascii
import gzip
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

TOPICS: Final = ("petitions.v1", "cases.v1", "oversight.v1", "reports.v1", "agency.submissions.v1", "agency.acts.v1", "agency.receipts.v1")
_BASE64: Final = re.compile(rb"[A-Za-z0-9_+/=-]{16,}")
_GZIP: Final = b"\x1f\x8b\x08"
_DEPTH: Final = 2
"""Encodings within encodings that are undone: base64 of gzip, a token within a header that is itself base64."""


@dataclass(frozen=True)
class Record:
    """A record as any Kafka client sees it."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]

    def header(self, name: str) -> str:
        """A header's text; empty when it is missing."""
        return next((value.decode(errors="replace") for key, value in self.headers if key == name), "")


def records(bootstrap: str) -> list[Record]:
    """Every record of every topic, in order of topic, partition and offset."""
    client = Consumer({"bootstrap.servers": bootstrap, "group.id": "evidence", "enable.auto.commit": False})
    found: list[Record] = []
    known = client.list_topics(timeout=20).topics
    for topic in TOPICS:
        for partition in sorted(known[topic].partitions) if topic in known else ():
            found += _partition(client, topic, partition)
    client.close()
    return found


def _partition(client: Any, topic: str, partition: int) -> Iterator[Record]:
    low, high = client.get_watermark_offsets(TopicPartition(topic, partition), timeout=20)
    if low == high:
        return
    client.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
    reached = low
    while reached < high:
        for message in client.consume(min(1000, high - reached), timeout=5):
            if message.error() is None:
                headers = tuple((name, value or b"") for name, value in message.headers() or ())
                yield Record(topic, partition, message.offset(), message.key() or b"", message.value() or b"", headers)
                reached = message.offset() + 1


def table(url: str, name: str) -> list[dict[str, Any]]:
    """All rows of one table."""
    return _rows(url, f"SELECT * FROM {name}")


def tables(url: str) -> list[str]:
    """The names of a database's tables."""
    if url.startswith("sqlite:///"):
        return [row["name"] for row in _rows(url, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [row["tablename"] for row in _rows(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]


def _rows(url: str, sql: str) -> list[dict[str, Any]]:
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql)]
        finally:
            connection.close()

    async def fetch() -> list[dict[str, Any]]:
        connection = await asyncpg.connect(url)
        try:
            return [dict(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    return asyncio.run(fetch())


def leaks(
    home: Path, marks: Iterable[str], topics: Iterable[Record] = (), urls: Mapping[str, str] | None = None, traces: str = ""
) -> list[str]:
    """Where a mark stands in any case of its letters, in clear, UTF-16, base64, base64url or gzip, two of them deep.

    Looked at: every file under ``home`` byte by byte, every record, every row of every database (PostgreSQL compresses
    long values in its files), every stored trace. The vault's ciphertext is looked at as well and shows nothing.
    """
    wanted = [mark.encode() for mark in marks]
    if not wanted:
        return []
    pattern = re.compile(b"|".join(map(re.escape, wanted)), re.IGNORECASE)
    found = []
    for place, data in _everything(home, topics, urls or {}, traces):
        hit = next((form for form, body in _forms(data) if pattern.search(body)), None)
        if hit:
            found.append(f"{place} ({hit})")
    return found


def _everything(home: Path, topics: Iterable[Record], urls: Mapping[str, str], traces: str) -> Iterator[tuple[str, bytes]]:
    for path in _files(home):
        try:
            data = path.read_bytes()
        except OSError:
            continue
        yield str(path), data.rstrip(b"\0")
    for service, url in urls.items():
        for name in tables(url):
            yield f"{service}.{name}", b"\n".join(_bytes(value) for row in table(url, name) for value in row.values())
    for record in topics:
        yield f"{record.topic}/{record.partition}/{record.offset}", record.key + record.value + b"".join(v for _, v in record.headers)
    if traces:
        yield "traces", httpx.get(traces, timeout=60).content


def _files(home: Path) -> Iterator[Path]:
    """Every file of a platform; PostgreSQL's folder may be a link to where its user can reach it."""
    for path in home.rglob("*"):
        if path.is_symlink() and path.is_dir():
            yield from _files(path.resolve())
        elif path.is_file():
            yield path


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _forms(data: bytes, depth: int = _DEPTH) -> Iterator[tuple[str, bytes]]:
    yield "clear", data
    yield "UTF-16", data.replace(b"\0", b"")
    if depth == 0:
        return
    for name, inner in (("base64", b"\n".join(_unbased(data))), ("gzip", b"\n".join(_unpacked(data)))):
        if inner:
            for form, body in _forms(inner, depth - 1):
                yield name if form == "clear" else f"{form} in {name}", body


def _unbased(data: bytes) -> Iterator[bytes]:
    for run in _BASE64.findall(data):
        text = run.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        for start in range(min(4, len(text))):
            part = text[start:]
            part = part[: len(part) - (len(part) % 4 == 1)]
            with suppress(binascii.Error):
                yield binascii.a2b_base64(part + b"=" * (-len(part) % 4))


def _unpacked(data: bytes) -> Iterator[bytes]:
    start = data.find(_GZIP)
    while start >= 0:
        with suppress(zlib.error):
            yield zlib.decompressobj(31).decompress(data[start:])
        start = data.find(_GZIP, start + 1)


def proves_itself(folder: Path) -> list[str]:
    """Whether the search finds what it should: a mark hidden in each way in a folder of its own. The ways it missed."""
    mark = "KANARITESTMARK00"
    hidden = {
        "clear": mark.encode(),
        "base64": base64.b64encode(f"tên: {mark} xyz".encode()),
        "base64url": base64.urlsafe_b64encode(f"??>{mark}".encode()),
        "gzip": gzip.compress(mark.encode() * 3),
        "small letters": mark.lower().encode(),
        "UTF-16": mark.encode("utf-16"),
        "base64 of gzip": base64.b64encode(gzip.compress(mark.encode() * 3)),
        "base64 of base64": base64.b64encode(base64.b64encode(mark.encode())),
    }
    missed = []
    for way, data in hidden.items():
        place = folder / way
        place.mkdir()
        (place / "file").write_bytes(b"before " + data + b" after")
        if not leaks(place, [mark]):
            missed.append(way)
    return missed
