"""The lines that docs/law.md shows a lawyer are of the right form, and change what the page says they change."""

from datetime import date
from pathlib import Path

import pytest

from law.clocks import due
from law.rows import Book, RowError
from tests.law.rowbook import DATA, RowBook

PAGE = (Path(__file__).parents[2] / "docs" / "law.md").read_text("utf-8")
SHOWN = [line for block in PAGE.split("```")[1::2] for line in block.splitlines()]


def shown(start: str) -> str:
    """The one line of the page's examples that begins so."""
    [line] = [line for line in SHOWN if line.startswith(start)]
    return line


def added(rows: RowBook, **files: list[str]) -> RowBook:
    for name, lines in files.items():
        with (rows.folder / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    return rows


@pytest.fixture
def rows(tmp_path: Path) -> RowBook:
    return RowBook(tmp_path)


def ends(book: Book, step: str, start: date, known: date | None = None) -> date | None:
    return due("complaint", step, start, as_of_knowledge=known, book=book).due


def test_the_row_to_read_is_the_row_that_runs() -> None:
    assert shown("KN-06,") in (DATA / "limits.csv").read_text("utf-8").splitlines()
    facts = {"complex": True, "note": "TB 12", "criteria": ["many_contents"]}
    assert due("complaint", "settle_first", date(2026, 8, 3), facts).due == date(2026, 9, 17)


def test_a_correction_counts_from_the_day_it_is_known(rows: RowBook) -> None:
    book = added(rows, limits=[shown("KN-18,")]).book()
    decided = date(2026, 7, 3)
    assert ends(book, "send_suspend_terminate", decided) == date(2026, 7, 10)
    assert ends(book, "send_suspend_terminate", decided, date(2027, 1, 14)) == date(2026, 7, 8)


def test_a_new_law_is_two_dated_rows(rows: RowBook) -> None:
    book = added(rows, instruments=[shown("LVD,")], limits=[shown("KN-09,"), shown("KN-09b,")]).book()
    assert ends(book, "send_first", date(2027, 6, 30)) == date(2027, 7, 5)
    assert ends(book, "send_first", date(2027, 7, 1)) == date(2027, 7, 8)
    assert ends(book, "send_first", date(2027, 7, 1), date(2027, 5, 19)) == date(2027, 7, 6)


def test_a_new_law_without_the_end_of_the_old_or_without_its_name_is_found(rows: RowBook) -> None:
    with pytest.raises(RowError, match="KN-09 và KN-09b"):
        added(rows, instruments=[shown("LVD,")], limits=[shown("KN-09b,")]).book()


def test_a_new_row_whose_instrument_has_no_name_is_found(rows: RowBook) -> None:
    with pytest.raises(RowError, match="LVD"):
        added(rows, limits=[shown("KN-09,"), shown("KN-09b,")]).book()
