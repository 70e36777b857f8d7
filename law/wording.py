"""The certificate as Vietnamese sentences; every sentence stands in ``data/sentences.csv``.

Which sentences are said depends on a few things that happened: a suspension, a rolled end. For each such choice the sentences of a plan are
put together once, with what all its certificates say alike; what one certificate says, its dates and numbers, is then filled in by place.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from string import Formatter
from typing import Any, Final

import msgspec

from law.answers import Certificate, RowCited, Version
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


_RUNNING: Final = ("limit", "unit", "start", "due", "effective")
_PAUSED: Final = ("limit", "unit", "start", "from", "remaining", "left")
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("due", "before", "effect"), _RUNNING),
    **dict.fromkeys(("suspended", "suspended_unlimited"), _PAUSED),
    "none": ("limit", "unit", "start"),
    "extension": ("days", "unit", "rule", "by", "document"),
    "suspension": ("days", "from", "to", "by", "document"),
    "suspension_open": ("from", "by", "document"),
    "rolled": ("from",),
    "unrolled": (),
    "counted": ("counted", "skipped"),
    **{name: (name,) for name in ("facts", "agency", "without", "warnings")},
}
"""What is filled into each sentence, in the order in which it is given."""
_BASIS: Final = ("law", "knowledge")
_MANY: Final = 256
"""So many choices of sentences are kept for one plan; a rarer one is put together again."""

Said = str | int | tuple[str, ...]
"""A sentence that is said: its name, the number of a row that disagrees, or the articles by which days were counted."""


class Pattern(msgspec.Struct, frozen=True):
    """Sentences to fill in: every other one of ``pieces`` is an empty place; ``pick`` puts the values into the order of the places."""

    pieces: list[str]
    pick: Callable[[Sequence[str]], tuple[str, ...]]

    def filled(self, values: Sequence[str]) -> str:
        """The sentences with ``values`` in them."""
        whole = self.pieces.copy()
        whole[1::2] = self.pick(values)
        return "".join(whole)


class Words(msgspec.Struct, frozen=True):
    """What one plan says: its rows, ``running`` the name of its first sentence while the clock runs, ``known`` what all its sentences have
    alike. ``unit`` is empty where the agency chooses it; ``patterns`` keeps what was put together.
    """

    rows: tuple[RowCited, ...]
    actor: str
    unit: str
    running: str
    budget: str
    known: Mapping[str, str]
    also: tuple[Limit, ...]
    all: Mapping[str, str]
    book: Book
    data: Version
    patterns: dict[tuple[Said, ...], Pattern]


def of(seen: Lens, plan: Plan) -> Words:
    """The words of a plan, kept with the lens."""
    found: Words | None = seen.memo.get(id(plan))
    if found is None:
        found = seen.memo[id(plan)] = _words(seen, plan)
    return found


def _words(seen: Lens, plan: Plan) -> Words:
    said = seen.book.sentences
    step = seen.book.steps[(plan.row.kind, plan.row.step)]
    rows = (*plan.rows, *plan.also)
    data = _version(seen)
    return Words(
        rows=tuple(_cited(row) for row in rows),
        actor=step.actor_vi,
        unit="" if plan.unit == "agency" else said[f"unit_{plan.unit}"],
        running="before" if plan.counts_back else "effect" if plan.is_effect else "due",
        budget=said["opened" if plan.unit == "agency" else "budget"],
        known={
            "title": step.title_vi,
            "start_event": step.start_vi,
            "rules": "; ".join(_rule(seen.book, row) for row in rows),
            "data": said["data"].format(rows=data.rows, known=text(data.known_until) if data.known_until else said["ever"]),
        },
        also=plan.also,
        all=said,
        book=seen.book,
        data=data,
        patterns={},
    )


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
    said: list[Said] = []
    values: list[str] = []
    _open(words, found, said, values)
    if found.extensions or found.suspensions:
        _decisions(words, found, said, values)
    if found.rolled_from:
        said.append("rolled")
        values.append(_TEXTS[found.rolled_from])
    if not found.roll:
        said.append("unrolled")
    if found.limit is not None:
        said.append("counted")
        values += (f"{found.counted}", f"{found.skipped}")
    if found.also:
        said += range(len(found.also))
        values += [_TEXTS[each.due] if each.due else words.all["pending"] for each in found.also]
    if found.facts or found.agency or found.without or found.warnings:
        _circumstances(words, found, said, values)
    said.append(found.counting)
    values += (_TEXTS[found.as_of_law], _TEXTS[found.as_of_knowledge])
    choice = tuple(said)
    pattern = words.patterns.get(choice) or _pattern(words, choice)
    return pattern.filled(values)


def _open(words: Words, found: Certificate, said: list[Said], values: list[str]) -> None:
    values += (f"{found.limit}", words.unit or _unit(words, found.unit), _TEXTS[found.start])
    if found.due is not None:
        said.append(words.running)
        values += (_TEXTS[found.due], _TEXTS[found.effective_from] if found.effective_from else "")
    elif found.state == "suspended":
        said.append("suspended_unlimited" if found.limit is None else "suspended")
        left = words.all["unit_working" if found.unit == "working" else "unit_calendar"]
        values += (_TEXTS[found.suspensions[-1].from_on], f"{found.remaining}", left)
    else:
        said.append("none")


def _unit(words: Words, unit: str | None) -> str:
    """The unit of a limit that the agency set itself."""
    return words.all[f"unit_{unit}"] if unit else ""


def _decisions(words: Words, found: Certificate, said: list[Said], values: list[str]) -> None:
    for added in found.extensions:
        said.append("extension")
        unit = words.all[f"unit_{found.unit or 'calendar'}"]
        values += (f"{added.days}", unit, added.rule, added.by, _document(words, added.document))
    for each in found.suspensions:
        document = _document(words, each.document) if each.document else ""
        if each.to_on is None:
            said.append("suspension_open")
            values += (_TEXTS[each.from_on], each.by, document)
        else:
            said.append("suspension")
            values += (f"{each.days}", _TEXTS[each.from_on], _TEXTS[each.to_on], each.by, document)


def _document(words: Words, document: str | None) -> str:
    return words.all["document"].format(document=document) if document else ""


def _circumstances(words: Words, found: Certificate, said: list[Said], values: list[str]) -> None:
    if found.facts:
        said.append("facts")
        values.append("; ".join([f"{name} = {_shown(value)}" for name, value in found.facts.items()]))
    if found.agency:
        said.append("agency")
        values.append(found.agency)
    if found.without:
        said.append("without")
        values.append(", ".join(found.without))
    if found.warnings:
        said.append("warnings")
        values.append("; ".join([words.all[each] for each in found.warnings]))


def _pattern(words: Words, choice: tuple[Said, ...]) -> Pattern:
    """The chosen sentences as one pattern."""
    pieces, order, given = [""], [], 0
    for each in choice:
        sentence, names, known = _template(words, each)
        for before, name, _, _ in Formatter().parse(sentence if given == 0 else f" {sentence}"):
            pieces[-1] += before
            if name in names:
                pieces += ("", "")
                order.append(given + names.index(name))
            elif name is not None:
                pieces[-1] += known[name]
        given += len(names)
    pick = itemgetter(*order) if len(order) > 1 else lambda values: tuple(values[place] for place in order)
    found = Pattern(pieces, pick)
    if len(words.patterns) < _MANY:
        words.patterns[choice] = found
    return found


def _template(words: Words, each: Said) -> tuple[str, tuple[str, ...], Mapping[str, str]]:
    """A sentence as it stands in the file, what is given to it, and what is known already."""
    said = words.all
    if isinstance(each, int):
        row = words.also[each]
        known = {"rule": row.id, "cites": _titles(words.book, row.cites), "limit": str(row.value), "unit": said[f"unit_{row.unit}"]}
        return said["also"], ("due",), known
    if isinstance(each, tuple):
        return f"{said['counting']} {said['basis']}", _BASIS, {**words.known, "cites": _titles(words.book, each)}
    names = _NAMES[each]
    return (f"{said[each]} {words.budget} {said['rules']}" if "limit" in names else said[each]), names, words.known


def _shown(value: Any) -> str:
    """A fact as a person reads it; what is no word, truth value or list of words is shown as JSON."""
    if isinstance(value, str):
        return value
    if value is True:
        return "có"
    if value is False:
        return "không"
    try:
        return ", ".join(value) if isinstance(value, list) else _as_json(value)
    except TypeError:
        return _as_json(value)


def _as_json(value: Any) -> str:
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
