"""The bodies that receive, settle and watch petitions, by stable code, each with the unit it serves and its superior.

A code is kind and unit (``UBND-05518``, ``VKS-KV8-44``); it stays when the unit is renamed. ``data/bodies.csv`` holds the
bodies of the five documents the platform starts from; a row graded C or M says in ``source`` what is not confirmed.
"""

import csv
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from law import units


class Office(StrEnum):
    """What a body is in the political system."""

    LEGISLATURE = "legislature"
    GOVERNMENT = "government"
    MINISTRY = "ministry"
    DEPARTMENT = "department"
    DEPARTMENT_UNIT = "department_unit"
    PUBLIC_SERVICE_UNIT = "public_service_unit"
    ADVISORY_UNIT = "advisory_unit"
    RECEPTION_BOARD = "reception_board"
    INSPECTORATE = "inspectorate"
    COUNCIL = "council"
    DEPUTIES = "deputies"
    FRONT = "front"
    PARTY_COMMITTEE = "party_committee"
    PARTY_INSPECTION = "party_inspection"
    PARTY_INTERNAL_AFFAIRS = "party_internal_affairs"
    PARTY_MOBILISATION = "party_mobilisation"
    POLICE = "police"
    PROCURACY = "procuracy"
    COURT = "court"
    JUDGMENT_ENFORCEMENT = "judgment_enforcement"


class Level(StrEnum):
    """Two levels of local government since 1 July 2025; procuracy, court and enforcement keep a regional one between."""

    COMMUNE = "commune"
    REGION = "region"
    PROVINCE = "province"
    CENTRAL = "central"


class Body(NamedTuple):
    """One body. ``unit`` is empty at the centre; a regional body ``covers`` communes; a department manages ``fields`` of matters."""

    code: str
    role: Office
    level: Level
    unit: str
    superior: str
    name: str
    fields: frozenset[str]
    covers: frozenset[str]
    effective_from: date
    effective_to: date
    successor: str
    source: str
    grade: str

    def is_in_force(self, on: date) -> bool:
        """The body existed on that day."""
        return self.effective_from <= on <= self.effective_to


def _body(line: dict[str, str]) -> Body:
    return Body(
        line["code"],
        Office(line["role"]),
        Level(line["level"]),
        line["unit"],
        line["superior"],
        line["name"],
        frozenset(line["fields"].split()),
        frozenset(line["covers"].split()),
        date.fromisoformat(line["effective_from"]),
        date.fromisoformat(line["effective_to"]) if line["effective_to"] else date.max,
        line["successor"],
        line["source"],
        line["grade"],
    )


@cache
def every() -> dict[str, Body]:
    """Every body that is or was, by code."""
    text = files("law").joinpath("data/bodies.csv").read_text("utf-8")
    return {line["code"]: _body(line) for line in csv.DictReader(text.splitlines())}


def body(code: str, on: date | None = None) -> Body | None:
    """The body of that code; None when it is unknown or, given a day, did not exist on it."""
    found = every().get(code)
    return found if found is not None and (on is None or found.is_in_force(on)) else None


def successor(code: str, on: date) -> Body | None:
    """The body that carries on the work of ``code`` on that day: itself, or what it was merged into."""
    found = every().get(code)
    while found is not None and on > found.effective_to:
        found = every().get(found.successor)
    return found if found is not None and found.is_in_force(on) else None


@cache
def _by_place() -> dict[tuple[Office, Level, str], tuple[Body, ...]]:
    places: dict[tuple[Office, Level, str], list[Body]] = {}
    for found in every().values():
        for place in found.covers or {found.unit}:
            places.setdefault((found.role, found.level, place), []).append(found)
    return {key: tuple(sorted(bodies, key=lambda each: each.code)) for key, bodies in places.items()}


@lru_cache(maxsize=65_536)
def serving(role: Office, level: Level, place: str, on: date, field: str | None = None) -> Body | None:
    """The body of that role and level that serves a place (commune or province code), for a field where several share the role."""
    if level is Level.CENTRAL:
        where = ""
    elif level is Level.PROVINCE and len(place) > 2:
        province = units.province_of(place, on)
        where = province.code if province else ""
    else:
        where = place
    found = [each for each in _by_place().get((role, level, where), ()) if each.is_in_force(on)]
    if field is not None and any(each.fields for each in found):
        return next((each for each in found if field in each.fields), None)
    return found[0] if found else None


def superiors(code: str) -> tuple[str, ...]:
    """The chain above a body, nearest first."""
    chain: list[str] = []
    found = every().get(code)
    while found is not None and found.superior and found.superior not in chain:
        chain.append(found.superior)
        found = every().get(found.superior)
    return tuple(chain)


def common_superior(one: str, other: str) -> str | None:
    """The nearest body above both; one that is above the other decides for both. None when no one is above both."""
    above = (other, *superiors(other))
    return next((code for code in (one, *superiors(one)) if code in above), None)


def problems() -> list[str]:
    """What is wrong with the table: unknown units, superiors or successors, chains that never end."""
    found: list[str] = []
    for each in every().values():
        named = {each.unit, *each.covers} - {""}
        found += [f"{each.code}: no unit {code}" for code in sorted(named) if code not in units.versions()]
        found += [f"{each.code}: no body {code}" for code in (each.superior, each.successor) if code and code not in every()]
        if each.code in superiors(each.code):
            found.append(f"{each.code}: is above itself")
    return found
