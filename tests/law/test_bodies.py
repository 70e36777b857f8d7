import re
from datetime import date

import pytest

from law import bodies
from law.bodies import Level, Office

TODAY = date(2026, 7, 15)


def test_the_table_is_whole():
    assert bodies.problems() == []


def test_every_code_has_the_published_form():
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+", code) for code in bodies.every())


@pytest.mark.parametrize("unit", ["14", "19", "44", "51", "80", "05518", "19429", "23293", "25459", "03646"])
def test_each_place_of_the_five_documents_has_party_government_council_front_and_police(unit: str):
    level = Level.PROVINCE if len(unit) == 2 else Level.COMMUNE
    for office in (Office.PARTY_COMMITTEE, Office.GOVERNMENT, Office.COUNCIL, Office.FRONT, Office.POLICE):
        found = bodies.serving(office, level, unit, TODAY)
        assert found is not None, office
        assert found.unit == unit


@pytest.mark.parametrize("province", ["14", "19", "44", "51", "80"])
def test_each_province_has_inspectorate_procuracy_court_and_a_department_for_land(province: str):
    for office in (Office.INSPECTORATE, Office.PROCURACY, Office.COURT, Office.DEPARTMENT):
        assert bodies.serving(office, Level.PROVINCE, province, TODAY) is not None
    assert bodies.serving(Office.DEPARTMENT, Level.PROVINCE, province, TODAY, "land_housing").code == f"SNNMT-{province}"


def test_quang_tri_has_the_regional_court_procuracy_and_enforcement_office_8():
    for office, code in ((Office.COURT, "TA-KV8-44"), (Office.PROCURACY, "VKS-KV8-44"), (Office.JUDGMENT_ENFORCEMENT, "THA-KV8-44")):
        assert bodies.serving(office, Level.REGION, "19429", TODAY).code == code


def test_the_commune_whose_name_the_document_hides_says_that_it_stands_in():
    assert "thế chỗ" in bodies.body("UBND-19429").source
    assert bodies.body("UBND-19429").grade == "C"


def test_kon_tum_ended_with_its_province_and_quang_ngai_carries_on():
    assert bodies.body("TU-62", date(2025, 2, 25)).name == "Tỉnh ủy Kon Tum"
    assert bodies.body("TU-62", TODAY) is None
    assert bodies.successor("TU-62", TODAY).code == "TU-51"
    assert bodies.successor("UBND-05518", TODAY).code == "UBND-05518"


def test_the_department_and_the_ward_answer_to_the_same_provincial_committee():
    assert bodies.common_superior("UBND-05518", "SNNMT-19") == "UBND-19"
    assert bodies.common_superior("CCQLDD-19", "SNNMT-19") == "SNNMT-19"
    assert bodies.common_superior("UBND-05518", "UBND-03646") == "CP-TW"


def test_party_and_government_have_no_common_superior():
    assert bodies.common_superior("TU-14", "UBND-14") is None


def test_no_body_is_known_under_a_name():
    assert bodies.body("Ủy ban nhân dân phường Sông Công") is None
