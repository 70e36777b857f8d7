"""Why a step is due on a day: each running clock with its certificate, or with who set the day where no law does (pure)."""

from datetime import date
from typing import Any

import msgspec

from contracts.errors import Invalid
from contracts.vocabulary import Step, label
from law.answers import Certificate
from law.certificate import certify
from law.wording import text
from services.routing import clocks, reference
from services.routing.clocks import Clock
from services.routing.state import State


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A running clock, explained. ``certificate`` is what ``dannguyen law verify`` counts again; null where no law sets the day."""

    step: Step
    holder: str
    due_on: date | None
    sentence: str
    certificate: Certificate | None


def explained(state: State, known_on: date, step: str | None = None) -> list[Explained]:
    """The running clocks of a case, or only that of one step, by the rows known on ``known_on``."""
    facts = state.facts()
    return [_of(clock, facts, known_on) for clock in state.clocks if clock.is_running and step in (None, clock.step.value)]


def _of(clock: Clock, facts: dict[str, Any], known_on: date) -> Explained:
    found = _certified(clock, facts, known_on)
    sentence = found.sentence if found else _told(clock)
    return Explained(step=clock.step, holder=clock.holder, due_on=clock.due_on, sentence=sentence, certificate=found)


def _certified(clock: Clock, facts: dict[str, Any], known_on: date) -> Certificate | None:
    if not clock.kind:
        return None
    try:
        return certify(clocks.question_of(clock, facts), known_on)[1]
    except Invalid:
        return None


def _told(clock: Clock) -> str:
    key = "standing_still" if clock.due_on is None else "own_limit"
    return reference.sentences()[key].format(step=label(clock.step), due=text(clock.due_on) if clock.due_on else "")
