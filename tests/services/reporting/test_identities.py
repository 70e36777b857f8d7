"""The identities of the forms hold for every agency and period, at every prefix of the log, in any order between topics."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.event import Event
from services.reporting import forms, ledger, reference
from tests.services.reporting import letters as make

LETTERS = [f"c{number}" for number in range(4)]
STREAMS = st.tuples(*(st.tuples(make.receipt_facts(name), make.move_facts(name)) for name in LETTERS))


class Books:
    """Everything said so far, letter by letter, with the live counts kept by adding as the service keeps them."""

    def __init__(self, facts: Iterable[Event] = ()) -> None:
        self.told: dict[str, tuple[ledger.Receipt | None, list[ledger.Move]]] = {}
        self.counts: Counter[ledger.Count] = Counter()
        for fact in facts:
            self.take(fact)

    def take(self, fact: Event) -> None:
        receipt, moves = before = self.told.get(fact.case_id, (None, []))
        is_receipt = isinstance(fact, ledger.RECEIPTS)
        after = (ledger.received(receipt, fact), moves) if is_receipt else (receipt, [*moves, ledger.moved(fact)])
        self.told[fact.case_id] = after
        for cell, amount in ((ledger.count(*before), -1), (ledger.count(*after), 1)):
            if cell is not None:
                self.counts[cell] += amount

    def of(self, agency: str) -> list[ledger.Entry]:
        return [entry for told in self.told.values() for entry in ledger.entries(*told) if entry.agency == agency]

    def recounted(self) -> dict[ledger.Count, int]:
        cells = (ledger.count(*told) for told in self.told.values())
        return dict(Counter(cell for cell in cells if cell is not None))


def standing(counts: Counter[ledger.Count]) -> dict[ledger.Count, int]:
    return {cell: n for cell, n in counts.items() if n}


@settings(max_examples=150, deadline=None)
@given(streams=STREAMS, seed=st.integers(), from_on=make.DAYS, days=st.integers(0, 400))
def test_every_identity_holds_at_every_prefix(streams: tuple[tuple[list[Event], list[Event]], ...], seed: int, from_on, days: int) -> None:  # type: ignore[no-untyped-def]
    to_on = from_on + timedelta(days)
    books = Books()
    for fact in make.interleaved([stream for pair in streams for stream in pair], Random(seed)):
        books.take(fact)
        for agency in make.BODIES:
            for layout in reference.layouts().values():
                columns = forms.fill(layout, forms.tallies(books.of(agency), from_on, to_on)).columns
                assert forms.broken(layout, columns) == []
                assert all(value is None or value >= 0 for value in columns.values())
        assert standing(books.counts) == books.recounted()
        assert all(n > 0 for n in standing(books.counts).values())


@settings(max_examples=150, deadline=None)
@given(streams=STREAMS, one=st.integers(), other=st.integers())
def test_books_and_counts_do_not_depend_on_the_order_between_topics(
    streams: tuple[tuple[list[Event], list[Event]], ...], one: int, other: int
) -> None:
    flat = [stream for pair in streams for stream in pair]
    first, second = (Books(make.interleaved(flat, Random(seed))) for seed in (one, other))
    assert first.told == second.told
    assert standing(first.counts) == standing(second.counts)


@settings(max_examples=100, deadline=None)
@given(streams=STREAMS, from_on=make.DAYS, days=st.integers(0, 200), more=st.integers(0, 200))
def test_what_one_period_carries_forward_the_next_one_takes_over(streams, from_on, days: int, more: int) -> None:  # type: ignore[no-untyped-def]
    books = Books(fact for pair in streams for stream in pair for fact in stream)
    middle = from_on + timedelta(days)
    layout = reference.layouts()["xld_2024"]
    for agency in make.BODIES:
        earlier = forms.fill(layout, forms.tallies(books.of(agency), from_on, middle)).columns
        next_on = middle + timedelta(1)
        later = forms.fill(layout, forms.tallies(books.of(agency), next_on, next_on + timedelta(more))).columns
        assert earlier[5] == later[2]


@settings(max_examples=100, deadline=None)
@given(streams=STREAMS)
def test_every_letter_seen_is_counted_exactly_once(streams) -> None:  # type: ignore[no-untyped-def]
    books = Books(fact for pair in streams for stream in pair for fact in stream)
    assert sum(books.counts.values()) == len(LETTERS)
