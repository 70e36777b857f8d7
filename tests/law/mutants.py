"""Errors planted in a copy of the law, one at a time; each must be caught by the day walker or by a test.

``python -m tests.law.mutants`` prints what caught each and exits 1 if one lives; names as arguments plant only those.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
TESTS = [
    f"tests/law/{name}.py" for name in ("test_clocks", "test_calendar", "test_rows", "test_certificate", "test_commands", "test_replay")
]

MODE = ["--import-mode=importlib", "-p", "no:cacheprovider", "-k", "not ten_thousand and not twenty_thousand"]


class Mutant(NamedTuple):
    """An error: in ``file``, ``old`` (which stands there once) becomes ``new``."""

    name: str
    file: str
    old: str
    new: str


def mutants() -> list[Mutant]:
    """The errors of ``mutants.csv``; ``\\n`` stands for a line end."""
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8") as file:
        return [Mutant(*(cell.replace("\\n", "\n") for cell in line.values())) for line in csv.DictReader(file)]


def killer(mutant: Mutant, folder: Path) -> str | None:
    """What caught the error planted in a copy of the project in ``folder``; nothing if it lives."""
    file = folder / mutant.file
    whole = file.read_text("utf-8")
    if whole.count(mutant.old) != 1:
        raise ValueError(f"{mutant.name}: {mutant.old!r} stands {whole.count(mutant.old)} times in {mutant.file}")
    file.write_text(whole.replace(mutant.old, mutant.new), "utf-8")
    try:
        return failing(folder)
    finally:
        file.write_text(whole, "utf-8")


def failing(folder: Path) -> str | None:
    """What fails in the copy, the fastest first; nothing if all is well."""
    if not passes(folder, "tests.law.oracle", "--n", "6000"):
        return "day walker"
    return next((test for test in TESTS if not passes(folder, "pytest", "-xq", "-c", os.devnull, "--rootdir", ".", *MODE, test)), None)


def passes(folder: Path, *module: str) -> bool:
    """Whether ``python -m module`` ends well in the copy."""
    env = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, "-m", *module], cwd=folder, env=env, capture_output=True, check=False).returncode == 0


def main() -> None:
    """Plant each error and tell what caught it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("law", "contracts", "tests/law"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "tests" / "__init__.py", folder / "tests")
        shutil.copytree(ROOT / "docs", folder / "docs", ignore=lambda _, names: [name for name in names if name != "law.md"])
        if unmutated := failing(folder):
            sys.exit(f"{unmutated} fails without any planted error")
        caught = {mutant.name: report(mutant, folder) for mutant in mutants() if not sys.argv[1:] or mutant.name in sys.argv[1:]}
    lives = [name for name, by in caught.items() if by is None]
    print(f"{len(caught) - len(lives)} of {len(caught)} planted errors caught")
    sys.exit(bool(lives))


def report(mutant: Mutant, folder: Path) -> str | None:
    by = killer(mutant, folder)
    print(f"{'caught by ' + by if by else 'LIVES':40} {mutant.name}", flush=True)
    return by


if __name__ == "__main__":
    main()
