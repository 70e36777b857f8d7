"""Letters of all kinds at every body of the five documents come to their legal ends, each step in time."""

from collections import Counter
from typing import Any

import pytest

from contracts.vocabulary import Role
from tests.journeys.walk import OFFICES, SEEDS, SORTS, Company, Walk, places
from tests.journeys.world import OPERATOR, Badge, World, until

pytestmark = pytest.mark.journey

CARRIED_OUT = ("decision.effective.v1", "obligation.set.v1", "obligation.fulfilled.v1")
TWO_SETTLEMENTS = [
    *[(f"UBND-{commune}", f"UBND-{commune}", f"UBND-{province}") for province, commune in SEEDS.items()],
    *[(f"UBND-{province}", f"UBND-{province}", "BO-NNMT") for province in SEEDS],
    ("SNNMT-80", "SNNMT-80", "UBND-80"),
    ("CCQLDD-19", "CCQLDD-19", "SNNMT-19"),
    ("VKS-KV8-44", "VKS-KV8-44", "VKS-44"),
    ("TA-KV8-44", "TA-KV8-44", "TA-44"),
    ("VKS-44", "VKS-44", "VKS-TW"),
    ("TA-44", "TA-44", "TA-TW"),
    ("THA-KV8-44", "THA-KV8-44", "THA-44"),
    ("CA-05518", "CA-05518", "CA-19"),
    ("UBKT-19429", "DU-19429", ""),
    ("HDND-14", "HDND-14", "UBTVQH-TW"),
    ("MTTQ-51", "MTTQ-51", "MTTQ-TW"),
]
"""Complaints about the head of a body: who settles first, who second."""


@pytest.fixture(scope="module")
def company(world: World) -> Company:
    """All of them, having walked from July to October 2026."""
    found = Company(world)
    found.set_out()
    found.go()
    return found


def walks_of(company: Company, body: str) -> dict[str, Walk]:
    """The letters of one body, by sort."""
    return {walk.sort: walk for walk in company.walks if walk.body.code == body}


def stated(company: Company, walk: Walk) -> list[str]:
    """What routing stated about a letter, in order, without what is told before a day comes."""
    return [kind for kind in company.world.log.types(walk.case_id, "cases.v1") if kind != "step.due.v1"]


@pytest.mark.parametrize("body", [body.code for body in places()])
def test_letters_of_all_kinds_come_to_their_legal_ends_in_time(company: Company, body: str) -> None:
    walks = walks_of(company, body)
    assert set(walks) == set(SORTS)
    assert {sort: walk.problem for sort, walk in walks.items() if walk.problem} == {}
    for walk in walks.values():
        facts = stated(company, walk)
        assert facts[-1] in _ends(walk), (walk.sort, facts)
        assert "step.missed.v1" not in facts, (walk.sort, facts)


def _ends(walk: Walk) -> tuple[str, ...]:
    """The last fact of a letter that took its whole way."""
    if "guide" in walk.acts:
        return ("petition.guided.v1",)
    return ("case.settled.v1",) if walk.kind in ("recommendation", "feedback") else ("obligation.fulfilled.v1",)


@pytest.mark.parametrize(("body", "first", "second"), TWO_SETTLEMENTS)
def test_a_complaint_is_settled_first_and_second_by_the_bodies_that_the_law_names(
    company: Company, body: str, first: str, second: str
) -> None:
    complaint = walks_of(company, body)["complaint"]
    assert (complaint.first, complaint.second) == (first, second)
    if second:
        settled = [record.body for record in company.world.log.of(complaint.case_id) if record.type == "case.settled.v1"]
        assert [(fact["holder"], fact["outcome"], fact["was_late"]) for fact in settled] == [
            (first, "wrong", False),
            (second, "upheld", False),
        ]


@pytest.mark.parametrize("commune", SEEDS.values())
def test_a_decision_binds_thirty_days_after_the_second_settlement_and_is_carried_out(company: Company, commune: str) -> None:
    complaint = walks_of(company, f"UBND-{commune}")["complaint"]
    facts = {record.type: record.body for record in company.world.log.of(complaint.case_id)}
    assert facts["decision.effective.v1"]["effective_on"] == "2026-10-10"
    assert [kind for kind in stated(company, complaint) if kind in CARRIED_OUT] == list(CARRIED_OUT)
    assert facts["obligation.fulfilled.v1"]["obliged"] == f"UBND-{commune}"


def test_every_letter_is_always_with_exactly_one_body(company: Company) -> None:
    for walk in company.walks:
        facts = [record for record in company.world.log.of(walk.case_id, "cases.v1") if not record.type.startswith("step.")]
        holders = [record.body["holder"] for record in facts if "holder" in record.body]
        assert holders[-1] == walk.holder if holders else walk.holder == walk.body.code


def test_reporting_counts_each_letter_once_and_form_01_adds_up_for_every_body(company: Company) -> None:
    world = company.world
    path = "/counts?by=status&from=2026-07&to=2026-07"
    until("all are counted", lambda: world.do("reporting", "GET", path, by=OPERATOR)["total"] >= len(company.walks))
    for body in (*places(), None):
        agency = f"&agency={body.code}" if body else ""
        told = world.do("reporting", "GET", f"/reports/01-XLD?from=2026-07-01&to=2026-10-31{agency}", by=OPERATOR)
        n = {int(number): value for number, value in told["columns"].items() if value is not None}
        assert n[1] == n[2] + n[3] == n[4] + n[5]
        assert n[6] == n[8] + n[9] + n[10] == n[11] + n[12] + n[13] == n[14] + n[18]


@pytest.mark.parametrize("province", SEEDS)
def test_those_who_watch_a_province_see_its_figures(company: Company, province: str) -> None:
    asked = "{ statistics { total byKind { kind count } } }"
    held = Counter(walk.kind for walk in company.walks if _province_of(walk.holder) == province)

    def figures() -> dict[str, Any] | None:
        found = company.world.graphql(asked, by=Badge(Role.SUPERVISOR, f"HDND-{province}"))["statistics"]
        counted = {entry["kind"].lower(): entry["count"] for entry in found["byKind"]}
        return counted if all(counted.get(kind, 0) >= n for kind, n in held.items()) else None

    until("the figures of the province", figures)


def test_bodies_without_a_head_of_their_own_to_complain_about_pass_letters_on(company: Company) -> None:
    for walk in company.walks:
        if (walk.body.role, walk.body.level) not in OFFICES and walk.kind == "recommendation":
            assert walk.holder == walk.first != walk.body.code


def _province_of(code: str) -> str:
    unit = code.rpartition("-")[2]
    return next((province for province, commune in SEEDS.items() if unit in (province, commune)), "")
