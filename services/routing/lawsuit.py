"""What a suit and its judgment make of a case (pure): before which court, who must enforce, how far enforcement has come.

The clocks are rows of the table of moves; here stands who has to keep them.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import msgspec

from contracts import court
from contracts.event import Event
from contracts.vocabulary import Step
from law import bodies

STEPS: Final = frozenset(
    {
        Step.ENFORCE_JUDGMENT,
        Step.REPORT_RESULT,
        Step.REMIND_ENFORCEMENT,
        Step.REPORT_DONE,
        Step.COMPEL_ENFORCEMENT,
        Step.DIRECT_ENFORCEMENT,
        Step.ANSWER_LIABILITY,
    }
)
"""Steps of enforcing a judgment. The end of a settlement does not end them."""
TO_ENFORCE: Final = "to_enforce"
AT_ONCE: Final = "at_once"


class Suit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Empty until the complainant sues. ``debtor`` must enforce the judgment, ``enforcer`` watches over it."""

    court: str = ""
    brought_on: date | None = None
    docketed_on: date | None = None
    judged_on: date | None = None
    ruling: str = ""
    debtor: str = ""
    enforcer: str = ""
    asked_on: date | None = None
    enforced_on: date | None = None

    @property
    def is_before_court(self) -> bool:
        """The court accepted or decided the matter (Law on Complaints, art. 11.9)."""
        return self.docketed_on is not None or self.judged_on is not None

    @property
    def is_to_enforce(self) -> bool:
        """The judgment obliges somebody who has not done it yet."""
        return self.ruling in (TO_ENFORCE, AT_ONCE) and self.enforced_on is None

    def holds(self, when: str) -> bool:
        """A condition on which a clock starts: the ruling, or that there is somebody to keep it."""
        match when:
            case "enforcer":
                return self.is_to_enforce and self.enforcer != ""
            case "superior":
                return self.superior != ""
            case _:
                return self.ruling == when

    @property
    def superior(self) -> str:
        """The body directly above the one that must enforce."""
        return next(iter(bodies.superiors(self.debtor)), "")

    def doer(self, step: Step) -> str:
        """Who must take a step of enforcement."""
        match step:
            case Step.REMIND_ENFORCEMENT:
                return self.enforcer
            case Step.COMPEL_ENFORCEMENT:
                return self.court
            case Step.DIRECT_ENFORCEMENT | Step.ANSWER_LIABILITY:
                return self.superior
            case _:
                return self.debtor


NO_SUIT: Final = Suit()


def office_of(code: str, on: date) -> str:
    """The civil judgment enforcement office beside a court: of its level, for its place; empty where none is known."""
    found = bodies.body(code, on)
    if found is None:
        return ""
    place = next(iter(sorted(found.covers)), found.unit)
    office = bodies.serving(bodies.Office.JUDGMENT_ENFORCEMENT, found.level, place, on)
    return office.code if office else ""


def _brought(suit: Suit, fact: court.SuitBrought) -> Suit:
    return Suit(court=fact.court, brought_on=fact.legal_on)


def _docketed(suit: Suit, fact: court.SuitDocketed) -> Suit:
    return msgspec.structs.replace(suit, court=fact.court, docketed_on=fact.legal_on)


def _dropped(suit: Suit, fact: court.SuitDropped) -> Suit:
    return NO_SUIT


def _judged(suit: Suit, fact: court.JudgmentReceived) -> Suit:
    return msgspec.structs.replace(
        suit, court=fact.court, judged_on=fact.legal_on, ruling=fact.ruling, debtor=fact.obliged or "", enforcer=fact.enforcer or ""
    )


def _enforced(suit: Suit, fact: court.JudgmentEnforced) -> Suit:
    return msgspec.structs.replace(suit, enforced_on=fact.legal_on)


def _asked(suit: Suit, fact: court.CompulsionRequested) -> Suit:
    return msgspec.structs.replace(suit, asked_on=fact.legal_on)


def _same(suit: Suit, fact: Event) -> Suit:
    return suit


READERS: Final[dict[type[Event], Callable[[Suit, Any], Suit]]] = {
    court.SuitBrought: _brought,
    court.SuitDocketed: _docketed,
    court.SuitDropped: _dropped,
    court.JudgmentReceived: _judged,
    court.JudgmentEnforced: _enforced,
    court.CompulsionRequested: _asked,
    court.EnforcementReminded: _same,
    court.EnforcementReported: _same,
    court.EnforcementCompelled: _same,
    court.EnforcementDirected: _same,
    court.LiabilityRecommended: _same,
    court.LiabilityAnswered: _same,
}
"""What each fact makes of the suit; the clocks it starts and stops stand in the table of moves."""
