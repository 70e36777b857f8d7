"""Reacts to facts: takes each into its letter and brings books and counts up to date."""

import msgspec

from contracts.event import Event
from runtime.facts import on
from runtime.work import Work
from services.reporting import ledger
from services.reporting.models import Count, Entry, Letter

Told = tuple[ledger.Receipt | None, list[ledger.Move]]


def enter_receipt(fact: Event, work: Work) -> None:
    """Take in what intake says of a letter."""
    letter = work.get(Letter, fact.case_id) or Letter(case_id=fact.case_id)
    receipt, moves = letter.told()
    now = ledger.received(receipt, fact)
    letter.receipt = msgspec.to_builtins(now)
    work.save(letter)
    _book(fact.case_id, (receipt, moves), (now, moves), work)


def enter_move(fact: Event, work: Work) -> None:
    """Take in what routing did with the case."""
    letter = work.get(Letter, fact.case_id) or Letter(case_id=fact.case_id)
    receipt, moves = letter.told()
    move = ledger.moved(fact)
    letter.moves = [*letter.moves, msgspec.to_builtins(move)]
    work.save(letter)
    _book(fact.case_id, (receipt, moves), (receipt, [*moves, move]), work)


for fact_type in ledger.RECEIPTS:
    on(fact_type, loads=[Letter])(enter_receipt)
for fact_type in ledger.ACTS:
    on(fact_type, loads=[Letter])(enter_move)


def _book(case_id: str, before: Told, after: Told, work: Work) -> None:
    """Write the entries that changed and move the letter from its old cell of the counts to its new one."""
    old, new = ledger.entries(*before), ledger.entries(*after)
    for hop, entry in enumerate(new):
        if hop >= len(old) or entry != old[hop]:
            work.save(Entry(case_id=case_id, hop=hop, **msgspec.structs.asdict(entry)))
    for hop in range(len(new), len(old)):
        work.delete(Entry(case_id=case_id, hop=hop, **msgspec.structs.asdict(old[hop])))
    was, is_now = ledger.count(*before), ledger.count(*after)
    if was != is_now:
        if was is not None:
            work.add(Count, msgspec.structs.asdict(was), n=-1)
        if is_now is not None:
            work.add(Count, msgspec.structs.asdict(is_now), n=1)
