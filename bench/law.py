"""The law: due dates with certificates, who is competent, questions through the command line, the sweep over a million clocks."""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar, cast

import msgspec

from bench.figures import Book, Figure
from contracts.event import CASES
from contracts.vocabulary import Step
from law import certificate, clocks
from law.question import Question, Suspension
from runtime import auth, migrate
from runtime.changes import Changes
from runtime.service import Service
from runtime.settings import KafkaSettings, Settings
from services.routing import competence, handlers, reference
from services.routing.models import Clock
from services.routing.sweep import sweep

T = TypeVar("T")
FACTS = {"complex": True, "criteria": ["many_contents"], "note": "TB 12/2026"}
COUNT = 50_000
LINES = 200_000
CLOCKS = 1_000_000
WAKING = 50_000
DANNGUYEN = Path(sys.executable).with_name("dannguyen")
STEPS = (
    ("complaint", "accept"),
    ("complaint", "settle_first"),
    ("complaint", "settle_second"),
    ("denunciation", "settle"),
    ("denunciation", "initial"),
)


def measure(book: Book) -> None:
    """All figures of the law."""
    dice = Random(1)
    plain = [_question(dice, is_suspended=False) for _ in range(COUNT)]
    paused = [_question(dice, is_suspended=True) for _ in range(COUNT)]
    certified_on = partial(certificate.certify, as_of_knowledge=date(2026, 11, 24))
    one = f"{COUNT:,} questions of five steps, started on days of 2019-2026; processor time of one core, best of five rounds."
    due = _rate(clocks.answer, plain)
    book.enter("due", Figure(due, "answers/s", f"Due dates. {one}"))
    certified = _rate(certified_on, plain)
    book.enter("due_certificate", _goal(certified, "certificates/s", f"Due dates with their certificate. {one}"))
    certified = _rate(certified_on, paused)
    book.enter("due_certificate_suspended", _goal(certified, "certificates/s", f"The same, each with a suspension of some days. {one}"))
    full = [msgspec.structs.replace(question, facts=FACTS) for question in paused]
    what = f"The same, each with a suspension and the facts that make it complex, told in the sentence. {one}"
    book.enter("due_certificate_full", _goal(_rate(certified_on, full), "certificates/s", what))
    table = reference.competence()
    matters = list(competence.domain(table))
    days = [date(2025, 7, 1) + timedelta(days=dice.randrange(480)) for _ in range(COUNT)]
    asked = [(matters[dice.randrange(len(matters))], day) for day in days]
    looked = _rate(lambda one: _settlers(table, *one), asked)
    book.enter(
        "competence",
        _goal(looked, "look-ups/s", f"Who settles first and second, over the whole domain, on days since 1-7-2025; {COUNT:,} look-ups."),
    )
    _command_line(book, plain)
    asyncio.run(_sweep(book, "sweep", WAKING))


def measure_whole_sweep(book: Book) -> None:
    """The worst day there is: every one of a million clocks has something to say."""
    asyncio.run(_sweep(book, "sweep_all", CLOCKS))


def _goal(rate: float, unit: str, method: str) -> Figure:
    return Figure(rate, unit, method, None, rate / 100_000, "≥ 100,000", rate >= 100_000)


def _question(dice: Random, *, is_suspended: bool) -> Question:
    kind, step = STEPS[dice.randrange(len(STEPS))]
    start = date(2019, 2, 1) + timedelta(days=dice.randrange(2700))
    gap = dice.randrange(1, 4)
    pause = Suspension(start + timedelta(days=gap), start + timedelta(days=gap + dice.randrange(1, 12)))
    return Question(kind, step, start, suspensions=(pause,) if is_suspended else ())


def _settlers(table: competence.Table, matter: competence.Matter, on: date) -> object:
    try:
        return competence.settlers(table, matter, on)
    except Exception as refusal:
        return refusal


def _rate(answer: Callable[[T], object], asked: Sequence[T]) -> float:
    """Questions answered a second of processor time, the best of five rounds; each answer is dropped, as by who sends it on."""
    rounds = []
    for _ in range(5):
        begun = time.process_time()
        deque(map(answer, asked), maxlen=0)
        rounds.append(time.process_time() - begun)
    return len(asked) / min(rounds)


def _command_line(book: Book, questions: list[Question]) -> None:
    lines = "".join(
        json.dumps({"id": number, "kind": asked.kind, "step": asked.step, "start": asked.start.isoformat()}) + "\n"
        for number, asked in enumerate(questions * (LINES // len(questions)))
    )
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run([str(DANNGUYEN), "law", "due", "--json"], input=lines, capture_output=True, text=True, check=True)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert told.stdout.count("\n") == LINES
    seconds = ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime
    rate = LINES / seconds
    what = f"`dannguyen law due --json` over {LINES:,} lines in one process, start included; processor time."
    book.enter("law_due_cli", Figure(rate, "questions/s", what, None, rate / 20_000, "≥ 20,000", rate >= 20_000))


async def _sweep(book: Book, name: str, waking: int) -> None:
    with tempfile.TemporaryDirectory(prefix="dannguyen-bench-") as folder:
        url = f"sqlite:///{folder}/routing.db"
        await asyncio.to_thread(migrate.upgrade, url, "routing")
        auth.make_keys(Path(folder))
        settings = Settings(
            "routing", Path(folder), "development", "127.0.0.1", 0, KafkaSettings("127.0.0.1:1"), url, 0.0, "", "", 500, "ERROR"
        )
        service = Service("routing", topic=CASES, handlers=[handlers]).use(settings)
        await service.db.open()
        await _fill(service, waking)
        service.clock.virtual = date(2026, 9, 1)
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.perf_counter()
        await sweep(service)
        seconds = time.perf_counter() - begun
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident) / 1024
        (stated,) = (await service.db.raw("SELECT count(*) FROM outbox"))[0]
        await sweep(service)
        (again,) = (await service.db.raw("SELECT count(*) FROM outbox"))[0]
        await service.db.close()
    assert (stated, again) == (waking, waking), (stated, again)
    what = (
        f"{CLOCKS:,} open clocks in SQLite, {waking:,} wake on the day: each stated once, sets of 1,000 in a transaction, fsync on; "
        f"a second sweep states nothing. Wall time; peak memory grew by {grown:.0f} MB."
    )
    book.enter(name, Figure(seconds, "s", what, None, None))
    book.enter(f"{name}_facts", Figure(stated / seconds, "facts/s", what))


async def _fill(service: Service, waking: int) -> None:
    shape = cast("Any", Clock).shape
    for start in range(0, CLOCKS, 50_000):
        rows = [
            Clock(
                case_id=f"c{number:07d}", no=1, step=Step.ACCEPT, holder="UBND-05518", rule="KN-02c", law="LKN 27",
                due_on=date(2026, 9, 3) if number % (CLOCKS // waking) == 0 else date(2026, 12, 1),
                wake_on=date(2026, 9, 1) if number % (CLOCKS // waking) == 0 else date(2026, 11, 27),
            )
            for number in range(start, start + 50_000)
        ]  # fmt: skip
        async with service.db.transaction(()) as transaction:
            await transaction.write(Changes(upserts={shape: [shape.to_sqlite(row) for row in rows]}))
