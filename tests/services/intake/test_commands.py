"""Intake's commands against the service as a server, with no broker in reach: intake keeps accepting."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from typer.testing import CliRunner

from deploy.local.ports import free_port
from runtime import auth, cli
from runtime.settings import Settings
from services.intake.app import service
from tests.services.intake import keys
from tests.services.intake.test_imports import GOOD, HEADING, as_csv

RUNNER = CliRunner()


@pytest.fixture
def served(migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of a platform whose intake answers; its broker does not."""
    port = free_port()
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path))
    monkeypatch.setenv("URL__INTAKE", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    auth.make_keys(tmp_path)
    (tmp_path / "databases").mkdir()
    shutil.copy(migrated_file, tmp_path / "databases" / "intake.db")
    app = service.use(Settings.read("intake")).app()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    yield tmp_path
    server.should_exit = True
    thread.join()


def table(path: Path, *rows: list[str]) -> Path:
    path.write_bytes(as_csv([HEADING, *rows]))
    return path


def test_a_table_is_imported_from_the_command_line_once(served: Path) -> None:
    file = table(served / "letters.csv", GOOD)
    first = RUNNER.invoke(cli.build(), ["import", str(file), "--agency", keys.AGENCY, "--json"])
    report = json.loads(first.stdout)
    assert (first.exit_code, report["lodged"], report["errors"]) == (0, 1, [])
    again = RUNNER.invoke(cli.build(), ["import", str(file), "--agency", keys.AGENCY])
    assert again.exit_code == 0
    assert "1 dòng: 0 đơn mới, 1 đã có, 0 bị từ chối" in again.stdout
    assert f"Dòng 2: {report['results'][0]['code']} (đã có)" in again.stdout


def test_a_platform_that_is_down_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path))
    monkeypatch.setenv("URL__INTAKE", f"http://127.0.0.1:{free_port()}")
    auth.make_keys(tmp_path)
    told = RUNNER.invoke(cli.build(), ["import", str(table(tmp_path / "letters.csv", GOOD)), "--agency", keys.AGENCY])
    assert told.exit_code == 1
    assert "intake không trả lời" in told.output
    assert len(told.output.strip().splitlines()) == 1


def test_an_unknown_agency_is_one_sentence(served: Path) -> None:
    told = RUNNER.invoke(cli.build(), ["import", str(table(served / "letters.csv", GOOD, GOOD)), "--agency", "UBND-00000"])
    assert told.exit_code == 1
    assert told.output.count("Không có cơ quan tiếp nhận") == 1


def test_wrong_rows_are_shown_by_column_and_the_command_fails(served: Path) -> None:
    file = table(served / "letters.csv", ["hôm qua", *GOOD[1:]])
    told = RUNNER.invoke(cli.build(), ["import", str(file), "--agency", keys.AGENCY])
    assert told.exit_code == 1
    assert "Ngày nhận" in told.stdout
    assert "hôm qua" not in told.output


def test_a_file_that_is_no_table_is_one_sentence(served: Path) -> None:
    file = served / "letters.xlsx"
    file.write_bytes(b"PK\x03\x04")
    told = RUNNER.invoke(cli.build(), ["import", str(file), "--agency", keys.AGENCY])
    assert told.exit_code == 1
    assert "Tệp không phải bảng" in told.output


def test_an_agency_of_a_local_platform_gets_one_key_pair(served: Path) -> None:
    first, again = [RUNNER.invoke(cli.build(), ["agency-key", keys.AGENCY]).stdout.strip() for _ in range(2)]
    assert first == again
    assert Path(first).stat().st_mode & 0o077 == 0
    assert Path(first).with_suffix(".pub.json").exists()


@pytest.mark.parametrize("code", ["../../x", "UBND-00000", "", "ubnd-05518", "UBND-05518/../../x"])
def test_no_key_is_made_for_what_is_no_agency(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path / "home"))
    told = RUNNER.invoke(cli.build(), ["agency-key", code])
    assert told.exit_code == 2
    assert len(told.output.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
