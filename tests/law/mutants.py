"""Errors planted in a copy of the law, one at a time; each must be caught by the day walker or by a test.

``python -m tests.law.mutants`` prints what caught each and exits 1 if one lives.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
TESTS = [f"tests/law/{name}.py" for name in ("test_clocks", "test_calendar", "test_rows", "test_certificate", "test_commands", "test_replay")]


class Mutant(NamedTuple):
    """An error: in ``file``, ``old`` (which stands there once) becomes ``new``."""

    name: str
    file: str
    old: str
    new: str


MUTANTS = [
    Mutant("working days off by one", "law/clocks.py", "days.working[days.upto[place] + n - 1]", "days.working[days.upto[place] + n]"),
    Mutant("calendar days off by one", "law/clocks.py", "is_working else place + n\n", "is_working else place + n - 1\n"),
    Mutant("calendar and working days swapped", "law/table.py", 'is_working=row.unit == "working"', 'is_working=row.unit == "calendar"'),
    Mutant("version by today instead of the start", "law/clocks.py", "on = question.as_of_law or question.start", "on = date(2026, 11, 24)"),
    Mutant("last day in force left out", "law/rows.py", "day <= self.effective_to", "day < self.effective_to"),
    Mutant("suspension ignored", "law/clocks.py", "place = after = last", "after = last"),
    Mutant("day of the suspension not counted", "law/clocks.py", "else first - place\n", "else first - place - 1\n"),
    Mutant("suspension after the end accepted", "law/clocks.py", "first >= end", "first > end"),
    Mutant("overlapping suspensions accepted", "law/clocks.py", "after is not None and first < after", "after is not None and False"),
    Mutant("days left of a suspension not reduced", "law/clocks.py", "return None, first, left", "return None, first, budget"),
    Mutant("first match instead of the most specific", "law/table.py", "row = max(main, key=lambda each: (each.grade != \"M\", len(_facts(each))))", "row = main[0]"),
    Mutant("last days off not rolled", "law/clocks.py", "and plan.rolls and not", "and not plan.rolls and not"),
    Mutant("the switch of rolling ignored", "law/clocks.py", "question.roll is not False else last", "True else last"),
    Mutant("rolled by one day only", "law/clocks.py", "end = days.next_working[last]", "end = last + (days.next_working[last] > last)"),
    Mutant("extensions not added to the budget", "law/table.py", "sum(each.value or 0 for each in rows)", "rows[-1].value"),
    Mutant("the same criterion counted twice", "law/clocks.py", "len(criteria_of(facts)) < criteria", 'len(facts.get("criteria") or ()) < criteria'),
    Mutant("a note no longer needed", "law/data/conditions.csv", "PT-01,complaint,settle_first,complex,note,1", "PT-01,complaint,settle_first,complex,,1"),
    Mutant("a note needed before July 2026 by the law asked for", "law/data/conditions.csv", "note,1,complexity_note_missing,start,ND124,3a,ND155 2,2026-07-01,,2026-05-15,A2,tính", "note,1,complexity_note_missing,law,ND124,3a,ND155 2,2026-07-01,,2026-05-15,A2,tính"),
    Mutant("the decree's ten working days bind", "law/data/limits.csv", "KN-02a,complaint,accept,,main,10,calendar,after,yes,LKN,27,36,,2012-07-01,2026-06-30", "KN-02a,complaint,accept,,main,10,working,after,no,LKN,27,36,,2012-07-01,2026-06-30"),
    Mutant("seven calendar days from July 2026", "law/data/limits.csv", "KN-02c,complaint,accept,,main,7,working,after,no", "KN-02c,complaint,accept,,main,7,calendar,after,yes"),
    Mutant("an effect that rolls", "law/data/limits.csv", "KN-14,complaint,effect,,main,30,calendar,after,no", "KN-14,complaint,effect,,main,30,calendar,after,yes"),
    Mutant("effect on the last day itself", "law/clocks.py", "DATES[end + 1] if plan.is_effect", "DATES[end] if plan.is_effect"),
    Mutant("counting back as forth", "law/table.py", 'counts_back=row.way == "before"', 'counts_back=row.way == "back"'),
    Mutant("29 February runs into March", "law/clocks.py", "year=start.year + limit, day=28", "year=start.year + limit, month=3, day=1"),
    Mutant("estimated years not warned of", "law/clocks.py", "return days.estimated[end] == days.estimated[start]", "return True"),
    Mutant("worked Saturdays not worked", "law/calendar.py", 'return row.reason == "make_up"\n', "return False\n"),
    Mutant("closures of all agencies for each", "law/calendar.py", "if row.agency == agency]", "if agency]"),
    Mutant("switches ignored", "law/calendar.py", "if row.switch not in switches]", "]"),
    Mutant("unconfirmed days confirmed", "law/calendar.py", '(row is None or row.confirmed == "yes")', "True"),
    Mutant("known one day late", "law/rows.py", "if since <= until:", "if since < until:"),
    Mutant("corrections lose to what they correct", "law/rows.py", "(before.known_from or date.min) <= since", "(before.known_from or date.min) > since"),
    Mutant("rules graded M answer without a warning", "law/table.py", 'warnings=(UNCONFIRMED_RULE,) if grade == "M" else ()', "warnings=()"),
    Mutant("rules graded M start clocks", "law/clocks.py", 'return found.grade != "M" or', "return True or"),
    Mutant("the surest grade instead of the weakest", "law/table.py", "grade = max((each.grade", "grade = min((each.grade"),
    Mutant("notice a day late", "law/clocks.py", "known.upto[place_of(due_on)] - 1 - ahead", "known.upto[place_of(due_on)] - ahead"),
    Mutant("certificate with day zero", "law/certificate.py", "return source[place + 1 :", "return source[place:"),
    Mutant("certificate without the days rolled over", "law/certificate.py", "_rolled(seen, due) if due.rolled_from else ()", "()"),
    Mutant("a second count that believes the days", "law/verify.py", '"days": [_told(*day) for day in days]', '"days": claim["days"]'),
    Mutant("a second count that believes the sentence", "law/verify.py", '" ".join(sentences(self.sheets, found, main, [*used, *also]))', 'claim["sentence"]'),
    Mutant("a second count that believes the rows", "law/verify.py", '"rows": [_cited(row) for row in (*used, *also)]', '"rows": claim["rows"]'),
    Mutant("a second count that compares numbers loosely", "law/verify.py", "return None if claimed == found else", "return None if isinstance(found, int) or claimed == found else"),
    Mutant("overlapping rows not found", "law/checks.py", ">= (later.effective_from or _FIRST)", "> _LAST"),
    Mutant("gaps not found", "law/checks.py", "if end < begin - timedelta(days=1):", "if False:"),
]  # fmt: skip


def killer(mutant: Mutant, folder: Path) -> str | None:
    """What caught the error planted in a copy of the project in ``folder``; nothing if it lives."""
    file = folder / mutant.file
    whole = file.read_text("utf-8")
    if whole.count(mutant.old) != 1:
        raise ValueError(f"{mutant.name}: {mutant.old!r} stands {whole.count(mutant.old)} times in {mutant.file}")
    file.write_text(whole.replace(mutant.old, mutant.new), "utf-8")
    try:
        if not passes(folder, "tests.law.oracle", "--n", "6000"):
            return "day walker"
        return next((test for test in TESTS if not passes(folder, "pytest", "-xq", "-c", os.devnull, "--rootdir", ".", *mode(), test)), None)
    finally:
        file.write_text(whole, "utf-8")


def mode() -> list[str]:
    return ["--import-mode=importlib", "-p", "no:cacheprovider"]


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
        caught = {mutant.name: report(mutant, folder) for mutant in MUTANTS}
    lives = [name for name, by in caught.items() if by is None]
    print(f"{len(caught) - len(lives)} of {len(caught)} planted errors caught")
    sys.exit(bool(lives))


def report(mutant: Mutant, folder: Path) -> str | None:
    by = killer(mutant, folder)
    print(f"{'caught by ' + by if by else 'LIVES':40} {mutant.name}", flush=True)
    return by


if __name__ == "__main__":
    main()
