"""A second opinion on certificates: every day is counted again from the files of rows, by code that shares nothing with the engine.

What a certificate was asked (start, facts, suspensions, the days of law and of knowledge) is taken from it; all else is worked out
anew, one day after the other, and must be the same to the letter. What was asked is also told in the sentence, so that no single
date, number, rule or article can be changed unseen.
"""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from law.verify_words import Json, Line, cites_of, sentences

Pause = tuple[date, date | None]
Told = tuple[date, bool, str | None, str | None, str | None]
"""A day of the count: counted or not, reason, name, article."""

_DATED: Final = (
    *("limits", "conditions", "counting", "thresholds", "duties", "transitions"),
    *("holidays", "corrections", "closures", "notices"),
)

_ANSWER: Final = ("rules", "limit", "unit", "due", "rolled_from", "state", "remaining", "also", "warnings", "cites", "grade")
"""What an answer beside its certificate says: all of it or, where the certificate stands alone, nothing."""

_GRADES: Final = ("A", "A2", "B", "C", "M")
_UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError, IndexError, RecursionError)
_ONE_DAY: Final = timedelta(days=1)
_NO_OBJECT: Final = "không phải là đối tượng JSON"


class Wrong(Exception):
    """The certificate claims what the rows do not give."""


class Auditor:
    """Counts again from one folder of rows."""

    def __init__(self, folder: Traversable) -> None:
        self.sheets = {name: _sheet(folder, name) for name in (*_DATED, "steps", "instruments", "sentences")}
        self.known: Callable[[str, date], list[Line]] = lru_cache(maxsize=512)(self._known)
        self.days: Callable[[frozenset[str], date], dict[str, Line]] = lru_cache(maxsize=128)(self._days)
        self.version: Callable[[date], Json] = lru_cache(maxsize=128)(self._version)

    def error(self, certificate: Json) -> str | None:
        """The first thing that is wrong with a certificate, or nothing."""
        try:
            return _difference(certificate, self.count(certificate))
        except Wrong as wrong:
            return str(wrong)
        except _UNREADABLE as fault:
            return f"chứng nhận không đọc được: {type(fault).__name__} {fault}"

    def count(self, claim: Json) -> Json:
        """The certificate as it should be for what it was asked."""
        start, facts, knowledge = date.fromisoformat(claim["start"]), claim["facts"], date.fromisoformat(claim["as_of_knowledge"])
        law = date.fromisoformat(claim["as_of_law"])
        main, extensions, also = self._rows(claim, law, knowledge)
        self._conditions(claim, start, law, knowledge)
        used = [main, *extensions]
        limit, unit = _budget(main, extensions, facts)
        status = self._calendar(claim, knowledge)
        pauses = [_pause(given) for given in claim["suspensions"]]
        back = main["way"] == "before"
        days, end, left = _walk(start, _length(start, limit, unit), unit, pauses, status, back)
        rolled = list(_rolled(end, status)) if end and claim["roll"] and unit != "working" and main["rolls"] == "yes" and not back else []
        due = rolled[-1][0] + _ONE_DAY if rolled else end
        warnings = ["unconfirmed_rule"] if any(row["grade"] == "M" for row in used) else []
        warnings += ["no_statutory_limit"] if limit is None else []
        looked_at = [day for day, *_ in [*days, *rolled]] + ([due] if due and rolled else [])
        noticed = {line["year"] for line in self.known("notices", knowledge)}
        warnings += ["calendar_unconfirmed"] if any(str(day.year) not in noticed for day in looked_at) else []
        found: Json = {
            **{name: claim[name] for name in ("kind", "step", "start", "facts", "as_of_law", "as_of_knowledge")},
            "roll": claim["roll"] is True,
            "agency": claim["agency"] or None,
            "without": sorted(set(claim["without"])),
            "rules": [row["id"] for row in used],
            "rows": [_cited(row) for row in (*used, *also)],
            "limit": limit,
            "unit": unit,
            "extensions": [
                {"rule": row["id"], "days": int(row["value"]), "by": given["by"], "document": given["document"] or None}
                for row, given in zip(extensions, claim["extensions"], strict=True)
            ],
            "suspensions": [
                {
                    "from": _iso(first),
                    "to": _iso(last),
                    "days": _days_out(first, last),
                    "by": given["by"],
                    "document": given["document"] or None,
                }
                for given, (first, last) in zip(claim["suspensions"], pauses, strict=True)
            ],
            "days": [_told(*day) for day in days],
            "counted": sum(day[1] for day in days),
            "skipped": sum(not day[1] for day in days),
            "rolled": [_told(*day) for day in rolled],
            "due": _iso(due),
            "rolled_from": _iso(end) if rolled else None,
            "effective_from": _iso(due + _ONE_DAY) if due and main["step"] == "effect" else None,
            "state": "suspended" if pauses and pauses[-1][1] is None else "running",
            "remaining": left if limit is not None and pauses and pauses[-1][1] is None else None,
            "also": [self._also(row, start, pauses, status) for row in also],
            "warnings": warnings,
            "cites": list(dict.fromkeys(cite for row in used for cite in cites_of(row))),
            "counting": self._counting(claim["kind"], start, knowledge, bool(rolled), bool(pauses), unit),
            "grade": max((row["grade"] for row in used), key=_GRADES.index),
            "data": self.version(knowledge),
        }
        return found | {"sentence": " ".join(sentences(self.sheets, found, main, [*used, *also]))}

    def _known(self, sheet: str, knowledge: date) -> list[Line]:
        """The lines that count on a day of knowledge; of several versions of one the last that became known."""
        latest: dict[tuple[str, ...], Line] = {}
        for line in self.sheets[sheet]:
            since = line.get("known_from") or "0001-01-01"
            key = _version_key(sheet, line)
            if since <= knowledge.isoformat() and since >= (latest[key].get("known_from") or "" if key in latest else ""):
                latest[key] = line
        return list(latest.values())

    def _version(self, knowledge: date) -> Json:
        since = [line["known_from"] for name in _DATED for line in self.sheets[name] if line["known_from"] <= knowledge.isoformat()]
        return {"rows": len(since), "known_until": max(since) or None}

    def _rows(self, claim: Json, law: date, knowledge: date) -> tuple[Line, list[Line], list[Line]]:
        """The main row, the rows of the extensions, and the rows of a decree that disagrees."""
        kind, step = self._place(claim)
        facts = claim["facts"]
        fitting = [
            row
            for row in self.known("limits", knowledge)
            if (row["kind"], row["step"]) == (kind, step) and _in_force(row, law) and row["unit"] != "withdrawn" and _holds(row, facts)
        ]
        main = sorted((row for row in fitting if row["role"] == "main"), key=lambda row: (row["grade"] != "M", len(_wanted(row))))
        if not main:
            raise Wrong(f"không có quy định nào có hiệu lực ngày {law}")
        more = sorted((row for row in fitting if row["role"].startswith("extension")), key=lambda row: row["role"])
        count = len(claim["extensions"])
        if count > len(more):
            raise Wrong(f"không có quy định cho phép gia hạn {count} lần")
        return main[-1], more[:count], [row for row in fitting if row["role"] == "also"]

    def _place(self, claim: Json) -> tuple[str, str]:
        for line in self.sheets["steps"]:
            if (line["kind"], line["step"]) == (claim["kind"], claim["step"]):
                kind, _, step = line["same_as"].partition("/")
                return (kind, step) if step else (line["kind"], line["step"])
        raise Wrong(f"không có bước {claim['kind']}/{claim['step']}")

    def _conditions(self, claim: Json, start: date, law: date, knowledge: date) -> None:
        """A longer limit needs what the law wants on file."""
        facts, place = claim["facts"], self._place(claim)
        for row in self.known("conditions", knowledge):
            extension = row["applies_to"].startswith("extension_")
            called = len(claim["extensions"]) >= int(row["applies_to"][10:]) if extension else facts.get(row["applies_to"]) is True
            if (row["kind"], row["step"]) == place and called and _in_force(row, start if row["chosen_by"] == "start" else law):
                criteria = {each for each in facts.get("criteria") or [] if isinstance(each, str) and each}
                if len(criteria) < int(row["needs_criteria"] or 0) or not all(
                    facts.get(each) for each in row["needs_facts"].split("&") if each
                ):
                    raise Wrong(f"thiếu điều kiện {row['id']} ({row['law']} {row['article']})")

    def _calendar(self, claim: Json, knowledge: date) -> Callable[[date], Told]:
        """A function that tells whether a day is worked, and why not."""
        days = self.days(frozenset(claim["without"]), knowledge)
        closed = [line for line in self.known("closures", knowledge) if claim["agency"] and line["agency"] == claim["agency"]]
        weekends = [line for line in self.known("counting", knowledge) if line["rule"] == "weekend"]

        def status(day: date) -> Told:
            for line in closed:
                if line["from"] <= day.isoformat() <= line["to"]:
                    return day, False, "closure", line["name"], f"{line['law']} {line['article']}".strip() or None
            line = days.get(day.isoformat(), {"reason": "ordinary"})
            if line["reason"] != "ordinary":
                return day, line["reason"] == "make_up", line["reason"], line["name"], f"{line['law']} {line['article']}".strip() or None
            if day.isoweekday() >= 6:
                cite = [cites_of(row)[0] for row in weekends if _in_force(row, day)]
                return day, False, "weekend", "Thứ Bảy" if day.isoweekday() == 6 else "Chủ nhật", cite[0] if cite else None
            return day, True, None, None, None

        return status

    def _days(self, without: frozenset[str], knowledge: date) -> dict[str, Line]:
        """The days that differ from their week: the latest known line of each, our corrections after those of the package."""
        lines = [
            line
            for name in ("holidays", "corrections")
            for line in self.sheets[name]
            if line["switch"] not in without or not line["switch"]
        ]
        lines = [line for line in lines if line["known_from"] <= knowledge.isoformat()]
        return {line["date"]: line for line in sorted(lines, key=lambda line: line["known_from"])}

    def _also(self, row: Line, start: date, pauses: list[Pause], status: Callable[[date], Told]) -> Json:
        end = _walk(start, int(row["value"]), row["unit"], pauses, status, back=False)[1]
        return {"rule": row["id"], "unit": row["unit"], "limit": int(row["value"]), "due": _iso(end), "cites": cites_of(row)}

    def _counting(self, kind: str, start: date, knowledge: date, rolled: bool, paused: bool, unit: str | None) -> list[str]:
        rules = {
            "day_zero",
            "last_day",
            *(["roll"] if rolled else []),
            *(["suspension"] if paused else []),
            *(["year"] if unit == "year" else []),
        }
        rows = [row for row in self.known("counting", knowledge) if row["rule"] in rules and row["kind"] in ("", kind)]
        return [cite for row in rows if _in_force(row, start) for cite in cites_of(row)]


def _sheet(folder: Traversable, name: str) -> list[Line]:
    return list(csv.DictReader(folder.joinpath(f"{name}.csv").read_text("utf-8").splitlines()))


def _version_key(sheet: str, line: Line) -> tuple[str, ...]:
    names = {"notices": ["year"], "closures": ["agency", "from"], "limits": ["id", "kind", "step", "facts", "role", "effective_from"]}
    return tuple(line.get(name, "") for name in names.get(sheet, ["id", "kind", "step", "effective_from"]))


def _in_force(row: Line, day: date) -> bool:
    return (row["effective_from"] or "0001-01-01") <= day.isoformat() <= (row["effective_to"] or "9999-12-31")


def _wanted(row: Line) -> list[str]:
    return [fact for fact in row["facts"].split("&") if fact]


def _holds(row: Line, facts: Json) -> bool:
    pairs = [fact.split("=") for fact in _wanted(row)]
    return all(facts.get(pair[0]) == pair[1] if len(pair) == 2 else facts.get(pair[0]) is True for pair in pairs)


def _cited(row: Line) -> Json:
    dates = {name: row[name] or None for name in ("effective_from", "effective_to", "known_from")}
    value = int(row["value"]) if row["value"] else None
    return {"id": row["id"], "value": value, "unit": row["unit"], "cites": cites_of(row), **dates, "grade": row["grade"]}


def _budget(main: Line, extensions: list[Line], facts: Json) -> tuple[int | None, str | None]:
    """Limit and unit; the agency's own where no law sets one."""
    if main["unit"] != "agency":
        return sum(int(row["value"]) for row in (main, *extensions)), main["unit"]
    own = facts.get("agency_limit")
    return (own["limit"], own["unit"]) if own else (None, None)


def _length(start: date, limit: int | None, unit: str | None) -> int | None:
    """The budget in days; a year ends on the same day of its month, or on the last of February."""
    if limit is None or unit != "year":
        return limit
    later = date(start.year + limit, start.month, 1) + timedelta(days=start.day - 1)
    return ((later if later.month == start.month else later - _ONE_DAY) - start).days


def _pause(given: Json) -> Pause:
    return date.fromisoformat(given["from"]), None if given["to"] is None else date.fromisoformat(given["to"])


def _days_out(first: date, last: date | None) -> int | None:
    """How many days a suspension leaves out; nothing can be said while it lasts."""
    return None if last is None else (last - first).days


def _walk(
    start: date, budget: int | None, unit: str | None, pauses: list[Pause], status: Callable[[date], Told], back: bool
) -> tuple[list[Told], date | None, int | None]:
    """Day after day until the budget is spent: the days looked at, the last one, and what is left when a suspension lasts."""
    before = start
    for number, (first, last) in enumerate(pauses, start=1):
        if first < before or (last is None and number < len(pauses)) or (last is not None and last < first):
            raise Wrong(f"tạm đình chỉ ngày {first} không theo thứ tự hoặc trước ngày bắt đầu")
        before = last or first
    if budget is None:
        return [], None, None
    stop = pauses[-1][0] if pauses and pauses[-1][1] is None else None
    days: list[Told] = []
    day, left = start, budget
    while left > 0 and day != stop:
        day += -_ONE_DAY if back else _ONE_DAY
        if any(first < day <= (last or date.max) for first, last in pauses):
            days.append((day, False, "suspension", None, None))
        else:
            days.append(status(day) if unit == "working" else (day, True, None, None, None))
            left -= days[-1][1]
    if any(first >= day for first, _ in pauses if first != stop) or (stop is not None and left <= 0):
        raise Wrong("tạm đình chỉ nằm ngoài thời hạn")
    return (days[::-1] if back else days), None if stop is not None else day, left


def _rolled(end: date, status: Callable[[date], Told]) -> Iterator[Told]:
    """The days off from a last day that is one."""
    day = end
    while not status(day)[1]:
        yield status(day)
        day += _ONE_DAY


def _told(day: date, counted: bool, reason: str | None, name: str | None, cite: str | None) -> Json:
    told = {"date": day.isoformat(), "counted": counted, "reason": reason, "name": name, "cite": cite}
    return {key: value for key, value in told.items() if value is not None}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _difference(claimed: Json, found: Json, where: str = "") -> str | None:
    """The first place where two JSON values are not the same, type for type."""
    if type(claimed) is not type(found):
        return f"{where or 'chứng nhận'}: ghi {claimed!r}, tính lại được {found!r}"
    if isinstance(found, dict):
        if claimed.keys() != found.keys():
            return f"{where or 'chứng nhận'}: thừa hoặc thiếu {', '.join(sorted(claimed.keys() ^ found.keys()))}"
        return next((wrong for key in found if (wrong := _difference(claimed[key], found[key], f"{where}.{key}".strip(".")))), None)
    if isinstance(found, list) and len(claimed) == len(found):
        pairs = enumerate(zip(claimed, found, strict=True))
        return next((wrong for n, (one, other) in pairs if (wrong := _difference(one, other, f"{where}[{n}]"))), None)
    return None if claimed == found else f"{where or 'chứng nhận'}: ghi {claimed!r}, tính lại được {found!r}"


@cache
def auditor() -> Auditor:
    """The auditor of the rows in ``law/data``."""
    return Auditor(files("law").joinpath("data"))


def verify(answer: Json, by: Auditor | None = None) -> str | None:
    """What is wrong with a certificate, or with the answer that carries one; nothing if all is right."""
    if not isinstance(answer, dict):
        return _NO_OBJECT
    if "refusal" in answer:
        return "đây là lời từ chối, không phải chứng nhận"
    certificate = answer.get("certificate", answer)
    wrong = (by or auditor()).error(certificate)
    if wrong or certificate is answer:
        return wrong
    told = {key: value for key, value in answer.items() if key in certificate}
    whole = (*_ANSWER, *(["effective_from"] if certificate["effective_from"] else [])) if told else ()
    return _difference(told, {key: certificate[key] for key in (*whole, *told)})


def verify_line(line: bytes) -> bytes:
    """One line of ``law verify``: ``{"id", "valid", "error"}``, with a ``refusal`` where the line is no JSON object."""
    try:
        answer = json.loads(line)
        if isinstance(answer, dict):
            wrong = verify(answer)
            return _encoded({"id": answer.get("id"), "valid": wrong is None, "error": wrong or None})
        fault = _NO_OBJECT
    except (ValueError, RecursionError) as problem:
        fault = f"không phải JSON: {problem}"
    refusal: Json = {"code": "bad_json", "message": fault, "field": None, "cites": []}
    return _encoded({"id": None, "valid": False, "error": fault, "refusal": refusal})


def _encoded(told: Json) -> bytes:
    """As JSON in UTF-8. Raises ValueError for what only Python reads as JSON: half a surrogate pair, a number that is none."""
    return json.dumps(told, ensure_ascii=False, allow_nan=False).encode()
