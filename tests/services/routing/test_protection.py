"""Protecting those who denounce, by the articles of chapter VI of the Law on Denunciations."""

from datetime import date

import pytest

from contracts import protection
from contracts.event import ENVELOPE, FACTS
from contracts.vocabulary import Kind, Status
from tests.services.routing.matters import DEPARTMENT, MISDIRECTED, PROVINCE, Matter, accepted, axes, refusal

LATER = date(2026, 7, 10)


def asked(case: Matter | None = None) -> Matter:
    case = case or accepted(Kind.DENUNCIATION)
    case.do("ask_protection", LATER)
    return case


def applied() -> Matter:
    case = asked()
    case.do("apply_protection", LATER)
    return case


@pytest.mark.parametrize("kind", [Kind.COMPLAINT, Kind.RECOMMENDATION, Kind.FEEDBACK])
def test_only_those_who_denounce_are_protected_by_this_law(kind: Kind):
    assert refusal(accepted(kind), "ask_protection", LATER).code == "move_not_for_kind"


def test_article_50_protection_is_asked_for_in_writing_and_when_urgent_at_once():
    case = accepted(Kind.DENUNCIATION)
    assert refusal(case, "ask_protection", LATER, document=None).code == "document_missing"
    fact = case.do("ask_protection", LATER, document=None, is_urgent=True)
    assert (fact.document, fact.is_urgent, fact.law) == ("", True, "LTC 50")
    assert refusal(case, "ask_protection", LATER).code == "protection_asked_before"


@pytest.mark.parametrize(
    "case", [Matter(axes(Kind.DENUNCIATION), is_classified=False), Matter(axes(Kind.DENUNCIATION)), Matter(MISDIRECTED)]
)
def test_article_49_who_received_the_denunciation_protects_from_its_first_day(case: Matter):
    asked(case).do("apply_protection", LATER)


def test_article_51_a_request_is_decided_one_way_or_the_other():
    assert refusal(accepted(Kind.DENUNCIATION), "apply_protection", LATER).code == "protection_not_asked"
    assert asked().do("apply_protection", LATER).law == "LTC 51; LTC 52"
    case = asked()
    assert refusal(case, "refuse_protection", LATER).code == "ground_unknown"
    case.do("refuse_protection", LATER, ground="no_basis")
    assert refusal(case, "apply_protection", LATER).code == "protection_not_asked"
    case.do("ask_protection", date(2026, 7, 13))


def test_article_49_only_the_holder_decides_and_it_stays_with_the_case_when_it_is_forwarded():
    assert refusal(asked(), "apply_protection", LATER, DEPARTMENT).code == "agency_not_allowed"
    case = asked(Matter(MISDIRECTED))
    case.do("forward", LATER, to=PROVINCE)
    case.do("apply_protection", LATER, PROVINCE)


def test_article_54_what_is_applied_is_changed_or_ended_on_the_grounds_of_the_law():
    assert refusal(asked(), "change_protection", LATER).code == "not_protected"
    case = applied()
    case.do("change_protection", LATER)
    assert refusal(case, "end_protection", LATER, ground="no_basis").code == "ground_unknown"
    assert refusal(case, "end_protection", LATER, ground="concluded").code == "not_concluded"
    case.do("end_protection", LATER, ground="on_request")
    assert refusal(case, "end_protection", LATER, ground="on_request").code == "not_protected"


def test_article_54_protection_outlives_the_conclusion_until_it_is_ended():
    case = applied()
    case.do("settle", date(2026, 7, 20), outcome="right")
    case.do("end_protection", date(2026, 7, 21), ground="concluded")
    assert case.state.status is Status.SETTLED


def test_article_54_a_broken_duty_is_a_ground_only_since_july_2026():
    case = Matter(axes(Kind.DENUNCIATION), on=date(2026, 6, 1))
    case.do("ask_protection", date(2026, 6, 2))
    case.do("apply_protection", date(2026, 6, 3))
    assert refusal(case, "end_protection", date(2026, 6, 30), ground="duty_broken").code == "ground_unknown"
    assert case.do("end_protection", date(2026, 7, 1), ground="duty_broken").law == "LTC 54.2.c"


def test_the_law_sets_no_number_of_days_so_no_clock_runs():
    case = accepted(Kind.DENUNCIATION)
    before = list(case.state.clocks)
    for move in ("ask_protection", "apply_protection", "change_protection"):
        case.do(move, LATER)
    assert case.state.clocks == before


def test_article_56_the_facts_have_no_place_for_whom_or_what_is_protected():
    kinds = [kind for kind in FACTS.values() if kind.__module__ == protection.__name__]
    assert len(kinds) == 5
    for kind in kinds:
        assert set(kind.__struct_fields__) - set(ENVELOPE) <= {"document", "law", "ground", "is_urgent"}


def test_protection_is_no_reason_to_move_a_case_or_to_stop_it():
    case = applied()
    assert (case.state.status, case.state.last_on) == (Status.ACCEPTED, LATER)
