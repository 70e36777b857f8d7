"""Keeps the alert of a case up to date: weighs it, states what changed, remembers what was stated."""

from typing import Final

from contracts.oversight import HotspotChanged, HotspotCleared, HotspotRaised
from runtime.work import Load, Many, Work
from services.supervision import reference, rules
from services.supervision.models import Alert, MissedStep, Watch

WEIGHED: Final = (Load(Watch), Load(Alert), Many(MissedStep))
"""What must be loaded of a case before it can be weighed."""

WEIGHED_FOUNDING: Final = (
    Load(Watch, "founding_case_id"),
    Load(Alert, "founding_case_id"),
    Many(MissedStep, "case_id", by="founding_case_id"),
)
"""The same of the case that a letter repeats."""


def weigh(watch: Watch, work: Work) -> None:
    """Save the case and state whether it became, changed as, or ceased to be a hot spot."""
    work.save(watch)
    missed = [step.due_on for step in work.all(MissedStep, case_id=watch.case_id) if step.ended_on is None]
    matter = watch.matter(min(missed, default=None))
    alert = work.get(Alert, watch.case_id)
    verdict = rules.weigh(matter, alert.standing() if alert else None, reference.limits(work.today), work.today)
    if verdict is None:
        return
    work.emit(verdict)
    work.save(_kept(verdict, matter, alert, work))


def _kept(
    verdict: HotspotRaised | HotspotChanged | HotspotCleared, matter: rules.Matter, alert: Alert | None, work: Work
) -> Alert:
    if isinstance(verdict, HotspotCleared):
        assert alert is not None
        alert.cleared_on, alert.clearing_reason = work.today, verdict.reason
        return alert
    return Alert(
        case_id=matter.case_id,
        reasons=[reason.value for reason in verdict.reasons],
        people_count=verdict.people_count,
        linked_count=matter.linked_count,
        days_overdue=verdict.days_overdue,
        place=matter.place,
        holder=verdict.holder,
        raised_on=alert.raised_on if alert is not None and isinstance(verdict, HotspotChanged) else work.today,
        expires_on=verdict.expires_on,
    )
