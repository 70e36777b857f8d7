"""Protecting those who denounce: what must hold before such a move, how its fact is written, what it makes of a case (pure).

The settler records what it decided itself and what another competent body decided at its request alike (Law on Denunciations, art. 51),
because the name of that body would tell what is protected. The law sets no number of days ("kịp thời"), so there is no clock.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from contracts import protection as facts
from contracts.event import Event
from contracts.vocabulary import Status
from services.routing.state import State

if TYPE_CHECKING:
    from services.routing.guards import Act

MOVES: Final = frozenset({"ask_protection", "apply_protection", "refuse_protection", "change_protection", "end_protection"})
"""Moves that only the holder of a case hears of."""
ASKED: Final = "asked"
APPLIED: Final = "applied"


def urgent_or_document(act: "Act") -> None:
    """The request is on file, or is urgent and was made in person or by telephone (Law on Denunciations, art. 50.3)."""
    if not act.ask.document and not act.ask.is_urgent:
        raise act.lacks("document_missing", "document", document=act.row.document)


def unprotected(act: "Act") -> None:
    """Nothing is asked or applied yet; what is applied is changed."""
    if act.state.protection:
        raise act.refuse("protection_asked_before")


def protection_asked(act: "Act") -> None:
    """A request waits for its decision."""
    if act.state.protection != ASKED:
        raise act.refuse("protection_not_asked")


def protected(act: "Act") -> None:
    """A decision to protect is in force."""
    if act.state.protection != APPLIED:
        raise act.refuse("not_protected")


def concluded(act: "Act") -> None:
    """Protection ends for the conclusion only when there is one, or a decision to terminate (Law on Denunciations, art. 54.2)."""
    if act.ask.ground == "concluded" and act.state.status not in (Status.SETTLED, Status.TERMINATED):
        raise act.refuse("not_concluded")


GUARDS: Final[tuple[Callable[["Act"], None], ...]] = (urgent_or_document, unprotected, protection_asked, protected, concluded)


def _asked(act: "Act", agency: str) -> Event:
    return facts.ProtectionAsked(
        case_id=act.state.case_id, legal_on=act.on, document=act.ask.document or "", law=act.row.law, is_urgent=act.ask.is_urgent
    )


def _decided(kind: type[facts.ProtectionApplied | facts.ProtectionChanged]) -> Callable[["Act", str], Event]:
    def write(act: "Act", agency: str) -> Event:
        return kind(case_id=act.state.case_id, legal_on=act.on, document=act.ask.document or "", law=act.row.law)

    return write


def _on_ground(kind: type[facts.ProtectionRefused | facts.ProtectionEnded]) -> Callable[["Act", str], Event]:
    def write(act: "Act", agency: str) -> Event:
        word = act.ask.ground or ""
        found = act.moves.ground(word, act.row.move, act.state.kind, act.on)
        law = found.law if found else act.row.law
        return kind(case_id=act.state.case_id, legal_on=act.on, ground=word, document=act.ask.document or "", law=law)

    return write


WRITERS: Final[dict[str, Callable[["Act", str], Event]]] = {
    "ProtectionAsked": _asked,
    "ProtectionApplied": _decided(facts.ProtectionApplied),
    "ProtectionRefused": _on_ground(facts.ProtectionRefused),
    "ProtectionChanged": _decided(facts.ProtectionChanged),
    "ProtectionEnded": _on_ground(facts.ProtectionEnded),
}

_AFTER: Final[dict[type[Event], str]] = {
    facts.ProtectionAsked: ASKED,
    facts.ProtectionApplied: APPLIED,
    facts.ProtectionRefused: "",
    facts.ProtectionChanged: APPLIED,
    facts.ProtectionEnded: "",
}


def _told(state: State, fact: Event) -> None:
    state.protection = _AFTER[type(fact)]


READERS: Final[dict[type[Event], Callable[[State, Any], None]]] = dict.fromkeys(_AFTER, _told)
"""What each fact makes of a case."""
