"""Statutory forms as data: columns as sums of accounts, accounts as filters on the ledger's postings (pure).

A column's expression names accounts and windows: ``received.opening`` is everything before the period, ``received.period``
what lies in it (both ends included), ``received.closing`` everything up to its end. So ``received.opening - handled.opening``
is what was carried over. The same tallies serve every form, also one that is added later for years long past.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from services.reporting.ledger import Entry

MOMENTS: Final = ("received", "handled", "settled", "closed")
"""The dated postings of an entry."""

TRAITS: Final = ("kind", "field", "source", "settled_before", "is_eligible", "disposal", "outcome", "is_late", "closing")
"""What an account may ask of an entry."""


class Tally(msgspec.Struct, frozen=True):
    """How many entries with the same ``traits`` had their ``moment`` before the period, and in it."""

    moment: str
    traits: tuple[str, ...]
    before_count: int
    period_count: int


class Account(msgspec.Struct, frozen=True):
    """Postings of one moment whose traits are among those named; no filter takes all."""

    name: str
    moment: str
    where: dict[str, frozenset[str]]

    def takes(self, tally: Tally) -> bool:
        """Whether the tallied entries belong to the account."""
        return tally.moment == self.moment and all(tally.traits[TRAITS.index(trait)] in allowed for trait, allowed in self.where.items())


class Term(msgspec.Struct, frozen=True):
    """One signed account in a column's expression."""

    sign: int
    account: str
    window: str


class Column(msgspec.Struct, frozen=True):
    """A numbered column; ``terms`` is empty where the platform has no facts to count from, and then it has no figure."""

    number: int
    title_vi: str
    title_en: str
    unit: str
    terms: tuple[Term, ...]
    note_account: str


class Identity(msgspec.Struct, frozen=True):
    """Sums of columns that must be equal, as printed on the form: ``1=2+3=4+5``."""

    text: str
    law: str
    sides: tuple[tuple[int, ...], ...]


class Layout(msgspec.Struct, frozen=True):
    """The columns of a form, its identities and the accounts behind them."""

    name: str
    columns: tuple[Column, ...]
    identities: tuple[Identity, ...]
    accounts: dict[str, Account]


class Form(msgspec.Struct, frozen=True):
    """A form in force from one date to another, with the certainty of its columns (grade A to M)."""

    code: str
    layout: Layout
    title_vi: str
    title_en: str
    law: str
    effective_from: date
    effective_to: date | None
    grade: str
    warning_vi: str
    warning_en: str


class Filled(msgspec.Struct, frozen=True):
    """The figures of a form: by column number, and the notes that stand beside a column."""

    columns: dict[int, int | None]
    notes: dict[int, int]


_TERM = re.compile(r"\s*([+-]?)\s*([a-z_]+)\.(opening|period|closing)")


def parse_expression(text: str) -> tuple[Term, ...]:
    """``received.closing - handled.opening`` as terms. Raises ValueError when it is not such a sum."""
    terms: list[Term] = []
    end = 0
    for found in _TERM.finditer(text):
        if found.start() != end or (terms and not found[1]):
            break
        terms.append(Term(-1 if found[1] == "-" else 1, found[2], found[3]))
        end = found.end()
    if text[end:].strip():
        raise ValueError(f"the expression {text!r} cannot be read from {text[end:]!r}")
    return tuple(terms)


def parse_where(text: str) -> dict[str, frozenset[str]]:
    """``kind=complaint outcome=right|wrong`` as allowed values by trait. Raises ValueError on an unknown trait."""
    where = {}
    for part in text.split():
        trait, _, allowed = part.partition("=")
        if trait not in TRAITS or not allowed:
            raise ValueError(f"{part!r} is no filter on {', '.join(TRAITS)}")
        where[trait] = frozenset(allowed.split("|"))
    return where


def parse_identity(text: str, law: str) -> Identity:
    """``6=8+9+10=14+18`` as equal sums."""
    return Identity(text, law, tuple(tuple(int(number) for number in side.split("+")) for side in text.split("=")))


def trait_text(value: object) -> str:
    """A trait as accounts write it; what is not known yet is empty."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value.value if isinstance(value, StrEnum) else str(value)


def tallies(book: Iterable[Entry], from_on: date, to_on: date) -> list[Tally]:
    """Count the entries of a book for the period ``from_on`` to ``to_on``, both included; later postings are not seen."""
    found: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for entry in book:
        traits = tuple(trait_text(getattr(entry, trait)) for trait in TRAITS)
        for moment in MOMENTS:
            on: date | None = getattr(entry, f"{moment}_on")
            if on is not None and on <= to_on:
                found.setdefault((moment, traits), [0, 0])[on >= from_on] += 1
    return [Tally(moment, traits, before, within) for (moment, traits), (before, within) in found.items()]


def fill(layout: Layout, counted: Iterable[Tally]) -> Filled:
    """The figures of a form from the tallies of its period."""
    opening = dict.fromkeys(layout.accounts, 0)
    period = dict.fromkeys(layout.accounts, 0)
    for tally in counted:
        for account in layout.accounts.values():
            if account.takes(tally):
                opening[account.name] += tally.before_count
                period[account.name] += tally.period_count
    balance = {
        "opening": opening,
        "period": period,
        "closing": {name: opening[name] + period[name] for name in opening},
    }
    columns = {
        column.number: sum(term.sign * balance[term.window][term.account] for term in column.terms) if column.terms else None
        for column in layout.columns
    }
    return Filled(columns, {column.number: period[column.note_account] for column in layout.columns if column.note_account})


def broken(layout: Layout, columns: Mapping[int, int | None]) -> list[Identity]:
    """The identities of the form that its figures break; always empty, or the ledger has a bug."""
    return [identity for identity in layout.identities if len({_sum(side, columns) for side in identity.sides}) > 1]


def _sum(side: tuple[int, ...], columns: Mapping[int, int | None]) -> int:
    return sum(columns[number] or 0 for number in side)
