"""The rows are checked before they may answer, and say what they are."""

from datetime import date
from pathlib import Path

import pytest

from law import reference
from law.rows import RowError
from tests.law.rowbook import RowBook


def fault(rows: RowBook) -> str:
    with pytest.raises(RowError) as raised:
        rows.book()
    return str(raised.value)


@pytest.fixture
def rows(tmp_path: Path) -> RowBook:
    return RowBook(tmp_path)


def test_the_rows_of_the_platform_have_no_fault() -> None:
    assert len(list(reference.book().rows())) > 900


def test_two_rows_that_answer_the_same_question_on_one_day_are_found(rows: RowBook) -> None:
    line = next(line for line in rows.lines("limits") if line["id"] == "KN-05")
    rows.add("limits", **line | {"id": "KN-05x", "effective_from": "2026-01-01", "known_from": "2026-01-01"})
    assert "KN-05 và KN-05x của complaint/settle_first chồng nhau từ 2026-01-01" in fault(rows)


def test_a_gap_between_versions_is_found(rows: RowBook) -> None:
    line = next(line for line in rows.lines("limits") if line["id"] == "KN-02a" and line["effective_to"] and line["kind"] == "complaint")
    rows.add("limits", **line | {"effective_to": "2026-05-31", "known_from": "2026-06-01"})
    assert "complaint/accept không có quy định giữa 2026-05-31 và 2026-07-01" in fault(rows)


def test_a_step_that_must_have_a_rule_and_loses_it_is_found(rows: RowBook) -> None:
    line = next(line for line in rows.lines("limits") if line["id"] == "TC-02")
    rows.add("limits", **line | {"effective_to": "2026-11-30", "known_from": "2026-12-01"})
    assert "denunciation/forward không còn quy định nào từ một ngày trở đi" in fault(rows)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"law": "LXX"}, "dẫn LXX, văn bản không có trong instruments.csv"),
        ({"article": "28,1"}, "dẫn điều '28,1', không đúng dạng"),
        ({"amended_by": "L136 Điều 2"}, "dẫn điều 'Điều 2', không đúng dạng"),
        ({"effective_from": "2012-06-30"}, "có hiệu lực từ 2012-06-30, trước cả LKN"),
        ({"known_from": "2011-11-10"}, "được biết từ 2011-11-10, trước khi LKN được thông qua"),
        ({"effective_to": "2012-07-01", "effective_from": "2013-01-01"}, "hết hiệu lực ngày 2012-07-01, trước khi có hiệu lực"),
        ({"step": "settle"}, "thuộc complaint/settle, bước không có trong steps.csv"),
    ],
)
def test_a_row_that_contradicts_its_law_is_found(rows: RowBook, change: dict[str, str], told: str) -> None:
    line = next(line for line in rows.lines("limits") if line["id"] == "KN-05")
    rows.add("limits", **line | {"id": "KN-05y", "facts": "y"} | change)
    assert f"KN-05y {told}" in fault(rows)


@pytest.mark.parametrize(("cell", "value"), [("effective_from", "1-7-2026"), ("unit", "weeks"), ("value", "ten"), ("grade", "D")])
def test_a_cell_that_cannot_be_read_is_named_with_file_and_line(rows: RowBook, cell: str, value: str) -> None:
    line = rows.lines("limits")[0]
    rows.add("limits", **line | {cell: value})
    assert fault(rows).startswith(f"limits.csv:{len(rows.lines('limits')) + 1}: ")


def test_two_lines_that_became_known_on_one_day_are_found(rows: RowBook) -> None:
    rows.add("limits", **rows.lines("limits")[0])
    assert "KN-01 có hai dòng cùng được biết từ 2011-11-11" in fault(rows)


def test_a_citation_is_read_out_in_vietnamese() -> None:
    assert reference.book().title("LKN 28") == "Luật Khiếu nại, Điều 28"
    assert reference.book().title("QD11") == "Quy định 11-QĐi/TW (người đứng đầu cấp ủy tiếp dân)"


def test_a_threshold_is_the_number_in_force_on_a_day() -> None:
    assert reference.book().threshold("crowd_people", date(2026, 7, 1)) == 5
    with pytest.raises(KeyError, match="no threshold crowd_people in force on 2014-06-30"):
        reference.book().threshold("crowd_people", date(2014, 6, 30))


def test_a_row_binds_on_its_first_and_its_last_day() -> None:
    row = next(row for row in reference.book().duties if row.id == "TD-04" and row.effective_to)
    days = [date(2014, 6, 30), date(2014, 7, 1), date(2026, 6, 30), date(2026, 7, 1)]
    assert [row.in_force(day) for day in days] == [False, True, True, False]
