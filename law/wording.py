"""The certificate as Vietnamese sentences; every sentence stands in ``data/sentences.csv``.

What all certificates of one plan say alike is put into words once, with ``%(name)s`` where a date or a number goes.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from law.answers import Also, Certificate, RowCited, Version
from law.calendar import DATES
from law.clocks import Lens
from law.rows import Book, Limit
from law.table import Plan

_TEXTS: Final = {day: f"{day.day:02}/{day.month:02}/{day.year}" for day in DATES}


class Words(msgspec.Struct, frozen=True):
    """Rows and sentences of one plan. ``opening`` says when, how many days and by which rows, for each state an answer may have."""

    rows: tuple[RowCited, ...]
    actor: str
    opening: Mapping[str, str]
    counted: str
    basis: str
    all: Mapping[str, str]
    book: Book
    data: Version


def of(seen: Lens, plan: Plan) -> Words:
    """The words of a plan, kept with the lens."""
    found: Words | None = seen.memo.get(id(plan))
    if found is None:
        found = seen.memo[id(plan)] = _words(seen, plan)
    return found


def _words(seen: Lens, plan: Plan) -> Words:
    said = seen.book.sentences
    step = seen.book.steps[(plan.row.kind, plan.row.step)]
    known = {"title": _escaped(step.title_vi), "start_event": _escaped(step.start_vi)}
    rows = (*plan.rows, *plan.also)
    running = "before" if plan.counts_back else "effect" if plan.is_effect else "due"
    data = _version(seen)
    version = said["data"].format(rows=data.rows, known=text(data.known_until) if data.known_until else said["ever"])
    budget = _open(said["opened" if plan.unit == "agency" else "budget"], known)
    rules = _escaped(said["rules"].format(rules="; ".join(_rule(seen.book, row) for row in rows)))
    heads = {"running": running, "none": "none", "suspended": "suspended", "suspended_unlimited": "suspended_unlimited"}
    return Words(
        rows=tuple(_cited(row) for row in rows),
        actor=step.actor_vi,
        opening={state: f"{_open(said[head], known)} {budget} {rules}" for state, head in heads.items()},
        counted=_open(said["counted"], {}),
        basis=_open(said["basis"], {"data": version}),
        all=said,
        book=seen.book,
        data=data,
    )


def _escaped(words: str) -> str:
    return words.replace("%", "%%")


class _Places(dict[str, str]):
    """Keeps the place of a value that is not known yet."""

    def __missing__(self, name: str) -> str:
        return f"%({name})s"


def _open(sentence: str, known: Mapping[str, str]) -> str:
    return _escaped(sentence).format_map(_Places(known))


def _version(seen: Lens) -> Version:
    until = seen.book.cuts[seen.cut - 1] if seen.cut else None
    rows = sum(row.known_from is None or (until is not None and row.known_from <= until) for row in seen.book.rows())
    return Version(rows, until)


def _cited(row: Limit) -> RowCited:
    return RowCited(row.id, row.value, row.unit, row.cites, row.effective_from, row.effective_to, row.known_from, row.grade)


def _rule(book: Book, row: Limit) -> str:
    said = book.sentences
    return said["rule_unlimited" if row.value is None else "rule"].format(
        id=row.id,
        value=row.value,
        unit=said[f"unit_{row.unit}"],
        cites=_titles(book, row.cites),
        **{"from": text(row.effective_from) if row.effective_from else said["ever"]},
        until=said["until"].format(to=text(row.effective_to)) if row.effective_to else "",
        known=text(row.known_from) if row.known_from else said["ever"],
        grade=row.grade,
    )


def _titles(book: Book, cites: tuple[str, ...]) -> str:
    found: str | None = book.memo.get(cites)
    if found is None:
        found = book.memo[cites] = ", ".join(book.title(cite) for cite in cites)
    return found


def text(day: date) -> str:
    """A date as it is written in Vietnam: 03/07/2026."""
    return _TEXTS.get(day) or f"{day.day:02}/{day.month:02}/{day.year}"


def sentence(words: Words, found: Certificate) -> str:
    """The whole certificate in words."""
    said = words.all
    parts = [_opening(words, found)]
    if found.extensions or found.suspensions:
        parts += _decisions(words, found)
    if found.rolled_from:
        parts.append(said["rolled"].format(**{"from": text(found.rolled_from)}))
    if not found.roll:
        parts.append(said["unrolled"])
    if found.limit is not None:
        parts.append(words.counted % {"counted": found.counted, "skipped": found.skipped})
    if found.also:
        parts += [_also(words, each) for each in found.also]
    if found.facts or found.agency or found.without or found.warnings:
        parts += _circumstances(words, found)
    parts.append(_counted_by(words, found.counting))
    parts.append(words.basis % {"law": text(found.as_of_law), "knowledge": text(found.as_of_knowledge)})
    return " ".join(parts)


def _counted_by(words: Words, cites: tuple[str, ...]) -> str:
    said: str | None = words.book.memo.get(("counting", cites))
    if said is None:
        said = words.book.memo[("counting", cites)] = words.all["counting"].format(cites=_titles(words.book, cites))
    return said


def _opening(words: Words, found: Certificate) -> str:
    unit = words.all[f"unit_{found.unit}"] if found.unit else ""
    told: dict[str, Any] = {"limit": found.limit, "unit": unit, "start": text(found.start)}
    if found.state == "suspended":
        left = words.all["unit_working" if found.unit == "working" else "unit_calendar"]
        told |= {"from": text(found.suspensions[-1].from_on), "remaining": found.remaining, "left": left}
        return words.opening["suspended_unlimited" if found.limit is None else "suspended"] % told
    if found.due is None:
        return words.opening["none"] % told
    told["due"] = text(found.due)
    if found.effective_from:
        told["effective"] = text(found.effective_from)
    return words.opening["running"] % told


def _decisions(words: Words, found: Certificate) -> list[str]:
    said, unit = words.all, words.all[f"unit_{found.unit or 'calendar'}"]
    parts = [
        said["extension"].format(days=each.days, unit=unit, rule=each.rule, by=each.by, document=_document(words, each.document))
        for each in found.extensions
    ]
    for each in found.suspensions:
        about = {"from": text(each.from_on), "by": each.by, "document": _document(words, each.document)}
        if each.to_on is None:
            parts.append(said["suspension_open"].format(**about))
        else:
            parts.append(said["suspension"].format(**about, to=text(each.to_on), days=each.days))
    return parts


def _document(words: Words, document: str | None) -> str:
    return words.all["document"].format(document=document) if document else ""


def _also(words: Words, also: Also) -> str:
    said = words.all
    due = text(also.due) if also.due else said["pending"]
    cites = _titles(words.book, also.cites)
    return said["also"].format(rule=also.rule, cites=cites, limit=also.limit, unit=said[f"unit_{also.unit}"], due=due)


def _circumstances(words: Words, found: Certificate) -> list[str]:
    said, parts = words.all, []
    if found.facts:
        parts.append(said["facts"].format(facts="; ".join(f"{name} = {_shown(value)}" for name, value in found.facts.items())))
    if found.agency:
        parts.append(said["agency"].format(agency=found.agency))
    if found.without:
        parts.append(said["without"].format(without=", ".join(found.without)))
    if found.warnings:
        parts.append(said["warnings"].format(warnings="; ".join(said[each] for each in found.warnings)))
    return parts


def _shown(value: Any) -> str:
    """A fact as a person reads it; what is no word, number or list of words is shown as JSON."""
    if value is True:
        return "có"
    if value is False:
        return "không"
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return msgspec.json.encode(value).decode()


def counting(seen: Lens, kind: str, start: date, is_rolled: bool, is_suspended: bool, is_year: bool) -> tuple[str, ...]:
    """The articles that say how these days were counted, in force on ``start``."""
    spans: list[date] | None = seen.memo.get("spans")
    if spans is None:
        spans = seen.memo["spans"] = _spans(seen.book)
    key = (kind, bisect_right(spans, start), is_rolled, is_suspended, is_year)
    found: tuple[str, ...] | None = seen.memo.get(key)
    if found is None:
        used = {"day_zero": True, "last_day": True, "roll": is_rolled, "suspension": is_suspended, "year": is_year}
        rows = [row for row in seen.book.known(seen.book.counting, seen.cut) if used.get(row.rule) and row.in_force(start)]
        found = seen.memo[key] = tuple(cite for row in rows if row.kind in ("", kind) for cite in row.cites)
    return found


def _spans(book: Book) -> list[date]:
    begins = {row.effective_from for row in book.counting if row.effective_from}
    ends = {date.fromordinal(row.effective_to.toordinal() + 1) for row in book.counting if row.effective_to}
    return sorted(begins | ends)
