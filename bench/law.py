"""The law: due dates with certificates, who is competent, questions through the command line, the sweep over a million clocks."""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, cast

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
    today = date(2026, 11, 24)
    one = f"{COUNT:,} questions of five steps, started on days of 2019-2026; processor time of one core."
    due = _rate(lambda: [clocks.answer(question) for question in plain])
    book.enter("due", Figure(due, "answers/s", f"Due dates. {one}"))
    certified = _rate(lambda: [certificate.certify(question, today) for question in plain])
    book.enter("due_certificate", _goal(certified, "certificates/s", f"Due dates with their certificate. {one}"))
    certified = _rate(lambda: [certificate.certify(question, today) for question in paused])
    book.enter("due_certificate_suspended", _goal(certified, "certificates/s", f"The same, each with a suspension of some days. {one}"))
    table = reference.competence()
    matters = list(competence.domain(table))
    days = [date(2025, 7, 1) + timedelta(days=dice.randrange(480)) for _ in range(COUNT)]
    asked = [(matters[dice.randrange(len(matters))], day) for day in days]
    looked = _rate(lambda: [_settlers(table, matter, day) for matter, day in asked])
    book.enter(
        "competence",
        _goal(looked, "look-ups/s", f"Who settles first and second, over the whole domain, on days since 1-7-2025; {COUNT:,} look-ups."),
    )
    _command_line(book, plain)
    asyncio.run(_sweep(book))


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


def _rate(work: Callable[[], list[object]]) -> float:
    work()
    begun = time.process_time()
    done = len(work())
    return done / (time.process_time() - begun)


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


async def _sweep(book: Book) -> None:
    with tempfile.TemporaryDirectory(prefix="dannguyen-bench-") as folder:
        url = f"sqlite:///{folder}/routing.db"
        await asyncio.to_thread(migrate.upgrade, url, "routing")
        auth.make_keys(Path(folder))
        settings = Settings(
            "routing", Path(folder), "development", "127.0.0.1", 0, KafkaSettings("127.0.0.1:1"), url, 0.0, "", "", 500, "ERROR"
        )
        service = Service("routing", topic=CASES, handlers=[handlers]).use(settings)
        await service.db.open()
        await _fill(service)
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
    assert (stated, again) == (WAKING, WAKING), (stated, again)
    what = (
        f"{CLOCKS:,} open clocks in SQLite, {WAKING:,} wake on the day: each stated once, sets of 1,000 in a transaction, fsync on; "
        f"a second sweep states nothing. Wall time; peak memory grew by {grown:.0f} MB."
    )
    book.enter("sweep", Figure(seconds, "s", what, None, None))
    book.enter("sweep_facts", Figure(stated / seconds, "facts/s", what))


async def _fill(service: Service) -> None:
    shape = cast("Any", Clock).shape
    for start in range(0, CLOCKS, 50_000):
        rows = [
            Clock(
                case_id=f"c{number:07d}", no=1, step=Step.ACCEPT, holder="UBND-05518", rule="KN-02c", law="LKN 27",
                due_on=date(2026, 9, 3) if number % (CLOCKS // WAKING) == 0 else date(2026, 12, 1),
                wake_on=date(2026, 9, 1) if number % (CLOCKS // WAKING) == 0 else date(2026, 11, 27),
            )
            for number in range(start, start + 50_000)
        ]  # fmt: skip
        async with service.db.transaction(()) as transaction:
            await transaction.write(Changes(upserts={shape: [shape.to_sqlite(row) for row in rows]}))
