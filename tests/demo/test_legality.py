"""The plan is tried on routing's own rules, without any service: nearly every act is one that the law allows."""

from collections import Counter
from datetime import date

import msgspec
import pytest

from contracts.cases import DecisionEffective
from contracts.errors import Refusal
from contracts.petitions import PetitionClassified, PetitionLinked, PetitionLodged, PetitionWithdrawn
from contracts.vocabulary import Competence, Kind, Step
from deploy.demo import arrivals, plan
from deploy.demo.letters import Letter
from deploy.demo.plan import Act
from law.clocks import next_day
from services.routing import history, reference, rules, settlement
from services.routing.guards import Ask
from services.routing.state import State

SPRING, AUTUMN = date(2026, 5, 25), date(2026, 11, 24)
MOVES = reference.settlement()


def opened(letter: Letter) -> State:
    """The case as routing has it on the day the letter came."""
    form = letter.form
    axes = letter.truth if plan.is_classified_at_once(letter) else form.axes
    about = {"case_id": letter.key, "received_by": form.received_by, "received_on": letter.received_on, "legal_on": letter.received_on}
    state = history.opened(PetitionLodged(number="n", subject_ref="s", letter_on=form.letter_on, axes=axes, **about), MOVES)
    if plan.is_classified_at_once(letter):
        classify(state, letter, letter.received_on)
    return state


def classify(state: State, letter: Letter, on: date) -> None:
    fact = PetitionClassified(
        case_id=letter.key, received_by=letter.form.received_by, received_on=letter.received_on, axes=letter.truth, legal_on=on
    )
    assigned = rules.classify(state, fact, MOVES, reference.competence(), reference.actions())
    if assigned is not None:
        history.apply(state, assigned, MOVES)


def take_effect(state: State, today: date) -> None:
    """What the sweep states when its day has come."""
    clock = state.clock(Step.TAKE_EFFECT)
    if clock is not None and clock.due_on is not None and clock.due_on < today:
        effective_on = next_day(clock.due_on)
        history.apply(state, DecisionEffective(case_id=state.case_id, legal_on=effective_on, effective_on=effective_on, law=""), MOVES)


def make(state: State, letter: Letter, act: Act) -> None:
    """One act of the plan. Raises Refusal."""
    match act.name:
        case "classify":
            classify(state, letter, act.on)
        case "link":
            fact = PetitionLinked(case_id=letter.key, founding_case_id="f", received_by=act.agency, legal_on=act.on)
            history.apply(state, fact, MOVES)
        case "withdraw":
            history.apply(state, PetitionWithdrawn(case_id=letter.key, is_whole=True, is_coerced=False, legal_on=act.on), MOVES)
        case _:
            take_effect(state, act.on)
            ask = msgspec.convert(act.details, Ask)
            history.apply(state, settlement.decide(MOVES, state, act.name, ask, agency=act.agency, on=act.on), MOVES)


@pytest.fixture(scope="module")
def lives() -> list[tuple[Letter, State, list[str]]]:
    """Letters with the case that came of each, and what was refused on the way."""
    found = []
    for letter in arrivals.past(1, SPRING, AUTUMN, 2500):
        state, refused = opened(letter), []
        for act in plan.acts(letter):
            try:
                make(state, letter, act)
            except Refusal as refusal:
                refused.append(f"{act.name} {refusal.code}")
        found.append((letter, state, refused))
    return found


def test_almost_no_act_of_the_plan_is_refused(lives: list[tuple[Letter, State, list[str]]]) -> None:
    refused = Counter(word for _, _, words in lives for word in words)
    assert refused.total() < 0.003 * sum(len(plan.acts(letter)) for letter, _, _ in lives), refused


def test_the_letter_knows_who_is_competent_where_the_table_is_certain(lives: list[tuple[Letter, State, list[str]]]) -> None:
    for letter, state, _ in lives:
        if state.is_certain and letter.founding is None and letter.truth.kind is not Kind.MIXED:
            assert state.competent == letter.competent, letter.truth


def test_an_own_matter_lies_with_the_competent_body_after_classification(lives: list[tuple[Letter, State, list[str]]]) -> None:
    for letter, _, _ in lives:
        if letter.truth.competence is Competence.OWN and letter.founding is None and plan.action(letter) == "accept":
            state = opened(letter)
            classify(state, letter, letter.received_on)
            assert state.holder == letter.competent


def test_cases_of_the_demo_end_in_many_ways(lives: list[tuple[Letter, State, list[str]]]) -> None:
    ends = Counter(state.status.value for _, state, _ in lives)
    assert {"settled", "filed", "guided", "linked", "refused", "classified", "accepted", "forwarded", "withdrawn", "terminated"} <= set(
        ends
    )
