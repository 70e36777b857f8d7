"""The feed remembers what it reached, and knows which letters come on a day of their own."""

from datetime import date
from pathlib import Path

from deploy.demo import arrivals, feed
from deploy.demo.feed import Book, Progress

TODAY = date(2026, 11, 24)


def test_a_feed_begins_once_and_goes_on_with_what_it_began(tmp_path: Path) -> None:
    book, first = feed.begun(tmp_path, seed=1, count=50, days=60, today=TODAY)
    first.lodged = 50
    book.write(first)
    _, again = feed.begun(tmp_path, seed=2, count=99, days=10, today=date(2026, 12, 1))
    assert again == first


def test_no_receipt_code_is_laid_out_before_there_is_one(tmp_path: Path) -> None:
    Book(tmp_path).write(Progress(seed=1, count=1, first_on=TODAY, last_on=TODAY))
    assert b"receipt_code" not in (tmp_path / "demo.json").read_bytes()


def test_the_receipt_code_is_for_the_owners_eyes(tmp_path: Path) -> None:
    Book(tmp_path).write(Progress(seed=1, count=1, first_on=TODAY, last_on=TODAY, receipt_code="DN26-1"))
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0


def test_a_line_cut_short_by_a_kill_is_no_case(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.add([("demo-1-1", "case-1")])
    with (tmp_path / "demo-cases.csv").open("a") as lines:
        lines.write("demo-1-2,cas")
    book.add([("demo-1-3", "case-3")])
    assert book.cases() == {"demo-1-1": "case-1", "demo-1-3": "case-3"}


def test_a_letter_that_repeats_a_crowds_letter_comes_with_the_crowd() -> None:
    known = list(arrivals.past(3, date(2026, 5, 25), TODAY, 4000))
    found = feed.crowds(known)
    assert found
    assert all(letter.key in found for letter in known if letter.is_of_a_crowd or letter.founding in found)
    assert len(found) < len(known) / 30
