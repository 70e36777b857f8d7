"""What every fact about a matter does to the read model: its row, its timeline, who is concerned, the counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from contracts.event import Event
from contracts.vocabulary import Step
from gateway.acts import Act, act_of
from gateway.models import SEQ_COLUMNS, Bucket, Case, Concern, Count, Entry
from runtime.work import Work

_TO_AGENCY: Final = ("holder", "competent", "arbiter", "obliged", "forwarder", "received_by", "court")
_CONCERNED: Final = ("received_by", "holder", "sender", "refused_by", "arbiter", "demanded_by", "obliged", "forwarder")
_IN_COURT: Final = ("court", "enforcer", "directed_by", "answered_by")
_GROUND: Final = ("ground", "reason", "purpose", "measure", "ruling")

_STEPS: Final = frozenset(step.value for step in Step)


@contextmanager
def following(fact: Event, work: Work) -> Iterator[Case]:
    """The matter of a fact, to be changed inside the block; then row, timeline, concerns and counts are kept.

    A handler that changes ``received_on`` loads the matter's concerns.
    """
    case = work.get(Case, fact.case_id) or Case(case_id=fact.case_id)
    counted, missed, received_on = case.bucket(), case.missed_count, case.received_on
    yield case
    setattr(case, SEQ_COLUMNS[fact.topic], fact.seq)
    case.settle_view()
    work.save(case)
    work.save(entry_of(fact))
    agencies = {found for name in (*_CONCERNED, *_IN_COURT) if (found := getattr(fact, name, None))}
    if case.received_on != received_on:
        agencies |= {concern.agency for concern in work.all(Concern, case_id=fact.case_id)}
    for agency in agencies:
        work.save(Concern(case_id=fact.case_id, agency=agency, received_on=case.received_on))
    _recount(work, counted, missed, case)


def entry_of(fact: Event) -> Entry:
    """A fact as a line of the timeline: codes, dates, document numbers and articles."""

    def first(names: tuple[str, ...]) -> Any:
        return next((found for name in names if (found := getattr(fact, name, None)) is not None), None)

    return Entry(
        case_id=fact.case_id,
        topic=fact.topic,
        seq=fact.seq,
        act=Act(act_of(fact)),
        legal_on=fact.legal_on,
        recorded_at=fact.recorded_at,
        agency=fact.actor.agency,
        role=fact.actor.role,
        officer=fact.actor.officer,
        to_agency=first(_TO_AGENCY),
        step=_step(getattr(fact, "step", None)),
        due_on=first(("due_on", "missed_due_on", "expires_on")),
        outcome=first(("outcome",)),
        document=first(("document",)),
        ground=first(_GROUND),
        law=first(("law",)),
    )


def _step(word: str | None) -> Step | None:
    """A step by its word; one that this reader does not know yet is left out."""
    return Step(word) if word is not None and word in _STEPS else None


def _recount(work: Work, before: Bucket | None, missed: int, case: Case) -> None:
    after = case.bucket()
    if (before, missed) == (after, case.missed_count):
        return
    for bucket, n, steps in ((before, -1, -missed), (after, 1, case.missed_count)):
        if bucket is not None:
            work.add(Count, bucket._asdict(), n=n, missed=steps)
