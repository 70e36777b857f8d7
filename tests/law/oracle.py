"""A second law, written from the format of questions alone: it walks day by day and shares no row and no line with the engine.

``python -m tests.law.oracle --n 1000000`` compares a million random timelines; the tests compare 20,000 of them.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import holidays

from contracts.errors import Refusal
from law import clocks
from law.question import Question, Suspension

ONE = timedelta(days=1)
LKN, LTC, LTCD = date(2012, 7, 1), date(2019, 1, 1), date(2014, 7, 1)
ND124, L136, THA = date(2020, 12, 10), date(2026, 7, 1), date(2016, 7, 1)
FOREVER = date.max
SEED = 20260701


class Refused(Exception):
    """The question must be refused with this code."""


@cache
def days_off(without_culture_day: bool) -> tuple[frozenset[date], frozenset[date]]:
    """Days off on weekdays, and worked Saturdays, 2008-2060."""
    known: Any = holidays.country_holidays("VN", years=range(2008, 2061), language="vi")
    off = {day for day, name in known.items() if not (without_culture_day and "Văn hóa" in name)}
    off = (off | {date(2026, 1, 2), date(2027, 2, 11)}) - {date(2027, 2, 4)}
    return frozenset(off), frozenset(known.weekend_workdays) | {date(2026, 1, 10), date(2026, 8, 22)}


def is_working(day: date, without_culture_day: bool = False) -> bool:
    """Monday to Friday without days off, and the worked Saturdays."""
    off, worked = days_off(without_culture_day)
    return day in worked or (day.weekday() < 5 and day not in off)


def rule(kind: str, step: str, facts: dict[str, Any], on: date) -> tuple[Any, ...]:
    """(rules, limit, unit, cites, grade, from, to) of the row that binds, written out from the tables."""
    remote, complicated = bool(facts.get("remote")), bool(facts.get("complex"))
    if (kind, step) in STEPS:
        return STEPS[(kind, step)]
    if step == "accept" and kind in ("complaint", "discipline"):
        cites = ["LKN 27", "LKN 36"] if kind == "complaint" else ["LKN 50"]
        return (
            (["KN-02c"], 7, "working", cites, "A", L136, FOREVER) if on >= L136 else (["KN-02a"], 10, "calendar", cites, "A", LKN, FOREVER)
        )
    if (kind, step) == ("complaint", "settle_first"):
        name, limit = {(0, 0): ("KN-05", 30), (0, 1): ("KN-06", 45), (1, 0): ("KN-07", 45), (1, 1): ("KN-08", 60)}[remote, complicated]
        return [name], limit, "calendar", ["LKN 28"], "A", LKN, FOREVER
    if (kind, step) == ("complaint", "settle_second"):
        name, limit = {(0, 0): ("KN-11a", 45), (0, 1): ("KN-11b", 60), (1, 0): ("KN-11c", 60), (1, 1): ("KN-11d", 70)}[remote, complicated]
        return [name], limit, "calendar", ["LKN 37"], "A", LKN, FOREVER
    if (kind, step) == ("complaint", "file_second"):
        return (
            (["KN-10r"], 45, "calendar", ["LKN 33.1"], "A", LKN, FOREVER)
            if remote
            else (["KN-10"], 30, "calendar", ["LKN 33.1"], "A", LKN, FOREVER)
        )
    if (kind, step) == ("complaint", "effect"):
        return ["KN-14"], 45 if remote else 30, "calendar", ["LKN 44"], "A", LKN, FOREVER
    if (kind, step) == ("complaint", "notify_forwarder"):
        front = facts.get("forwarder") == "front"
        return (
            (["KN-20"], 7, "calendar", ["LKN 66.2"], "A", LKN, FOREVER)
            if front
            else (["KN-21"], 7, "working", ["LTCD 27.2"], "A", LTCD, FOREVER)
        )
    if (kind, step) == ("discipline", "file_second"):
        dismissed = bool(facts.get("dismissal"))
        return ["KL-03" if dismissed else "KL-02"], 30 if dismissed else 10, "calendar", ["LKN 48"], "A", LKN, FOREVER
    if (kind, step) == ("discipline", "settle"):
        return ["KL-05" if complicated else "KL-04"], 45 if complicated else 30, "calendar", ["LKN 50"], "A", LKN, FOREVER
    if (kind, step) == ("denunciation", "initial"):
        many = bool(facts.get("many_places"))
        return ["TC-01x" if many else "TC-01"], 10 if many else 7, "working", ["LTC 24.1"], "A", LTC, FOREVER
    if step == "settle" and kind in ("recommendation", "feedback"):
        own = facts.get("agency_limit")
        return ["PA-03"], own and own["limit"], own and own["unit"], ["LTCD 26.2"], "C", date.min, FOREVER
    raise Refused("unknown_step" if kind in KINDS else "unknown_kind")


def _row(name: str, limit: int, unit: str, cite: str, since: date, grade: str = "A") -> tuple[Any, ...]:
    return [name], limit, unit, [cite], grade, since, FOREVER


STEPS: dict[tuple[str, str], tuple[Any, ...]] = {
    ("complaint", "file_first"): _row("KN-01", 90, "calendar", "LKN 9", LKN),
    ("complaint", "send_first"): _row("KN-09", 3, "working", "LKN 32", LKN),
    ("complaint", "send_second"): _row("KN-12", 7, "calendar", "LKN 41.1", LKN),
    ("complaint", "publish"): _row("KN-13", 15, "calendar", "ND124 29.3", ND124),
    ("complaint", "enforce_direction"): _row("KN-15", 5, "working", "ND124 31.1", ND124),
    ("complaint", "dialogue_notice"): _row("KN-17", 5, "calendar", "ND124 28.1", L136, "A2"),
    ("complaint", "send_suspend_terminate"): _row("KN-18", 3, "working", "ND124 28b", L136, "A2"),
    ("discipline", "file_first"): _row("KL-01", 15, "calendar", "LKN 48", LKN),
    ("discipline", "send_second"): _row("KN-12", 7, "calendar", "LKN 56.2", LKN),
    ("discipline", "effect"): _row("KN-14", 30, "calendar", "LKN 57", LKN),
    ("denunciation", "forward"): _row("TC-02", 5, "working", "LTC 24.2", LTC),
    ("denunciation", "notify_accept"): _row("TC-03", 5, "working", "LTC 29.3", LTC),
    ("denunciation", "settle"): _row("TC-04", 30, "calendar", "LTC 30.1", LTC),
    ("denunciation", "send_suspend_terminate"): _row("TC-07", 5, "working", "LTC 34.4", LTC),
    ("denunciation", "send_conclusion"): _row("TC-08", 5, "working", "LTC 35.3", LTC),
    ("denunciation", "act_on_conclusion"): _row("TC-09", 7, "working", "LTC 36.1", LTC),
    ("denunciation", "publish"): _row("TC-12", 7, "working", "LTC 40.1", LTC),
    ("denunciation", "continued_decide"): _row("TC-13", 20, "calendar", "LTC 37.2", LTC),
    ("denunciation", "continued_overdue_order"): _row("TC-14", 5, "working", "LTC 38.2", LTC),
    ("denunciation", "overdue_report"): _row("TC-15", 5, "working", "LTC 38.3", LTC),
    ("denunciation", "answer_forwarder"): _row("TC-16", 20, "calendar", "LTC 26.2", LTC),
    ("recommendation", "notify_visitor"): _row("PA-01", 10, "working", "LTCD 28.1", LTCD),
    ("feedback", "notify_visitor"): _row("PA-01", 10, "working", "LTCD 28.1", LTCD),
    ("reception_online", "notify_before"): _row("TCD-07", 5, "working", "ND154 23", L136, "A2"),
    ("enforcement", "voluntary"): _row("THA-01", 30, "calendar", "LTTHC 311.2.b", THA),
    ("enforcement", "report_result"): _row("THA-03", 3, "working", "ND71 10.2", THA),
    ("enforcement", "remind"): _row("THA-04", 5, "working", "ND71 14", THA),
    ("enforcement", "request_compulsory"): _row("THA-05", 1, "year", "LTTHC 312.1", THA),
    ("enforcement", "court_compulsory"): _row("THA-06", 5, "working", "LTTHC 312.2", THA),
    ("enforcement", "superior_direction"): _row("THA-07", 3, "working", "ND71 13.1", THA),
    ("enforcement", "report_done"): _row("THA-08", 5, "working", "ND71 12.3", THA),
    ("enforcement", "answer_liability"): _row("THA-09", 5, "working", "ND71 8.3", THA),
}
CHOSEN = [
    *(("complaint", step) for step in ("accept", "settle_first", "settle_second", "file_second", "effect", "notify_forwarder")),
    *(("discipline", step) for step in ("accept", "file_second", "settle")),
    ("denunciation", "initial"),
    ("recommendation", "settle"),
    ("feedback", "settle"),
]
PLACES = [*STEPS, *CHOSEN]
KINDS = {kind for kind, _ in PLACES}
BACKWARDS = {("complaint", "dialogue_notice"), ("reception_online", "notify_before")}


def expected(asked: Question) -> dict[str, Any]:
    """The answer to a question, or ``{"refusal": code}``."""
    try:
        return _expected(asked)
    except Refused as refused:
        return {"refusal": refused.args[0]}


def _expected(asked: Question) -> dict[str, Any]:
    facts, extensions, place = asked.facts or {}, asked.extensions or 0, (asked.kind, asked.step)
    on, pauses = asked.as_of_law or asked.start, asked.suspensions or ()
    rules, limit, unit, cites, grade, since, until = rule(*place, facts, on)
    if not since <= on <= until:
        raise Refused("no_rule_in_force")
    criteria = {each for each in facts.get("criteria") or [] if each}
    longer = place in {("complaint", "settle_first"), ("complaint", "settle_second"), ("discipline", "settle")}
    if extensions:
        enough = bool(facts.get("complex")) and len(criteria) >= extensions
        if place != ("denunciation", "settle") or extensions > 2 or not enough:
            raise Refused("extension_not_allowed")
        rules, cites = ["TC-04", "TC-05", "TC-06"][: extensions + 1], ["LTC 30.1", "LTC 30.2", "LTC 30.3"][: extensions + 1]
        limit = 30 + 30 * extensions
    if longer and facts.get("complex") and asked.start >= L136 and not (facts.get("note") and criteria):
        raise Refused("complexity_note_missing")
    plain = bool(asked.without)
    seen, end, left = walk(asked.start, limit, unit, pauses, plain, place in BACKWARDS)
    due = end
    if end and unit != "working" and asked.roll and place[1] != "effect" and place not in BACKWARDS:
        while not is_working(due, plain):
            due += ONE
            seen.append(due)
    warnings = ["no_statutory_limit"] if limit is None else []
    warnings += ["calendar_unconfirmed"] if any(day.year > 2026 for day in seen) else []
    return {
        "rules": rules,
        "limit": limit,
        "unit": unit,
        "due": due,
        "rolled_from": end if due != end else None,
        "state": "suspended" if pauses and pauses[-1].to_on is None else "running",
        "remaining": left,
        "also": _also(place, on, asked.start, pauses, plain),
        "warnings": warnings,
        "cites": cites,
        "grade": grade,
        "effective_from": due + ONE if due and place[1] == "effect" else None,
    }


def _also(place: tuple[str, str], on: date, start: date, pauses: Any, plain: bool) -> list[Any]:
    if place[1] == "accept" and ND124 <= on < L136:
        return [("KN-02b", "working", 10, walk(start, 10, "working", pauses, plain, back=False)[1])]
    if place[1] == "send_second" and on >= ND124:
        return [("KN-12b", "working", 7, walk(start, 7, "working", pauses, plain, back=False)[1])]
    return []


def walk(
    start: date, limit: int | None, unit: str | None, pauses: Any, plain: bool, back: bool
) -> tuple[list[date], date | None, int | None]:
    """The days looked at, the end, and what is left while a suspension lasts; one day at a time."""
    if limit is not None and unit == "year":
        limit = anniversary(start, limit)
    seen: list[date] = []
    day, left, number = start, limit, 0
    since = start
    while True:
        pause = pauses[number] if number < len(pauses) else None
        if pause is not None:
            if pause.to_on is not None and pause.to_on < pause.from_on:
                raise Refused("bad_suspension")
            if number and pause.from_on < since:
                raise Refused("bad_suspension")
            if pause.from_on < start or back:
                raise Refused("suspension_outside")
            if left is None:
                day = pause.from_on
        if pause is not None and pause.from_on == day and (left is None or left > 0):
            if pause.to_on is None:
                if number + 1 < len(pauses):
                    raise Refused("bad_suspension")
                return ([] if left is None else seen), None, left
            while day < pause.to_on:
                day += ONE
                seen.append(day)
            since, number = pause.to_on, number + 1
            continue
        if left is None:
            return [], None, None
        if left == 0:
            if pause is not None:
                raise Refused("suspension_outside")
            return seen, day, None
        day = day - ONE if back else day + ONE
        seen.append(day)
        if unit != "working" or is_working(day, plain):
            left -= 1


def anniversary(start: date, years: int) -> int:
    """Days until the same day of a later year; 28 February for 29 February."""
    day = start
    while (day.year, day.month, day.day) != (start.year + years, start.month, start.day):
        day += ONE
        if (start.month, start.day) == (2, 29) and (day.year, day.month, day.day) == (start.year + years, 2, 28):
            break
    return (day - start).days


def found(asked: Question) -> dict[str, Any]:
    """What the engine says, in the oracle's form."""
    try:
        due = clocks.answer(asked)
    except Refusal as refusal:
        return {"refusal": refusal.code}
    told = {name: getattr(due, name) for name in due.__struct_fields__}
    told = {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}
    return told | {"also": [(each.rule, each.unit, each.limit, each.due) for each in due.also]}


def timelines(count: int, seed: int = SEED) -> Iterator[Question]:
    """Random questions: starts from 2012 to 2030, thick around Tết, month ends, leap days and 1 July 2026."""
    chance = random.Random(seed)
    for _ in range(count):
        yield _question(chance)


def _start(chance: random.Random) -> date:
    kind = chance.random()
    if kind < 0.25:
        return date(2026, 7, 1) + timedelta(days=chance.randint(-40, 40))
    if kind < 0.4:
        return date(chance.randint(2012, 2030), chance.choice((1, 2)), chance.randint(1, 28))
    if kind < 0.5:
        return date(chance.randint(2012, 2030), chance.randint(2, 12), 1) - ONE
    if kind < 0.55:
        return date(chance.choice((2026, 2025, 2024)), chance.choice((4, 8, 12)), chance.randint(18, 30))
    return date(2012, 1, 1) + timedelta(days=chance.randrange(19 * 365))


def _question(chance: random.Random) -> Question:
    kind, step = chance.choice(PLACES)
    if chance.random() < 0.01:
        kind, step = chance.choice((("complaint", "nothing"), ("nothing", "accept"), ("feedback", "effect")))
    start = _start(chance)
    facts: dict[str, Any] = {}
    for name in ("remote", "complex", "dismissal", "many_places"):
        if chance.random() < 0.6:
            facts[name] = chance.random() < 0.5
    if chance.random() < 0.7:
        facts["note"] = chance.choice(("TB 12/2026", "TB 7", ""))
        facts["criteria"] = chance.choices(("many_places", "many_people", "foreign_element", ""), k=chance.randint(0, 3))
    if chance.random() < 0.3:
        facts["forwarder"] = chance.choice(("front", "deputy"))
    if chance.random() < 0.5:
        facts["agency_limit"] = {"limit": chance.randint(1, 60), "unit": chance.choice(("calendar", "working"))}
    extensions = chance.choice((0, 0, 0, 1, 2, 3)) if kind == "denunciation" or chance.random() < 0.03 else 0
    return Question(
        kind,
        step,
        start,
        facts if chance.random() < 0.95 else None,
        extensions,
        _suspensions(chance, start),
        as_of_law=start + timedelta(days=chance.randint(-400, 400)) if chance.random() < 0.05 else None,
        roll=chance.random() < 0.9,
        without=("culture_day",) if chance.random() < 0.1 else (),
    )


def _suspensions(chance: random.Random, start: date) -> tuple[Suspension, ...]:
    if chance.random() < 0.5:
        return ()
    found, day = [], start
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
        first = day + timedelta(days=chance.randint(0, 12) if chance.random() < 0.98 else -1)
        last = (
            None
            if chance.random() < 0.12
            else first + timedelta(days=chance.choice((0, 1, 3, 10, 30, 90, -1 if chance.random() < 0.1 else 5)))
        )
        found.append(Suspension(first, last))
        day = last or first
    return tuple(found)


def mismatches(count: int, seed: int = SEED) -> Iterator[tuple[Question, dict[str, Any], dict[str, Any]]]:
    """Each random timeline on which the engine and the oracle differ."""
    for asked in timelines(count, seed):
        ours, theirs = found(asked), expected(asked)
        if ours != theirs:
            yield asked, ours, theirs


def main() -> None:
    """Compare, print the count and the first differences; exit 1 if there is any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    began, wrong = time.monotonic(), 0
    for question, ours, theirs in mismatches(asked.n, asked.seed):
        wrong += 1
        if wrong <= 5:
            print(f"{question}\n  engine {ours}\n  oracle {theirs}")
    print(f"{asked.n} timelines, {wrong} mismatches, {time.monotonic() - began:.0f} s")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
