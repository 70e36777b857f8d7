"""Who may know of a matter, and of the figures of a body: one rule for every service and the gateway (pure).

An officer knows of the matters that the own body received, held, passed on, disputed or must decide, and of its own figures. That the
law would have a body settle, or that it stands above, opens nothing. Who supervises knows of the bodies that serve the territory which
the own body serves. Operators and the platform itself know of all, police of no matter and no figure.
"""

from collections.abc import Collection
from functools import cache
from typing import Final

from contracts.vocabulary import Role
from law import bodies, units

NOWHERE: Final = "?"
_PROVINCE_CODE: Final = 2
_EVERYTHING: Final = frozenset({Role.OPERATOR, Role.SYSTEM})


def territory(agency: str) -> str:
    """Code of the province or commune a body serves; empty at the centre, ``?`` for an unknown body."""
    found = bodies.every().get(agency)
    return found.unit if found is not None else NOWHERE


def reach(served: str) -> str:
    """How far a territory goes: ``country``, ``province`` or ``commune``."""
    return "country" if served == "" else "province" if len(served) == _PROVINCE_CODE else "commune"


def province(unit: str) -> str | None:
    """The province in which a unit lies, by the newest law; a province lies in itself."""
    names = units.versions().get(unit, ())
    return (names[-1].parent or unit) if names else None


@cache
def watched(agency: str) -> frozenset[str] | None:
    """Codes of the bodies that a supervising body watches; None means every body, known or not."""
    served = territory(agency)
    if reach(served) == "country":
        return None
    where = province if reach(served) == "province" else str
    return frozenset(code for code, body in bodies.every().items() if where(body.unit) == served)


def watches(agency: str, other: str) -> bool:
    """A supervising body watches another one."""
    found = watched(agency)
    return found is None or other in found


def knows_matter(role: Role, agency: str, holder: str, concerned: Collection[str]) -> bool:
    """May know of a matter with its present holder and the bodies it concerned. A citizen's own one is told by the token."""
    match role:
        case Role.OFFICER:
            return bool(agency) and agency in concerned
        case Role.SUPERVISOR:
            return watches(agency, holder)
    return role in _EVERYTHING


def figures_of(role: Role, agency: str) -> frozenset[str] | None:
    """The bodies whose figures may be known; None means every body."""
    match role:
        case Role.OFFICER:
            return frozenset({agency}) - {""}
        case Role.SUPERVISOR:
            return watched(agency)
    return None if role in _EVERYTHING else frozenset()
