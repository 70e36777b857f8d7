"""Who may see what: a rule for every field and role, and for every kind of row the rows a viewer may know of (``law.sight`` as SQL).

``data/policy.csv`` has one line a field: for each role ``+`` (may see), ``-`` (may not) or ``d`` (may see, but not while the
matter is a denunciation), and the field's words. A field without a line stops the build (``Unguarded``).
Both guards stand inside the statement that reads, so what a viewer may not see never leaves the database.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from contracts.event import OVERSIGHT
from contracts.vocabulary import Kind, Role
from gateway import models
from gateway.acts import OF_PROTECTION
from gateway.jsonsql import is_word_of
from law import sight

GUARDED_ROLES: Final = (Role.ANONYMOUS, Role.CITIZEN, Role.OFFICER, Role.SUPERVISOR, Role.POLICE, Role.OPERATOR)
"""The roles that have a column in the policy. Any other role sees nothing."""

ALWAYS, NEVER, NOT_IN_DENUNCIATIONS = "+", "-", "d"
TIMELINE_ORDER: Final = ("recorded_at", "topic", "seq")

Bind = Callable[[str], Any]
"""Gives the parameter of that name: ``agency``, ``case_id`` or ``territory`` of the viewer."""


class Unguarded(Exception):
    """A field of the schema has no line in ``data/policy.csv``."""


class Rule(NamedTuple):
    """One field: who may see it, and what it is called."""

    sight: dict[Role, str]
    vi: str
    en: str

    def seen_by(self, role: Role) -> str:
        """``+``, ``-`` or ``d``; a role without a column sees nothing."""
        return self.sight.get(role, NEVER)


@cache
def rules() -> dict[tuple[str, str], Rule]:
    """``(type, python name of the field) -> rule``."""
    text = files("gateway").joinpath("data/policy.csv").read_text("utf-8")
    return {(line["type"], line["field"]): _rule(line) for line in csv.DictReader(text.splitlines())}


def _rule(line: dict[str, str]) -> Rule:
    sight = {role: line[role.value] for role in GUARDED_ROLES}
    if not set(sight.values()) <= {ALWAYS, NEVER, NOT_IN_DENUNCIATIONS}:
        raise ValueError(f"{line['type']}.{line['field']}: rights are +, - or d")
    return Rule(sight, line["vi"], line["en"])


def rule(type_name: str, field: str) -> Rule:
    """The rule of a field. Raises Unguarded when there is none."""
    found = rules().get((type_name, field))
    if found is None:
        raise Unguarded(f"{type_name}.{field} has no line in gateway/data/policy.csv: nobody said who may see it")
    return found


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. ``territory`` is the unit that the viewer's agency serves: empty for the whole country."""

    role: Role
    agency: str = ""
    case_id: str = ""
    officer: str = ""

    @property
    def territory(self) -> str:
        """Code of the province or commune the viewer's agency serves; empty at the centre, ``?`` for an unknown agency."""
        return sight.territory(self.agency)

    @property
    def scope(self) -> str:
        """What the text of a statement depends on; everything else about a viewer is a parameter."""
        if self.role not in (Role.SUPERVISOR, Role.POLICE):
            return self.role.value
        return f"{self.role.value}:{sight.reach(self.territory)}"


def _in_territory(holder: Any, viewer: Viewer, bind: Bind) -> Any:
    """Agencies are watched where they serve: the country, a province with its communes, or one commune."""
    reach = sight.reach(viewer.territory)
    if reach == "country":
        return sa.true()
    agencies: sa.Table = models.Agency.table
    place = agencies.c.province if reach == "province" else agencies.c.unit
    return holder.in_(sa.select(agencies.c.code).where(place == bind("territory")))


def _cases(row: Any, viewer: Viewer, bind: Bind) -> Any:
    match viewer.role:
        case Role.CITIZEN:
            return row.c.case_id == bind("case_id")
        case Role.OFFICER:
            concerns: sa.Table = models.Concern.table
            touched = (concerns.c.case_id == row.c.case_id, concerns.c.agency == bind("agency"))
            return sa.exists().select_from(concerns).where(*touched).correlate_except(concerns)
        case Role.SUPERVISOR:
            return _in_territory(row.c.holder, viewer, bind)
        case Role.OPERATOR:
            return sa.true()
    return sa.false()


def _timeline(row: Any, viewer: Viewer, bind: Bind) -> Any:
    """Rows are reached through their case; a petitioner does not see the warnings given about the case.

    What protects a denouncer only the body sees that recorded it (Law on Denunciations, art. 49): the denounced may serve in another
    body that the case passed through.
    """
    match viewer.role:
        case Role.CITIZEN:
            return row.c.topic != OVERSIGHT
        case Role.OFFICER:
            return ~is_word_of(row.c.act, OF_PROTECTION) | (row.c.agency == bind("agency"))
        case Role.ANONYMOUS | Role.POLICE:
            return sa.false()
    return ~is_word_of(row.c.act, OF_PROTECTION)


def _held(row: Any, viewer: Viewer, bind: Bind) -> Any:
    match viewer.role:
        case Role.OFFICER:
            return row.c.holder == bind("agency")
        case Role.SUPERVISOR | Role.POLICE:
            return _in_territory(row.c.holder, viewer, bind)
    return sa.false()


def _of_agency(row: Any, viewer: Viewer, bind: Bind) -> Any:
    match viewer.role:
        case Role.OFFICER:
            return row.c.agency == bind("agency")
        case Role.SUPERVISOR:
            return _in_territory(row.c.agency, viewer, bind)
        case Role.OPERATOR:
            return sa.true()
    return sa.false()


def _everyone(row: Any, viewer: Viewer, bind: Bind) -> Any:
    return sa.true()


_ROWS: Final[dict[Any, Callable[[Any, Viewer, Bind], Any]]] = {
    models.Case: _cases,
    models.Entry: _timeline,
    models.Alert: _held,
    models.Count: _of_agency,
    models.Report: _of_agency,
    models.ReportColumn: _everyone,
    models.Agency: _everyone,
}


def rows_for(model: Any, row: Any, viewer: Viewer, bind: Bind) -> Any:
    """The condition under which ``viewer`` may know of a row of ``model``. A model that is not listed is not readable at all."""
    return _ROWS[model](row, viewer, bind)


def guarded(value: Any, row: Any, sight: str) -> Any:
    """A column's value as the viewer may see it: itself, null, or null when the matter is a denunciation or its kind unknown."""
    if sight == ALWAYS:
        return value
    if sight == NOT_IN_DENUNCIATIONS:
        return sa.case((row.c.kind != Kind.DENUNCIATION, value), else_=sa.null())
    return sa.null()


def may_see(record: Any, sight: str) -> bool:
    """The same for a record in memory."""
    return sight == ALWAYS or (sight == NOT_IN_DENUNCIATIONS and record.kind is not None and record.kind is not Kind.DENUNCIATION)
