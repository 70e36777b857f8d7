"""Drives a real log through a platform of its own and asks that platform what became of it.

The log's cases are lodged as feedback, for which no law sets a term: the log's deadline is the limit that the agency set itself.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec

from contracts.petitions import Axes, LodgeForm, Person
from contracts.vocabulary import Competence, Eligibility, Field, Kind, Outcome, Role, Source
from deploy.demo.client import Badge, Platform, Refused
from deploy.demo.receipt_log import LogCase, Recording, recordings

AGENCY = "UBND-05518"
OFFICER = Badge(Role.OFFICER, AGENCY)
OPERATOR = Badge(Role.OPERATOR)
SERVICES = ("intake", "routing", "supervision", "reporting", "gateway")
WALKING = ("routing", "supervision")
CHANNELS = {"Internet": Source.PORTAL, "e-mail": Source.PORTAL, "Desk": Source.COUNTER, "Post": Source.POST}
PATIENCE_S = 60.0
PAUSE_S = 0.3

PAGE = """query($after: String) {
  petitions(first: 100, after: $after, filter: {receivedBy: "%s"}) {
    edges { node { caseId receivedOn case { status dueOn settledOn wasLate missedCount } } }
    pageInfo { hasNextPage endCursor }
  }
}"""


class Told(msgspec.Struct, kw_only=True):
    """What the platform says of the log after the replay.

    ``late`` and ``on_time`` are reporting's; ``graphql_late`` names the late cases as read back over GraphQL. ``refused_first``
    counts the answers to ends that were stated before their acceptance; ``missed`` the cases whose limit the platform saw pass.
    """

    lodged: int = 0
    settled: int = 0
    on_time: int = 0
    late: int = 0
    graphql_late: list[str] = []
    graphql_wrong: list[str] = []
    missed: list[str] = []
    missed_at_once: list[str] = []
    refused_first: dict[str, int] = {}
    refused: dict[str, int] = {}


class Replay:
    """One replay of a log's cases on a fresh platform."""

    def __init__(self, platform: Platform, cases: list[LogCase], say: Callable[[str], None]) -> None:
        self._platform, self._cases, self._say = platform, cases, say
        self._ids: dict[str, str] = {}
        self._unheard: list[str] = []
        self.told = Told()

    async def run(self) -> Told:
        """Lodge, walk through the log's days, and ask."""
        days = by_day(self._cases)
        await self._set_today(min(days), WALKING)
        await self._lodge()
        await self._until(self._has_heard_of_all)
        await self._walk(days)
        await self._set_today(max(days) + timedelta(days=1), SERVICES)
        await self._until(self._is_counted)
        await self._read_back()
        return self.told

    async def _lodge(self) -> None:
        forms = [msgspec.to_builtins(form(case)) for case in self._cases]
        answers = await self._platform.batch("intake", "/petitions/batch", forms, badge=OFFICER)
        self._ids = {case.name: answer["ok"]["case_id"] for case, answer in zip(self._cases, answers, strict=True) if "ok" in answer}
        self._note_refusals(answers)
        self._unheard = list(self._ids.values())
        self.told.lodged = len(self._ids)
        self._say(f"Đã tiếp nhận {self.told.lodged} hồ sơ.")

    async def _walk(self, days: dict[date, list[Recording]]) -> None:
        """Every day of the log: the legal date moves on, then what its office recorded that day goes on record."""
        began = time.monotonic()
        for count, on in enumerate(sorted(days), 1):
            await self._set_today(on, WALKING)
            await self._ask_in_the_logs_order(days[on])
            for move in ("accept", "settle"):
                await self._move([one for one in days[on] if one.move == move])
            if count % 100 == 0:
                self._say(f"… {on}: {count}/{len(days)} ngày, {time.monotonic() - began:.0f} giây")

    async def _ask_in_the_logs_order(self, recorded: list[Recording]) -> None:
        """An end that lies on a day before the first event is first stated as the log has it: before the acceptance."""
        early = [one for one in recorded if one.move == "settle" and one.legal_on < one.case.first_event_on]
        for answer in await self._platform.batch("routing", "/steps/batch", [self._form(one) for one in early], badge=OFFICER):
            code = answer["refusal"]["code"] if "refusal" in answer else "ok"
            self.told.refused_first[code] = self.told.refused_first.get(code, 0) + 1

    async def _move(self, recorded: list[Recording]) -> None:
        answers = await self._platform.batch("routing", "/steps/batch", [self._form(one) for one in recorded], badge=OFFICER)
        self._note_refusals(answers)

    def _note_refusals(self, answers: list[dict[str, Any]]) -> None:
        codes = Counter(answer["refusal"]["code"] for answer in answers if "refusal" in answer)
        self.told.refused = dict(Counter(self.told.refused) + codes)

    def _form(self, one: Recording) -> dict[str, Any]:
        about = {"case_id": self._ids[one.case.name], "move": one.move, "on": one.legal_on.isoformat()}
        if one.move == "accept":
            return about | {"document": f"1/{one.case.name}", "limit_on": one.case.due_on.isoformat()}
        return about | {"document": f"2/{one.case.name}", "outcome": Outcome.ANSWERED.value}

    async def _set_today(self, on: date, services: tuple[str, ...]) -> None:
        body = {"today": on.isoformat()}
        await asyncio.gather(*(self._platform.ask(service, "PUT", "/clock", body, badge=OPERATOR) for service in services))

    async def _until(self, done: Callable[[], Any]) -> None:
        """Wait until something is so; go on after a minute, the figures will show what is missing."""
        for _ in range(round(PATIENCE_S / PAUSE_S)):
            if await done():
                return
            await asyncio.sleep(PAUSE_S)

    async def _has_heard_of_all(self) -> bool:
        """Whether routing knows every case; those it was found to know are not asked about again."""
        while self._unheard:
            try:
                await self._platform.ask("routing", "GET", f"/cases/{self._unheard[-1]}", badge=OPERATOR)
            except Refused:
                return False
            self._unheard.pop()
        return True

    async def _is_counted(self) -> bool:
        found = await self._platform.ask("reporting", "GET", f"/counts?agency={AGENCY}", badge=OFFICER)
        self.told.on_time, self.told.late = found["settled"]["on_time"], found["settled"]["late"]
        self.told.settled = self.told.on_time + self.told.late
        return found["total"] == len(self._cases) and self.told.settled == sum(case.ended_at is not None for case in self._cases)

    async def _read_back(self) -> None:
        """Every case over GraphQL, held against the log."""
        names = {case_id: name for name, case_id in self._ids.items()}
        known = {case.name: case for case in self._cases}
        after: str | None = None
        while True:
            page = (await self._platform.query(PAGE % AGENCY, {"after": after}, badge=OFFICER))["petitions"]
            for edge in page["edges"]:
                self._compare(known[names[edge["node"]["caseId"]]], edge["node"])
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def _compare(self, case: LogCase, node: dict[str, Any]) -> None:
        seen = node["case"]
        if seen["wasLate"]:
            self.told.graphql_late.append(case.name)
        if seen["missedCount"]:
            self.told.missed.append(case.name)
            if case.was_due_before_first_event:
                self.told.missed_at_once.append(case.name)
        expected = (case.received_on.isoformat(), case.due_on.isoformat(), case.ended_on.isoformat() if case.ended_on else None)
        if (node["receivedOn"], seen["dueOn"] or case.due_on.isoformat(), seen["settledOn"]) != expected:
            self.told.graphql_wrong.append(case.name)


def by_day(cases: list[LogCase]) -> dict[date, list[Recording]]:
    """What goes on record on each day."""
    days: dict[date, list[Recording]] = {}
    for case in cases:
        for one in recordings(case):
            days.setdefault(one.recorded_on, []).append(one)
    return days


def form(case: LogCase) -> LodgeForm:
    """A case of the log as a letter of feedback, classified at the counter."""
    return LodgeForm(
        received_by=AGENCY,
        axes=Axes(
            kind=Kind.FEEDBACK,
            field=Field.ADMINISTRATIVE_OTHER,
            source=CHANNELS.get(case.channel, Source.AGENCY_SYSTEM),
            eligibility=Eligibility.ELIGIBLE,
            competence=Competence.OWN,
            place=AGENCY.removeprefix("UBND-"),
        ),
        text=f"Hồ sơ {case.name} của nhật ký thật; người nộp không có trong nhật ký.",
        petitioners=[Person(full_name=f"Người nộp {case.name}")],
        received_on=case.received_on,
        is_classified=True,
        external_id=f"receipt-log-{case.name}",
    )
