from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
import pytest

from contracts import cases
from contracts.oversight import HotspotChanged, HotspotCleared, HotspotRaised
from contracts.vocabulary import AlertReason, Step
from services.supervision import reference, rules

TODAY = date(2026, 8, 20)
LIMITS = reference.limits(TODAY)
CALM = rules.Matter(
    case_id="c1", holder="UBND-TEST", place="80", is_open=True, people_count=1, linked_count=0, reception_count=0, dispute_count=0,
    same_object_count=0, overdue_since=None,
)  # fmt: skip
STANDING = rules.Standing(
    reasons=(AlertReason.MANY_PEOPLE,), people_count=6, linked_count=0, holder="UBND-TEST", expires_on=TODAY + timedelta(10),
    is_cleared=False, was_expired=False,
)  # fmt: skip


def matter(**facts: object) -> rules.Matter:
    return msgspec.structs.replace(CALM, **facts)


def standing(**facts: object) -> rules.Standing:
    return msgspec.structs.replace(STANDING, **facts)


@dataclass
class Case:
    facts: dict[str, object]
    reasons: tuple[AlertReason, ...]


@pytest.mark.parametrize(
    "case",
    [
        Case({"people_count": 4}, ()),
        Case({"people_count": 5}, (AlertReason.MANY_PEOPLE,)),
        Case({"overdue_since": TODAY}, ()),
        Case({"linked_count": 3}, ()),
        Case({"overdue_since": TODAY, "linked_count": 1}, (AlertReason.OVERDUE_AND_GROWING,)),
        Case({"reception_count": 1}, ()),
        Case({"reception_count": 2}, (AlertReason.REPEATED_RECEPTION,)),
        Case({"dispute_count": 1}, (AlertReason.AGENCIES_DISAGREE,)),
        Case({"same_object_count": 2}, ()),
        Case({"same_object_count": 3}, (AlertReason.SAME_OBJECT,)),
        Case({"people_count": 9, "dispute_count": 2}, (AlertReason.MANY_PEOPLE, AlertReason.AGENCIES_DISAGREE)),
        Case({"people_count": 9, "is_open": False}, ()),
    ],
    ids=str,
)
def test_a_case_is_a_hot_spot_from_its_thresholds_on(case: Case) -> None:
    assert rules.reasons(matter(**case.facts), LIMITS) == case.reasons


def test_no_threshold_is_applied_before_its_law() -> None:
    assert rules.reasons(matter(people_count=50), reference.limits(date(2010, 10, 1))) == ()


def test_a_hot_spot_is_raised_with_the_facts_of_the_case() -> None:
    hot = matter(people_count=7, overdue_since=TODAY - timedelta(3))
    assert rules.weigh(hot, None, LIMITS, TODAY) == HotspotRaised(
        case_id="c1", reasons=[AlertReason.MANY_PEOPLE], people_count=7, days_overdue=3, place="80", holder="UBND-TEST",
        expires_on=TODAY + timedelta(30),
    )  # fmt: skip


def test_nothing_is_raised_while_nobody_is_known_to_hold_the_case() -> None:
    assert rules.weigh(matter(people_count=7, holder=None), None, LIMITS, TODAY) is None


def test_a_calm_case_stays_calm() -> None:
    assert rules.weigh(CALM, None, LIMITS, TODAY) is None


def test_an_unchanged_alert_is_not_stated_again() -> None:
    assert rules.weigh(matter(people_count=6), STANDING, LIMITS, TODAY) is None


def test_an_alert_that_grows_changes_and_stands_longer() -> None:
    verdict = rules.weigh(matter(people_count=8), STANDING, LIMITS, TODAY)
    assert isinstance(verdict, HotspotChanged)
    assert (verdict.people_count, verdict.expires_on) == (8, TODAY + timedelta(30))


def test_an_alert_that_shrinks_or_passes_to_another_body_keeps_its_end() -> None:
    for facts in ({"people_count": 5}, {"people_count": 6, "holder": "CA-TEST"}):
        verdict = rules.weigh(matter(**facts), STANDING, LIMITS, TODAY)
        assert isinstance(verdict, HotspotChanged)
        assert verdict.expires_on == STANDING.expires_on


@pytest.mark.parametrize(
    ("facts", "today", "reason"),
    [
        ({"people_count": 4}, TODAY, "reasons_gone"),
        ({"people_count": 6, "is_open": False}, TODAY, "case_closed"),
        ({"people_count": 6}, STANDING.expires_on + timedelta(1), "expired"),
    ],
)
def test_an_alert_ends_when_its_reasons_its_case_or_its_time_end(facts: dict[str, object], today: date, reason: str) -> None:
    assert rules.weigh(matter(**facts), STANDING, LIMITS, today) == HotspotCleared(case_id="c1", reason=reason)


def test_an_alert_stands_through_its_last_day() -> None:
    assert rules.weigh(matter(people_count=6), STANDING, LIMITS, STANDING.expires_on) is None


def test_an_expired_alert_comes_back_only_when_something_was_added() -> None:
    expired = standing(is_cleared=True, was_expired=True)
    assert rules.weigh(matter(people_count=6), expired, LIMITS, TODAY) is None
    for facts in ({"people_count": 7}, {"people_count": 6, "linked_count": 1}, {"people_count": 6, "dispute_count": 1}):
        assert isinstance(rules.weigh(matter(**facts), expired, LIMITS, TODAY), HotspotRaised)


def test_an_alert_whose_reasons_were_gone_comes_back_with_them() -> None:
    assert isinstance(rules.weigh(matter(people_count=5), standing(is_cleared=True), LIMITS, TODAY), HotspotRaised)


def test_an_object_is_counted_once_on_the_case_that_came_first() -> None:
    day = TODAY
    about = [("PLOT-1", day, "b"), ("PLOT-1", day - timedelta(1), "z"), ("PLOT-1", day, "a"), ("PLOT-2", day, "c")]
    assert rules.same_object_counts(about) == {"z": 3, "c": 1}


@pytest.mark.parametrize(
    ("rule", "on", "law"),
    [
        ("KN-05", date(2026, 6, 30), "LTCD 26.1.b"),
        ("KN-05", date(2026, 7, 1), "LTCD 26.1.b; ND154 15.3"),
        ("TC-01", date(2026, 7, 1), "LTC 38; TT05 14.2"),
        ("XX-01", date(2026, 7, 1), "LTCD 28.1"),
        ("KN-05", date(2010, 10, 1), ""),
    ],
)
def test_the_law_of_a_reminder_is_the_one_in_force(rule: str, on: date, law: str) -> None:
    assert reference.law_of_urging(rule, on) == law


def test_a_notice_ends_the_step_that_it_names() -> None:
    notice = cases.NoticeSent(case_id="c1", step=Step.ANSWER_FORWARDER, document="D", law="L")
    assert rules.ended_by(notice) == {Step.ANSWER_FORWARDER}


def test_every_step_can_end() -> None:
    by_facts = set().union(*(ended for fact, ended in rules.ENDS.items() if fact not in rules.CLOSES))
    assert set(Step) - by_facts <= {Step.SEND_NOTICE, Step.ANSWER_FORWARDER}
