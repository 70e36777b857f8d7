"""What an operator may set and call is written down where operators look, and what is written down is true."""

import re

import pytest

from runtime.settings import SERVICES
from tests.architecture.project import ROOT, commands, settings

PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")


@pytest.mark.parametrize("setting", sorted(settings()))
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in PAGE


def test_no_setting_is_documented_that_nothing_reads() -> None:
    table = PAGE.partition("## Settings")[2].partition("## Commands")[0]
    told = {name for line in table.splitlines() if line.startswith("| `") for name in re.findall(r"`([^`]+)`", line.split("|")[1])}
    assert told == set(settings())


@pytest.mark.parametrize("words", sorted(commands()))
def test_every_command_is_documented(words: str) -> None:
    assert f"| `dannguyen {words}` |" in PAGE


def test_no_command_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"^\| `dannguyen ([a-z -]+)` \|", PAGE, re.MULTILINE)) == set(commands())


def test_every_command_and_option_says_what_it_is_for() -> None:
    for words, command in commands().items():
        assert command.help, words
        silent = [parameter.name for parameter in command.params if hasattr(parameter, "help") and not parameter.help]
        assert set(silent) <= {"as_json", "json", "service", "event_id"}, (words, silent)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_named(service: str) -> None:
    assert service in PAGE
