"""What may be done with a matter from its acceptance on, and when, by the articles."""

from datetime import date

import pytest

from contracts import cases
from contracts.cases import CaseExtended, SecondSettlementOpened
from contracts.event import FACTS
from contracts.vocabulary import AuthorRole, Branch, Eligibility, Kind, SettledBefore, Status, Step
from services.routing import guards, moves, settlement, statements
from tests.services.routing.matters import (
    DEPARTMENT,
    JULY,
    MISDIRECTED,
    MOVES,
    PROVINCE,
    START,
    WARD,
    Matter,
    accepted,
    axes,
    refusal,
)


def test_the_table_names_only_facts_guards_and_moves_that_exist_and_never_two_rows_for_one_case():
    facts = [kind.__name__ for kind in FACTS.values()]
    assert moves.problems(MOVES, facts, guards.GUARDS) == []
    assert {row.fact for row in MOVES.rows if row.actor not in ("intake", "system")} == set(statements.WRITERS)


# Accepting


def test_acceptance_needs_the_number_of_its_document():
    refused = refusal(Matter(axes()), "accept", document=None)
    assert (refused.code, refused.field, "Mẫu 03" in refused.message) == ("document_missing", "document", True)


def test_acceptance_starts_thirty_days_for_a_first_complaint():
    case = Matter(axes())
    assert case.do("accept", JULY).due_on == date(2026, 8, 5)
    assert case.due(Step.ACCEPT) is None


def test_only_the_holder_acts():
    refused = refusal(Matter(axes()), "accept", agency=PROVINCE)
    assert (refused.code, refused.status) == ("agency_not_allowed", 403)


@pytest.mark.parametrize(
    ("people", "representatives", "is_in_order"),
    [(5, 0, False), (5, 1, True), (10, 2, True), (10, 3, False), (11, 5, True), (11, 6, False)],
)
def test_article_29_from_five_people_on_they_act_through_representatives(people: int, representatives: int, is_in_order: bool):
    case = Matter(axes(people_count=people))
    if is_in_order:
        case.do("accept", JULY, representatives=representatives, is_signed_by_all=True)
        assert case.state.status is Status.ACCEPTED
    else:
        assert refusal(case, "accept", representatives=representatives, is_signed_by_all=True).code == "representatives_wrong"


def test_all_must_sign_the_appointment_of_representatives():
    assert refusal(Matter(axes(people_count=7)), "accept", representatives=1).code == "representatives_unsigned"


def test_article_29_representatives_are_petitioners_themselves():
    asked = {"representatives": 1, "is_signed_by_all": True, "is_outside_represented": True}
    assert refusal(Matter(axes(people_count=7)), "accept", **asked).code == "representatives_outside"


def test_article_11_a_refusal_names_a_ground_of_the_law():
    case = Matter(axes(eligibility=Eligibility.INELIGIBLE))
    assert refusal(case, "refuse", ground="boring").code == "ground_unknown"
    assert case.do("refuse", JULY, ground="unsigned").law == "LKN 11.5"
    assert case.state.status is Status.REFUSED


def test_an_agency_sets_its_own_limit_where_no_law_does():
    case = Matter(axes(Kind.FEEDBACK))
    assert case.do("accept", JULY).due_on is None
    case = Matter(axes(Kind.FEEDBACK))
    assert case.do("accept", JULY, limit_on="2026-08-02").due_on == date(2026, 8, 2)
    case = Matter(axes(Kind.RECOMMENDATION))
    assert case.do("accept", JULY, agency_limit={"limit": 10, "unit": "working"}).due_on == date(2026, 7, 20)


# Longer terms, suspension, dialogue


def test_the_longer_term_needs_its_note_and_a_criterion():
    case = accepted()
    assert refusal(case, "mark_complex", document=None, criteria=["many_places"]).code == "document_missing"
    assert refusal(case, "mark_complex").code == "criteria_missing"
    assert case.do("mark_complex", JULY, criteria=["many_places"]).due_on == date(2026, 8, 20)
    assert refusal(case, "mark_complex", criteria=["many_people"]).code == "already_complex"


def test_a_case_out_of_time_cannot_be_lengthened():
    refused = refusal(accepted(), "mark_complex", date(2026, 8, 6), criteria=["many_places"])
    assert (refused.code, "2026-08-05" in refused.message) == ("out_of_time", True)


def test_article_30_gives_a_denunciation_thirty_days_twice_more_with_criteria():
    case = accepted(Kind.DENUNCIATION)
    assert case.due(Step.SETTLE) == date(2026, 8, 5)
    assert refusal(case, "extend", reason="many_places").code == "extension_not_allowed"
    case.do("mark_complex", JULY, criteria=["many_places"])
    fact = case.do("extend", date(2026, 7, 20), reason="many_places")
    assert isinstance(fact, CaseExtended)
    assert fact.due_on == date(2026, 9, 4)
    assert refusal(case, "extend", date(2026, 7, 21), reason="many_places").code == "extension_not_allowed"
    case.do("mark_complex", date(2026, 7, 21), criteria=["agencies_differ"])
    assert case.do("extend", date(2026, 7, 22), reason="agencies_differ").due_on == date(2026, 10, 5)
    assert refusal(case, "extend", date(2026, 7, 23), reason="many_places").code == "extension_not_allowed"


def test_decree_31_bars_a_relative_from_handling_a_denunciation():
    refused = refusal(Matter(axes(Kind.DENUNCIATION)), "accept", conflict="spouse")
    assert (refused.code, refused.law) == ("conflict_of_interest", "ND31 5.2; ND31 10.3")


def test_a_complaint_is_not_extended():
    assert refusal(accepted(), "extend", reason="many_places").code == "move_not_for_kind"


def test_article_11a_suspended_days_are_not_counted():
    case = accepted()
    case.do("suspend", date(2026, 7, 10), ground="awaiting_result")
    assert (case.state.status, case.due(Step.SETTLE)) == (Status.SUSPENDED, None)
    assert refusal(case, "settle", date(2026, 7, 15), outcome="wrong").code == "move_not_now"
    assert case.do("resume", date(2026, 7, 20)).due_on == date(2026, 8, 17)


def test_a_complaint_could_not_be_suspended_before_july_2026():
    case = Matter(axes(), on=date(2026, 6, 1))
    case.do("accept", date(2026, 6, 3))
    assert refusal(case, "suspend", date(2026, 6, 10), ground="awaiting_result").code == "move_not_in_force"
    case.do("suspend", date(2026, 7, 1), ground="awaiting_result")


def test_a_case_accepted_before_july_2026_keeps_its_rule_on_complexity_which_no_clause_of_transition_changes():
    case = Matter(axes(), on=date(2026, 6, 24))
    case.do("accept", date(2026, 6, 26))
    assert case.do("mark_complex", date(2026, 7, 2)).due_on == date(2026, 8, 10)
    case = Matter(axes(), on=date(2026, 7, 1))
    case.do("accept", date(2026, 7, 1))
    assert refusal(case, "mark_complex", date(2026, 7, 2)).code == "criteria_missing"


def test_article_39_a_second_settlement_needs_a_dialogue_led_by_the_head_when_many_people_petition():
    case = Matter(axes(settled_before=SettledBefore.ONCE, people_count=6), by=PROVINCE)
    case.do("accept", JULY, representatives=1, is_signed_by_all=True)
    assert case.due(Step.SETTLE) == date(2026, 8, 20)
    assert refusal(case, "settle", outcome="upheld").code == "dialogue_required"
    case.do("dialogue", date(2026, 7, 13))
    assert refusal(case, "settle", date(2026, 7, 14), outcome="upheld").code == "head_must_lead"
    case.do("dialogue", date(2026, 7, 15), is_in_person=True)
    case.do("settle", date(2026, 7, 16), outcome="upheld")


def test_decree_124_the_head_leads_where_agencies_differ():
    case = Matter(axes(settled_before=SettledBefore.ONCE), by=PROVINCE)
    case.do("accept", JULY)
    case.do("mark_complex", JULY, criteria=["agencies_differ"])
    case.do("dialogue", date(2026, 7, 13))
    assert refusal(case, "settle", date(2026, 7, 14), outcome="upheld").code == "head_must_lead"


def test_article_30_a_first_settlement_needs_a_dialogue_only_where_views_still_differ():
    assert refusal(accepted(), "settle", outcome="wrong", is_contested=True).code == "dialogue_required"
    accepted().do("settle", JULY, outcome="wrong")


def test_article_53_a_discipline_complaint_needs_a_dialogue():
    assert refusal(accepted(is_discipline=True), "settle", outcome="wrong").code == "dialogue_required"


# Settling and after


@pytest.mark.parametrize(("on", "was_late"), [(date(2026, 8, 5), False), (date(2026, 8, 6), True)])
def test_the_last_day_runs_until_its_end(on: date, was_late: bool):
    fact = accepted().do("settle", on, outcome="partly_right")
    assert (fact.due_on, fact.was_late) == (date(2026, 8, 5), was_late)


def test_an_outcome_belongs_to_its_kind_and_stage():
    refused = refusal(accepted(), "settle", outcome="upheld")
    assert (refused.code, "right, partly_right, wrong" in refused.message) == ("outcome_unknown", True)


def test_after_the_decision_sending_publishing_and_effect_have_their_terms():
    case = accepted()
    case.do("settle", date(2026, 7, 20), outcome="right")
    assert case.due(Step.SEND_DECISION) == date(2026, 7, 23)
    assert case.due(Step.PUBLISH) == date(2026, 8, 4)
    assert case.due(Step.TAKE_EFFECT) == date(2026, 8, 19)
    case.do("send_decision", date(2026, 7, 21))
    assert refusal(case, "send_decision", date(2026, 7, 21)).code == "step_not_running"


def test_article_33_the_second_complaint_opens_before_the_provincial_chair_within_thirty_days():
    case = accepted()
    case.do("settle", date(2026, 7, 20), outcome="wrong")
    case.do("send_decision", date(2026, 7, 21))
    assert refusal(case, "open_second", date(2026, 7, 22), agency="UBND-14").code == "move_not_yours"
    assert refusal(case, "open_second", date(2026, 8, 21), agency=PROVINCE).code == "filing_expired"
    fact = case.do("open_second", date(2026, 8, 20), agency=PROVINCE)
    assert isinstance(fact, SecondSettlementOpened)
    assert (fact.holder, fact.step, fact.due_on) == (PROVINCE, Step.ACCEPT, date(2026, 8, 28))
    assert (case.state.stage, case.state.status) == (2, Status.ASSIGNED)
    assert case.do("accept", date(2026, 8, 25)).due_on == date(2026, 10, 9)


def test_a_complaint_not_settled_in_its_term_may_go_on_to_the_second_settler():
    case = accepted()
    assert refusal(case, "open_second", date(2026, 8, 5), agency=PROVINCE).code == "not_overdue"
    case.do("open_second", date(2026, 8, 10), agency=PROVINCE)
    assert case.state.holder == PROVINCE


def test_article_38_the_superior_urges_an_overdue_denunciation_and_may_take_it_over():
    case = Matter(MISDIRECTED)
    case.do("forward", JULY, to=PROVINCE)
    case.do("accept", date(2026, 7, 8))
    assert refusal(case, "urge", date(2026, 8, 7), agency="CP-TW").code == "not_overdue"
    fact = case.do("urge", date(2026, 8, 10), agency="CP-TW")
    assert (fact.demanded_by, fact.holder, fact.due_on) == ("CP-TW", PROVINCE, date(2026, 8, 17))
    case.do("send_notice", date(2026, 8, 12), step="report_progress")
    case.do("take_over", date(2026, 8, 20), agency="CP-TW")
    assert (case.state.holder, case.state.status) == ("CP-TW", Status.ASSIGNED)


def test_article_38_a_denunciation_continued_because_overdue_makes_the_superior_order_a_report():
    case = Matter(MISDIRECTED)
    case.do("forward", JULY, to=PROVINCE)
    case.do("accept", date(2026, 7, 8))
    assert refusal(case, "continue_overdue", date(2026, 8, 7), agency="CP-TW").code == "not_overdue"
    fact = case.do("continue_overdue", date(2026, 8, 10), agency="CP-TW")
    assert (fact.received_by, fact.due_on, fact.law) == ("CP-TW", date(2026, 8, 17), "LTC 38.1; LTC 38.2")
    assert case.state.clock(Step.ORDER_REPORT).holder == "CP-TW"
    assert refusal(case, "continue_overdue", date(2026, 8, 11), agency="CP-TW").code == "continued_before"
    case.do("urge", date(2026, 8, 12), agency="CP-TW")
    assert (case.due(Step.ORDER_REPORT), case.due(Step.REPORT_PROGRESS)) == (None, date(2026, 8, 19))


def test_obligations_follow_an_effective_decision():
    case = accepted()
    case.do("settle", date(2026, 7, 20), outcome="right")
    asked = {"to": DEPARTMENT, "obligation": "NV-1", "measure": "return_land", "limit_on": "2026-10-01"}
    assert refusal(case, "set_obligation", date(2026, 8, 10), **asked).code == "not_effective"
    case.hear(cases.DecisionEffective(case_id="c1", legal_on=date(2026, 8, 20), effective_on=date(2026, 8, 20), law="LKN 44"))
    assert case.due(Step.ENFORCE) == date(2026, 8, 26)
    case.do("set_obligation", date(2026, 8, 24), **asked)
    assert (case.due(Step.ENFORCE), case.due(Step.FULFIL)) == (None, date(2026, 10, 1))
    case.do("fulfil_obligation", date(2026, 9, 20), agency=DEPARTMENT, obligation="NV-1")
    assert (case.due(Step.FULFIL), case.state.obligations) == (None, {})


def test_article_34_a_denunciation_ends_on_the_grounds_of_the_law_alone():
    case = accepted(Kind.DENUNCIATION)
    assert refusal(case, "terminate", ground="object_gone").code == "ground_unknown"
    assert case.do("terminate", date(2026, 7, 20), ground="death_of_denounced").law == "LTC 34.3"
    assert case.due(Step.SEND_NOTICE) == date(2026, 7, 27)


def test_after_its_end_a_case_has_no_moves_but_its_notice_and_the_way_to_court():
    case = accepted()
    case.do("terminate", date(2026, 7, 20), ground="object_gone")
    assert case.open_moves == {"send_notice", "sue"}
    assert refusal(case, "settle", date(2026, 7, 21), outcome="wrong").code == "move_not_now"


# Several competent bodies

SEVERAL = axes(Kind.DENUNCIATION, author_role=AuthorRole.UNKNOWN, branch=Branch.STATE_MANAGEMENT)


def test_article_41_the_first_competent_body_to_accept_settles():
    case = Matter(SEVERAL, by=DEPARTMENT)
    assert not case.state.is_certain
    fact = case.do("accept", JULY)
    assert fact.law == "LTC 29; LTC 41"
    assert (case.state.competent, case.state.is_certain) == (DEPARTMENT, True)
    assert "LTC 41" not in accepted(Kind.DENUNCIATION).facts[-1].law


def test_article_41_another_body_refuses_naming_the_one_that_accepted_first():
    case = Matter(SEVERAL, by="SXD-19")
    assert refusal(case, "refuse", ground="accepted_elsewhere").code == "target_missing"
    assert refusal(case, "refuse", ground="accepted_elsewhere", to="SXD-19").code == "target_is_holder"
    assert case.do("refuse", JULY, ground="accepted_elsewhere", to=DEPARTMENT).law == "LTC 41"
    assert refusal(Matter(axes(Kind.DENUNCIATION)), "refuse", ground="accepted_elsewhere", to=DEPARTMENT).code == "one_body_competent"


# Form


def test_an_act_cannot_be_dated_before_the_last_one():
    refused = refusal(accepted(), "settle", date(2026, 7, 5), outcome="wrong")
    assert (refused.code, refused.field) == ("before_last_act", "on")


def test_an_unknown_move_is_not_found():
    assert refusal(Matter(axes()), "smile").code == "unknown_move"
    assert refusal(Matter(axes()), "lodge").code == "unknown_move"


def test_an_illegal_move_names_what_would_be_needed():
    refused = refusal(Matter(axes()), "settle", outcome="wrong")
    assert refused.code == "move_not_now"
    assert "đã thụ lý" in refused.message
    assert refused.law == "LKN 30; LKN 31"


def test_a_document_is_a_number_and_never_a_name():
    import msgspec

    from contracts.moves import Ask

    for good in ("12/TB-UBND", "TB 12/2026", "15/QĐ-UBND"):
        msgspec.convert({"document": good}, Ask)
    for bad in ("Nguyễn Văn A", "Nguyen Van A", "", "thư của ông A, 12"):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"document": bad}, Ask)


def test_a_mixed_letter_is_guided_to_be_split():
    case = Matter(axes(Kind.MIXED))
    assert case.state.action == "split"
    case.do("guide", JULY)
    assert case.state.status is Status.GUIDED


def test_a_denunciation_about_state_management_may_be_taken_by_the_body_whose_officer_says_own():
    case = Matter(axes(Kind.DENUNCIATION, author_role=AuthorRole.UNKNOWN, branch=Branch.STATE_MANAGEMENT), by=DEPARTMENT)
    assert (case.state.status, case.state.holder) == (Status.ASSIGNED, DEPARTMENT)


def test_next_steps_say_who_may_do_what_by_when_and_why_not():
    case = accepted()
    steps = {step.move: step for step in settlement.next_steps(MOVES, case.state, JULY)}
    assert steps["settle"].within == date(2026, 8, 5)
    assert steps["settle"].by == WARD
    assert "open_second" not in steps
    refused = settlement.why_not(MOVES, case.state, "open_second", JULY)
    assert refused is not None
    assert refused.code == "not_overdue"
    assert settlement.why_not(MOVES, case.state, "settle", JULY) is None


def test_next_steps_leave_out_what_no_form_could_make_good():
    """A forward without a switched-on basis (K1) and an extension that the law no longer grants (LTC 30)."""
    complaint = Matter(axes(), on=START)
    assert "forward" not in {step.move for step in settlement.next_steps(MOVES, complaint.state, JULY)}
    denunciation = accepted(Kind.DENUNCIATION)
    assert "extend" not in {step.move for step in settlement.next_steps(MOVES, denunciation.state, JULY)}
    refused = settlement.why_not(MOVES, denunciation.state, "extend", JULY)
    assert refused is not None
    assert refused.code == "extension_not_allowed"


def test_kinds_of_the_interim_start_keep_the_day_they_came():
    assert Matter(axes(), on=START).state.came_on == START
