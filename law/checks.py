"""What must be true of the rows before they may answer anything; run at build and at start."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from law.rows import ARTICLE, Book, Cited, Condition, Limit

_FIRST: Final = date.min
_LAST: Final = date.max


def check(book: Book) -> list[str]:
    """Every fault found, as sentences for the lawyer who wrote the line; empty when the rows are sound."""
    faults = [*_citations(book), *_dates(book), *_steps(book), *_same_line_twice(book)]
    for cut in range(len(book.cuts) + 1):
        faults += [f"{fault}{_known_at(book, cut)}" for fault in _overlaps(book, cut)]
    return [*faults, *_gaps(book)]


def _known_at(book: Book, cut: int) -> str:
    """With which knowledge a fault shows; the last cut is today's."""
    if cut == len(book.cuts):
        return ""
    return f" (theo dữ liệu biết đến {book.cuts[cut - 1]})" if cut else " (theo dữ liệu biết từ đầu)"


def _cited(book: Book) -> Iterator[Cited]:
    for group in (book.limits, book.conditions, book.counting, book.thresholds, book.duties):
        yield from group


def _citations(book: Book) -> Iterator[str]:
    for row in _cited(book):
        amendments = [cite.strip() for cite in row.amended_by.split(";") if cite.strip()]
        for cite in (*row.cites, *amendments):
            law, _, article = cite.partition(" ")
            if law not in book.instruments:
                yield f"{row.id} dẫn {law}, văn bản không có trong instruments.csv"
            if article and not ARTICLE.fullmatch(article):
                yield f"{row.id} dẫn điều {article!r}, không đúng dạng (như 28 hoặc 11a.2 hoặc 15.2.d)"
    for day in book.days:
        if day.law not in book.instruments:
            yield f"ngày {day.date} dẫn {day.law!r}, văn bản không có trong instruments.csv"


def _dates(book: Book) -> Iterator[str]:
    for row in _cited(book):
        if row.effective_from and row.effective_to and row.effective_from > row.effective_to:
            yield f"{row.id} hết hiệu lực ngày {row.effective_to}, trước khi có hiệu lực"
        law = book.instruments.get(row.law)
        if law and row.effective_from and row.effective_from < law.effective_from:
            yield f"{row.id} có hiệu lực từ {row.effective_from}, trước cả {row.law}"
        if law and row.known_from and row.known_from < law.adopted_on:
            yield f"{row.id} được biết từ {row.known_from}, trước khi {row.law} được thông qua"


def _steps(book: Book) -> Iterator[str]:
    known = set(book.steps)
    rows: tuple[Limit | Condition, ...] = (*book.limits, *book.conditions)
    for row in rows:
        if (row.kind, row.step) not in known:
            yield f"{row.id} thuộc {row.kind}/{row.step}, bước không có trong steps.csv"
    for step in book.steps.values():
        if step.same_as and tuple(step.same_as.split("/")) not in known:
            yield f"{step.kind}/{step.step} dẫn tới {step.same_as}, bước không có trong steps.csv"


def _same_line_twice(book: Book) -> Iterator[str]:
    seen = set()
    for row in _cited(book):
        mark = (type(row), row.key(), row.known_from)
        if mark in seen:
            yield f"{row.id} có hai dòng cùng được biết từ {row.known_from}"
        seen.add(mark)


def _overlaps(book: Book, cut: int) -> Iterator[str]:
    """Two rows that would both answer the same question on the same day."""
    places: dict[tuple[str, ...], list[Limit]] = defaultdict(list)
    for row in book.known(book.limits, cut):
        if row.unit != "withdrawn" and row.grade != "M":
            places[(row.kind, row.step, row.facts, row.role)].append(row)
    for rows in places.values():
        rows.sort(key=lambda row: row.effective_from or _FIRST)
        for earlier, later in itertools.pairwise(rows):
            if (earlier.effective_to or _LAST) >= (later.effective_from or _FIRST):
                yield f"{earlier.id} và {later.id} của {later.kind}/{later.step} chồng nhau từ {later.effective_from}"


def _gaps(book: Book) -> Iterator[str]:
    """Steps that must always have a rule, from their first row on."""
    rows = [row for row in book.known(book.limits, book.cut(None)) if row.role == "main" and not row.facts and row.unit != "withdrawn"]
    for step in book.steps.values():
        if step.needed != "yes":
            continue
        spans = sorted(
            (row.effective_from or _FIRST, row.effective_to or _LAST) for row in rows if (row.kind, row.step) == (step.kind, step.step)
        )
        if not spans or spans[-1][1] != _LAST:
            yield f"{step.kind}/{step.step} không còn quy định nào từ một ngày trở đi"
        for (_, end), (begin, _) in itertools.pairwise(spans):
            if end < begin - timedelta(days=1):
                yield f"{step.kind}/{step.step} không có quy định giữa {end} và {begin}"
