"""What citizens may send from home, and what the commands say when there is nothing to do."""

import os
from pathlib import Path

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from contracts.errors import Invalid
from contracts.event import Actor
from contracts.vocabulary import Kind, Role
from deploy.demo import commands
from runtime.clock import LegalClock
from runtime.stop import CannotGoOn
from services.intake import reference, rules

app = typer.Typer()
commands.register(app)


def test_an_invented_letter_on_the_portal_says_nothing_that_only_an_officer_may_say() -> None:
    today = LegalClock().today()
    for letter in commands.invented(None, 200, None, 5):
        form = commands.on_portal(letter)
        ids = rules.Ids("case-1", "DN26-1", "subject-1")
        anonymous = Actor(agency="", role=Role.ANONYMOUS)
        assert len(rules.lodge(form, anonymous, today, reference.earliest(), ids, reference.conditions(today))) == 1


def test_letters_of_a_kind_and_for_a_body_can_be_asked_for() -> None:
    found = commands.invented(Kind.DENUNCIATION, 20, "UBND-05518", 5)
    assert {letter.truth.kind for letter in found} == {Kind.DENUNCIATION}
    assert {letter.form.received_by for letter in found} == {"UBND-05518"}


def test_a_letter_of_ones_own_is_read_from_a_file(tmp_path: Path) -> None:
    form = commands.on_portal(commands.invented(None, 1, None, 5)[0])
    one, many = tmp_path / "one.json", tmp_path / "many.json"
    one.write_bytes(msgspec.json.encode(form))
    many.write_bytes(msgspec.json.encode([form, form]))
    assert commands.given(one) == [form]
    assert commands.given(many) == [form, form]


def test_a_file_without_a_letter_is_told_in_a_sentence(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"letter": "xin chào"}')
    with pytest.raises(typer.BadParameter, match="does not hold a letter"):
        commands.given(wrong)


def test_a_replay_without_the_log_ends_well_and_says_why(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["replay", "receipt_wabo", "--data", str(tmp_path)])
    assert told.exit_code == 0
    assert "receipt_wabo" in told.output


def test_a_letter_to_a_body_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Invalid, match="There is no body NOPE on"):
        commands.invented(None, 1, "NOPE", 1)


def test_a_feed_where_no_platform_ever_ran_begins_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path / "nowhere"))
    mask = os.umask(0o022)
    told = CliRunner().invoke(app, ["feed"])
    os.umask(mask)
    assert isinstance(told.exception, CannotGoOn)
    assert "There are no keys in" in str(told.exception)
    assert not (tmp_path / "nowhere").exists()


def test_lodging_where_no_platform_is_ends_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path))
    told = CliRunner().invoke(app, ["lodge"])
    assert told.exit_code == 1
    assert "make run" in str(told.exception)
