"""Days worked and days off, with their reasons."""

import csv
from datetime import date
from pathlib import Path

import pytest

import law
from contracts.errors import Invalid
from law import holidays_source
from law.calendar import add_working_days, calendar, days, is_working
from law.reference import load

DATA = Path(law.__file__).with_name("data")


def reason(day: str) -> tuple[bool, str | None, bool]:
    found = calendar().day(date.fromisoformat(day))
    return found.working, found.reason, found.confirmed


@pytest.mark.parametrize(
    ("day", "working", "why"),
    [
        ("2026-01-01", False, "holiday"),
        ("2026-01-02", False, "swap"),
        ("2026-01-10", True, "make_up"),
        ("2026-02-16", False, "holiday"),
        ("2026-02-20", False, "holiday"),
        ("2026-02-23", True, None),
        ("2026-04-26", False, "holiday"),
        ("2026-04-27", False, "substitute"),
        ("2026-08-22", True, "make_up"),
        ("2026-08-29", False, "weekend"),
        ("2026-08-31", False, "swap"),
        ("2026-09-01", False, "holiday"),
        ("2026-09-02", False, "holiday"),
        ("2025-04-26", True, "make_up"),
        ("2025-05-02", False, "swap"),
    ],
)
def test_days_of_the_official_notices_of_2025_and_2026(day: str, working: bool, why: str | None) -> None:
    assert reason(day) == (working, why, True)


def test_the_culture_day_is_a_day_off_from_2026_not_confirmed_and_can_be_switched_off() -> None:
    assert reason("2025-11-24") == (True, None, True)
    assert reason("2026-11-24") == (False, "holiday", False)
    assert calendar(without=["culture_day"]).day(date(2026, 11, 24)).working


def test_the_culture_day_was_not_known_before_its_resolution() -> None:
    assert calendar(date(2026, 4, 23)).day(date(2026, 11, 24)).working
    assert not calendar(date(2026, 4, 24)).day(date(2026, 11, 24)).working


def test_a_year_without_its_official_notice_is_not_confirmed() -> None:
    assert reason("2027-03-03") == (True, None, False)
    assert reason("2026-03-03") == (True, None, True)
    assert not calendar(date(2025, 12, 24)).day(date(2026, 3, 3)).confirmed


def test_lunar_new_year_of_2027_is_five_days_replaced_on_the_next_working_days_as_article_111_3_says() -> None:
    off = [day.date.day for day in days(date(2027, 2, 4), date(2027, 2, 12), calendar()) if not day.working]
    assert off == [5, 6, 7, 8, 9, 10, 11]
    assert reason("2027-02-11") == (False, "substitute", False)


def test_an_agency_is_closed_on_its_own_days_and_only_that_agency(tmp_path: Path) -> None:
    for file in DATA.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "closures.csv").open("a", encoding="utf-8") as file:
        file.write("UBND-05518,2026-07-07,2026-07-08,Chuyển trụ sở,TBNN,,2026-07-01,\n")
        file.write("UBND-80,2026-07-10,2026-07-10,Lễ hội,TBNN,,2026-07-01,\n")
    book = load(tmp_path)
    closed = calendar(agency="UBND-05518", book=book).day(date(2026, 7, 8))
    assert (closed.working, closed.reason, closed.name) == (False, "closure", "Chuyển trụ sở")
    assert calendar(agency="UBND-80", book=book).day(date(2026, 7, 8)).working
    assert calendar(book=book).day(date(2026, 7, 8)).working
    assert calendar(date(2026, 6, 30), agency="UBND-05518", book=book).day(date(2026, 7, 8)).working


def test_working_days_are_added_and_taken_away_without_the_day_itself() -> None:
    assert add_working_days(date(2026, 8, 28), 1) == date(2026, 9, 3)
    assert add_working_days(date(2026, 9, 3), -1) == date(2026, 8, 28)
    assert add_working_days(date(2026, 8, 30), 0) == date(2026, 8, 30)


def test_a_date_outside_the_loaded_years_is_refused() -> None:
    with pytest.raises(Invalid, match="beyond_calendar"):
        is_working(date(2061, 1, 1))


def test_the_file_of_holidays_is_what_the_package_gives() -> None:
    with (DATA / "holidays.csv").open(encoding="utf-8") as file:
        header, *lines = csv.reader(file)
    assert tuple(header) == holidays_source.HEADER
    assert [tuple(line) for line in lines] == holidays_source.lines()


def test_a_span_of_days_includes_both_ends() -> None:
    assert [day.date.day for day in days(date(2026, 7, 1), date(2026, 7, 3), calendar())] == [1, 2, 3]
