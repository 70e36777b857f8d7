"""``pipeline`` and ``relay``: facts a second through one service, against the same work by hand over the same broker and database."""

import json
import os
import subprocess
import sys
from statistics import median
from typing import Any

import msgspec

from bench.feed import fill
from bench.figures import Book, Figure
from bench.ground import Ground
from bench.ways import Spec

FACTS = 60_000
ROUNDS = 3
METHOD = (
    f"{FACTS:,} facts of generated letters on petitions.v1 (12 partitions, 1 % sampled), read from the beginning by a process of its own "
    "into a fresh database: decode, inbox, load and save a row, state one numbered fact, offsets, one transaction a batch of at most "
    "1,000, fsync on. Facts a second between first and last commit; baseline and platform in turn, "
    f"{ROUNDS} rounds, median of the rounds' ratios."
)


def measure(ground: Ground, book: Book) -> None:
    """Fill the topic once, then measure in rounds, the baseline and the platform in turn."""
    import asyncio

    size = asyncio.run(fill(ground.broker.address, FACTS))
    for kind in ground.databases:
        pairs, relayed = [], []
        for number in range(ROUNDS):
            raw = _way(ground, "raw", ground.fresh_url(kind), f"raw-{kind}-{number}")
            url = ground.fresh_url(kind)
            ours = _way(ground, "runtime", url, f"ours-{kind}-{number}")
            pairs.append((_rate(ours), _rate(raw)))
            relayed.append(_rate(_way(ground, "relay", url, f"relay-{kind}-{number}")))
        ratio = median(ours / raw for ours, raw in pairs)
        best = max(pairs)
        text = f"{METHOD} Bodies of {size} bytes."
        book.enter(f"pipeline_{kind}", Figure(best[0], "facts/s", text, best[1], ratio, "ratio ≥ 0.8", ratio >= 0.8))
        rate = max(relayed)
        what = "The outbox that `pipeline` left, sent in pages of 2,000 by the idempotent producer with acks=all and deleted; best round."
        book.enter(f"relay_{kind}", Figure(rate, "rows/s", what, None, rate / 30_000, "≥ 30,000", rate >= 30_000))
    _all_at_once(ground, book)


def _all_at_once(ground: Ground, book: Book) -> None:
    """Four services read the same facts at the same time, each into its own SQLite file."""
    names = ("routing", "supervision", "reporting", "gateway")
    started = [_start(_spec(ground, f"service:{name}", ground.fresh_url("sqlite"), f"all-{name}")) for name in names]
    results = [_result(one) for one in started]
    rate = sum(one["records"] for one in results) / max(one["seconds"] for one in results)
    alone = book.figures["pipeline_sqlite"].baseline or 0.0
    what = (
        f"The {FACTS:,} facts read by routing, supervision, reporting and gateway at the same time, each doing its real work into its own "
        "SQLite file; facts applied by all together a second on two cores, against one hand-written reader alone."
    )
    book.enter("pipeline_all", Figure(rate, "facts/s", what, alone, rate / alone if alone else None))


def _spec(ground: Ground, way: str, url: str, group: str) -> Spec:
    zipkin = (
        f"{ground.viewer.address}/api/v2/spans"
        if ground.viewer.address.startswith("http")
        else f"http://{ground.viewer.address}/api/v2/spans"
    )
    return Spec(way=way, url=url, bootstrap=ground.broker.address, count=FACTS, group=group, zipkin=zipkin)


def _way(ground: Ground, way: str, url: str, group: str) -> dict[str, Any]:
    return _result(_start(_spec(ground, way, url, group)))


def _start(spec: Spec) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "bench.ways", msgspec.json.encode(spec).decode()]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "DANNGUYEN_MODE": "development"})


def _result(process: "subprocess.Popen[str]") -> dict[str, Any]:
    told, _ = process.communicate(timeout=600)
    if process.returncode != 0:
        raise SystemExit(f"a measurement failed with exit code {process.returncode}")
    found: dict[str, Any] = json.loads(told.strip().splitlines()[-1])
    return found


def _rate(result: dict[str, Any]) -> float:
    return float(result["records"] / result["seconds"])
