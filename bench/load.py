"""A small HTTP load from one process: prepared requests over a few kept connections, nothing parsed but the length of the answer."""

import asyncio
import time
from collections.abc import Sequence

SECONDS_MOST = 30.0


def request(method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of an HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}", "content-type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def rate(port: int, requests: Sequence[bytes], connections: int = 8) -> float:
    """Requests answered a second; each of ``requests`` is sent once. Raises AssertionError on an answer that is not 2xx."""
    left = list(reversed(requests))

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while left:
            writer.write(left.pop())
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = await reader.readexactly(length)
            assert head[9:10] == b"2", (head[:40], body[:300])
        writer.close()

    begun = time.perf_counter()
    await asyncio.wait_for(asyncio.gather(*(work() for _ in range(connections))), SECONDS_MOST * 4)
    return len(requests) / (time.perf_counter() - begun)
