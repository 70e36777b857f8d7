"""Offices act in a legal order, on working days; some are late and some never act."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from contracts.vocabulary import Competence, Eligibility, Kind
from deploy.demo import arrivals, letters, plan
from deploy.demo.letters import Letter, Wish
from law import calendar

SPRING, AUTUMN = date(2026, 5, 25), date(2026, 11, 24)


@pytest.fixture(scope="module")
def known() -> list[Letter]:
    return list(arrivals.past(1, SPRING, AUTUMN, 2000))


def test_acts_follow_each_other_on_working_days_after_receipt(known: list[Letter]) -> None:
    for letter in known:
        days = [letter.received_on, *(act.on for act in plan.acts(letter))]
        assert all(earlier <= later for earlier, later in pairwise(days))
        assert all(calendar.is_working(act.on) for act in plan.acts(letter))


def test_the_plan_of_a_letter_never_changes(known: list[Letter]) -> None:
    assert [plan.acts(letter) for letter in known[:300]] == [plan.acts(letter) for letter in known[:300]]


def test_a_letter_that_repeats_another_is_only_linked_to_it(known: list[Letter]) -> None:
    for letter in known:
        if letter.founding:
            assert [(act.name, act.details["founding"]) for act in plan.acts(letter)] == [("link", letter.founding)]


def test_nothing_is_settled_that_was_not_accepted(known: list[Letter]) -> None:
    for letter in known:
        names = [act.name for act in plan.acts(letter)]
        if "settle" in names:
            assert names.index("accept") < names.index("settle")
        assert names.count("accept") <= 1


def test_most_matters_are_settled_and_a_share_never_is(known: list[Letter]) -> None:
    accepted = [names for letter in known if "accept" in (names := [act.name for act in plan.acts(letter)])]
    assert sum("settle" in names for names in accepted) / len(accepted) == pytest.approx(0.821, abs=0.05)


def test_some_acceptances_come_after_the_seven_working_days_of_the_law(known: list[Letter]) -> None:
    waits = []
    for letter in known:
        accept = next((act for act in plan.acts(letter) if act.name == "accept"), None)
        if accept is not None and letter.truth.kind is Kind.COMPLAINT:
            waits.append(accept.on > calendar.add_working_days(letter.received_on, 7))
    assert 0.05 < sum(waits) / len(waits) < 0.35


@pytest.mark.parametrize(
    ("kind", "competence", "eligibility", "expected"),
    [
        (Kind.COMPLAINT, Competence.OWN, Eligibility.INELIGIBLE, {"refuse", "file"}),
        (Kind.COMPLAINT, Competence.NOT_OWN, Eligibility.ELIGIBLE, {"guide", "return", "file"}),
        (Kind.FEEDBACK, Competence.NOT_OWN, Eligibility.ELIGIBLE, {"forward"}),
        (Kind.DENUNCIATION, Competence.NOT_OWN, Eligibility.ELIGIBLE, {"forward", "guide"}),
        (Kind.RECOMMENDATION, Competence.OWN, Eligibility.ELIGIBLE, {"accept"}),
    ],
)
def test_what_is_done_with_a_letter_follows_from_its_axes(
    known: list[Letter], kind: Kind, competence: Competence, eligibility: Eligibility, expected: set[str]
) -> None:
    found = Counter(
        plan.action(letter)
        for letter in known
        if (letter.truth.kind, letter.truth.competence, letter.truth.eligibility) == (kind, competence, eligibility)
    )
    assert found
    assert set(found) <= expected


def test_a_mixed_letter_is_guided_to_be_split() -> None:
    assert plan.action(letters.letter(1, 1, AUTUMN, Wish(kind=Kind.MIXED))) == "guide"
