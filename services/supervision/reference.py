"""Reads ``data/`` once and hands out the thresholds in force on a day."""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from law import reference as law
from law.rows import Grade, Row, Threshold, read
from services.supervision.rules import Limits

FOLDER: Final = files("services.supervision").joinpath("data")


@cache
def thresholds() -> tuple[Threshold, ...]:
    """The platform's own thresholds; those of the law stand in ``law/data``."""
    return read(FOLDER, "thresholds.csv", Threshold)


@cache
def limits(on: date) -> Limits:
    """What makes a case a hot spot on ``on``; a threshold without a row in force that day is off (None)."""
    try:
        crowd = law.book().threshold("crowd_people", on)
    except KeyError:
        crowd = None
    return Limits(
        crowd_people=crowd,
        growth_letters=_value("growth_letters", on),
        repeated_receptions=_value("repeated_receptions", on),
        disputes=_value("disputes", on),
        same_object_cases=_value("same_object_cases", on),
        same_object_days=_value("same_object_days", on) or 0,
        alert_days=_value("alert_days", on) or 0,
    )


def _value(name: str, on: date) -> int | None:
    """The number of the row in force on a day; of several known ones the one known last."""
    found = [row for row in thresholds() if row.name == name and row.in_force(on)]
    return max(found, key=lambda row: row.known_from or date.min).value if found else None


class Urging(Row, frozen=True, kw_only=True):
    """By which articles the holder of a missed step is urged when the step's limit is a row of ``rules`` (``KN``, ``TC``; blank: any)."""

    rules: str = ""
    law: str
    effective_from: date
    effective_to: date | None = None
    grade: Grade


@cache
def urging() -> tuple[Urging, ...]:
    """Every row, the most specific first."""
    return read(FOLDER, "urging.csv", Urging)


@cache
def law_of_urging(rule: str, on: date) -> str:
    """The articles in force on ``on``, from the rule that set the missed step's limit (``TC-01``); empty when none was."""
    in_force = (row for row in urging() if row.effective_from <= on <= (row.effective_to or date.max))
    return next((row.law for row in in_force if rule.startswith(row.rules)), "")
