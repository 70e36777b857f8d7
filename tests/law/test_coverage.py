"""Every number of the law sheet stands in the rows or in the list of what was left out (docs/law.md)."""

import csv
from pathlib import Path

from law import reference

HERE = Path(__file__).parent
OTHER_CLOCKS = {
    *("KN-12b", "KN-16", "KN-19", "KN-20", "KN-22", "TC-11", "TC-12b", "PA-03", "PA-05", "TCD-08", "TD-13", "TD-16"),
    *("GS-01", "GS-02", "THA-02", "THA-03", "THA-04", "THA-05", "THA-07", "THA-08", "THA-09"),
    *("TD-01", "TD-03", "TD-05", "TD-06", "TD-07", "TCD-13", "TC-17", "TC-18"),
}
LEFT_OUT = {
    *("KN-03", "KN-04", "TC-10", "PA-02", "PA-04", "PA-07", "TCD-01", "TCD-02", "TCD-03", "TCD-04", "TCD-09", "TCD-10", "TCD-11", "TCD-12"),
    *("TD-09", "TD-10", "TD-11", "TD-12", "TD-14", "TD-15", "TD-17", "TD-18", "TD-19", "TD-20"),
    *(
        "GS-05",
        "GS-06",
        "GS-07",
        "GS-09",
        "GS-10",
        "HS-03",
        "HS-04",
        "HS-05",
        "HS-06",
        "HS-07",
        "HS-08",
        "HS-09",
        "HS-10",
        "HS-11",
        "HS-12",
    ),
}


def numbers() -> dict[tuple[str, str, str], str]:
    book = reference.book()
    return {(row.id, str(row.value), row.unit): row.grade for group in (book.limits, book.duties, book.thresholds) for row in group}


def test_every_row_of_the_machine_readable_core_stands_in_the_data() -> None:
    with (HERE / "section14.csv").open(encoding="utf-8") as file:
        wanted = {(line["id"], line["value"], line["unit"]) for line in csv.DictReader(file)}
    assert len(wanted) == 61
    assert wanted - numbers().keys() == set()


def test_the_other_clocks_and_duties_of_the_sheet_stand_in_the_data() -> None:
    assert OTHER_CLOCKS - {name for name, _, _ in numbers()} == set()


def test_what_was_left_out_is_listed_with_its_reason() -> None:
    text = (HERE.parents[1] / "docs" / "law.md").read_text("utf-8")
    listed = {line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ") and line.count("|") >= 3}
    assert LEFT_OUT - listed == set()
