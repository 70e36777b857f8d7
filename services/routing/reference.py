"""The tables of ``data/``, read once: competence, roles, what to do with a letter, legal moves."""

import csv
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files

from contracts.vocabulary import Status
from law.bodies import Level, Office
from services.routing import action, moves
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
def actions() -> action.Table:
    """What must be done with a letter (``data/actions.csv``)."""
    return action.Table(_action(line) for line in lines("actions"))


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


@cache
def settlement() -> moves.Moves:
    """The legal moves (``data/moves.csv``) with their names, reasons, outcomes and options."""
    return moves.Moves(
        (_move(line) for line in lines("moves")),
        {line["move"]: (line["vi"], line["en"]) for line in lines("move_names")},
        (_ground(line) for line in lines("grounds")),
        (moves.OutcomeRow(line["outcome"], frozenset(line["kinds"].split()), line["stage"], line["law"]) for line in lines("outcomes")),
        {line["option"]: line["value"] for line in lines("options")},
    )


def _move(line: dict[str, str]) -> moves.MoveRow:
    return moves.MoveRow(
        line["move"],
        frozenset(line["kinds"].split()),
        line["stage"],
        frozenset(Status(word) for word in line["states"].split()),
        line["actor"],
        tuple(line["needs"].split()),
        line["document"],
        line["fact"],
        Status(line["to"]) if line["to"] else None,
        moves.starts(line["starts"]),
        frozenset(line["stops"].split()),
        line["law"],
        day(line["effective_from"], date.min),
        day(line["effective_to"], date.max),
        day(line["known_from"], date.min),
        line["grade"],
        line["note"],
    )


def _ground(line: dict[str, str]) -> moves.GroundRow:
    return moves.GroundRow(
        line["ground"],
        frozenset(line["moves"].split()),
        frozenset(line["kinds"].split()),
        line["vi"],
        line["en"],
        line["law"],
        day(line["effective_from"], date.min),
        day(line["effective_to"], date.max),
        line["grade"],
    )


@cache
def remote_areas() -> dict[str, tuple[date, date]]:
    """Communes that their province has listed as remote (``data/remote_areas.csv``; unknown U6: none is listed yet)."""
    return {line["unit"]: (day(line["effective_from"], date.min), day(line["effective_to"], date.max)) for line in lines("remote_areas")}


def is_remote(unit: str | None, on: date) -> bool:
    """The longer terms of remote areas apply there on that day."""
    span = remote_areas().get(unit or "")
    return span is not None and span[0] <= on <= span[1]


@cache
def convention(name: str) -> int:
    """A number that the platform sets itself, not the law; its row in ``data/options.csv`` says why."""
    return int(settlement().options[name])


@cache
def sentences() -> dict[str, str]:
    """What is told in words (``data/sentences.csv``)."""
    return {line["key"]: line["vi"] for line in lines("sentences")}


@cache
def action_names() -> dict[str, tuple[str, str]]:
    """What each action is called in Vietnamese and English."""
    return {line["action"]: (line["vi"], line["en"]) for line in lines("action_names")}
