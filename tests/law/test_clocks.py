"""Time limits, each shown at an edge and named after its article."""

from datetime import date
from typing import Any

import pytest

from contracts.errors import Invalid
from law.clocks import due, may_start, notice_on
from law.question import Suspension

NOTED = {"complex": True, "criteria": ["many_contents"], "note": "TB 12/2026"}
ABOUT: list[tuple[str, str, str, str, dict[str, Any], str, list[str]]] = [
    # article, kind, step, start, facts, due, rules
    ("LKN 9: ninety days to file", "complaint", "file_first", "2026-03-02", {}, "2026-06-01", ["KN-01"]),
    ("LKN 27 until 30 June 2026: ten days", "complaint", "accept", "2026-06-30", {}, "2026-07-10", ["KN-02a"]),
    ("LKN 27 from 1 July 2026: seven working days", "complaint", "accept", "2026-07-01", {}, "2026-07-10", ["KN-02c"]),
    ("LKN 50: discipline accepted alike", "discipline", "accept", "2026-07-03", {}, "2026-07-14", ["KN-02c"]),
    ("LKN 28: thirty days", "complaint", "settle_first", "2026-07-03", {}, "2026-08-03", ["KN-05"]),
    ("LKN 28: forty-five if complex", "complaint", "settle_first", "2026-07-03", NOTED, "2026-08-17", ["KN-06"]),
    ("LKN 28: forty-five if remote", "complaint", "settle_first", "2026-07-03", {"remote": True}, "2026-08-17", ["KN-07"]),
    ("LKN 28: sixty if both", "complaint", "settle_first", "2026-07-03", NOTED | {"remote": True}, "2026-09-03", ["KN-08"]),
    ("LKN 32: first decision sent in three working days", "complaint", "send_first", "2026-08-28", {}, "2026-09-07", ["KN-09"]),
    ("LKN 33.1: thirty days for the second complaint", "complaint", "file_second", "2026-07-01", {}, "2026-07-31", ["KN-10"]),
    ("LKN 33.1: forty-five if remote", "complaint", "file_second", "2026-07-01", {"remote": True}, "2026-08-17", ["KN-10r"]),
    ("LKN 37: forty-five days", "complaint", "settle_second", "2026-07-01", {}, "2026-08-17", ["KN-11a"]),
    ("LKN 37: sixty if complex", "complaint", "settle_second", "2026-07-01", NOTED, "2026-09-03", ["KN-11b"]),
    ("LKN 37: sixty if remote", "complaint", "settle_second", "2026-07-01", {"remote": True}, "2026-09-03", ["KN-11c"]),
    ("LKN 37: seventy if both", "complaint", "settle_second", "2026-07-01", NOTED | {"remote": True}, "2026-09-09", ["KN-11d"]),
    ("LKN 41.1: seven calendar days", "complaint", "send_second", "2026-07-01", {}, "2026-07-08", ["KN-12"]),
    ("ND124 29.3: published in fifteen days", "complaint", "publish", "2026-07-01", {}, "2026-07-16", ["KN-13"]),
    ("LKN 44: effect does not roll", "complaint", "effect", "2026-07-02", {}, "2026-08-01", ["KN-14"]),
    ("ND124 31.1: five working days to direct", "complaint", "enforce_direction", "2026-07-01", {}, "2026-07-08", ["KN-15"]),
    ("ND124 28.1: dialogue notice five days before", "complaint", "dialogue_notice", "2026-07-10", {}, "2026-07-05", ["KN-17"]),
    ("LKN 66.2: the Front in seven days", "complaint", "notify_forwarder", "2026-07-01", {"forwarder": "front"}, "2026-07-08", ["KN-20"]),
    ("LTCD 27.2: deputies in seven working days", "complaint", "notify_forwarder", "2026-07-01", {}, "2026-07-10", ["KN-21"]),
    ("LKN 48: dismissal gives thirty days", "discipline", "file_second", "2026-07-01", {"dismissal": True}, "2026-07-31", ["KL-03"]),
    ("LTC 24.1: seven working days", "denunciation", "initial", "2026-02-12", {}, "2026-03-02", ["TC-01"]),
    ("LTC 24.1: ten if many places", "denunciation", "initial", "2026-02-12", {"many_places": True}, "2026-03-05", ["TC-01x"]),
    ("LTC 24.2: forwarded in five working days", "denunciation", "forward", "2026-08-28", {}, "2026-09-09", ["TC-02"]),
    ("LTC 30.1: thirty days", "denunciation", "settle", "2026-07-01", {}, "2026-07-31", ["TC-04"]),
    ("LTC 37.2: twenty days", "denunciation", "continued_decide", "2026-07-01", {}, "2026-07-21", ["TC-13"]),
    ("LTCD 28.1: ten working days", "feedback", "notify_visitor", "2026-07-01", {}, "2026-07-15", ["PA-01"]),
    ("ND154 23: online notice five working days before", "reception_online", "notify_before", "2026-09-04", {}, "2026-08-25", ["TCD-07"]),
    ("LTTHC 312.1: a year to ask for compulsion", "enforcement", "request_compulsory", "2024-02-29", {}, "2025-02-28", ["THA-05"]),
    ("L121 40: thirty days if complex", "supervision", "explanation", "2026-07-01", {"complex": True}, "2026-07-31", ["GS-08"]),
]


@pytest.mark.parametrize(("kind", "step", "start", "facts", "on", "rules"), [row[1:] for row in ABOUT], ids=[row[0] for row in ABOUT])
def test_by_when(kind: str, step: str, start: str, facts: dict[str, Any], on: str, rules: list[str]) -> None:
    found = due(kind, step, date.fromisoformat(start), facts)
    assert (found.due, list(found.rules)) == (date.fromisoformat(on), rules)


def test_the_worked_example_of_a_complex_complaint_suspended_for_ten_days() -> None:
    found = due("complaint", "settle_first", date(2026, 7, 3), NOTED, suspensions=[Suspension(date(2026, 7, 10), date(2026, 7, 20))])
    assert (found.rules, found.limit, found.due, found.cites, found.grade) == (("KN-06",), 45, date(2026, 8, 27), ("LKN 28",), "A")


def test_civil_code_148_5_a_last_day_off_runs_to_the_next_working_day_unless_switched_off() -> None:
    rolled, plain = (due("complaint", "settle_first", date(2026, 7, 3), roll=roll) for roll in (True, False))
    assert (rolled.due, rolled.rolled_from) == (date(2026, 8, 3), date(2026, 8, 2))
    assert (plain.due, plain.rolled_from) == (date(2026, 8, 2), None)


def test_complaints_44_a_decision_takes_effect_the_day_after_its_term() -> None:
    found = due("complaint", "effect", date(2026, 7, 2), {"remote": True})
    assert (found.limit, found.due, found.effective_from) == (45, date(2026, 8, 16), date(2026, 8, 17))


def test_k2_the_laws_ten_days_bind_and_the_decrees_ten_working_days_stand_beside_them() -> None:
    found = due("complaint", "accept", date(2026, 6, 5))
    assert found.due == date(2026, 6, 15)
    assert [(each.rule, each.due) for each in found.also] == [("KN-02b", date(2026, 6, 19))]
    assert due("complaint", "accept", date(2020, 12, 9)).also == ()


def test_k2_discipline_decisions_are_sent_in_seven_days_and_the_decree_says_working_days() -> None:
    found = due("discipline", "send_second", date(2026, 7, 3))
    assert (found.due, [(each.rule, each.due) for each in found.also]) == (date(2026, 7, 10), [("KN-12b", date(2026, 7, 14))])


def test_decree_124_3a_a_complex_case_from_july_2026_needs_its_note_and_a_criterion() -> None:
    for facts in ({"complex": True}, {"complex": True, "note": "TB 1"}, {"complex": True, "note": "TB 1", "criteria": [""]}):
        with pytest.raises(Invalid, match="complexity_note_missing"):
            due("complaint", "settle_first", date(2026, 7, 1), facts)
    assert due("complaint", "settle_first", date(2026, 6, 30), {"complex": True}).limit == 45


def test_the_note_is_asked_for_by_the_day_the_clock_started_whatever_law_is_asked_for() -> None:
    assert due("complaint", "settle_first", date(2026, 6, 30), {"complex": True}, as_of_law=date(2026, 7, 2)).limit == 45
    with pytest.raises(Invalid, match="complexity_note_missing"):
        due("complaint", "settle_first", date(2026, 7, 2), {"complex": True}, as_of_law=date(2026, 6, 1))


def test_denunciations_30_extensions_add_to_one_budget_and_only_the_last_end_rolls() -> None:
    one, two = {"complex": True, "criteria": ["many_people"]}, {"complex": True, "criteria": ["many_people", "foreign_element"]}
    assert due("denunciation", "settle", date(2026, 7, 3), one, extensions=1).due == date(2026, 9, 3)
    found = due("denunciation", "settle", date(2026, 7, 3), two, extensions=2)
    assert (found.rules, found.limit, found.due) == (("TC-04", "TC-05", "TC-06"), 90, date(2026, 10, 1))
    assert found.cites == ("LTC 30.1", "LTC 30.2", "LTC 30.3")


@pytest.mark.parametrize(
    ("facts", "extensions"),
    [
        ({}, 1),
        ({"complex": True}, 1),
        ({"criteria": ["a"]}, 1),
        ({"complex": True, "criteria": ["a", "a"]}, 2),
        ({"complex": True, "criteria": list("abc")}, 3),
    ],
)
def test_denunciations_30_an_extension_without_its_criteria_is_refused(facts: dict[str, Any], extensions: int) -> None:
    with pytest.raises(Invalid, match="extension_not_allowed"):
        due("denunciation", "settle", date(2026, 7, 3), facts, extensions=extensions)


def test_complaints_11a_4_a_lasting_suspension_leaves_the_days_that_were_left() -> None:
    found = due("complaint", "settle_first", date(2026, 7, 3), suspensions=[Suspension(date(2026, 7, 10))])
    assert (found.due, found.state, found.remaining) == (None, "suspended", 23)


def test_a_suspension_decided_and_ended_on_one_day_leaves_nothing_out() -> None:
    paused = due("denunciation", "initial", date(2026, 7, 3), suspensions=[Suspension(date(2026, 7, 6), date(2026, 7, 6))])
    assert paused.due == due("denunciation", "initial", date(2026, 7, 3)).due


@pytest.mark.parametrize(
    ("pauses", "code"),
    [
        ([(5, 7)], "suspension_outside"),
        ([(17, 18)], "suspension_outside"),
        ([(8, 7)], "bad_suspension"),
        ([(8, 10), (9, 12)], "bad_suspension"),
        ([(8, None), (9, 10)], "bad_suspension"),
    ],
)
def test_suspensions_must_lie_in_order_within_the_term(pauses: list[tuple[int, int | None]], code: str) -> None:
    given = [Suspension(date(2026, 7, first), date(2026, 7, last) if last else None) for first, last in pauses]
    with pytest.raises(Invalid, match=code):
        due("complaint", "send_second", date(2026, 7, 6), suspensions=given)


def test_suspensions_beyond_the_loaded_calendar_lie_outside_the_term_or_leave_no_day_to_give() -> None:
    for day, code in (
        (date(1999, 1, 1), "suspension_outside"),
        (date(2099, 1, 1), "suspension_outside"),
        (date(2026, 7, 7), "beyond_calendar"),
    ):
        with pytest.raises(Invalid, match=code):
            due("complaint", "send_second", date(2026, 7, 6), suspensions=[Suspension(day, date(2099, 1, 2))])


def test_one_lasting_suspension_named_twice_is_out_of_order() -> None:
    lasting = Suspension(date(2026, 7, 8))
    with pytest.raises(Invalid, match="bad_suspension"):
        due("complaint", "send_second", date(2026, 7, 6), suspensions=[lasting, lasting])


def test_a_second_suspension_may_lie_where_the_first_moved_the_end() -> None:
    pauses = [Suspension(date(2026, 7, 8), date(2026, 7, 18)), Suspension(date(2026, 7, 20), date(2026, 7, 21))]
    assert due("complaint", "send_second", date(2026, 7, 6), suspensions=pauses).due == date(2026, 7, 24)


def test_recommendations_have_no_statutory_limit_but_an_agency_may_set_one() -> None:
    none = due("recommendation", "settle", date(2026, 7, 1))
    assert (none.due, none.limit, none.warnings, none.grade) == (None, None, ("no_statutory_limit",), "C")
    own = due("recommendation", "settle", date(2026, 7, 1), {"agency_limit": {"limit": 5, "unit": "working"}})
    assert (own.due, own.limit, own.unit, own.warnings) == (date(2026, 7, 8), 5, "working", ())


@pytest.mark.parametrize("limit", [5, {"limit": "5", "unit": "working"}, {"limit": 5, "unit": "week"}, {"limit": -1, "unit": "working"}])
def test_an_agency_limit_that_is_none_is_refused(limit: object) -> None:
    with pytest.raises(Invalid, match="bad_fact"):
        due("feedback", "settle", date(2026, 7, 1), {"agency_limit": limit})


def test_a_due_date_in_a_year_without_notice_warns() -> None:
    assert due("complaint", "settle_first", date(2026, 12, 10)).warnings == ("calendar_unconfirmed",)
    assert due("complaint", "settle_first", date(2026, 11, 10)).warnings == ()


def test_the_version_of_the_law_can_be_asked_for() -> None:
    assert due("complaint", "accept", date(2026, 7, 3), as_of_law=date(2026, 6, 1)).rules == ("KN-02a",)
    assert due("complaint", "accept", date(2026, 6, 1), as_of_law=date(2026, 7, 3)).rules == ("KN-02c",)


def test_before_law_136_was_passed_nobody_knew_of_seven_working_days() -> None:
    assert due("complaint", "accept", date(2026, 7, 3), as_of_knowledge=date(2025, 12, 9)).rules == ("KN-02a",)
    assert due("complaint", "accept", date(2026, 7, 3), as_of_knowledge=date(2025, 12, 10)).rules == ("KN-02c",)


def test_a_rule_graded_m_answers_with_a_warning_and_starts_no_clock_unless_switched_on_by_name() -> None:
    found = due("letter", "process", date(2026, 7, 1))
    assert (found.grade, found.warnings) == ("M", ("unconfirmed_rule",))
    assert not may_start(found)
    assert may_start(found, switched_on=["XLD-00"])
    assert may_start(due("complaint", "accept", date(2026, 7, 1)))


def test_a_fact_that_chooses_must_be_true_or_false_and_other_facts_are_ignored() -> None:
    with pytest.raises(Invalid, match="bad_fact"):
        due("complaint", "settle_first", date(2026, 7, 1), {"remote": "yes"})
    assert due("complaint", "accept", date(2026, 7, 1), {"remote": "yes", "complex": 1}).rules == ("KN-02c",)


def test_notice_is_given_on_the_working_day_after_which_two_remain() -> None:
    assert notice_on(date(2026, 7, 10)) == date(2026, 7, 8)
    assert notice_on(date(2026, 9, 4)) == date(2026, 8, 28)
    assert notice_on(date(2026, 8, 2), days=1) == date(2026, 7, 30)
