from datetime import date, timedelta

import msgspec
import pytest

from contracts.event import Event
from contracts.vocabulary import Competence, Eligibility, Kind, SettledBefore, Status
from services.reporting import ledger
from services.reporting.ledger import Closing, Disposal, Entry, Timing
from tests.services.reporting import letters as make

DAY = make.START


def after(days: int) -> date:
    return DAY + timedelta(days)


def told(*facts: Event) -> tuple[ledger.Receipt | None, list[ledger.Move]]:
    receipt, moves = None, []
    for fact in facts:
        if isinstance(fact, ledger.RECEIPTS):
            receipt = ledger.received(receipt, fact)
        else:
            moves.append(ledger.moved(fact))
    return receipt, moves


def book(*facts: Event) -> list[Entry]:
    return ledger.entries(*told(*facts))


def test_a_letter_stands_in_the_book_of_the_body_that_received_it_from_the_day_of_receipt() -> None:
    (entry,) = book(make.lodged(on=after(3)))
    assert (entry.agency, entry.received_on, entry.disposal, entry.is_eligible) == (make.HOME, after(3), None, False)


def test_what_routing_does_before_the_letter_is_seen_waits_for_the_letter() -> None:
    assert book(make.assigned(on=after(1))) == []
    assert book(make.assigned(on=after(1)), make.lodged()) == book(make.lodged(), make.assigned(on=after(1)))


def test_an_assigned_letter_is_own_on_the_day_of_the_assignment_and_not_again_when_accepted() -> None:
    (entry,) = book(make.lodged(), make.assigned(on=after(2)), make.accepted(on=after(5)))
    assert (entry.disposal, entry.handled_on, entry.is_eligible) == (Disposal.OWN, after(2), True)


def test_a_body_that_assigns_its_own_matter_handled_it_as_own_and_leaves_the_settling_to_the_other() -> None:
    desk, settler = book(make.lodged(), make.assigned(on=after(2), holder="CA-TEST"), make.settled(on=after(9), holder="CA-TEST"))
    assert (desk.disposal, desk.closing, desk.closed_on) == (Disposal.OWN, Closing.ASSIGNED, after(2))
    assert (settler.received_on, settler.disposal, settler.closing) == (after(2), Disposal.OWN, Closing.SETTLED)


def test_a_forwarded_letter_leaves_one_book_and_enters_the_next_on_the_same_day() -> None:
    sender, holder = book(make.lodged(kind=Kind.DENUNCIATION), make.forwarded(on=after(4), holder="CA-TEST"))
    assert (sender.disposal, sender.handled_on) == (Disposal.FORWARDED, after(4))
    assert (holder.agency, holder.received_on, holder.disposal) == ("CA-TEST", after(4), None)


def test_a_body_that_accepts_a_forwarded_letter_has_it_as_its_own() -> None:
    _, holder = book(make.lodged(), make.forwarded(on=after(4)), make.accepted(on=after(6), holder="CA-TEST"))
    assert (holder.disposal, holder.handled_on) == (Disposal.OWN, after(6))


def test_an_overdue_matter_of_a_subordinate_is_urged_not_forwarded() -> None:
    first, _ = book(make.lodged(competence=Competence.SUBORDINATE_OVERDUE), make.forwarded(on=after(1)))
    assert first.disposal is Disposal.URGED


def test_a_letter_returned_to_its_forwarder_keeps_its_own_outcome() -> None:
    (entry,) = book(make.lodged(), make.returned(on=after(1)))
    assert (entry.disposal, entry.is_eligible) == (Disposal.RETURNED, True)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ([make.lodged(eligibility=Eligibility.INELIGIBLE), make.guided()], "ineligible"),
        ([make.lodged(kind=Kind.MIXED), make.guided()], "mixed"),
        ([make.lodged(), make.assigned(), make.linked()], "repeated"),
        ([make.lodged(), make.filed()], "filed"),
        ([make.lodged(), make.withdrawn()], "withdrawn before an outcome"),
    ],
)
def test_some_letters_are_handled_but_never_eligible(facts: list[Event], why: str) -> None:
    (entry,) = book(*facts)
    assert (entry.handled_on, entry.is_eligible) == (DAY, False), why


def test_a_settled_matter_is_closed_on_the_day_of_the_decision_and_knows_whether_it_was_late() -> None:
    (entry,) = book(make.lodged(), make.assigned(), make.settled(on=after(40), was_late=True))
    assert (entry.settled_on, entry.closed_on, entry.closing, entry.is_late) == (after(40), after(40), Closing.SETTLED, True)


def test_a_withdrawn_own_matter_is_closed_unless_routing_closed_it_first() -> None:
    (entry,) = book(make.lodged(), make.assigned(), make.withdrawn(on=after(9)))
    assert (entry.closing, entry.closed_on) == (Closing.WITHDRAWN, after(9))
    (entry,) = book(make.lodged(), make.assigned(), make.withdrawn(on=after(9)), make.settled(on=after(12)))
    assert (entry.closing, entry.closed_on) == (Closing.SETTLED, after(12))


def test_what_was_withdrawn_under_pressure_is_entered_anew_and_leaves_what_was_reported() -> None:
    facts = [make.lodged(), make.assigned(), make.withdrawn(on=after(9)), make.reopened(on=after(20))]
    for order in (facts, [facts[1], facts[3], facts[0], facts[2]]):
        first, again = book(*order)
        assert (first.closing, first.closed_on) == (Closing.WITHDRAWN, after(9))
        assert (again.agency, again.received_on, again.disposal, again.closing) == (make.HOME, after(20), Disposal.OWN, None)
    counted = ledger.count(*told(*facts))
    assert counted is not None
    assert counted.status is Status.ASSIGNED
    first, again = book(*facts, make.withdrawn(on=after(30)))
    assert (first.closed_on, again.closing, again.closed_on) == (after(20), Closing.WITHDRAWN, after(30))


def test_a_partly_withdrawn_letter_stays() -> None:
    (entry,) = book(make.lodged(), make.assigned(), make.withdrawn(is_whole=False))
    assert entry.closing is None


def test_nothing_is_posted_before_the_letter_came() -> None:
    """A real log holds cases that end before their first event."""
    (entry,) = book(make.lodged(on=after(10)), make.settled(on=after(2)))
    assert (entry.handled_on, entry.settled_on, entry.closed_on) == (after(10), after(10), after(10))


def test_a_letter_is_counted_once_under_the_body_that_holds_it() -> None:
    before = ledger.count(*told(make.lodged()))
    later = ledger.count(*told(make.lodged(), make.forwarded()))
    assert before is not None
    assert later is not None
    assert (before.agency, before.status, before.period) == (make.HOME, Status.RECEIVED, "2026-01")
    assert (later.agency, later.status) == ("CA-TEST", Status.FORWARDED)


def test_the_counts_tell_late_from_on_time_once_settled() -> None:
    late = ledger.count(*told(make.lodged(), make.settled(was_late=True)))
    on_time = ledger.count(*told(make.lodged(), make.settled(was_late=False)))
    still_open = ledger.count(*told(make.lodged(), make.accepted()))
    assert [found.timing if found else None for found in (late, on_time, still_open)] == [Timing.LATE, Timing.ON_TIME, Timing.OPEN]


def test_a_repeated_letter_counts_as_linked_whatever_came_first() -> None:
    found = ledger.count(*told(make.lodged(), make.assigned(), make.linked()))
    assert found is not None
    assert found.status is Status.LINKED


def test_a_second_settlement_is_a_new_letter_in_the_book_of_the_second_body() -> None:
    first, second = book(make.lodged(), make.settled(on=after(30)), make.second_opened(on=after(40)))
    assert (first.closing, first.closed_on, first.disposal) == (Closing.SETTLED, after(30), Disposal.OWN)
    assert (second.agency, second.received_on, second.disposal, second.settled_before) == (
        "TTCP-TEST",
        after(40),
        Disposal.OWN,
        SettledBefore.ONCE,
    )


def test_a_first_settlement_out_of_time_ends_when_the_second_body_takes_the_matter() -> None:
    first, second = book(make.lodged(), make.accepted(), make.second_opened(on=after(60)))
    assert (first.closing, first.closed_on) == (Closing.TAKEN_TO_SECOND, after(60))
    assert second.settled_before is SettledBefore.NEVER


def test_a_superior_answers_a_letter_about_delay_by_demanding_progress() -> None:
    overdue = make.lodged(competence=Competence.SUBORDINATE_OVERDUE)
    for answer in (make.demanded(on=after(2)), make.linked(on=after(2))):
        (entry,) = book(overdue, answer)
        assert (entry.disposal, entry.handled_on, entry.is_eligible) == (Disposal.URGED, after(2), True)


def test_a_demand_for_progress_moves_no_case() -> None:
    facts = [make.lodged(), make.accepted()]
    assert book(*facts, make.demanded(by="TTCP-TEST", holder=make.HOME)) == book(*facts)
    assert ledger.count(*told(*facts, make.demanded(by="TTCP-TEST", holder=make.HOME))) == ledger.count(*told(*facts))


def test_a_coerced_withdrawal_ends_nothing() -> None:
    (entry,) = book(make.lodged(), make.assigned(), msgspec.structs.replace(make.withdrawn(), is_coerced=True))
    assert entry.closing is None


def test_a_letter_classified_after_it_was_linked_or_withdrawn_stays_so() -> None:
    (linked,) = book(make.lodged(), make.linked(), make.classified())
    (withdrawn,) = book(make.lodged(), make.withdrawn(), make.classified())
    assert [linked.disposal, withdrawn.disposal] == [Disposal.LINKED, Disposal.ENDED]
