"""The gentle live feed: about one act every two seconds, so that a newcomer sees things move."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import date
from random import Random

from deploy.demo import desk, letters
from deploy.demo.desk import Desk, Step
from deploy.demo.feed import Book, Progress

LODGED_SHARE = 0.35
"""A letter brings about two acts in its life, so about a third of what happens is a new letter."""


class Live:
    """Lodges new letters and makes pending acts, today, in the order in which the plan had them."""

    def __init__(self, desk: Desk, book: Book, progress: Progress, pending: list[Step], today: Callable[[], date]) -> None:
        self._desk, self._book, self._progress, self._today = desk, book, progress, today
        self._dice = Random(f"{progress.seed}/live/{progress.live}")
        self._order = itertools.count()
        self._pending: list[tuple[date, int, Step]] = []
        for step in pending:
            self._put(step)

    async def run(self, every_s: float) -> None:
        """Go on until cancelled; at once a letter, if there is none yet to follow since the platform started."""
        if not self._book.has_laid_out:
            await self._lodge()
        while True:
            await asyncio.sleep(every_s * self._dice.uniform(0.5, 1.5))
            await self.happen()

    async def happen(self) -> None:
        """One thing happens."""
        if not self._pending or self._dice.random() < LODGED_SHARE:
            await self._lodge()
            return
        while self._pending:
            _, _, step = heapq.heappop(self._pending)
            if step.letter in self._desk.cases and await self._desk.record(step):
                return

    async def _lodge(self) -> None:
        progress = self._progress
        number = progress.count + progress.live
        letter = letters.letter(progress.seed, number, self._today())
        self._desk.traced.add(letter.key)
        codes = await self._desk.lodge(letter.form.received_by, [letter])
        progress.live += 1
        if letter.key in codes:
            self._book.lay_out(codes[letter.key])
        if letter.key in self._desk.cases:
            self._book.add([(letter.key, self._desk.cases[letter.key])])
            for step in desk.steps_of(letter):
                self._put(step)
        self._book.write(progress)

    def _put(self, step: Step) -> None:
        heapq.heappush(self._pending, (step.act.on, next(self._order), step))
