"""The engine against a day walker written from the format of questions alone (``tests/law/oracle.py``)."""

from datetime import date, timedelta

from law.calendar import is_working
from tests.law import oracle


def test_twenty_thousand_random_timelines_agree_with_the_day_walker() -> None:
    assert list(oracle.mismatches(20_000)) == []


def test_random_timelines_reach_every_step_every_refusal_and_both_states() -> None:
    seen = [oracle.expected(asked) for asked in oracle.timelines(4_000)]
    assert {answer.get("refusal") for answer in seen} == {
        None,
        "unknown_kind",
        "unknown_step",
        "no_rule_in_force",
        "complexity_note_missing",
        "extension_not_allowed",
        "suspension_outside",
        "bad_suspension",
    }
    assert {answer["state"] for answer in seen if "state" in answer} == {"running", "suspended"}
    assert len({tuple(answer["rules"]) for answer in seen if "rules" in answer}) >= 50


def test_every_day_from_2012_to_2030_is_worked_or_not_as_the_oracle_says() -> None:
    days = [date(2012, 1, 1) + timedelta(days=n) for n in range(19 * 365)]
    assert [day for day in days if is_working(day) != oracle.is_working(day)] == []
