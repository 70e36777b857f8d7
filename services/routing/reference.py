"""The tables of ``data/``, read once: competence, roles, what to do with a letter, legal moves."""

import csv
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files

from law.bodies import Level, Office
from services.routing import action
from services.routing import competence as rules


def lines(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table of this service, as written."""
    return csv.DictReader(files("services.routing").joinpath(f"data/{name}.csv").read_text("utf-8").splitlines())


def day(text: str, missing: date) -> date:
    """A date of a table; an empty cell is open on that side."""
    return date.fromisoformat(text) if text else missing


@cache
def competence() -> rules.Table:
    """Who settles what (``data/competence.csv``, ``data/roles.csv``)."""
    return rules.Table(map(_rule, lines("competence")), map(_role, lines("roles")))


def _rule(line: dict[str, str]) -> rules.Rule:
    return rules.Rule(
        line["rule"],
        line["kind"],
        line["branch"],
        frozenset(line["author"].split()),
        line["field"],
        line["first"],
        line["second"],
        line["then"],
        line["law"],
        day(line["effective_from"], date.min),
        day(line["effective_to"], date.max),
        day(line["known_from"], date.min),
        line["grade"],
        line["warning"],
        line["note"],
    )


def _role(line: dict[str, str]) -> rules.RoleRow:
    offices = tuple(Office(word) for word in line["office"].split())
    levels = tuple(Level(word) for word in line["levels"].split())
    return rules.RoleRow(line["role"], line["vi"], line["en"], offices, levels, line["seat"])


@cache
def actions() -> tuple[action.Row, ...]:
    """What must be done with a letter (``data/actions.csv``), in the order in which the rows are tried."""
    return tuple(_action(line) for line in lines("actions"))


def _action(line: dict[str, str]) -> action.Row:
    return action.Row(
        int(line["row"]),
        frozenset(line["kinds"].split()),
        line["when"],
        action.condition(line["when"]),
        line["action"],
        line["rule"],
        line["within"],
        line["law"],
        day(line["effective_from"], date.min),
        day(line["effective_to"], date.max),
        day(line["known_from"], date.min),
        line["grade"],
        line["note"],
    )
