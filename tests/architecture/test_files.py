"""Files stay short enough to hold in the head, and say nothing of the machine on which they were written."""

import re
from pathlib import Path

import pytest

from tests.architecture.project import ROOT, text_of, tracked

MOST_LINES = 400
WRITTEN = (".py", ".md", ".html", ".mjs", ".yaml", ".yml", ".sh")
LONG = {
    "docs/asyncapi.yaml": "generated",
    "docs/schema.graphql": "generated",
    "deploy/demo/data/matters.yaml": "data: what people write about",
}
FOREIGN = re.compile(
    r"py[p]i\.org|python[h]osted\.org|repo1?\.mav[e]n|maven2|registry\.(npm[j]s|yarnpkg)|docker\.io/|index-url|"
    r"(?<![\w.])/(work|root|home/\w+|Users/\w+)/|/tmp/\w"
)
"""Registries (whoever installs has their own mirror) and places on a disk."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [path for path in tracked() if path.suffix in WRITTEN], ids=name_of)
def test_a_file_is_short(path: Path) -> None:
    lines = text_of(path).count("\n")
    assert lines < MOST_LINES or name_of(path) in LONG, f"{lines} lines: find the noun that wants to leave"


def test_no_file_names_a_registry_or_a_place_on_somebodys_disk() -> None:
    own = name_of(Path(__file__))
    found = {name_of(path): hit[0] for path in tracked() if name_of(path) != own and (hit := FOREIGN.search(text_of(path)))}
    assert found == {}


def test_no_private_key_or_environment_file_is_tracked() -> None:
    for path in tracked():
        assert path.name not in (".env", "vault.key"), path
        assert "PRIVATE KEY-----" not in text_of(path) or path == Path(__file__), path
        assert not re.search(r'"d"\s*:\s*"[\w-]{40,}"', text_of(path)), path
