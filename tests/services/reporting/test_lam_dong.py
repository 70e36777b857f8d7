"""The totals that Lâm Đồng province published for 2023 go through the ledger and come out again.

Source: Báo Lâm Đồng, 02/2024, "Toàn tỉnh đã tiếp nhận 7.156 đơn khiếu nại, tố cáo, kiến nghị, phản ánh"
(baolamdong.vn/phap-luat/202402). The article gives the totals; how guided, forwarded and urged letters divide between the
kinds it does not say, nor what was late: there the letters below are our own choice, and no figure asserted depends on it.
"""

import random
from datetime import date, timedelta
from itertools import chain, repeat

import pytest

from contracts.event import Event
from contracts.vocabulary import Competence, Eligibility, Kind, Outcome
from services.reporting import forms, reference
from tests.services.reporting import letters as make
from tests.services.reporting.test_identities import Books

FROM, TO = date(2023, 1, 1), date(2023, 12, 31)
RECEIVED = 7156
ELIGIBLE = {Kind.COMPLAINT: 651, Kind.DENUNCIATION: 281, Kind.FEEDBACK: 4659}
OWN = {Kind.COMPLAINT: 359, Kind.DENUNCIATION: 122, Kind.FEEDBACK: 2405}
PASSED = {"guided": 780, "forwarded": 1742, "urged": 183}
SETTLED = {
    Kind.COMPLAINT: {Outcome.RIGHT: 11, Outcome.PARTLY_RIGHT: 10, Outcome.WITHDRAWN_AFTER_EXPLANATION: 74, Outcome.WRONG: 179},
    Kind.DENUNCIATION: {Outcome.RIGHT: 9, Outcome.PARTLY_RIGHT: 15, Outcome.WITHDRAWN_AFTER_EXPLANATION: 11, Outcome.WRONG: 70},
}


def own_letters() -> list[list[Event]]:
    made = []
    for kind, count in OWN.items():
        outcomes = chain.from_iterable(repeat(outcome, n) for outcome, n in SETTLED.get(kind, {}).items())
        for number, outcome in zip(range(count), chain(outcomes, repeat(None)), strict=False):
            facts: list[Event] = [make.lodged(kind=kind), make.assigned()]
            if outcome is not None:
                facts.append(make.settled(outcome=outcome, was_late=number % 7 == 0))
            made.append(facts)
    return made


def letters_passed_on() -> list[list[Event]]:
    kinds = iter(chain.from_iterable(repeat(kind, ELIGIBLE[kind] - OWN[kind]) for kind in ELIGIBLE))
    made: list[list[Event]] = []
    for how, count in PASSED.items():
        for _ in range(count):
            kind = next(kinds)
            if how == "guided":
                made.append([make.lodged(kind=kind), make.guided()])
            elif how == "forwarded":
                made.append([make.lodged(kind=kind), make.forwarded()])
            else:
                made.append([make.lodged(kind=kind, competence=Competence.SUBORDINATE_OVERDUE), make.forwarded()])
    return made


def ineligible_letters() -> list[list[Event]]:
    return [[make.lodged(eligibility=Eligibility.INELIGIBLE), make.filed()] for _ in range(RECEIVED - sum(ELIGIBLE.values()))]


@pytest.fixture(scope="module")
def books() -> Books:
    """A year of letters that gives the published totals, dates by chance, topics mixed."""
    chance = random.Random(2023)
    streams: list[list[Event]] = []
    for number, facts in enumerate([*own_letters(), *letters_passed_on(), *ineligible_letters()]):
        days = sorted(chance.randrange(365) for _ in facts)
        dated = [_dated(fact, f"ld-{number}", FROM + timedelta(day)) for fact, day in zip(facts, days, strict=True)]
        streams += [dated[:1], dated[1:]]
    chance.shuffle(streams)
    return Books(fact for stream in streams for fact in stream)


def _dated(fact: Event, case_id: str, on: date) -> Event:
    import msgspec

    changes = {"received_on": on} if hasattr(fact, "received_on") else {}
    return msgspec.structs.replace(fact, case_id=case_id, legal_on=on, **changes)


def filled(books: Books, layout: str) -> dict[int, int | None]:
    return forms.fill(reference.layouts()[layout], forms.tallies(books.of(make.HOME), FROM, TO)).columns


def test_the_letters_of_2023_fill_form_01_xld_with_the_published_totals(books: Books) -> None:
    columns = filled(books, "xld_2024")
    assert [columns[number] for number in (1, 3, 4)] == [7156, 7156, 7156]
    assert columns[6] == 5591
    assert [columns[number] for number in (8, 9, 10)] == [651, 281, 4659]
    assert [columns[number] for number in (14, 15, 16, 17)] == [2886, 359, 122, 2405]
    assert [columns[number] for number in (18, 19, 20, 21)] == [2705, 780, 1742, 183]
    assert columns[22] is None


def test_the_complaints_settled_in_2023_fill_form_01_kqgq(books: Books) -> None:
    columns = filled(books, "kqgq_complaint_2024")
    assert columns[4] == 359
    assert (columns[5] or 0) + (columns[6] or 0) == 274
    assert [columns[number] for number in (20, 22, 6, 21)] == [11, 10, 74, 179]


def test_the_denunciations_settled_in_2023_fill_form_03_kqgq(books: Books) -> None:
    columns = filled(books, "kqgq_denunciation_2021")
    assert [columns[number] for number in (4, 6)] == [122, 105]
    assert [columns[number] for number in (24, 28, 9, 26)] == [9, 15, 11, 70]


@pytest.mark.parametrize("layout", sorted(reference.layouts()))
def test_no_identity_breaks_in_any_quarter_of_2023(books: Books, layout: str) -> None:
    for month in (1, 4, 7, 10):
        from_on = date(2023, month, 1)
        counted = forms.tallies(books.of(make.HOME), from_on, from_on + timedelta(90))
        assert forms.broken(reference.layouts()[layout], forms.fill(reference.layouts()[layout], counted).columns) == []
