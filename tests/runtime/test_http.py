"""The HTTP edge: who may ask, what a refusal looks like, what a batch does with one bad item."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from contracts.cases import PetitionFiled
from contracts.errors import IllegalMove
from contracts.event import CASES
from contracts.vocabulary import Kind, Role
from runtime import auth, plumbing
from runtime.auth import Caller
from runtime.http import command
from runtime.service import Service
from runtime.settings import KafkaSettings, Settings
from runtime.work import Work
from tests.runtime import toy


class FileForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """File a case away."""

    case_id: str
    ground: Kind
    on: date | None = None


@command("POST", "/cases/{case_id}/file", loads=[toy.Tally], roles={Role.OFFICER}, batch="/file/batch")
def file_away(form: FileForm, caller: Caller, work: Work) -> dict[str, object]:
    """A command for the test: the second time is refused, after it changed things in memory."""
    tally = work.get(toy.Tally, form.case_id) or toy.Tally(case_id=form.case_id, kind=form.ground, first_on=work.today, seen_at=work.now)
    tally.times += 1
    work.save(tally)
    work.emit(PetitionFiled(case_id=form.case_id, ground=form.ground, law="-"))
    if tally.times > 1:
        raise IllegalMove("case_not_found", case=form.case_id)
    return {"case_id": form.case_id}


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The toy as a served application, without a broker."""
    url = f"sqlite:///{tmp_path / 'toy.db'}"
    toy.make_tables(url)
    auth.make_keys(tmp_path)
    settings = Settings("toy", tmp_path, "development", "127.0.0.1", 0, KafkaSettings("127.0.0.1:1"), url, 1.0, "", "", 500, "INFO")

    async def nothing_pending(*_: object) -> list[str]:
        return []

    monkeypatch.setattr("runtime.admin.pending", nothing_pending)
    service = Service("toy", topic=CASES, api=[sys.modules[__name__]]).use(settings)
    assert plumbing.METADATA.tables
    with TestClient(service.app()) as client:
        client.headers["authorization"] = bearer(tmp_path)
        yield client


def bearer(home: Path, role: Role = Role.OFFICER, seconds: int = 60) -> str:
    return f"Bearer {auth.issue(home / 'keys', role, agency='UBND-05518', officer='cb-1', seconds=seconds)}"


def test_a_command_answers_with_the_position_of_its_last_fact(client: TestClient) -> None:
    answer = client.post("/cases/c1/file", json={"ground": "complaint"})
    assert (answer.status_code, answer.json()["position"]) == (200, "cases.v1:c1:1")


def test_a_refused_command_leaves_nothing(client: TestClient) -> None:
    client.post("/cases/c1/file", json={"ground": "complaint"})
    answer = client.post("/cases/c1/file", json={"ground": "complaint"})
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert answer.json()["code"] == "case_not_found"


def test_a_wrong_form_names_the_field_and_repeats_no_value(client: TestClient) -> None:
    answer = client.post("/cases/c1/file", json={"ground": "Nguyễn Văn Bí Mật"})
    assert (answer.status_code, answer.json()["field"]) == (422, "ground")
    assert "Bí Mật" not in answer.text
    answer = client.post("/cases/c1/file", json={"ground": "complaint", "Nguyễn Văn Bí Mật": 1})
    assert answer.status_code == 422
    assert "Bí Mật" not in answer.text
    assert client.post("/cases/c1/file", content=b"{").json()["code"] == "bad_json"


def test_a_legal_date_after_today_is_refused(client: TestClient) -> None:
    answer = client.post("/cases/c1/file", json={"ground": "complaint", "on": "2999-01-01"})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "date_in_future", "on")


def test_a_bad_item_of_a_batch_harms_no_other(client: TestClient) -> None:
    items = [
        {"case_id": name, "ground": ground} for name, ground in (("a", "complaint"), ("a", "complaint"), ("b", "?"), ("c", "feedback"))
    ]
    answers = client.post("/file/batch", json=items).json()
    assert [next(iter(one)) for one in answers] == ["ok", "refusal", "refusal", "ok"]
    assert [one["ok"]["position"] for one in answers if "ok" in one] == ["cases.v1:a:1", "cases.v1:c:1"]


def test_who_has_no_token_or_an_old_one_or_another_role_is_refused(client: TestClient, tmp_path: Path) -> None:
    for header, status in ((" ", 401), ("Bearer x", 401), (bearer(tmp_path, seconds=-1), 401), (bearer(tmp_path, Role.CITIZEN), 403)):
        answer = client.post("/cases/c1/file", json={"ground": "complaint"}, headers={"authorization": header})
        assert answer.status_code == status


def test_a_token_signed_by_another_platform_is_refused(client: TestClient, tmp_path: Path) -> None:
    other = tmp_path / "other"
    auth.make_keys(other)
    answer = client.post("/cases/c1/file", json={"ground": "complaint"}, headers={"authorization": bearer(other)})
    assert answer.status_code == 401


def test_the_virtual_date_is_kept_and_bounds_legal_dates(client: TestClient, tmp_path: Path) -> None:
    operator = {"authorization": bearer(tmp_path, Role.OPERATOR)}
    assert client.put("/clock", json={"today": "2026-03-01"}, headers=operator).json() == {"today": "2026-03-01", "is_virtual": True}
    answer = client.post("/cases/c1/file", json={"ground": "complaint", "on": "2026-03-02"})
    assert answer.json()["code"] == "date_in_future"
    assert client.put("/clock", json={"today": "2026-03-03"}).status_code == 403


def test_the_service_accepts_while_the_broker_is_away_and_says_what_waits(client: TestClient, tmp_path: Path) -> None:
    assert client.post("/cases/c1/file", json={"ground": "complaint"}).status_code == 200
    ready = client.get("/ready", headers={"authorization": bearer(tmp_path, Role.OPERATOR)}).json()
    assert ready["relay"]["is_connected"] is False


def test_figures_and_date_are_for_those_who_run_the_platform(client: TestClient, tmp_path: Path) -> None:
    inside = {"authorization": bearer(tmp_path, Role.SYSTEM)}
    assert {"lag", "consumer", "relay", "today"} < client.get("/ready", headers=inside).json().keys()
    assert client.get("/clock", headers=inside).json()["is_virtual"] is False
    assert client.get("/ready").json().keys() == {"ready", "reasons"}, "an officer"
    assert client.get("/clock").status_code == 403
    del client.headers["authorization"]
    assert client.get("/ready").json().keys() == {"ready", "reasons"}
    assert client.get("/clock").status_code == 401
    assert client.get("/health").status_code == 200


def test_unknown_paths_and_methods_are_problems_too(client: TestClient) -> None:
    told = client.get("/nowhere").json()
    assert (told["code"], told["detail"], told["detail_en"]) == (
        "address_not_found",
        "Không có địa chỉ này ở đây.",
        "There is no such address here.",
    )
    assert client.get("/cases/c1/file").json()["code"] == "method_not_allowed"


def test_a_record_that_is_not_parked_is_told_in_either_language(client: TestClient, tmp_path: Path) -> None:
    told = client.get("/parked/x", headers={"authorization": bearer(tmp_path, Role.OPERATOR)}).json()
    assert (told["code"], told["detail"]) == ("record_not_found", "Không có bản ghi x nào đang bị giữ lại.")
    assert told["detail_en"] == "No record x is parked here."


def test_a_refusal_is_a_vietnamese_sentence_and_an_english_one(client: TestClient) -> None:
    told = client.post("/cases/c1/file", json={"ground": "?"}).json()
    assert told["detail"] == "Trường ground không hợp lệ: không thuộc danh mục."
    assert told["detail_en"] == "The field ground is not valid: not a word of its list."
    told = client.post("/cases/c1/file", json={}).json()
    assert told["detail"] == "Trường ground không hợp lệ: thiếu trường bắt buộc này."
    told = client.post("/cases/c1/file", json={"ground": "complaint", "on": "hôm qua"}).json()
    assert (told["field"], told["detail"]) == ("on", "Trường on không hợp lệ: không phải ngày theo dạng NĂM-THÁNG-NGÀY.")
