"""Carries letters and acts to the services: one by one as the officer of the agency that acts, or many at once for their holders."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from contracts.petitions import Axes
from contracts.vocabulary import Role
from deploy.demo import plan
from deploy.demo.client import Badge, Platform, Refused
from deploy.demo.letters import Letter
from deploy.demo.plan import Act

AT_ONCE = 6
"""Requests under way at the same time."""
PLATFORM = Badge(Role.SYSTEM)


class Step(NamedTuple):
    """An act on a letter. ``axes`` are what an officer signs when classifying it."""

    letter: str
    act: Act
    axes: Axes


class Door(NamedTuple):
    """Where acts of one sort are handed in together, and as whom: moves of many cases by the platform, for each case's holder."""

    service: str
    path: str
    badge: Badge
    is_traced: bool


class Desk:
    """Knows which case each letter became (``cases``, by the letter's key) and counts what was refused, by act and code.

    Only letters in ``traced`` leave traces when handed in with many others: a whole past would bury what is worth looking at.
    """

    def __init__(self, platform: Platform, cases: dict[str, str]) -> None:
        self.platform = platform
        self.cases = cases
        self.traced: set[str] = set()
        self.refused: Counter[str] = Counter()
        self.acts = 0
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def lodge(self, agency: str, letters: Iterable[Letter]) -> dict[str, str]:
        """Lodge letters at the counter of one agency; the receipt codes by the letters' keys. Safe to repeat."""
        codes: dict[str, str] = {}
        for is_traced in (True, False):
            some = [letter for letter in letters if (letter.key in self.traced) is is_traced]
            door = Door("intake", "/petitions/batch", Badge(Role.OFFICER, agency), is_traced)
            for letter, answer in zip(some, await self._hand_in(door, [_form(letter) for letter in some]), strict=True):
                if "ok" in answer:
                    self.cases[letter.key] = answer["ok"]["case_id"]
                    codes[letter.key] = answer["ok"]["code"]
                else:
                    self._count("lodge", answer["refusal"]["code"])
        return codes

    async def record(self, step: Step) -> bool:
        """Make one act today, whatever day the plan had; whether the platform took it."""
        body = self._body(step)
        if body is None:
            return False
        body.pop("on", None)
        service, what = ("intake", "petitions") if step.act.name in plan.INTAKE else ("routing", "cases")
        path = f"/{what}/{body.pop('case_id')}/{body.pop('move', step.act.name)}"
        try:
            await self.platform.ask(service, "POST", path, body, badge=Badge(Role.OFFICER, step.act.agency))
        except Refused as refused:
            self._count(step.act.name, refused.code)
            return False
        self.acts += 1
        return True

    async def record_all(self, steps: Iterable[Step]) -> None:
        """Make acts on the days the plan had, the acts on one letter in their order: those on letters in one request an agency and
        sort, the moves of cases in one request.
        """
        left = [step for step in steps if step.letter in self.cases]
        while left:
            now, left = _first_of_each(left)
            doors: dict[Door, list[Step]] = {}
            for step in now:
                doors.setdefault(self._door(step), []).append(step)
            await asyncio.gather(*(self._record_at(door, some) for door, some in doors.items()))

    async def _record_at(self, door: Door, steps: list[Step]) -> None:
        bodies = [(step.act.name, body) for step in steps if (body := self._body(step)) is not None]
        answers = await self._hand_in(door, [body for _, body in bodies])
        for (name, _), answer in zip(bodies, answers, strict=True):
            if "refusal" in answer:
                self._count(name, answer["refusal"]["code"])
            else:
                self.acts += 1

    async def _hand_in(self, door: Door, bodies: list[Any]) -> list[dict[str, Any]]:
        if not bodies:
            return []
        headers = {} if door.is_traced else {"traceparent": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"}
        async with self._turn:
            return await self.platform.batch(door.service, door.path, bodies, badge=door.badge, **headers)

    def _door(self, step: Step) -> Door:
        is_traced = step.letter in self.traced
        if step.act.name in plan.INTAKE:
            return Door("intake", f"/petitions/{step.act.name}/batch", Badge(Role.OFFICER, step.act.agency), is_traced)
        return Door("routing", "/steps/batch", PLATFORM, is_traced)

    def _body(self, step: Step) -> dict[str, Any] | None:
        """The form of an act; None when the letter it refers to is not known."""
        act = step.act
        form: dict[str, Any] = {"case_id": self.cases[step.letter], "on": act.on.isoformat()}
        match act.name:
            case "classify":
                return form | {"axes": msgspec.to_builtins(step.axes)}
            case "link":
                founding = self.cases.get(str(act.details["founding"]))
                return form | {"founding_case_id": founding} if founding else None
            case "withdraw":
                return form
        return form | {"move": act.name} | act.details

    def _count(self, what: str, code: str) -> None:
        self.refused[f"{what}: {code}"] += 1


def steps_of(letter: Letter) -> list[Step]:
    """The acts of a letter's life, in order."""
    return [Step(letter.key, act, letter.truth) for act in plan.acts(letter)]


def _form(letter: Letter) -> Any:
    """The letter as intake takes it; classified when the officer at the desk signed the axes."""
    form = letter.form
    if plan.is_classified_at_once(letter):
        form = msgspec.structs.replace(form, axes=letter.truth, is_classified=True)
    return msgspec.to_builtins(form)


def _first_of_each(steps: list[Step]) -> tuple[list[Step], list[Step]]:
    """The first step of every letter, and the rest."""
    first: dict[str, Step] = {}
    for step in steps:
        first.setdefault(step.letter, step)
    return list(first.values()), [step for step in steps if first[step.letter] is not step]
