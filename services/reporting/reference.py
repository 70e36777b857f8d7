"""Reads ``data/`` once, checks it and hands it out: the forms with their columns, accounts and identities."""

import csv
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise

from contracts.errors import NotFound
from services.reporting.forms import MOMENTS, Account, Column, Form, Identity, Layout, parse_expression, parse_identity, parse_where


def _lines(name: str) -> Iterator[dict[str, str]]:
    text = files("services.reporting").joinpath("data", name).read_text("utf-8")
    return iter(csv.DictReader(text.splitlines()))


@cache
def layouts() -> dict[str, Layout]:
    """Every layout by name. Raises ValueError when a column or identity names what does not exist."""
    accounts = {line["account"]: Account(line["account"], line["moment"], parse_where(line["where"])) for line in _lines("accounts.csv")}
    if strange := {account.moment for account in accounts.values()} - set(MOMENTS):
        raise ValueError(f"accounts name moments that do not exist: {sorted(strange)}")
    columns: dict[str, list[Column]] = {}
    for line in _lines("columns.csv"):
        columns.setdefault(line["layout"], []).append(_column(line))
    identities: dict[str, list[Identity]] = {}
    for line in _lines("identities.csv"):
        identities.setdefault(line["layout"], []).append(parse_identity(line["identity"], line["law"]))
    return {name: _layout(name, found, identities[name], accounts) for name, found in columns.items()}


def _column(line: dict[str, str]) -> Column:
    return Column(
        int(line["number"]), line["title_vi"], line["title_en"], line["unit"], parse_expression(line["expression"]), line["note_account"]
    )


def _layout(name: str, columns: list[Column], identities: list[Identity], accounts: dict[str, Account]) -> Layout:
    used = {term.account for column in columns for term in column.terms}
    used |= {column.note_account for column in columns if column.note_account}
    if unknown := used - accounts.keys():
        raise ValueError(f"layout {name} names accounts that do not exist: {sorted(unknown)}")
    counted = {column.number for column in columns if column.terms}
    if gaps := {number for identity in identities for side in identity.sides for number in side} - counted:
        raise ValueError(f"identities of layout {name} name columns without figures: {sorted(gaps)}")
    return Layout(name, tuple(columns), tuple(identities), {key: accounts[key] for key in sorted(used)})


@cache
def forms() -> tuple[Form, ...]:
    """Every version of every form. Raises ValueError when two versions overlap."""
    found = tuple(
        Form(
            code=line["form"],
            layout=layouts()[line["layout"]],
            title_vi=line["title_vi"],
            title_en=line["title_en"],
            law=line["law"],
            effective_from=date.fromisoformat(line["effective_from"]),
            effective_to=date.fromisoformat(line["effective_to"]) if line["effective_to"] else None,
            grade=line["grade"],
            warning_vi=line["warning_vi"],
            warning_en=line["warning_en"],
        )
        for line in _lines("forms.csv")
    )
    for earlier, later in pairwise(found):
        if earlier.code == later.code and (earlier.effective_to or date.max) >= later.effective_from:
            raise ValueError(f"two versions of form {earlier.code} are in force on {later.effective_from}")
    return found


def form_on(code: str, on: date) -> Form:
    """The version of a form in force on ``on``, the last day of the period. Raises NotFound when there is none."""
    versions = [form for form in forms() if form.code == code]
    if not versions:
        raise NotFound("form_not_found", field="form", form=code)
    for form in versions:
        if form.effective_from <= on <= (form.effective_to or date.max):
            return form
    raise NotFound("form_not_in_force", field="to", form=code, date=on)
