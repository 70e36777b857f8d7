"""Every numbered row of the law sheet stands in the rows as the sheet has it, or in the list of what was left out and why (docs/law.md)."""

import csv
from collections.abc import Iterator
from pathlib import Path

from law import reference
from services.routing import reference as routing

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "law.md").read_text("utf-8")
NUMBERED = {
    **{"XLD": range(1, 28), "TCD": range(1, 14), "KN": range(1, 23), "TC": range(1, 19), "PA": range(1, 8), "KL": range(1, 6)},
    **{"TD": range(1, 21), "HS": range(1, 13), "GS": range(1, 11), "MT": range(1, 3), "THA": range(1, 10)},
}
LETTERED = {
    "KN-02a",
    "KN-02b",
    "KN-02c",
    "KN-10r",
    "KN-11a",
    "KN-11b",
    "KN-11c",
    "KN-11d",
    "KN-12b",
    "TC-01x",
    "TC-12b",
    "XLD-03b",
    "TD-04n",
}
"""The rows of the sheet: numbers of each series, and those that carry a letter."""


def core() -> list[dict[str, str]]:
    """The machine-readable core of the sheet (its section 14), with the steps and facts of our rows."""
    with (HERE / "section14.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def standing() -> Iterator[dict[str, str]]:
    """The rows known today, in the columns of the core."""
    book = reference.book()
    now = book.cut(None)
    for row in (*book.known(book.limits, now), *book.known(book.duties, now), *book.known(book.thresholds, now)):
        told = {name: getattr(row, name, "") for name in ("id", "kind", "step", "facts", "value", "unit", "effective_from", "effective_to")}
        yield {name: "" if value is None else str(value) for name, value in told.items()} | {"cite": row.cites[0] if row.cites else ""}


def test_every_row_of_the_machine_readable_core_stands_in_the_data_with_its_days_and_its_article() -> None:
    rows = list(standing())
    assert len(core()) == 61
    assert [line for line in core() if line not in rows] == []


def test_every_number_of_the_sheet_stands_in_the_data_or_is_listed_with_the_reason_why_not() -> None:
    numbers = {f"{series}-{number:02}" for series, span in NUMBERED.items() for number in span} | LETTERED
    told = {row["id"] for row in standing()} | {row.rule for row in routing.actions().rows}
    whole = {name for name in numbers if any(each.startswith(name) and each[len(name) :].isalpha() for each in told)}
    assert numbers - told - whole == reasons().keys() - {"TD-04'", "KN-11"}


def test_every_contradiction_and_unknown_of_the_sheet_is_told() -> None:
    wanted = {f"K{number}" for number in range(1, 11)} | {f"U{number}" for number in range(1, 12)}
    cells = [line.split("|")[1:] for line in PAGE.splitlines() if line.startswith("| ")]
    assert {each[0].strip() for each in cells if len(each) == 4 and each[2].strip()} >= wanted


def reasons() -> dict[str, str]:
    """What was left out, and why."""
    section = PAGE.partition("## What was left out of the rows, and why")[2].partition("\n#")[0]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("| ")]
    assert all(len(each) == 2 and all(each) for each in cells)
    return {name: why for name, why in cells if name != "id"}
