from datetime import date

import pytest

from law import units

TODAY = date(2026, 7, 15)


def test_the_table_has_no_gap_no_overlap_and_no_unknown_parent():
    assert units.problems() == []


def test_a_code_keeps_while_the_name_under_it_changes():
    assert units.unit("80", date(2025, 6, 30)).full_name == "Tỉnh Long An"
    assert units.unit("80", date(2025, 7, 1)).full_name == "Tỉnh Tây Ninh"


def test_quang_tri_moved_to_the_code_that_was_quang_binh():
    assert units.unit("45", date(2025, 6, 30)).name == "Quảng Trị"
    assert units.unit("45", TODAY) is None
    assert units.unit("44", TODAY).name == "Quảng Trị"


def test_there_are_34_provinces_and_3321_communes_since_july_2025():
    for on in (date(2025, 7, 1), TODAY):
        there = [found for code in units.versions() if (found := units.unit(code, on))]
        assert sum(found.is_province for found in there) == 34
        assert sum(not found.is_province for found in there) == 3321


def test_there_were_63_provinces_before():
    assert sum(1 for code in units.versions() if len(code) == 2 and units.unit(code, date(2025, 6, 30))) == 63


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("75", "Tỉnh Đồng Nai", "Thành phố Đồng Nai"),
        ("25270", "Xã Lộc Ninh", "Phường Lộc Ninh"),
        ("26368", "Xã Long Thành", "Phường Long Thành"),
    ],
)
def test_the_changes_of_30_april_2026_take_effect_on_that_day(code: str, before: str, after: str):
    assert units.unit(code, date(2026, 4, 29)).full_name == before
    assert units.unit(code, date(2026, 4, 30)).full_name == after


def test_each_commune_names_the_resolution_that_made_it():
    assert units.unit("05518", TODAY).law == "1683/NQ-UBTVQH15"
    assert units.unit("05518", TODAY).full_name == "Phường Sông Công"
    assert all(row.law for rows in units.versions().values() for row in rows)


def test_a_province_that_ended_leads_to_its_successor():
    assert units.unit("62", date(2025, 6, 30)).successor == "51"


def test_a_commune_lies_in_its_province_and_a_province_in_itself():
    assert units.province_of("05518", TODAY).code == "19"
    assert units.province_of("19", TODAY).code == "19"
    assert units.province_of("99999", TODAY) is None
