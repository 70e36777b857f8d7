"""The certificate as Vietnamese sentences; every sentence stands in ``data/sentences.csv``.

What all certificates of one plan say alike is put into words once; where a date or a number goes stands its place in a list of names,
because filling in by place is several times faster than by name.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from law.answers import Also, Certificate, Extension, RowCited, Version
from law.calendar import DATES
from law.clocks import Lens
from law.rows import Book, Limit
from law.table import Plan


class _Texts(dict[date, str]):
    """Dates in words; one that is asked for outside the calendar is put into words then."""

    def __missing__(self, day: date) -> str:
        return f"{day.day:02}/{day.month:02}/{day.year}"


_TEXTS: Final = _Texts({day: f"{day.day:02}/{day.month:02}/{day.year}" for day in DATES})
text: Final = _TEXTS.__getitem__
"""A date as it is written in Vietnam: 03/07/2026."""


_OPENING: Final = ("limit", "unit", "start", "due", "effective", "from", "remaining", "left")
_PAUSE: Final = ("from", "to", "days", "by", "document")
_COUNTED: Final = ("counted", "skipped")
_BASIS: Final = ("law", "knowledge")
"""The names of what is filled in, in the order in which it is given."""


class Words(msgspec.Struct, frozen=True):
    """Rows and sentences of one plan. ``running`` says when and how many days, ``opening`` the same for each state without a due date,
    ``by_rows`` by which rows; ``unit`` is empty where the agency chooses it.
    """

    rows: tuple[RowCited, ...]
    actor: str
    unit: str
    running: str
    opening: Mapping[str, str]
    by_rows: str
    paused: str
    pausing: str
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
    places = {name: f"{{{place}}}" for place, name in enumerate(_OPENING)}
    rows = (*plan.rows, *plan.also)
    running = "before" if plan.counts_back else "effect" if plan.is_effect else "due"
    data = _version(seen)
    version = said["data"].format(rows=data.rows, known=text(data.known_until) if data.known_until else said["ever"])
    budget = said["opened" if plan.unit == "agency" else "budget"].format_map(known | places)
    heads = (running, "none", "suspended", "suspended_unlimited")
    opening = {head: f"{said[head].format_map(known | places)} {budget}" for head in heads}
    return Words(
        rows=tuple(_cited(row) for row in rows),
        actor=step.actor_vi,
        unit="" if plan.unit == "agency" else said[f"unit_{plan.unit}"],
        running=opening[running],
        opening=opening,
        by_rows=said["rules"].format(rules="; ".join(_rule(seen.book, row) for row in rows)),
        paused=_by_place(said["suspension"], _PAUSE),
        pausing=_by_place(said["suspension_open"], _PAUSE),
        counted=_by_place(said["counted"], _COUNTED),
        basis=_by_place(said["basis"], _BASIS, data=_escaped(version)),
        all=said,
        book=seen.book,
        data=data,
    )


def _escaped(words: str) -> str:
    return words.replace("{", "{{").replace("}", "}}")


def _by_place(sentence: str, names: tuple[str, ...], **known: str) -> str:
    """The sentence with each name turned into its place among ``names``."""
    return sentence.format_map({name: f"{{{place}}}" for place, name in enumerate(names)} | known)


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


def sentence(words: Words, found: Certificate) -> str:
    """The whole certificate in words."""
    said = words.all
    parts = [_opening(words, found), words.by_rows]
    if found.extensions or found.suspensions:
        parts += _decisions(words, found)
    if found.rolled_from:
        parts.append(said["rolled"].format(**{"from": text(found.rolled_from)}))
    if not found.roll:
        parts.append(said["unrolled"])
    if found.limit is not None:
        parts.append(words.counted.format(found.counted, found.skipped))
    if found.also:
        parts += [_also(words, each) for each in found.also]
    if found.facts or found.agency or found.without or found.warnings:
        parts += _circumstances(words, found)
    parts.append(_counted_by(words, found.counting))
    parts.append(words.basis.format(text(found.as_of_law), text(found.as_of_knowledge)))
    return " ".join(parts)


def _counted_by(words: Words, cites: tuple[str, ...]) -> str:
    said: str | None = words.book.memo.get(("counting", cites))
    if said is None:
        said = words.book.memo[("counting", cites)] = words.all["counting"].format(cites=_titles(words.book, cites))
    return said


def _opening(words: Words, found: Certificate) -> str:
    start, unit = text(found.start), words.unit or _unit(words, found.unit)
    if found.due is not None:
        effective = text(found.effective_from) if found.effective_from else ""
        return words.running.format(found.limit, unit, start, text(found.due), effective)
    if found.state == "suspended":
        said = words.all
        left = said["unit_working" if found.unit == "working" else "unit_calendar"]
        head = words.opening["suspended_unlimited" if found.limit is None else "suspended"]
        since = text(found.suspensions[-1].from_on)
        return head.format(found.limit, unit, start, "", "", since, found.remaining, left)
    return words.opening["none"].format(found.limit, unit, start)


def _unit(words: Words, unit: str | None) -> str:
    """The unit of a limit that the agency set itself."""
    return words.all[f"unit_{unit}"] if unit else ""


def _decisions(words: Words, found: Certificate) -> list[str]:
    parts = [_extension(words, found.unit or "calendar", each) for each in found.extensions] if found.extensions else []
    for each in found.suspensions:
        document = _document(words, each.document) if each.document else ""
        if each.to_on is None:
            parts.append(words.pausing.format(text(each.from_on), "", "", each.by, document))
        else:
            parts.append(words.paused.format(text(each.from_on), text(each.to_on), each.days, each.by, document))
    return parts


def _extension(words: Words, unit: str, each: Extension) -> str:
    said, document = words.all, _document(words, each.document)
    return said["extension"].format(days=each.days, unit=said[f"unit_{unit}"], rule=each.rule, by=each.by, document=document)


def _document(words: Words, document: str | None) -> str:
    return words.all["document"].format(document=document) if document else ""


def _also(words: Words, also: Also) -> str:
    key = ("also", also.rule, also.limit, also.unit, also.cites)
    head: str | None = words.book.memo.get(key)
    if head is None:
        said, cites = words.all, _titles(words.book, also.cites)
        known = {"rule": also.rule, "cites": cites, "limit": str(also.limit), "unit": said[f"unit_{also.unit}"]}
        head = words.book.memo[key] = _by_place(said["also"], ("due",), **{name: _escaped(word) for name, word in known.items()})
    return head.format(text(also.due) if also.due else words.all["pending"])


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
