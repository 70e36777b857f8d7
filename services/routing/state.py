"""A case as its facts have made it: what the rules decide on (pure)."""

from datetime import date
from typing import Any, Final

import msgspec

from contracts.petitions import Axes
from contracts.vocabulary import Branch, Competence, Kind, Outcome, SettledBefore, Source, Status, Step
from services.routing import clocks
from services.routing.clocks import Clock
from services.routing.lawsuit import NO_SUIT, Suit

UNDECIDED: Final = frozenset({Status.RECEIVED, Status.CLASSIFIED, Status.ASSIGNED, Status.FORWARDED})
"""Before acceptance: what the letter is may still be determined anew."""


class State(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A case. ``kind`` is the letter's, with ``discipline`` apart; ``stage`` 2 is a second settlement or a continued denunciation.

    ``trail`` are the bodies that passed the case on, ``refused_by`` those that refused it; ``competent`` is the body that the table
    of competence names, surely enough to bind when ``is_certain``.
    """

    case_id: str
    kind: str
    axes: Axes
    receiver: str
    holder: str
    received_on: date
    came_on: date
    last_on: date
    stage: int = 1
    status: Status = Status.RECEIVED
    competent: str = ""
    second: str = ""
    rule: str = ""
    law: str = ""
    is_certain: bool = False
    action: str = ""
    action_rule: str = ""
    trail: list[str] = []
    refused_by: list[str] = []
    arbiter: str = ""
    is_decided: bool = False
    accepted_on: date | None = None
    criteria: list[str] = []
    note: str = ""
    is_remote: bool = False
    dialogue_on: date | None = None
    is_dialogue_in_person: bool = False
    is_withdrawn: bool = False
    outcome: Outcome | None = None
    settled_on: date | None = None
    sent_on: date | None = None
    effective_on: date | None = None
    founding: str = ""
    obligations: dict[str, str] = {}
    suit: Suit = NO_SUIT
    protection: str = ""
    clocks: list[Clock] = []

    @property
    def main_clock(self) -> Clock | None:
        """The clock of what the holder must do first."""
        order = (Step.SETTLE, Step.FORWARD, Step.ACCEPT, Step.INITIAL, Step.CLASSIFY, Step.NOTIFY_VISITOR)
        return next((clock for step in order if (clock := clocks.running(self.clocks, step)) is not None), None)

    def clock(self, step: Step) -> Clock | None:
        """The running clock of a step."""
        return clocks.running(self.clocks, step)

    def facts(self) -> dict[str, Any]:
        """The facts that choose among the limits of the law."""
        found: dict[str, Any] = {"complex": bool(self.note), "criteria": self.criteria, "note": self.note, "remote": self.is_remote}
        if self.axes.source is Source.FORWARDED_FRONT:
            found["forwarder"] = "front"
        return found


def kind_of(axes: Axes) -> str:
    """The kind of matter as the tables know it."""
    return "discipline" if axes.kind is Kind.COMPLAINT and axes.is_discipline else axes.kind.value


def stage_of(axes: Axes) -> int:
    """A matter that was settled once comes as a second complaint or a continued denunciation."""
    return 2 if axes.settled_before is SettledBefore.ONCE and axes.kind in (Kind.COMPLAINT, Kind.DENUNCIATION) else 1


def copy_of(state: State) -> State:
    """A state to try a fact on."""
    return msgspec.structs.replace(
        state,
        trail=list(state.trail),
        refused_by=list(state.refused_by),
        criteria=list(state.criteria),
        obligations=dict(state.obligations),
        clocks=[msgspec.structs.replace(clock) for clock in state.clocks],
    )


def is_open_to_several(state: State) -> bool:
    """A denunciation in a field of State management for which the table names no body for certain: several may be competent."""
    return state.kind == "denunciation" and state.axes.branch is Branch.STATE_MANAGEMENT and not state.is_certain


def is_own(state: State) -> bool:
    """The holder must settle the matter itself: by the table where it is certain, else as the officer determined."""
    if state.is_certain:
        return state.competent == state.holder
    if state.axes.competence is Competence.UNDETERMINED:
        return state.competent == state.holder
    return state.axes.competence is Competence.OWN
