import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Invalid, Refusal
from contracts.petitions import LodgeForm
from contracts.vocabulary import Field, Kind, Source
from services.intake import imports
from tests.services.intake import keys

HEADING = ["Ngày nhận", "Loại đơn", "Lĩnh vực", "Nguồn đơn", "Họ và tên", "Điện thoại", "Nội dung đơn", "Mã ngoài"]
GOOD = ["01/7/2026", "khiếu nại", "Đất đai, nhà cửa", "dịch vụ bưu chính", keys.CANARY_NAME, keys.CANARY_PHONE, keys.CANARY_TEXT, "HS-1"]


def as_csv(rows: Sequence[Sequence[Any]], *, separator: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def only_form(data: bytes) -> LodgeForm:
    (row,) = imports.read(data, keys.AGENCY).rows
    assert not row.errors
    assert row.form is not None
    return row.form


def with_cell(name: str, value: Any) -> list[list[Any]]:
    heading, row = list(HEADING), list(GOOD)
    if name in heading:
        row[heading.index(name)] = value
    else:
        heading.append(name)
        row.append(value)
    return [heading, row]


def test_a_row_becomes_a_form_of_the_receiving_agency() -> None:
    form = only_form(as_csv([HEADING, GOOD]))
    assert (form.received_by, form.received_on) == (keys.AGENCY, date(2026, 7, 1))
    assert (form.axes.kind, form.axes.field, form.axes.source) == (Kind.COMPLAINT, Field.LAND_HOUSING, Source.POST)
    assert form.petitioners[0].full_name == keys.CANARY_NAME
    assert (form.text, form.external_id) == (keys.CANARY_TEXT, "HS-1")


@pytest.mark.parametrize(
    "data",
    [
        as_csv([HEADING, GOOD], separator=";"),
        as_csv([HEADING, GOOD], separator="\t", encoding="utf-16"),
        as_csv([HEADING, GOOD], encoding="utf-8-sig"),
        as_csv([[name.upper() for name in HEADING], GOOD]),
        as_csv([["ngay nhan", "loai don", "linh vuc", "nguon don", "ho va ten", "dien thoai", "noi dung don", "ma ngoai"], GOOD]),
        as_csv([["received_on", "kind", "field", "source", "full_name", "phone", "text", "external_id"], GOOD]),
        as_csv([HEADING[::-1], GOOD[::-1]]),
        as_csv([[], HEADING, [], GOOD, []]),
        as_xlsx([HEADING, GOOD]),
        as_xlsx([HEADING, [date(2026, 7, 1), *GOOD[1:]]]),
        as_csv([HEADING, ["2026-07-01", "complaint", "land_housing", "post", *GOOD[4:]]]),
    ],
)
def test_the_same_letter_is_read_however_the_table_is_written(data: bytes) -> None:
    assert only_form(data) == only_form(as_csv([HEADING, GOOD]))


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("Ngày nhận", "31/02/2026", "phải là ngày"),
        ("Ngày nhận", keys.CANARY_NAME, "phải là ngày"),
        ("Ngày nhận", "", "không được để trống"),
        ("Loại đơn", keys.CANARY_NAME, "không có trong danh mục"),
        ("Số người", keys.CANARY_NAME, "phải là số nguyên"),
        ("Số người", "0", "không hợp lệ"),
        ("Đơn nặc danh", keys.CANARY_NAME, "chỉ ghi x"),
        ("Mã đơn vị hành chính", keys.CANARY_NAME, "không hợp lệ"),
        ("Mã cơ quan bị khiếu nại, tố cáo", keys.CANARY_NAME, "không hợp lệ"),
        ("Điện thoại", "9" * 50, "không hợp lệ"),
    ],
)
def test_a_wrong_cell_is_named_by_its_column_and_never_repeated(column: str, value: str, problem: str) -> None:
    (row,) = imports.read(as_csv(with_cell(column, value)), keys.AGENCY).rows
    (error,) = row.errors
    assert (error.row, error.column) == (2, column)
    assert problem in error.problem
    assert not value or value == "0" or value not in error.problem


def test_all_wrong_cells_of_a_row_are_told_at_once_and_good_rows_stay() -> None:
    bad = ["hôm qua", "thư", *GOOD[2:]]
    first, second = imports.read(as_csv([HEADING, bad, GOOD]), keys.AGENCY).rows
    assert [error.column for error in first.errors] == ["Ngày nhận", "Loại đơn"]
    assert second.form is not None
    assert second.number == 3


def test_yes_and_no_are_read_as_clerks_write_them() -> None:
    assert only_form(as_csv(with_cell("Có tình tiết mới", "X"))).axes.has_new_fact
    assert only_form(as_csv(with_cell("Có tình tiết mới", "có"))).axes.has_new_fact
    assert not only_form(as_csv(with_cell("Có tình tiết mới", "không"))).axes.has_new_fact


def test_a_rules_refusal_is_shown_at_its_column() -> None:
    error = imports.refused(7, Invalid("petitioner_missing", field="petitioners"))
    assert (error.row, error.column) == (7, "Họ và tên")
    assert imports.refused(7, Invalid("place_unknown", field="axes.place")).column == "Mã đơn vị hành chính"


def test_a_rules_refusal_names_the_column_as_the_table_does() -> None:
    late = Invalid("date_in_future", field="received_on", value=date(2026, 8, 1), where="received_on", today=date(2026, 7, 15))
    assert imports.refused(7, late).problem == "Ngày 2026-08-01 ở cột Ngày nhận sau ngày hôm nay (2026-07-15)."
    named = Invalid("code_names_person", field="axes.object_ref", where="axes.object_ref")
    assert "ở cột Mã đối tượng chứa" in imports.refused(7, named).problem


def test_a_word_outside_its_list_is_answered_with_the_words_of_the_list() -> None:
    (row,) = imports.read(as_csv(with_cell("Loại đơn", "thư")), keys.AGENCY).rows
    assert all(word in row.errors[0].problem for word in ("khiếu nại", "tố cáo", "phản ánh"))
    (row,) = imports.read(as_csv(with_cell("Chức vụ người bị khiếu nại, tố cáo", "sếp")), keys.AGENCY).rows
    assert row.errors[0].problem.count(";") == 13
    assert "docs/agency-client.md" in row.errors[0].problem


def test_the_page_lists_the_words_of_every_column() -> None:
    page = (Path(__file__).parents[3] / "docs" / "agency-client.md").read_text("utf-8")
    for column in imports.columns().values():
        words = imports.allowed(column.reads)
        assert not words or f"| {column.vi} | {'; '.join(words)} |\n" in page


def test_a_column_that_means_nothing_is_named_by_its_heading_and_letter() -> None:
    table = imports.read(as_csv([[*HEADING, "Ghi chú"], [*GOOD, keys.CANARY_NAME]]), keys.AGENCY)
    assert table.ignored == ["Ghi chú (cột I)"]


def test_an_unknown_agency_is_told_once_for_the_whole_table() -> None:
    with pytest.raises(Invalid, match="receiver_unknown"):
        imports.read(as_csv([HEADING, GOOD, GOOD]), "UBND-00000")


def test_a_table_without_the_needed_columns_is_refused_whole() -> None:
    with pytest.raises(Invalid, match="import_columns_missing") as refusal:
        imports.read(as_csv([GOOD, GOOD]), keys.AGENCY)
    assert "Nội dung đơn" in refusal.value.message
    assert keys.CANARY_NAME not in str(refusal.value.problem())


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xff\xff", b"PK\x03\x04 no zip", b"\x00" * 100, b"a" * 200_000, "Họ và tên\n".encode("cp1258", "replace")]
)
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        imports.read(data, keys.AGENCY)


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = as_xlsx([HEADING, GOOD])
    monkeypatch.setattr(imports, "_LARGEST_UNPACKED", 0)
    with pytest.raises(Invalid, match="body_too_large"):
        imports.read(data, keys.AGENCY)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        imports.read(data, keys.AGENCY)
    except Refusal as refusal:
        assert refusal.code  # noqa: PT017 - any refusal will do; anything else fails the test


@given(st.lists(st.text(max_size=40), min_size=8, max_size=8))
def test_no_cells_break_a_row(cells: list[str]) -> None:
    for row in imports.read(as_csv([HEADING, cells]), keys.AGENCY).rows:
        assert (row.form is None) == bool(row.errors)
