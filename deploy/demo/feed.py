"""A province at work: a past of some months, then things that move.

The past is built in three strokes: letters are lodged at their agencies' counters, letters are classified, and then the offices
act day by day while the legal date of routing and supervision walks along (a virtual date, so never in production). Letters
of crowds come on their own day of that walk, because the day on which a crowd is heard of is the day of its alert.
What was reached stands in ``<home>/demo.json``; every stroke may be repeated, so a killed feed goes on where it was.
"""

import asyncio
import csv
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import msgspec

from contracts.vocabulary import Kind, Role, Status
from deploy.demo import FOLLOWED, arrivals, desk, plan
from deploy.demo.client import Badge, Platform, Refused
from deploy.demo.desk import Desk, Step
from deploy.demo.letters import Letter

WALKING = ("routing", "supervision")
"""Services whose legal date walks along with the past: those that say what is due and what was missed."""
OPERATOR = Badge(Role.OPERATOR)
END = "."
CALM = 3
"""So many times running the services say that nothing is under way."""


class Progress(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What stands in ``demo.json``.

    ``receipt_code`` opens one petition for a newcomer, absent until it is lodged; ``acted_until`` is the last day all acts of
    which are made.
    """

    seed: int
    count: int
    first_on: date
    last_on: date
    receipt_code: str | None = None
    lodged: int = 0
    classified: bool = False
    acted_until: date | None = None
    is_past_built: bool = False
    live: int = 0
    acts: int = 0
    refused: dict[str, int] = {}


class Book:
    """The feed's memory on disk: progress, and which case each letter became."""

    def __init__(self, home: Path) -> None:
        self._progress, self._cases = home / "demo.json", home / "demo-cases.csv"
        self._followed = home / FOLLOWED

    def read(self) -> Progress | None:
        try:
            return msgspec.json.decode(self._progress.read_bytes(), type=Progress)
        except FileNotFoundError:
            return None

    def write(self, progress: Progress) -> None:
        """Whole or not at all; the receipt code in it is for the owner's eyes."""
        part = self._progress.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_bytes(msgspec.json.format(msgspec.json.encode(progress), indent=2))
        part.replace(self._progress)

    def lay_out(self, code: str) -> None:
        """Lay out the receipt code of a letter that was traced since this start, once; who starts the platform takes an older one away."""
        if not self._followed.exists():
            part = self._followed.with_suffix(".part")
            part.touch(mode=0o600)
            part.write_text(code)
            part.replace(self._followed)

    @property
    def has_laid_out(self) -> bool:
        return self._followed.exists()

    def cases(self) -> dict[str, str]:
        """Case id by the letter's key. A line that a kill cut short lacks its end mark and is no case."""
        if not self._cases.exists():
            return {}
        with self._cases.open(newline="") as lines:
            return {line[0]: line[1] for line in csv.reader(lines) if line[2:] == [END]}

    def add(self, cases: Iterable[tuple[str, str]]) -> None:
        with self._cases.open("a", newline="") as lines:
            lines.write("\n")
            csv.writer(lines).writerows((key, case_id, END) for key, case_id in cases)


class Past:
    """Builds the past that ``progress`` describes."""

    def __init__(self, platform: Platform, book: Book, progress: Progress, say: Callable[[str], None]) -> None:
        self.book, self.progress, self.say = book, progress, say
        self.platform = platform
        self.letters = list(arrivals.past(progress.seed, progress.first_on, progress.last_on, progress.count))
        self.desk = Desk(platform, book.cases())
        self.steps = [step for letter in self.letters for step in desk.steps_of(letter)]
        self.crowds = crowds(self.letters)

    async def build(self) -> list[Step]:
        """Build what is missing; the acts that lie after its last day, still to be made."""
        progress = self.progress
        if not progress.is_past_built:
            began = time.monotonic()
            await self._set_today(progress.acted_until or progress.first_on)
            await self._lodge()
            await self._on_letters()
            await self._catch_up()
            await self._walk()
            await self._set_today(None)
            progress.is_past_built = True
            self.book.write(progress)
            self.say(f"Đã dựng {progress.lodged} đơn và {progress.acts} bước xử lý trong {time.monotonic() - began:.0f} giây.")
            if progress.refused:
                self.say("Bước bị từ chối: " + ", ".join(f"{code} {n}" for code, n in sorted(progress.refused.items())))
        return [step for step in self.steps if step.act.on > progress.last_on]

    async def _lodge(self) -> None:
        """Every letter at its agency's counter, the one a newcomer opens first."""
        example = self._example()
        self.desk.traced.add(example.key)
        todo: dict[str, list[Letter]] = {example.form.received_by: []}
        for letter in self.letters:
            if letter.key in self.crowds:
                continue
            if letter.key not in self.desk.cases or (letter is example and not self.progress.receipt_code):
                todo.setdefault(letter.form.received_by, []).append(letter)
        for agency, letters in todo.items():
            codes = await self._lodge_at(agency, letters)
            self.progress.receipt_code = codes.get(example.key) or self.progress.receipt_code
            self._note()
            if example.key in codes:
                self.book.lay_out(codes[example.key])

    async def _lodge_at(self, agency: str, letters: list[Letter]) -> dict[str, str]:
        codes = await self.desk.lodge(agency, letters)
        self.book.add((letter.key, self.desk.cases[letter.key]) for letter in letters if letter.key in codes)
        self.progress.lodged = len(self.desk.cases)
        return codes

    def _example(self) -> Letter:
        """The letter with the longest story: a complaint that was settled, sent and published, if there is one."""
        last_on, known = self.progress.last_on, [letter for letter in self.letters if letter.key not in self.crowds]
        return max(known, key=lambda letter: (letter.truth.kind is Kind.COMPLAINT, sum(act.on <= last_on for act in plan.acts(letter))))

    async def _on_letters(self) -> None:
        """What intake records; its acts may bear any past date, so they need no walk."""
        if self.progress.classified:
            return
        todo = [step for step in self.steps if step.act.on <= self.progress.last_on and not self._is_of_the_walk(step)]
        await self.desk.record_all(todo)
        self.progress.classified = True
        self._note()

    async def _catch_up(self) -> None:
        """Wait until routing has read all that intake said, as both have said several times running."""
        calm = 0
        while calm < CALM:
            told = await self.platform.ask("intake", "GET", "/ready", badge=OPERATOR)
            read = await self.platform.ask("routing", "GET", "/ready", badge=OPERATOR)
            calm = 0 if told["relay"]["backlog"] or read["lag"] else calm + 1
            await asyncio.sleep(0.2)

    async def _until_known(self, letter: str) -> None:
        """Wait until routing has read that the letter was classified; not for ever, the act will be refused in words."""
        for _ in range(100):
            with suppress(Refused):
                case = await self.platform.ask("routing", "GET", f"/cases/{self.desk.cases[letter]}", badge=desk.PLATFORM)
                if case["status"] != Status.RECEIVED:
                    return
            await asyncio.sleep(0.1)

    async def _walk(self) -> None:
        """Day after day: the date moves on, what was missed is stated, crowds come, then the offices of that day act."""
        progress = self.progress
        days = self._days(progress.acted_until or date.min)
        for on in sorted(days):
            letters, steps = days[on]
            await self._set_today(on)
            for crowd in letters:
                await self._lodge_at(crowd.form.received_by, [crowd])
            await self.desk.record_all(step for step in steps if step.act.name in plan.INTAKE)
            moves = [step for step in steps if step.act.name not in plan.INTAKE]
            for letter in self.crowds & self.desk.cases.keys() & {step.letter for step in moves}:
                await self._until_known(letter)
            await self.desk.record_all(moves)
            progress.acted_until = on
            self._note()

    def _days(self, after: date) -> dict[date, tuple[list[Letter], list[Step]]]:
        """What happens on each day of the walk that lies after ``after``: letters of crowds, and acts."""
        days: dict[date, tuple[list[Letter], list[Step]]] = {}
        for letter in self.letters:
            if letter.key in self.crowds and letter.received_on > after:
                days.setdefault(letter.received_on, ([], []))[0].append(letter)
        for step in self.steps:
            if self._is_of_the_walk(step) and after < step.act.on <= self.progress.last_on:
                days.setdefault(step.act.on, ([], []))[1].append(step)
        return days

    def _is_of_the_walk(self, step: Step) -> bool:
        return step.act.name not in plan.INTAKE or step.letter in self.crowds

    async def _set_today(self, on: date | None) -> None:
        body = {"today": on.isoformat() if on else None}
        await asyncio.gather(*(self.platform.ask(service, "PUT", "/clock", body, badge=OPERATOR) for service in WALKING))

    def _note(self) -> None:
        self.progress.acts += self.desk.acts
        self.progress.refused = dict(Counter(self.progress.refused) + self.desk.refused)
        self.desk.acts = 0
        self.desk.refused.clear()
        self.book.write(self.progress)


def crowds(known: Iterable[Letter]) -> set[str]:
    """Keys of the letters of many people, and of those that repeat one."""
    found: set[str] = set()
    for letter in known:
        if letter.is_of_a_crowd or letter.founding in found:
            found.add(letter.key)
    return found


def begun(home: Path, *, seed: int, count: int, days: int, today: date) -> tuple[Book, Progress]:
    """The progress in ``home``, or a new one for a past of ``days`` days that ends today."""
    book = Book(home)
    known = book.read()
    if known is None:
        known = Progress(seed=seed, count=count, first_on=today - timedelta(days=days), last_on=today)
        book.write(known)
    return book, known
