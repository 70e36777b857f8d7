"""Intake's tables of data fit each other, the vocabulary and the refusals."""

import ast
from datetime import date
from enum import StrEnum
from pathlib import Path

import pytest

from contracts import errors, vocabulary
from contracts.petitions import Axes, LodgeForm, Person
from contracts.vocabulary import Kind
from services.intake import imports, reference, rules

SOURCES = sorted(Path(rules.__file__).parent.glob("*.py"))
REFUSALS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.Refusal)}
LISTS = [value for value in vars(vocabulary).values() if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum]


def test_no_two_rows_of_a_table_hold_on_one_day() -> None:
    assert reference.problems() == []


def test_every_condition_is_judged() -> None:
    nothing = rules.LetterFacts(has_date=False, has_name=False, has_address=False, has_contact=False, has_content=False)
    for line in reference.lines("eligibility.csv"):
        for kind in line["kinds"].split():
            axes = Axes(kind=Kind(kind), field=vocabulary.Field.OTHER, source=vocabulary.Source.POST)
            rules.unmet(nothing, axes, reference.conditions(date.fromisoformat(line["effective_from"])))


def test_every_kind_may_be_withdrawn_by_some_rule_of_today() -> None:
    assert {line["kind"] for line in reference.lines("withdrawals.csv") if not line["effective_to"]} == set(Kind)


def test_every_column_of_an_import_is_a_field_of_the_form_and_reads_a_known_list() -> None:
    fields = {*LodgeForm.__struct_fields__, *Axes.__struct_fields__, *Person.__struct_fields__}
    lists = {one.__name__ for one in LISTS}
    for column in imports.columns().values():
        assert column.field in fields
        assert column.reads in {"text", "date", "number", "yes_no"} | lists


@pytest.mark.parametrize("words", LISTS, ids=lambda words: words.__name__)
def test_every_word_reads_in_vietnamese_and_english(words: type[StrEnum]) -> None:
    told = [(vocabulary.label(word), vocabulary.label(word, "en")) for word in words]
    assert all(vi and en for vi, en in told)
    assert len({vi for vi, _ in told}) == len(told)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_refusal_raised_has_its_sentences(source: Path) -> None:
    raised = [
        call.args[0].value
        for call in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in REFUSALS and call.args and isinstance(call.args[0], ast.Constant)
    ]
    assert [code for code in raised if code not in errors.rows()] == []
