"""What intake says later: a letter is withdrawn, repeated, or withdrawn under pressure and taken up again."""

from datetime import date

from contracts.vocabulary import Kind, Status, Step
from tests.services.routing.matters import JULY, Matter, accepted, axes, linked, refusal, withdrawn


def test_a_letter_withdrawn_before_acceptance_ends():
    case = Matter(axes())
    case.hear(withdrawn(on=JULY))
    assert (case.state.status, case.state.main_clock) == (Status.WITHDRAWN, None)


def test_a_matter_withdrawn_after_acceptance_ends_by_a_decision():
    case = accepted()
    case.hear(withdrawn(on=date(2026, 7, 8)))
    assert case.state.status is Status.ACCEPTED
    case.do("terminate", date(2026, 7, 9), ground="withdrawn")
    assert case.state.status is Status.TERMINATED


def test_a_coerced_or_partial_withdrawal_changes_nothing():
    case = Matter(axes())
    case.hear(withdrawn(on=JULY, is_coerced=True))
    case.hear(withdrawn(on=JULY, is_whole=False))
    assert case.state.status is Status.ASSIGNED


def test_article_10_what_was_withdrawn_is_reopened_only_for_coercion():
    case = Matter(axes())
    case.hear(withdrawn(on=JULY))
    assert refusal(case, "reopen", date(2026, 7, 20), ground="new_fact").code == "ground_unknown"
    fact = case.do("reopen", date(2026, 7, 20), ground="coerced")
    assert (fact.law, fact.step, fact.due_on) == ("LKN 10.3", Step.ACCEPT, date(2026, 7, 29))
    assert case.state.status is Status.ASSIGNED
    case.do("accept", date(2026, 7, 21))
    case.hear(withdrawn(on=date(2026, 7, 22)))
    assert case.state.is_withdrawn


def test_article_10_what_ended_otherwise_is_not_reopened():
    case = accepted()
    case.do("terminate", date(2026, 7, 20), ground="object_gone")
    assert refusal(case, "reopen", date(2026, 7, 21), ground="coerced").code == "not_withdrawn"
    case = accepted()
    case.hear(withdrawn(on=date(2026, 7, 8)))
    case.do("terminate", date(2026, 7, 9), ground="withdrawn")
    case.do("reopen", date(2026, 7, 10), ground="coerced")


def test_decree_31_a_denunciation_withdrawn_under_threat_or_with_signs_of_violation_goes_on():
    for ground in ("coerced", "violation_signs", "right_abused"):
        case = Matter(axes(Kind.DENUNCIATION))
        case.hear(withdrawn(on=JULY))
        assert case.do("reopen", date(2026, 7, 20), ground=ground).law == "ND31 4.4"
    assert refusal(Matter(axes(Kind.FEEDBACK)), "reopen", ground="coerced").code == "move_not_for_kind"


def test_a_repeated_letter_ends_with_its_clocks():
    case = Matter(axes(), is_classified=False)
    case.hear(linked(on=JULY))
    assert (case.state.status, case.state.founding, case.state.main_clock) == (Status.LINKED, "c0", None)
