"""Going to court and enforcing its judgment: what must hold before such a move, and how its fact is written (pure).

Reads and writes like ``guards`` and ``statements``, of which it is a part.
"""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final

from contracts import court as facts
from contracts.event import Event
from contracts.vocabulary import Step
from law import bodies, clocks
from law.bodies import Office
from services.routing import lawsuit
from services.routing.state import State

if TYPE_CHECKING:
    from services.routing.guards import Act


def last_day_to_sue(state: State, on: date, known_on: date | None = None) -> date | None:
    """One year from the day of knowing the decision, or, once complained of, from receipt of the settlement decision or from the end
    of the term without one (Law on Administrative Procedure, art. 116.2-3); None where the file does not tell the day.
    """
    term = state.clock(Step.SETTLE)
    unanswered_on = term.due_on if term is not None and term.due_on is not None and on > term.due_on else None
    since = state.sent_on or state.settled_on or unanswered_on or known_on
    return clocks.due(state.kind, "sue", since, state.facts()).due if since else None


def last_day_to_ask(state: State) -> date | None:
    """One year from the end of the voluntary term (Law on Administrative Procedure, art. 312.1)."""
    term = state.clock(Step.ENFORCE_JUDGMENT)
    return clocks.due("enforcement", "request_compulsory", term.due_on).due if term is not None and term.due_on else None


def court(act: "Act") -> None:
    """The court is named by its code and is one."""
    code = act.ask.to or act.state.suit.court
    found = bodies.body(code, act.on) if code else None
    if found is None or found.role is not Office.COURT:
        raise act.lacks("court_unknown", "to", value=code or "–")


def within_suing(act: "Act") -> None:
    """The suit comes in time, or the obstacle that kept the complainant is on file as a new fact."""
    last = last_day_to_sue(act.state, act.on, act.ask.known_on)
    if last is not None and act.on > last and not act.ask.has_new_fact:
        raise act.refuse("filing_expired", due=last, law="LTTHC 116.2; LTTHC 116.3")


def dismissal(act: "Act") -> None:
    """Of disciplinary decisions only a dismissal goes to court (Law on Complaints, art. 57.3; Law on Administrative Procedure, 30.2)."""
    if not act.ask.is_dismissal:
        raise act.lacks("court_for_dismissal_only", "is_dismissal")


def not_before_court(act: "Act") -> None:
    """What the court has accepted or decided nobody else settles, unless the court itself ended the suit (Law on Complaints, 11.9)."""
    if act.state.suit.is_before_court:
        raise act.refuse("before_the_court", law="LKN 11.9", court=act.state.suit.court)


def brought(act: "Act") -> None:
    """The suit was brought."""
    if act.state.suit.brought_on is None:
        raise act.refuse("not_sued")


def docketed(act: "Act") -> None:
    """The court accepted the suit and has not decided it."""
    if act.state.suit.docketed_on is None or act.state.suit.judged_on is not None:
        raise act.refuse("not_docketed")


def debtor(act: "Act") -> None:
    """Who must enforce is a body that exists."""
    code = _debtor(act)
    if act.ask.ground != _NOTHING and (code is None or bodies.body(code, act.on) is None):
        raise act.lacks("unknown_body", "to", value=code or "–", on=act.on)


def to_enforce(act: "Act") -> None:
    """A judgment is there that obliges somebody, and it is not carried out yet."""
    if not act.state.suit.is_to_enforce:
        raise act.refuse("nothing_to_enforce")


def term_over(act: "Act") -> None:
    """The term for enforcing by oneself has ended."""
    term = act.state.clock(Step.ENFORCE_JUDGMENT)
    if term is not None and term.due_on is not None and act.on <= term.due_on:
        raise act.refuse("voluntary_term_running", due=term.due_on)


def within_request(act: "Act") -> None:
    """The request comes in time."""
    last = last_day_to_ask(act.state)
    if last is not None and act.on > last:
        raise act.refuse("filing_expired", due=last)


def unasked(act: "Act") -> None:
    """The court is asked once."""
    if act.state.suit.asked_on is not None:
        raise act.refuse("compulsion_asked", on=act.state.suit.asked_on)


GUARDS: Final[tuple[Callable[["Act"], None], ...]] = (
    court,
    within_suing,
    dismissal,
    not_before_court,
    brought,
    docketed,
    debtor,
    to_enforce,
    term_over,
    within_request,
    unasked,
)

_NOTHING: Final = "nothing"


def _debtor(act: "Act") -> str | None:
    return act.ask.to or act.state.axes.author_agency or act.state.receiver


def _court(kind: type[facts.SuitBrought | facts.SuitDocketed | facts.SuitDropped]) -> Callable[["Act", str], Event]:
    def write(act: "Act", agency: str) -> Event:
        code = act.ask.to or act.state.suit.court
        return kind(case_id=act.state.case_id, legal_on=act.on, court=code, document=act.ask.document or "", law=act.row.law)

    return write


def _judged(act: "Act", agency: str) -> Event:
    suit, ruling = act.state.suit, act.ask.ground or ""
    ground = act.moves.ground(ruling, act.row.move, act.state.kind, act.on)
    has_debtor = ruling != _NOTHING
    return facts.JudgmentReceived(
        case_id=act.state.case_id,
        legal_on=act.on,
        court=suit.court,
        ruling=ruling,
        obliged=_debtor(act) if has_debtor else None,
        enforcer=(lawsuit.office_of(suit.court, act.on) or None) if has_debtor else None,
        document=act.ask.document or "",
        law=ground.law if ground else act.row.law,
        due_on=None,
    )


def _by(kind: type[Event], who: str, **more: object) -> Callable[["Act", str], Event]:
    """A fact that says who acted, with which document and by which article."""

    def write(act: "Act", agency: str) -> Event:
        about = {"case_id": act.state.case_id, "legal_on": act.on, "document": act.ask.document or "", "law": act.row.law}
        return kind(**about, **{who: agency}, **more)  # type: ignore[arg-type]

    return write


WRITERS: Final[dict[str, Callable[["Act", str], Event]]] = {
    "SuitBrought": _court(facts.SuitBrought),
    "SuitDocketed": _court(facts.SuitDocketed),
    "SuitDropped": _court(facts.SuitDropped),
    "JudgmentReceived": _judged,
    "EnforcementReminded": _by(facts.EnforcementReminded, "enforcer"),
    "JudgmentEnforced": _by(facts.JudgmentEnforced, "obliged"),
    "EnforcementReported": _by(facts.EnforcementReported, "obliged"),
    "CompulsionRequested": _by(facts.CompulsionRequested, "court", due_on=None),
    "EnforcementCompelled": _by(facts.EnforcementCompelled, "court", due_on=None),
    "EnforcementDirected": _by(facts.EnforcementDirected, "directed_by"),
    "LiabilityRecommended": _by(facts.LiabilityRecommended, "enforcer", due_on=None),
    "LiabilityAnswered": _by(facts.LiabilityAnswered, "answered_by"),
}
