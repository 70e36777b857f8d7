"""The page for agency systems says what the code does."""

import csv
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/agency-client.md").read_text("utf-8")


def lines(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((ROOT / name).read_text("utf-8").splitlines()))


def test_the_client_on_the_page_is_the_tested_file() -> None:
    assert f"```python\n{(ROOT / 'docs/examples/agency_client.py').read_text('utf-8')}```" in PAGE


def test_the_page_names_every_reason_for_refusing_a_submission() -> None:
    for line in lines("contracts/data/refusals.csv"):
        if line["code"].startswith("submission_"):
            assert f"| `{line['code']}` | {line['vi']} | {line['en']} |" in PAGE


def test_the_page_names_every_column_of_an_import() -> None:
    for line in lines("services/intake/data/import_columns.csv"):
        assert f"| {line['vi']} | `{line['field']}` |" in PAGE
