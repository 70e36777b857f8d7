"""Later rows change no earlier answer as of its day of knowledge."""

import random
from datetime import date, timedelta
from pathlib import Path

import msgspec

from contracts.errors import Refusal
from law.certificate import certify
from law.clocks import due
from law.question import Question
from law.rows import Book
from law.verify import Auditor, verify
from tests.law import oracle
from tests.law.rowbook import Line, RowBook

KNOWN = date(2026, 11, 24)


def answers(book: Book, known: date, count: int = 400) -> list[bytes]:
    """Certificates of random timelines, byte for byte as they go out; refusals by their code."""
    return [_answer(asked, book, known) for asked in oracle.timelines(count, seed=50)]


def _answer(asked: Question, book: Book, known: date) -> bytes:
    try:
        return msgspec.json.encode(certify(asked, known, book))
    except Refusal as refusal:
        return refusal.code.encode()


def lasting(rows: RowBook) -> list[Line]:
    """Lines of limits that no later line has ended."""
    lines = rows.lines("limits")
    ended = {line["id"] for line in lines if line["effective_to"]}
    return [line for line in lines if line["value"] and line["id"] not in ended]


def insert(rows: RowBook, chance: random.Random, known_from: date) -> None:
    """One random later row: another value, a new version, a day off or worked, a closure, a notice, a condition's end."""
    since = known_from.isoformat()
    match chance.randrange(6):
        case 0:
            line = chance.choice(lasting(rows))
            rows.add("limits", **line | {"value": str(int(line["value"]) + chance.randint(1, 9)), "known_from": since})
        case 1:
            line = chance.choice([line for line in lasting(rows) if line["step"] == "settle_second"])
            rows.add("limits", **line | {"unit": "working", "rolls": "no", "known_from": since})
        case 2:
            day = date(2012, 7, 1) + timedelta(days=chance.randrange(18 * 365))
            reason = "make_up" if day.weekday() == 5 else "holiday"
            rows.add("corrections", date=day.isoformat(), reason=reason, name="Thử", confirmed="yes", law="TBNN", known_from=since)
        case 3:
            day = date(2026, 1, 1) + timedelta(days=chance.randrange(900))
            last = day + timedelta(days=3)
            rows.add(
                "closures", agency="UBND-80", **{"from": day.isoformat(), "to": last.isoformat()}, name="Thử", law="TBNN", known_from=since
            )
        case 4:
            rows.add("notices", year=str(chance.randint(2027, 2031)), notice="TBNN", known_from=since, grade="A")
        case _:
            line = chance.choice(rows.lines("conditions"))
            rows.add("conditions", **line | {"effective_to": "2029-12-31", "known_from": since})


def test_fifty_later_rows_leave_every_earlier_answer_byte_for_byte_as_it_was(tmp_path: Path) -> None:
    rows, chance = RowBook(tmp_path), random.Random(2026)
    known, seen = KNOWN, [(KNOWN, answers(rows.book(), KNOWN))]
    for number in range(50):
        known += timedelta(days=chance.randint(1, 20))
        insert(rows, chance, known)
        if number % 10 == 9:
            book = rows.book()
            for day, before in seen:
                assert answers(book, day) == before
            seen.append((known, answers(book, known)))
    assert len({tuple(each) for _, each in seen}) == len(seen)


def test_a_certificate_stays_valid_when_later_rows_arrive(tmp_path: Path) -> None:
    rows = RowBook(tmp_path)
    certificate = msgspec.to_builtins(certify(Question("complaint", "accept", date(2026, 7, 3)), KNOWN, rows.book())[1])
    readable = msgspec.json.decode(msgspec.json.encode(certificate))
    rows.add("corrections", date="2026-07-06", reason="holiday", name="Thử", confirmed="yes", law="TBNN", known_from="2026-12-01")
    assert verify(readable, Auditor(tmp_path)) is None
    later = certify(Question("complaint", "accept", date(2026, 7, 3)), date(2026, 12, 1), rows.book())[1]
    assert (later.due, later.skipped) == (date(2026, 7, 15), certificate["skipped"] + 1)
    assert verify(msgspec.json.decode(msgspec.json.encode(later)), Auditor(tmp_path)) is None


def test_a_correction_counts_from_the_day_it_is_known(tmp_path: Path) -> None:
    rows = RowBook(tmp_path)
    line = next(line for line in rows.lines("limits") if line["id"] == "KN-05")
    rows.add("limits", **line | {"value": "31", "known_from": "2026-12-01"})
    book = rows.book()
    assert due("complaint", "settle_first", date(2026, 7, 6), as_of_knowledge=KNOWN, book=book).limit == 30
    assert due("complaint", "settle_first", date(2026, 7, 6), as_of_knowledge=date(2026, 12, 1), book=book).limit == 31


def test_a_row_is_withdrawn_by_a_line_that_says_so(tmp_path: Path) -> None:
    rows = RowBook(tmp_path)
    line = next(line for line in rows.lines("limits") if line["id"] == "KN-12b" and line["kind"] == "complaint")
    rows.add("limits", **line | {"value": "", "unit": "withdrawn", "known_from": "2026-12-01"})
    book = rows.book()
    assert due("complaint", "send_second", date(2026, 7, 6), as_of_knowledge=KNOWN, book=book).also
    assert not due("complaint", "send_second", date(2026, 7, 6), book=book).also


def test_an_answer_has_the_grade_of_the_weakest_row_it_used(tmp_path: Path) -> None:
    rows = RowBook(tmp_path)
    line = next(line for line in rows.lines("limits") if line["id"] == "TC-05")
    rows.add("limits", **line | {"grade": "B", "known_from": "2026-12-01"})
    facts = {"complex": True, "criteria": ["many_people", "foreign_element"]}
    grades = [due("denunciation", "settle", date(2026, 7, 3), facts, extensions=n, book=rows.book()).grade for n in (0, 1, 2)]
    assert grades == ["A", "B", "B"]
