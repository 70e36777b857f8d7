"""Who is complained of, who ought to receive the letter, and to whom people send it by mistake."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from random import Random
from typing import NamedTuple

from contracts.vocabulary import AuthorRole, Branch, Field, Kind
from law import bodies
from law.bodies import Body, Level, Office

TITLES = {
    AuthorRole.COMMUNE_CHAIR: "Chủ tịch UBND",
    AuthorRole.COMMUNE_VICE_CHAIR: "Phó Chủ tịch UBND",
    AuthorRole.COMMUNE_UNIT_HEAD: "Trưởng phòng chuyên môn",
    AuthorRole.COMMUNE_OFFICIAL: "công chức",
    AuthorRole.PROVINCIAL_AGENCY_HEAD: "Giám đốc",
    AuthorRole.PROVINCIAL_AGENCY_DEPUTY: "Phó Giám đốc",
    AuthorRole.PROVINCIAL_AGENCY_STAFF: "cán bộ",
}

_OF_PROVINCE = {AuthorRole.PROVINCIAL_CHAIR, AuthorRole.PROVINCIAL_VICE_CHAIR}
_OF_DEPARTMENT = {AuthorRole.PROVINCIAL_AGENCY_HEAD, AuthorRole.PROVINCIAL_AGENCY_DEPUTY}
_OF_UNIT = {AuthorRole.PROVINCIAL_AGENCY_STAFF: Office.DEPARTMENT_UNIT, AuthorRole.PUBLIC_SERVICE_UNIT_HEAD: Office.PUBLIC_SERVICE_UNIT}
_ABOVE_THEM = {
    AuthorRole.COMMUNE_CHAIR,
    AuthorRole.COMMUNE_VICE_CHAIR,
    AuthorRole.PROVINCIAL_AGENCY_HEAD,
    AuthorRole.PROVINCIAL_AGENCY_DEPUTY,
}
"""Denunciations against these go to the provincial chair (Law on Denunciations, art. 13.4.a)."""

_MISTAKEN = {
    (Office.GOVERNMENT, Level.PROVINCE): 6,
    (Office.GOVERNMENT, Level.COMMUNE): 3,
    (Office.RECEPTION_BOARD, Level.PROVINCE): 3,
    (Office.INSPECTORATE, Level.PROVINCE): 2,
    (Office.DEPARTMENT, Level.PROVINCE): 4,
    (Office.COUNCIL, Level.PROVINCE): 1,
    (Office.PARTY_COMMITTEE, Level.COMMUNE): 2,
    (Office.FRONT, Level.COMMUNE): 1,
    (Office.POLICE, Level.COMMUNE): 2,
}
"""Where letters go astray, and how often relative to each other (an assumption)."""


class Author(NamedTuple):
    """The office complained of or denounced; ``agency`` is None when the letter names no office."""

    role: AuthorRole
    agency: Body | None


@cache
def communes(on: date) -> tuple[str, ...]:
    """The communes of the demo: those whose People's Committee is in the table of bodies."""
    found = (body for body in bodies.every().values() if body.role is Office.GOVERNMENT and body.level is Level.COMMUNE)
    return tuple(body.unit for body in found if body.is_in_force(on))


def author(role: AuthorRole, commune: str, field: Field, on: date) -> Author:
    """The body in which that office sits, for a matter in that commune."""
    if role is AuthorRole.UNKNOWN:
        return Author(role, None)
    if role in _OF_PROVINCE:
        return Author(role, _serving(Office.GOVERNMENT, Level.PROVINCE, commune, on))
    if role in _OF_DEPARTMENT:
        return Author(role, _department(commune, field, on))
    if role in _OF_UNIT:
        return Author(role, _serving(_OF_UNIT[role], Level.PROVINCE, commune, on))
    return Author(role, _serving(Office.GOVERNMENT, Level.COMMUNE, commune, on))


def competent(kind: Kind, by: Author, branch: Branch | None, field: Field, commune: str, on: date) -> Body:
    """The body that ought to settle, as a well-informed petitioner would see it (routing decides by its own table)."""
    if kind is Kind.DENUNCIATION and by.role in _ABOVE_THEM:
        return _serving(Office.GOVERNMENT, Level.PROVINCE, commune, on)
    if branch is Branch.STATE_MANAGEMENT:
        return _department(commune, field, on)
    return by.agency or _serving(Office.GOVERNMENT, Level.COMMUNE, commune, on)


def second(first: Body) -> Body:
    """The body that settles a complaint again: the one above (Law on Complaints, art. 20-21)."""
    return bodies.every().get(first.superior, first)


def desk_of(body: Body) -> str:
    """The body whose letters this one receives: the reception board works for its People's Committee; empty for most."""
    return body.superior if body.role is Office.RECEPTION_BOARD else ""


def mistaken(dice: Random, right: Body, field: Field, commune: str, on: date) -> Body:
    """A body people turn to although another is competent."""
    found = {}
    for (office, level), weight in _MISTAKEN.items():
        body = _department(commune, field, on) if office is Office.DEPARTMENT else bodies.serving(office, level, commune, on)
        if body is not None and body.code != right.code:
            found[body] = weight
    return dice.choices(list(found), list(found.values()))[0]


def police(commune: str, on: date) -> Body:
    """Who investigates signs of crime found in a letter from that commune."""
    return _serving(Office.POLICE, Level.PROVINCE, commune, on)


def forwarder(office: Office, commune: str, on: date) -> Body | None:
    """The body through which a forwarded letter came: the deputies, the Front or the reception board of the province."""
    return bodies.serving(office, Level.PROVINCE, commune, on)


def short(names: Iterable[Body]) -> str:
    """Names of bodies as people write them."""
    return ", ".join(body.name.replace("Ủy ban nhân dân", "UBND") for body in names)


def _serving(office: Office, level: Level, commune: str, on: date) -> Body:
    found = bodies.serving(office, level, commune, on)
    if found is None:
        raise ValueError(f"no {office} of the {level} serves {commune} on {on}")
    return found


def _department(commune: str, field: Field, on: date) -> Body:
    found = bodies.serving(Office.DEPARTMENT, Level.PROVINCE, commune, on, field.value)
    return found or _serving(Office.DEPARTMENT, Level.PROVINCE, commune, on)
