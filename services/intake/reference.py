"""Reads ``data/`` once, checks it and hands it out; and finds the keys this process may use."""

import csv
import os
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from contracts.vocabulary import Kind
from runtime import settings
from runtime.jose import read_keys
from services.intake import vault
from services.intake.rules import Condition, Withdrawal


def lines(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table of ``data/``."""
    text = files("services.intake").joinpath("data", name).read_text("utf-8")
    return iter(csv.DictReader(text.splitlines()))


@cache
def limit(name: str) -> int:
    """A limit the platform sets itself (not the law); ``limits.csv`` says why."""
    return {line["name"]: int(line["value"]) for line in lines("limits.csv")}[name]


def idempotent_answer() -> timedelta:
    """For how long the same key gets the same receipt code."""
    return timedelta(days=limit("idempotent_answer"))


def earliest() -> date:
    """The first date of receipt that is taken for one; an earlier year is a slip of the pen."""
    return date(limit("earliest_year"), 1, 1)


@cache
def purposes() -> dict[str, str]:
    """Why an officer may read a letter: each word with what it means in Vietnamese."""
    return {line["purpose"]: line["vi"] for line in lines("purposes.csv")}


@cache
def notice(name: str) -> str:
    """What an officer is told beside an answer, in Vietnamese."""
    return next(line["vi"] for line in lines("notices.csv") if line["notice"] == name)


@lru_cache(1024)
def conditions(on: date) -> tuple[Condition, ...]:
    """The conditions for handling a letter received on that day (Circular 05/2021/TT-TTCP, art. 6.2, before it 07/2014)."""
    return tuple(
        Condition(
            line["condition"],
            frozenset(Kind(word) for word in line["kinds"].split()),
            line["law"],
            line["is_binding"] == "yes",
            line["vi"],
            line["en"],
        )
        for line in lines("eligibility.csv")
        if _is_in_force(line, on)
    )


@lru_cache(1024)
def withdrawal(kind: Kind, on: date) -> Withdrawal:
    """How far the law of that day lets this kind be withdrawn; before every rule, whole only."""
    found = [line for line in lines("withdrawals.csv") if line["kind"] == kind and _is_in_force(line, on)]
    return Withdrawal(found[0]["is_part_allowed"] == "yes", found[0]["law"]) if found else Withdrawal(False, "")


def _is_in_force(line: dict[str, str], on: date) -> bool:
    return line["effective_from"] <= on.isoformat() <= (line["effective_to"] or "9999-12-31")


def problems() -> list[str]:
    """What is wrong with the tables: two rows of one condition or kind in force on one day."""
    found: list[str] = []
    for name, key in (("eligibility.csv", "condition"), ("withdrawals.csv", "kind")):
        rows = sorted(lines(name), key=lambda line: (line[key], line["effective_from"]))
        for earlier, later in pairwise(rows):
            if earlier[key] == later[key] and later["effective_from"] <= (earlier["effective_to"] or "9999-12-31"):
                found.append(f"{name}: {later[key]} of {later['effective_from']} overlaps an earlier row")
    return found


def ring() -> vault.Keyring:
    """The vault's keys."""
    return _ring(_keys(), os.environ.get(vault.KEY_VARIABLE, ""), os.environ.get(vault.INDEX_VARIABLE, ""))


def own_keys() -> list[Any]:
    """Intake's private keys, under which agencies encrypt their submissions: the present one and former ones."""
    return _own_keys(_keys())


def _keys() -> Path:
    return _folder(os.environ.get("DANNGUYEN_HOME", ""))


@cache
def _folder(home: str) -> Path:
    """Found once for each value of ``DANNGUYEN_HOME``, because every letter asks."""
    return settings.home() / "keys"


@cache
def _ring(folder: Path, key: str, index: str) -> vault.Keyring:
    return vault.load_keyring(folder, {vault.KEY_VARIABLE: key, vault.INDEX_VARIABLE: index})


@cache
def _own_keys(folder: Path) -> list[Any]:
    return read_keys(folder / "intake.json")
