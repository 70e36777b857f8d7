"""The one clock that a case shows: the acts state it where they can, else the facts that tell that a step is due or was missed.

A clock is not known here before it is told of: whoever must know every running one asks ``nextSteps`` or ``explain``.
"""

from collections.abc import Mapping
from typing import Final

from contracts import cases, court
from contracts.event import Event
from contracts.vocabulary import Status, Step
from gateway.models import Case

_BEFORE_ACCEPTANCE: Final = frozenset({Step.CLASSIFY, Step.ACCEPT, Step.INITIAL, Step.FORWARD, Step.NOTIFY_VISITOR})
_TAKEN: Final[Mapping[type[Event], frozenset[Step]]] = {
    cases.PetitionAssigned: _BEFORE_ACCEPTANCE,
    cases.DecisionSent: frozenset({Step.SEND_DECISION}),
    cases.DecisionPublished: frozenset({Step.PUBLISH}),
    cases.ProgressDemanded: frozenset({Step.ORDER_REPORT}),
    cases.ObligationSet: frozenset({Step.ACT_ON_CONCLUSION, Step.ENFORCE}),
    cases.ObligationFulfilled: frozenset({Step.FULFIL}),
    court.EnforcementReminded: frozenset({Step.REMIND_ENFORCEMENT}),
    court.JudgmentEnforced: frozenset({Step.ENFORCE_JUDGMENT, Step.REMIND_ENFORCEMENT, Step.COMPEL_ENFORCEMENT, Step.DIRECT_ENFORCEMENT}),
    court.EnforcementReported: frozenset({Step.REPORT_DONE, Step.REPORT_RESULT}),
    court.EnforcementCompelled: frozenset({Step.COMPEL_ENFORCEMENT}),
    court.EnforcementDirected: frozenset({Step.DIRECT_ENFORCEMENT}),
    court.LiabilityAnswered: frozenset({Step.ANSWER_LIABILITY}),
}
"""Which steps a fact takes, where it does not state itself what is due from then on."""


def tell(case: Case, fact: cases.StepDue | cases.StepMissed | cases.TermDue | cases.TermMissed) -> None:
    """Show the clock told of, unless another one matters more.

    The day of settlement stays until the case is settled. Of the others one that was missed comes before what was shown, and one that
    is only near waits while another is shown. Classifying gives way to anything: intake tells that it was done, in a topic of its own.
    """
    if fact.step not in set(Step):
        return
    is_free = case.due_on is None or case.step in (None, Step.CLASSIFY, fact.step)
    is_missed = isinstance(fact, cases.StepMissed | cases.TermMissed)
    if is_free or (is_missed and case.step is not Step.SETTLE):
        case.step, case.due_on = Step(fact.step), fact.due_on


def take(case: Case, fact: Event) -> None:
    """A step that was taken is shown no more."""
    taken = {fact.step} if isinstance(fact, cases.NoticeSent) else _TAKEN.get(type(fact), frozenset())
    if case.step in taken:
        case.step, case.due_on = Step.SETTLE if case.case_status is Status.SUSPENDED else None, None
