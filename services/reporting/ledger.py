"""The ledger of letters: what the facts about one letter put into the books of the bodies that held it (pure).

A letter that passes from body to body stands once in the book of each: passed on in the first, received in the next, as the
forms count it (each body reports the letters that reached it). An entry of a book has up to four dated postings:
``received`` → ``handled`` (its outcome was stated) → for own matters ``settled`` and ``closed``. Every column of every
form is a sum of such postings, so what one book gives another takes, and the identities of the forms cannot break.

Intake's and routing's facts come on two topics without order between them. ``Letter`` keeps what each said apart, and
``entries`` reads both together: whatever the interleaving, the same facts end in the same books.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import msgspec

from contracts import cases, petitions
from contracts.event import Event
from contracts.vocabulary import Competence, Eligibility, Field, Kind, Outcome, SettledBefore, Source, Status


class Disposal(StrEnum):
    """What a body did with a letter: the outcomes of form 01/XLD, and the ends that the form does not count."""

    OWN = "own"
    GUIDED = "guided"
    RETURNED = "returned"
    FORWARDED = "forwarded"
    URGED = "urged"
    FILED = "filed"
    LINKED = "linked"
    ENDED = "ended"

    @property
    def is_counted(self) -> bool:
        """The form has a column for it, so an eligible letter enters columns 6 to 21."""
        return self not in _UNCOUNTED


_UNCOUNTED = frozenset({Disposal.FILED, Disposal.LINKED, Disposal.ENDED})


class Closing(StrEnum):
    """How an own matter left the body's hands."""

    SETTLED = "settled"
    REFUSED = "refused"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    TAKEN_TO_SECOND = "taken_to_second"
    ASSIGNED = "assigned"


class Timing(StrEnum):
    """Whether a settled matter kept its last day, counted to 24:00 (Civil Code 2015, art. 148.6); empty before it is settled."""

    OPEN = ""
    ON_TIME = "on_time"
    LATE = "late"


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What intake says of a letter, as last determined. ``received_on`` is the registered date of receipt."""

    received_by: str
    received_on: date
    kind: Kind
    field: Field
    source: Source
    eligibility: Eligibility
    competence: Competence
    settled_before: SettledBefore
    is_classified: bool = False
    linked_on: date | None = None
    withdrawn_on: date | None = None


class Act(StrEnum):
    """The acts of routing that change a book or a status."""

    ASSIGNED = "assigned"
    GUIDED = "guided"
    FORWARDED = "forwarded"
    RETURNED = "returned"
    FILED = "filed"
    DECIDED = "decided"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    SETTLED = "settled"
    TERMINATED = "terminated"
    SECOND_OPENED = "second_opened"
    REOPENED = "reopened"
    DEMANDED = "demanded"


class Move(msgspec.Struct, frozen=True, omit_defaults=True):
    """One act of routing on its legal date; ``holder`` is the body that has the case after it, where the fact names one.

    Of a demand for progress ``holder`` is the superior that demands; the case does not move.
    """

    act: Act
    on: date
    holder: str | None = None
    outcome: Outcome | None = None
    was_late: bool | None = None


class Entry(msgspec.Struct, kw_only=True):
    """A letter in the book of one body. Dates are legal dates and never lie before the letter came to that body."""

    agency: str
    received_on: date
    kind: Kind
    field: Field
    source: Source
    settled_before: SettledBefore
    is_eligible: bool = False
    disposal: Disposal | None = None
    handled_on: date | None = None
    settled_on: date | None = None
    outcome: Outcome | None = None
    is_late: bool | None = None
    closed_on: date | None = None
    closing: Closing | None = None

    def dispose(self, disposal: Disposal, on: date) -> None:
        """State the outcome; a different one replaces it, the same one keeps its first date."""
        if self.disposal is not disposal:
            self.disposal = disposal
            self.handled_on = max(on, self.received_on)

    def close(self, closing: Closing, on: date) -> None:
        """The matter left the body's hands, not before it was in them."""
        self.closing = closing
        self.closed_on = max(on, self.handled_on or self.received_on)


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """The cell of the live counts where a letter stands: each letter in exactly one, under the body that holds it."""

    agency: str
    kind: Kind
    status: Status
    period: str
    timing: Timing


RECEIPTS: tuple[type[Event], ...] = (
    petitions.PetitionLodged,
    petitions.PetitionClassified,
    petitions.PetitionLinked,
    petitions.PetitionWithdrawn,
)
"""The facts of intake that the books know."""


def received(known: Receipt | None, fact: Event) -> Receipt | None:
    """What intake says of the letter after ``fact``."""
    match fact:
        case petitions.PetitionLodged() | petitions.PetitionClassified():
            return _described(known, fact)
        case petitions.PetitionLinked() if known:
            return msgspec.structs.replace(known, linked_on=fact.legal_on)
        case petitions.PetitionWithdrawn(is_whole=True, is_coerced=False) if known:
            return msgspec.structs.replace(known, withdrawn_on=fact.legal_on)
    return known


def _described(known: Receipt | None, fact: petitions.PetitionLodged | petitions.PetitionClassified) -> Receipt:
    axes = fact.axes
    return Receipt(
        received_by=fact.received_by,
        received_on=fact.received_on,
        kind=axes.kind,
        field=axes.field,
        source=axes.source,
        eligibility=axes.eligibility,
        competence=axes.competence,
        settled_before=axes.settled_before,
        is_classified=isinstance(fact, petitions.PetitionClassified) or (known is not None and known.is_classified),
        linked_on=known.linked_on if known else None,
        withdrawn_on=known.withdrawn_on if known else None,
    )


ACTS: dict[type[Event], Act] = {
    cases.PetitionAssigned: Act.ASSIGNED,
    cases.PetitionGuided: Act.GUIDED,
    cases.PetitionForwarded: Act.FORWARDED,
    cases.PetitionReturned: Act.RETURNED,
    cases.PetitionFiled: Act.FILED,
    cases.CompetenceDecided: Act.DECIDED,
    cases.CaseAccepted: Act.ACCEPTED,
    cases.CaseRefused: Act.REFUSED,
    cases.CaseSuspended: Act.SUSPENDED,
    cases.CaseResumed: Act.RESUMED,
    cases.CaseSettled: Act.SETTLED,
    cases.CaseTerminated: Act.TERMINATED,
    cases.SecondSettlementOpened: Act.SECOND_OPENED,
    cases.CaseReopened: Act.REOPENED,
    cases.ProgressDemanded: Act.DEMANDED,
}
"""The facts of routing that the books know. Others (a step due, a dialogue held) change no figure."""


def moved(fact: Event) -> Move:
    """A fact of routing as the books keep it."""
    return Move(
        ACTS[type(fact)],
        fact.legal_on,
        fact.demanded_by if isinstance(fact, cases.ProgressDemanded) else getattr(fact, "holder", None),
        getattr(fact, "outcome", None),
        getattr(fact, "was_late", None),
    )


def entries(receipt: Receipt | None, moves: Sequence[Move]) -> list[Entry]:
    """The letter in every book where it stands, in the order in which the bodies had it; nothing before it is seen received."""
    if receipt is None:
        return []
    chain = [_entry(receipt, receipt.received_by, receipt.received_on)]
    for move in moves:
        _post(chain, move, receipt)
    _end_by_intake(chain[-1], _as_reopened(receipt, moves))
    may_count = receipt.eligibility is not Eligibility.INELIGIBLE and receipt.kind is not Kind.MIXED
    for entry in chain:
        entry.is_eligible = may_count and entry.disposal is not None and entry.disposal.is_counted
    return chain


def _as_reopened(receipt: Receipt, moves: Sequence[Move]) -> Receipt:
    """The receipt without a withdrawal that the settler has set aside since."""
    is_aside = receipt.withdrawn_on is not None and any(move.act is Act.REOPENED and move.on >= receipt.withdrawn_on for move in moves)
    return msgspec.structs.replace(receipt, withdrawn_on=None) if is_aside else receipt


def _entry(receipt: Receipt, agency: str, received_on: date) -> Entry:
    return Entry(
        agency=agency,
        received_on=received_on,
        kind=receipt.kind,
        field=receipt.field,
        source=receipt.source,
        settled_before=receipt.settled_before,
    )


def _post(chain: list[Entry], move: Move, receipt: Receipt) -> None:
    """Enter one move into the book of the body that has the letter, and into the next one's when it passes on."""
    if move.act is Act.DEMANDED:
        _urge(chain[-1], move)
    elif move.act is Act.SECOND_OPENED:
        _open_second(chain, move, receipt)
    elif move.act is Act.REOPENED:
        _reopen(chain, move, receipt)
    elif move.holder is not None and move.holder != chain[-1].agency:
        _pass_on(chain, move, receipt)
    entry = chain[-1]
    match move.act:
        case Act.ASSIGNED | Act.DECIDED | Act.ACCEPTED | Act.SECOND_OPENED | Act.REOPENED:
            entry.dispose(Disposal.OWN, move.on)
        case Act.GUIDED:
            entry.dispose(Disposal.GUIDED, move.on)
        case Act.RETURNED:
            entry.dispose(Disposal.RETURNED, move.on)
        case Act.FILED:
            entry.dispose(Disposal.FILED, move.on)
        case Act.REFUSED:
            entry.dispose(Disposal.OWN, move.on)
            entry.close(Closing.REFUSED, move.on)
        case Act.SETTLED:
            entry.dispose(Disposal.OWN, move.on)
            entry.close(Closing.SETTLED, move.on)
            entry.settled_on, entry.outcome, entry.is_late = entry.closed_on, move.outcome, move.was_late
        case Act.TERMINATED:
            _terminate(entry, move.on)
        case Act.FORWARDED | Act.SUSPENDED | Act.RESUMED | Act.DEMANDED:
            pass


def _pass_on(chain: list[Entry], move: Move, receipt: Receipt) -> None:
    """Close this book and open the next.

    A body that assigns its own matter to a unit, or a desk to the body it works for, handled it as own and leaves the settling
    to the other (XLD-19). A matter of a subordinate that is overdue is urged, not forwarded (XLD-06, XLD-14).
    """
    entry = chain[-1]
    if move.act is Act.ASSIGNED:
        entry.dispose(Disposal.OWN, move.on)
        entry.close(Closing.ASSIGNED, move.on)
    elif len(chain) == 1 and receipt.competence is Competence.SUBORDINATE_OVERDUE:
        entry.dispose(Disposal.URGED, move.on)
    else:
        entry.dispose(Disposal.FORWARDED, move.on)
    chain.append(_entry(receipt, move.holder or "", max(move.on, chain[-1].handled_on or move.on)))


def _urge(entry: Entry, move: Move) -> None:
    """A superior that has a letter about its subordinate's delay answers it by the demand itself."""
    if entry.agency == move.holder and entry.disposal is None:
        entry.dispose(Disposal.URGED, move.on)


def _open_second(chain: list[Entry], move: Move, receipt: Receipt) -> None:
    """A second complaint or continued denunciation is a letter of its own in the book of the body that it goes to."""
    first = chain[-1]
    was_settled = first.closing is Closing.SETTLED
    if first.closing is None and first.disposal is Disposal.OWN:
        first.close(Closing.TAKEN_TO_SECOND, move.on)
    second = _entry(receipt, move.holder or "", max(move.on, first.closed_on or first.handled_on or first.received_on))
    second.settled_before = SettledBefore.ONCE if was_settled else receipt.settled_before
    chain.append(second)


def _reopen(chain: list[Entry], move: Move, receipt: Receipt) -> None:
    """What was withdrawn under pressure is to be settled after all: a new entry in the same book, so that what was reported stays."""
    ended = chain[-1]
    withdrawn_on = min(receipt.withdrawn_on or move.on, move.on)
    _end_by_intake(ended, msgspec.structs.replace(receipt, withdrawn_on=withdrawn_on))
    chain.append(_entry(receipt, ended.agency, max(move.on, ended.closed_on or ended.handled_on or move.on)))


def _terminate(entry: Entry, on: date) -> None:
    if entry.disposal is None:
        entry.dispose(Disposal.ENDED, on)
    elif entry.disposal is Disposal.OWN and entry.closing is None:
        entry.close(Closing.TERMINATED, on)


def _end_by_intake(entry: Entry, receipt: Receipt) -> None:
    """A repeated letter is only counted; a withdrawn one ends where nothing else ended it.

    A letter to the superior that repeats a subordinate's overdue matter is answered by urging (XLD-06, XLD-14).
    """
    if receipt.linked_on is not None and entry.closing is None:
        is_urged = receipt.competence is Competence.SUBORDINATE_OVERDUE
        entry.dispose(Disposal.URGED if is_urged else Disposal.LINKED, receipt.linked_on)
    elif receipt.withdrawn_on is not None and entry.closing is None:
        if entry.disposal is None:
            entry.dispose(Disposal.ENDED, receipt.withdrawn_on)
        elif entry.disposal is Disposal.OWN:
            entry.close(Closing.WITHDRAWN, receipt.withdrawn_on)


STATUS = {
    Act.ASSIGNED: Status.ASSIGNED,
    Act.DECIDED: Status.ASSIGNED,
    Act.GUIDED: Status.GUIDED,
    Act.FORWARDED: Status.FORWARDED,
    Act.RETURNED: Status.RETURNED,
    Act.FILED: Status.FILED,
    Act.ACCEPTED: Status.ACCEPTED,
    Act.RESUMED: Status.ACCEPTED,
    Act.REFUSED: Status.REFUSED,
    Act.SUSPENDED: Status.SUSPENDED,
    Act.SETTLED: Status.SETTLED,
    Act.TERMINATED: Status.TERMINATED,
    Act.SECOND_OPENED: Status.ASSIGNED,
    Act.REOPENED: Status.ASSIGNED,
}
"""Where a case stands after an act; a demand for progress leaves it where it is."""


def count(receipt: Receipt | None, moves: Sequence[Move]) -> Count | None:
    """Where the letter stands in the live counts; nowhere before it is seen received."""
    if receipt is None:
        return None
    receipt = _as_reopened(receipt, moves)
    moved_by = [move for move in moves if move.act in STATUS]
    holder = next((move.holder for move in reversed(moved_by) if move.holder), receipt.received_by)
    status = _status(receipt, moved_by)
    timing = Timing.OPEN
    if status is Status.SETTLED:
        timing = Timing.LATE if moved_by[-1].was_late else Timing.ON_TIME
    return Count(agency=holder, kind=receipt.kind, status=status, period=f"{receipt.received_on:%Y-%m}", timing=timing)


def _status(receipt: Receipt, moves: Sequence[Move]) -> Status:
    """Routing's word, unless intake ended the letter (repeated, withdrawn) and routing has not ended it itself."""
    by_routing = STATUS[moves[-1].act] if moves else None
    if by_routing is not None and not by_routing.is_open:
        return by_routing
    if receipt.linked_on is not None:
        return Status.LINKED
    if receipt.withdrawn_on is not None:
        return Status.WITHDRAWN
    return by_routing or (Status.CLASSIFIED if receipt.is_classified else Status.RECEIVED)
