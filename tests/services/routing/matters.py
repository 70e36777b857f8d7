"""Cases for tests: letters of every kind at the bodies of the five documents, driven by moves as officers make them."""

from datetime import date
from typing import Any

import msgspec
import pytest

from contracts.errors import Refusal
from contracts.event import Event
from contracts.moves import Ask
from contracts.petitions import Axes, PetitionClassified, PetitionLinked, PetitionLodged, PetitionWithdrawn
from contracts.vocabulary import AuthorRole, Branch, Competence, Eligibility, Field, Kind, Source, Step
from services.routing import history, reference, rules, settlement
from services.routing.state import State

START = date(2026, 7, 3)
"""A Friday, after the change of 1 July 2026."""
JULY = date(2026, 7, 6)
"""The Monday after it."""
WARD, PROVINCE, DEPARTMENT = "UBND-05518", "UBND-19", "SNNMT-19"
MOVES = reference.settlement()


def axes(kind: Kind = Kind.COMPLAINT, **facts: Any) -> Axes:
    """A letter about land in Sông Công: a complaint against the ward's chair, or what ``facts`` say."""
    given: dict[str, Any] = {
        "field": Field.LAND_HOUSING,
        "source": Source.COUNTER,
        "eligibility": Eligibility.ELIGIBLE,
        "competence": Competence.OWN,
        "place": "05518",
    }
    if kind is Kind.COMPLAINT:
        given["author_role"] = AuthorRole.COMMUNE_CHAIR
    if kind is Kind.DENUNCIATION:
        given |= {"author_role": AuthorRole.COMMUNE_OFFICIAL, "branch": Branch.PUBLIC_DUTY}
    return Axes(kind=kind, **{**given, **facts})


def lodged(about: Axes, *, on: date = START, by: str = WARD, case_id: str = "c1") -> PetitionLodged:
    return PetitionLodged(
        case_id=case_id, number="N1", subject_ref="s1", received_by=by, received_on=on, letter_on=None, axes=about, legal_on=on
    )


def classified(
    about: Axes, *, on: date = START, received_on: date | None = None, by: str = WARD, case_id: str = "c1"
) -> PetitionClassified:
    return PetitionClassified(case_id=case_id, received_by=by, received_on=received_on or on, axes=about, legal_on=on)


def withdrawn(*, on: date, is_whole: bool = True, is_coerced: bool = False) -> PetitionWithdrawn:
    return PetitionWithdrawn(case_id="c1", is_whole=is_whole, is_coerced=is_coerced, legal_on=on)


def linked(*, on: date) -> PetitionLinked:
    return PetitionLinked(case_id="c1", founding_case_id="c0", received_by=WARD, legal_on=on)


class Matter:
    """One case and everything that was stated about it."""

    def __init__(self, about: Axes, *, on: date = START, by: str = WARD, is_classified: bool = True) -> None:
        fact = lodged(about, on=on, by=by)
        self.state: State = history.opened(fact, MOVES)
        self.facts: list[Event] = [fact]
        if is_classified:
            self.classify(about, on=on)

    def classify(self, about: Axes, *, on: date) -> None:
        fact = classified(about, on=on, received_on=self.state.received_on, by=self.state.receiver)
        assigned = rules.classify(self.state, fact, MOVES, reference.competence(), reference.actions())
        self.facts.append(fact)
        if assigned is not None:
            self.hear(assigned)

    def hear(self, fact: Event) -> None:
        history.apply(self.state, fact, MOVES)
        self.facts.append(fact)

    def do(self, move: str, on: date, agency: str | None = None, **asked: Any) -> Any:
        """Make a move for the holder or another agency; a document is at hand unless the test takes it away."""
        ask = msgspec.convert({"document": "12/TB-UBND", **asked}, Ask)
        fact = settlement.decide(MOVES, self.state, move, ask, agency=agency or self.state.holder, on=on)
        self.hear(fact)
        return fact

    def due(self, step: Step) -> date | None:
        clock = self.state.clock(step)
        return clock.due_on if clock else None

    @property
    def open_moves(self) -> set[str]:
        return {step.move for step in settlement.next_steps(MOVES, self.state, self.state.last_on)}


MISDIRECTED = axes(Kind.DENUNCIATION, author_role=AuthorRole.COMMUNE_CHAIR, competence=Competence.NOT_OWN)
"""A denunciation of the ward's chair, lodged at the ward: the provincial chair is competent (Law on Denunciations, art. 13.4.a)."""


def refusal(case: Matter, move: str, on: date = JULY, agency: str | None = None, **asked: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        case.do(move, on, agency, **asked)
    return refused.value


def accepted(kind: Kind = Kind.COMPLAINT, **facts: Any) -> Matter:
    case = Matter(axes(kind, **facts))
    case.do("accept", JULY)
    return case
