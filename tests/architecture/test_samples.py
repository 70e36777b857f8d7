"""What the pages show works: Python runs, commands exist with their options, makefile targets and files are there."""

import ast
import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.architecture.project import ROOT, commands, text_of, tracked

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = [path for path in tracked() if path.suffix == ".md"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
TESTED = {text_of(path) for path in tracked() if path.suffix == ".py"}


def blocks(page: Path, *languages: str) -> Iterator[str]:
    return (text for language, text in BLOCK.findall(text_of(page)) if language in languages)


def samples() -> list[tuple[Path, str]]:
    """Python shown on pages that is not a file of its own, which tests import."""
    return [(page, text) for page in PAGES for text in blocks(page, "python") if text not in TESTED]


def shown(program: str) -> list[tuple[str, str]]:
    """Every line of a page's block that calls a program: the page and the line."""
    found = []
    for page in PAGES:
        for text in blocks(page, "", "sh"):
            found += [(page.name, line) for line in re.findall(rf"(?:^|\$\()({program} [^)\n]*)", text, re.MULTILINE)]
    return found


@pytest.mark.parametrize(("page", "text"), samples(), ids=[page.name for page, _ in samples()])
def test_python_on_a_page_runs_and_says_what_it_promises(page: Path, text: str) -> None:
    names = {"date": date}
    exec(compile(text, page.name, "exec"), names)  # noqa: S102  # our own page
    for line in text.splitlines():
        expression, _, promise = line.partition("#")
        day = re.match(r"\s*(\d{4}-\d\d-\d\d)", promise)
        if day and isinstance(ast.parse(expression.strip()).body[0], ast.Expr):
            assert eval(expression, names) == date.fromisoformat(day[1])  # noqa: S307


@pytest.mark.parametrize(("page", "line"), shown("dannguyen"))
def test_a_command_on_a_page_exists_with_its_options(page: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = _words(line)[1:]
    known = max((name for name in commands() if words[: len(name.split())] == name.split()), key=len, default=None)
    assert known, f"{page}: {line}"
    monkeypatch.chdir(tmp_path)
    rest = words[len(known.split()) :]
    for word in rest:
        if re.fullmatch(r"[\w-]+\.\w+", word):
            (tmp_path / word).touch()
    if "--help" not in rest:
        commands()[known].make_context(known, rest)


@pytest.mark.parametrize(("page", "line"), shown("make"))
def test_a_target_on_a_page_exists(page: str, line: str) -> None:
    targets = [word for word in _words(line)[1:] if "=" not in word and word not in ("|", "stop", "clean")]
    assert set(targets) <= TARGETS, f"{page}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text_of(page)):
        assert (page.parent / link).exists(), link


def _words(line: str) -> list[str]:
    """The words of a call; what stands in for something is one word, comments and redirections are none."""
    plain = re.sub(r"<([^<>]+)>", lambda found: found[1].replace(" ", "-"), line)
    return shlex.split(re.split(r"\s[<>|]\s", plain)[0], comments=True)
