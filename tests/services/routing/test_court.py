"""Going to court and enforcing its judgment, by the articles."""

from datetime import date
from typing import Any

import pytest

from contracts import court
from contracts.vocabulary import FIRST_STEPS, Kind, Status, Step
from services.routing import lawsuit, questions, settlement
from services.routing.state import State
from tests.services.routing.matters import JULY, MOVES, PROVINCE, WARD, Matter, accepted, axes, refusal

COURT, OFFICE = "TA-KV2-19", "THA-KV2-19"
"""The regional court for Sông Công and the civil judgment enforcement office beside it."""


def settled() -> Matter:
    case = accepted()
    case.do("settle", date(2026, 7, 20), outcome="wrong")
    case.do("send_decision", date(2026, 7, 21))
    return case


def docketed(case: Matter, on: date = date(2026, 8, 10)) -> Matter:
    if case.state.suit.brought_on is None:
        case.do("sue", on, to=COURT)
    case.do("docket_suit", on, COURT)
    return case


def judged(ruling: str = "to_enforce", **asked: Any) -> Matter:
    """A judgment against the ward that came on Tuesday 1 September 2026."""
    case = docketed(settled())
    case.do("receive_judgment", date(2026, 9, 1), COURT, ground=ruling, **asked)
    return case


# Suing


@pytest.mark.parametrize("kind", [Kind.DENUNCIATION, Kind.RECOMMENDATION, Kind.FEEDBACK])
def test_only_a_complaint_goes_to_the_administrative_court(kind: Kind):
    assert refusal(accepted(kind), "sue", to=COURT).code == "move_not_for_kind"


def test_article_7_the_complainant_may_sue_at_every_step():
    for case in (Matter(axes()), accepted(), settled()):
        fact = case.do("sue", date(2026, 8, 3), to=COURT)
        assert isinstance(fact, court.SuitBrought)
        assert (fact.court, case.state.suit.brought_on) == (COURT, date(2026, 8, 3))


def test_a_suit_names_a_court():
    for wrong in (None, WARD, "TA-9999"):
        refused = refusal(settled(), "sue", date(2026, 8, 3), to=wrong)
        assert (refused.code, refused.field) == ("court_unknown", "to")


@pytest.mark.parametrize(("on", "is_in_time"), [(date(2027, 7, 21), True), (date(2027, 7, 22), False)])
def test_article_116_one_year_runs_from_receipt_of_the_settlement_decision(on: date, is_in_time: bool):
    case = settled()
    if is_in_time:
        case.do("sue", on, to=COURT)
    else:
        assert refusal(case, "sue", on, to=COURT).code == "filing_expired"
        case.do("sue", on, to=COURT, has_new_fact=True)


@pytest.mark.parametrize(("on", "is_in_time"), [(date(2027, 8, 5), True), (date(2027, 8, 6), False)])
def test_article_116_one_year_runs_from_the_end_of_a_term_without_answer(on: date, is_in_time: bool):
    """Accepted on 6 July 2026, to be settled by 5 August 2026."""
    case = accepted()
    if is_in_time:
        case.do("sue", on, to=COURT)
    else:
        assert refusal(case, "sue", on, to=COURT).code == "filing_expired"


@pytest.mark.parametrize(("known_on", "is_in_time"), [("2025-07-20", True), ("2025-07-17", False)])
def test_article_116_one_year_runs_from_the_day_the_decision_itself_became_known(known_on: str, is_in_time: bool):
    """18 July 2026 is a Saturday, so a year that ends then runs to Monday."""
    case, on = accepted(), date(2026, 7, 20)
    if is_in_time:
        case.do("sue", on, to=COURT, known_on=known_on)
    else:
        assert refusal(case, "sue", on, to=COURT, known_on=known_on).code == "filing_expired"


def test_article_57_of_disciplinary_decisions_only_a_dismissal_goes_to_court():
    case = accepted(is_discipline=True)
    assert refusal(case, "sue", date(2026, 7, 20), to=COURT).code == "court_for_dismissal_only"
    case.do("sue", date(2026, 7, 20), to=COURT, is_dismissal=True)


def test_article_48_a_dismissal_leaves_thirty_days_for_the_second_complaint_where_other_discipline_leaves_ten():
    def first() -> Matter:
        case = accepted(is_discipline=True)
        case.do("dialogue", date(2026, 7, 13))
        case.do("settle", date(2026, 7, 20), outcome="wrong")
        return case

    second = first().state.second or PROVINCE
    assert refusal(first(), "open_second", date(2026, 8, 10), second).code == "filing_expired"
    first().do("open_second", date(2026, 8, 10), second, is_dismissal=True)


# The court has it


def test_article_11_while_the_court_has_the_matter_it_is_neither_accepted_nor_settled():
    refused = refusal(docketed(Matter(axes())), "accept", date(2026, 8, 11))
    assert (refused.code, refused.law) == ("before_the_court", "LKN 11.9")
    assert refusal(docketed(accepted()), "settle", date(2026, 8, 11), outcome="wrong").code == "before_the_court"


def test_article_11_no_second_complaint_is_opened_while_the_court_has_the_matter():
    assert refusal(docketed(settled()), "open_second", date(2026, 8, 11), PROVINCE).code == "before_the_court"


def test_a_suit_that_the_court_has_not_accepted_yet_stops_nothing():
    """The law speaks only of a court that has accepted or decided (Law on Complaints, art. 11.9)."""
    case = settled()
    case.do("sue", date(2026, 8, 3), to=COURT)
    case.do("open_second", date(2026, 8, 5), PROVINCE)
    assert case.state.suit == lawsuit.NO_SUIT


def test_article_11a_the_court_s_acceptance_is_a_ground_to_terminate():
    case = docketed(accepted())
    assert "terminate" in case.open_moves
    fact = case.do("terminate", date(2026, 8, 11), ground="court")
    assert (fact.law, case.state.status) == ("LKN 11a.2", Status.TERMINATED)


def test_article_11_a_suit_that_the_court_itself_ended_bars_nothing():
    case = docketed(settled())
    case.do("drop_suit", date(2026, 8, 12), COURT)
    case.do("open_second", date(2026, 8, 14), PROVINCE)
    assert case.state.status is Status.ASSIGNED


def test_a_court_s_acts_follow_each_other():
    case = settled()
    assert refusal(case, "docket_suit", date(2026, 8, 3), to=COURT).code == "not_sued"
    assert refusal(case, "sue", date(2026, 8, 3), "TT-19", to="TT-19").code == "court_unknown"
    case.do("sue", date(2026, 8, 3), COURT, to=COURT)
    assert refusal(case, "receive_judgment", date(2026, 8, 4), ground="nothing").code == "not_docketed"
    assert refusal(case, "docket_suit", date(2026, 8, 4), "TA-14").code == "move_not_yours"
    docketed(case)
    assert refusal(case, "receive_judgment", date(2026, 8, 20), "TT-19", ground="to_enforce", to="TT-19").code == "move_not_yours"


# Enforcing


def test_article_311_the_obliged_body_has_thirty_days_and_the_enforcement_office_five_working_days_to_remind():
    case = judged()
    fact = case.facts[-1]
    assert isinstance(fact, court.JudgmentReceived)
    assert (fact.obliged, fact.enforcer, fact.due_on, fact.law) == (WARD, OFFICE, date(2026, 10, 1), "LTTHC 311.2.b")
    assert case.due(Step.REMIND_ENFORCEMENT) == date(2026, 9, 9), "two days of the National Day lie between"
    assert case.due(Step.REPORT_RESULT) == date(2026, 10, 6)
    holders = {clock.step: clock.holder for clock in case.state.clocks if clock.is_running and clock.step in lawsuit.STEPS}
    assert holders == {Step.ENFORCE_JUDGMENT: WARD, Step.REMIND_ENFORCEMENT: OFFICE, Step.REPORT_RESULT: WARD}


def test_article_311_some_judgments_are_enforced_at_once():
    case = judged("at_once")
    assert case.due(Step.ENFORCE_JUDGMENT) == date(2026, 9, 1)
    assert case.due(Step.REPORT_RESULT) is None


def test_a_judgment_that_dismisses_the_suit_obliges_nobody_and_leaves_no_way_back():
    case = judged("nothing")
    assert not [clock for clock in case.state.clocks if clock.is_running and clock.step in lawsuit.STEPS]
    assert refusal(case, "enforce_judgment", date(2026, 9, 2), WARD).code == "move_not_yours"
    assert refusal(case, "open_second", date(2026, 9, 2), PROVINCE).code == "before_the_court"


def test_decree_71_reminder_enforcement_and_reports():
    case = judged()
    assert refusal(case, "remind_enforcement", date(2026, 9, 3), WARD).code == "move_not_yours"
    case.do("remind_enforcement", date(2026, 9, 3), OFFICE)
    assert refusal(case, "remind_enforcement", date(2026, 9, 4), OFFICE).code == "step_not_running"
    case.do("enforce_judgment", date(2026, 9, 21), WARD)
    assert (case.due(Step.ENFORCE_JUDGMENT), case.due(Step.REPORT_DONE)) == (None, date(2026, 9, 28))
    case.do("report_enforcement", date(2026, 9, 22), WARD)
    assert (case.due(Step.REPORT_RESULT), case.due(Step.REPORT_DONE)) == (None, None)
    assert refusal(case, "enforce_judgment", date(2026, 9, 23), WARD).code == "nothing_to_enforce"


def test_article_312_compulsion_is_asked_for_after_the_voluntary_term_and_within_a_year():
    refused = refusal(judged(), "request_compulsory", date(2026, 10, 1), COURT)
    assert (refused.code, refused.law) == ("voluntary_term_running", "LTTHC 312.1")
    assert refusal(judged(), "request_compulsory", date(2027, 10, 2), COURT).code == "filing_expired"
    case = judged()
    assert case.do("request_compulsory", date(2027, 10, 1), COURT).due_on == date(2027, 10, 8)
    assert refusal(case, "request_compulsory", date(2027, 10, 4), COURT).code == "compulsion_asked"


def test_article_312_the_court_compels_and_decree_71_makes_the_superior_direct():
    case = judged()
    case.do("request_compulsory", date(2026, 10, 5), COURT)
    assert case.due(Step.COMPEL_ENFORCEMENT) == date(2026, 10, 12)
    assert refusal(case, "direct_enforcement", date(2026, 10, 6), PROVINCE).code == "step_not_running"
    assert case.do("compel_enforcement", date(2026, 10, 9), COURT).due_on == date(2026, 10, 14)
    assert refusal(case, "direct_enforcement", date(2026, 10, 12), WARD).code == "move_not_yours"
    case.do("direct_enforcement", date(2026, 10, 12), PROVINCE)
    assert case.due(Step.DIRECT_ENFORCEMENT) is None


def test_decree_71_the_superior_answers_on_liability_in_five_working_days():
    case = judged()
    assert refusal(case, "recommend_liability", date(2026, 10, 1), OFFICE).code == "voluntary_term_running"
    assert case.do("recommend_liability", date(2026, 10, 5), OFFICE).due_on == date(2026, 10, 12)
    case.do("answer_liability", date(2026, 10, 8), PROVINCE)
    assert case.due(Step.ANSWER_LIABILITY) is None


def test_the_end_of_a_settlement_does_not_end_enforcement():
    case = docketed(accepted())
    case.do("receive_judgment", date(2026, 9, 1), COURT, ground="to_enforce")
    case.do("terminate", date(2026, 9, 3), ground="court")
    assert case.due(Step.SETTLE) is None
    assert case.due(Step.ENFORCE_JUDGMENT) == date(2026, 10, 1)


def test_a_judgment_s_single_measures_are_obligations():
    asked = {"to": WARD, "obligation": "NV-1", "measure": "judgment", "limit_on": "2026-09-20"}
    assert refusal(settled(), "set_obligation", date(2026, 9, 2), **asked).code == "nothing_to_enforce"
    case = judged()
    case.do("set_obligation", date(2026, 9, 2), **asked)
    case.do("fulfil_obligation", date(2026, 9, 10), WARD, obligation="NV-1")
    assert case.due(Step.ENFORCE_JUDGMENT) == date(2026, 10, 1)


# What is told


def test_next_steps_tell_who_enforces_by_when_and_that_a_new_decree_may_come():
    case = judged()
    steps = {step.move: step for step in settlement.next_steps(MOVES, case.state, date(2026, 10, 5))}
    told = {move: (steps[move].by, steps[move].within, steps[move].warning) for move in ("report_enforcement", "request_compulsory")}
    assert told["report_enforcement"] == (WARD, date(2026, 10, 6), "U7")
    assert told["request_compulsory"] == (COURT, date(2027, 10, 1), "")
    steps = {step.move: step for step in settlement.next_steps(MOVES, settled().state, date(2026, 8, 3))}
    assert steps["sue"].within == date(2027, 7, 21)


def test_the_first_facts_never_meet_a_word_of_the_longer_list():
    assert not lawsuit.STEPS & FIRST_STEPS


def test_the_suit_is_part_of_what_is_kept():
    import msgspec

    case = judged()
    kept = msgspec.json.decode(msgspec.json.encode(case.state), type=State)
    assert kept == case.state
    assert case.state.last_on > JULY


def test_a_history_told_from_outside_may_go_to_court():
    facts = [
        {"type": "PetitionLodged", "at": "2026-07-03", "received_by": WARD},
        {"type": "PetitionClassified", "at": "2026-07-03"},
        {"type": "accept", "at": "2026-07-06"},
        {"type": "sue", "at": "2026-07-13", "court": COURT},
        {"type": "suit.docketed", "at": "2026-07-20"},
    ]
    asked = questions.WhatNext(kind="complaint", facts=facts, ask="settle")
    found = questions.what_next(asked)
    assert {"terminate", "drop_suit", "receive_judgment"} <= {step.move for step in found.steps}
    assert found.asked is not None
    assert (found.asked["allowed"], found.asked["refusal"]["code"]) == (False, "before_the_court")
