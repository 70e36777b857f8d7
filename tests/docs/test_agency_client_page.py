"""The page for agency systems says what the code does."""

import csv
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/agency-client.md").read_text("utf-8")


def lines(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((ROOT / name).read_text("utf-8").splitlines()))


def test_the_clients_on_the_page_are_the_tested_files() -> None:
    for name in ("agency_client", "agency_acts"):
        assert f"```python\n{(ROOT / f'docs/examples/{name}.py').read_text('utf-8')}```" in PAGE


def test_the_page_names_every_reason_for_refusing_a_submission() -> None:
    for line in lines("contracts/data/refusals.csv"):
        if line["code"].startswith(("submission_", "act_")):
            assert f"| `{line['code']}` | {line['vi']} | {line['en']} |" in PAGE


def test_the_page_names_every_column_of_an_import() -> None:
    for line in lines("services/intake/data/import_columns.csv"):
        assert f"| {line['vi']} | `{line['field']}` |" in PAGE
