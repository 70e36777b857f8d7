"""A table of letters through the service: a report for every row, nothing twice."""

import pytest

from contracts.vocabulary import Role
from services.intake import reference
from tests.services.intake import keys
from tests.services.intake.desk import Desk
from tests.services.intake.test_imports import GOOD, HEADING, as_csv, as_xlsx


def rows(count: int) -> list[list[str]]:
    return [[*GOOD[:6], f"Đơn số {number}", f"HS-{number}"] for number in range(count)]


async def imported(desk: Desk, data: bytes, agency: str = keys.AGENCY) -> dict[str, object]:
    async with desk.client(agency=agency) as client:
        answer = await client.post("/imports", content=data)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
async def test_every_row_gets_its_receipt(desk: Desk, write: object) -> None:
    assert callable(write)
    report = await imported(desk, write([HEADING, *rows(3)]))
    assert (report["rows"], report["lodged"], report["repeated"], report["refused"]) == (3, 3, 0, 0)
    results = report["results"]
    assert isinstance(results, list)
    assert [result["row"] for result in results] == [2, 3, 4]
    assert len({result["code"] for result in results}) == 3
    assert {fact.actor.agency for fact in await desk.facts()} == {keys.AGENCY}


async def test_a_file_imported_again_lodges_nothing_twice(desk: Desk) -> None:
    data = as_csv([HEADING, *rows(3)])
    first = await imported(desk, data)
    again = await imported(desk, as_csv([HEADING, *rows(4)]))
    assert (again["lodged"], again["repeated"]) == (1, 3)
    assert isinstance(first["results"], list)
    assert isinstance(again["results"], list)
    assert [one["code"] for one in again["results"]][:3] == [one["code"] for one in first["results"]]


async def test_rows_without_an_id_are_known_by_their_content(desk: Desk) -> None:
    data = as_csv([HEADING[:-1], *[row[:-1] for row in rows(2)], rows(1)[0][:-1]])
    report = await imported(desk, data)
    assert (report["lodged"], report["repeated"]) == (2, 1)
    assert (await imported(desk, data))["lodged"] == 0


async def test_bad_rows_are_reported_and_good_ones_lodged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "limit", lambda name, real=reference.limit: 2 if name == "import_chunk" else real(name))
    table = rows(5)
    table[1][0] = "31/12/2026"
    table[2][1] = "thư"
    table[3][4] = ""
    report = await imported(desk, as_csv([HEADING, *table]))
    assert (report["lodged"], report["refused"]) == (2, 3)
    assert isinstance(report["errors"], list)
    assert [(error["row"], error["column"], error["code"]) for error in report["errors"]] == [
        (3, "Ngày nhận", "date_in_future"),
        (4, "Loại đơn", "import_cell"),
        (5, "Họ và tên", "import_cell"),
    ]


async def test_officers_import_for_their_agency_and_others_not_at_all(desk: Desk) -> None:
    async with desk.client(Role.ANONYMOUS) as client:
        assert (await client.post("/imports", content=b"")).status_code == 403
    await imported(desk, as_csv([HEADING, *rows(1)]), agency=keys.OTHER)
    (fact,) = await desk.facts()
    assert getattr(fact, "received_by", None) == keys.OTHER


async def test_a_file_that_is_too_large_or_no_table_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk.client() as client:
        assert (await client.post("/imports", content=b"PK\x03\x04")).json()["code"] == "import_not_a_table"
        monkeypatch.setattr(reference, "limit", lambda name, real=reference.limit: 100 if name == "import_bytes" else real(name))
        assert (await client.post("/imports", content=b"x" * 101)).json()["code"] == "body_too_large"
