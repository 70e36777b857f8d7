"""The search for identities finds what it is given to find, wherever and however it is hidden."""

import json
from pathlib import Path

import pysqlite3.dbapi2 as sqlite3

from tests.faults import evidence
from tests.faults.evidence import Record, leaks

MARK = "KANARI7QW2XKM4ZTBR3H"


def test_a_mark_is_found_in_every_disguise(tmp_path: Path) -> None:
    assert evidence.proves_itself(tmp_path) == []


def test_a_folder_without_the_mark_is_clean(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("KANARI is a bird, KANARI7QW2XKM4 a beginning")
    assert leaks(tmp_path, [MARK]) == []


def test_a_mark_in_a_header_or_body_of_a_record_is_found(tmp_path: Path) -> None:
    clean = Record("cases.v1", 3, 9, b"a", b"{}", (("traceparent", b"00"),))
    body = Record("cases.v1", 3, 10, b"a", json.dumps({"reason": f"ông {MARK}"}).encode(), ())
    header = Record("cases.v1", 3, 11, b"a", b"{}", (("ce_subject", MARK.encode()),))
    assert leaks(tmp_path, [MARK], [clean, body, header]) == ["cases.v1/3/10 (clear)", "cases.v1/3/11 (clear)"]


def test_a_mark_in_a_row_is_found_though_the_file_is_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "routing.db"
    connection = sqlite3.connect(str(file))
    connection.execute("CREATE TABLE parked (event_id TEXT, value BLOB)")
    connection.execute("INSERT INTO parked VALUES ('e', ?)", (MARK.encode(),))
    connection.commit()
    connection.close()
    empty = tmp_path / "home"
    empty.mkdir()
    assert leaks(empty, [MARK], urls={"routing": f"sqlite:///{file}"}) == ["routing.parked (clear)"]


def test_a_database_elsewhere_is_followed_by_its_link(tmp_path: Path) -> None:
    elsewhere, home = tmp_path / "elsewhere", tmp_path / "home"
    elsewhere.mkdir()
    home.mkdir()
    (elsewhere / "16384").write_bytes(b"\0\0" + MARK.encode())
    (home / "postgres").symlink_to(elsewhere)
    assert leaks(home, [MARK]) == [f"{elsewhere}/16384 (clear)"]
