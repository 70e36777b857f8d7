"""When a case is a hot spot, and what is then stated (pure).

Only facts of the case count: how many people petition together, days overdue, letters and receptions about the same case,
bodies that disagree, open cases about the same object. Nothing here knows or can know who a petitioner is
(``docs/adr/0121-alerts-without-persons.md``). An alert's purpose is dialogue and settlement; it ends by itself.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import msgspec

from contracts import cases
from contracts.event import Event
from contracts.oversight import HotspotChanged, HotspotCleared, HotspotRaised
from contracts.vocabulary import AlertReason, Step


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """From how many on a fact is a reason; None: not on that day. ``days`` are calendar days."""

    crowd_people: int | None
    growth_letters: int | None
    repeated_receptions: int | None
    disputes: int | None
    same_object_cases: int | None
    same_object_days: int
    alert_days: int


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a case that may make it a hot spot. ``overdue_since`` is the last day in time of its oldest missed step."""

    case_id: str
    holder: str | None
    place: str | None
    is_open: bool
    people_count: int
    linked_count: int
    reception_count: int
    dispute_count: int
    same_object_count: int
    overdue_since: date | None

    def days_overdue(self, today: date) -> int:
        """Calendar days since the last day in time; 0 when nothing is overdue."""
        return max(0, (today - self.overdue_since).days) if self.overdue_since else 0


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The last alert of a case, standing or cleared, with the facts that it was raised on."""

    reasons: tuple[AlertReason, ...]
    people_count: int
    linked_count: int
    holder: str
    expires_on: date
    is_cleared: bool
    was_expired: bool


def reasons(matter: Matter, limits: Limits) -> tuple[AlertReason, ...]:
    """Why the case is a hot spot now; none when nobody has to act on it any more."""
    if not matter.is_open:
        return ()
    is_overdue_and_grows = matter.overdue_since is not None and _reached(matter.linked_count, limits.growth_letters)
    found = {
        AlertReason.MANY_PEOPLE: _reached(matter.people_count, limits.crowd_people),
        AlertReason.OVERDUE_AND_GROWING: is_overdue_and_grows,
        AlertReason.REPEATED_RECEPTION: _reached(matter.reception_count, limits.repeated_receptions),
        AlertReason.AGENCIES_DISAGREE: _reached(matter.dispute_count, limits.disputes),
        AlertReason.SAME_OBJECT: _reached(matter.same_object_count, limits.same_object_cases),
    }
    return tuple(reason for reason, holds in found.items() if holds)


def _reached(count: int, limit: int | None) -> bool:
    return limit is not None and count >= limit


Verdict = HotspotRaised | HotspotChanged | HotspotCleared | None


def weigh(matter: Matter, standing: Standing | None, limits: Limits, today: date) -> Verdict:
    """What must be stated about the case today; None when all is said, or when nobody is known to hold the case yet."""
    now = reasons(matter, limits)
    if standing is None or standing.is_cleared:
        is_news = standing is None or not standing.was_expired or _grew(matter, now, standing)
        return _raised(matter, now, limits, today) if now and is_news and matter.holder else None
    if not now:
        return HotspotCleared(case_id=matter.case_id, reason="reasons_gone" if matter.is_open else "case_closed")
    grew = _grew(matter, now, standing)
    if today > standing.expires_on and not grew:
        return HotspotCleared(case_id=matter.case_id, reason="expired")
    holder = matter.holder or standing.holder
    if grew or (now, matter.people_count, holder) != (standing.reasons, standing.people_count, standing.holder):
        return HotspotChanged(
            case_id=matter.case_id,
            reasons=list(now),
            people_count=matter.people_count,
            days_overdue=matter.days_overdue(today),
            holder=holder,
            expires_on=today + timedelta(limits.alert_days) if grew else standing.expires_on,
        )
    return None


def _raised(matter: Matter, now: tuple[AlertReason, ...], limits: Limits, today: date) -> HotspotRaised:
    return HotspotRaised(
        case_id=matter.case_id,
        reasons=list(now),
        people_count=matter.people_count,
        days_overdue=matter.days_overdue(today),
        place=matter.place,
        holder=matter.holder or "",
        expires_on=today + timedelta(limits.alert_days),
    )


def _grew(matter: Matter, now: tuple[AlertReason, ...], standing: Standing) -> bool:
    """Something was added since the alert: a reason, people or letters. Only this lengthens an alert or revives an expired one."""
    is_new = bool(set(now) - set(standing.reasons))
    return is_new or matter.people_count > standing.people_count or matter.linked_count > standing.linked_count


def same_object_counts(open_cases: Iterable[tuple[str, date, str]]) -> dict[str, int]:
    """How many open cases each object has, on the case that came first: one alert an object, not one a case.

    Takes ``(object_ref, received_on, case_id)``.
    """
    found: dict[str, list[tuple[date, str]]] = {}
    for object_ref, received_on, case_id in open_cases:
        found.setdefault(object_ref, []).append((received_on, case_id))
    return {min(about)[1]: len(about) for about in found.values()}


_ALL: Final = frozenset(Step)
_TO_ACCEPT: Final = frozenset(
    {Step.CLASSIFY, Step.ACCEPT, Step.INITIAL, Step.FORWARD, Step.NOTIFY_VISITOR, Step.DECIDE_COMPETENCE, Step.PROCESS}
)
_TO_SETTLE: Final = _TO_ACCEPT | {Step.SETTLE, Step.REPORT_PROGRESS, Step.NOTIFY_ACCEPTANCE}
_SETTLE: Final = frozenset({Step.SETTLE})

ENDS: Final[dict[type[Event], frozenset[Step]]] = {
    cases.PetitionAssigned: frozenset({Step.CLASSIFY}),
    cases.PetitionForwarded: _TO_ACCEPT,
    cases.PetitionGuided: _ALL,
    cases.PetitionReturned: _ALL,
    cases.PetitionFiled: _ALL,
    cases.CompetenceDecided: _TO_ACCEPT,
    cases.CaseAccepted: _TO_ACCEPT,
    cases.CaseRefused: _ALL,
    cases.CaseMarkedComplex: _SETTLE,
    cases.CaseExtended: _SETTLE,
    cases.CaseSuspended: _SETTLE,
    cases.CaseResumed: _SETTLE,
    cases.CaseSettled: _TO_SETTLE,
    cases.CaseTerminated: _ALL,
    cases.CaseReopened: frozenset(),
    cases.SecondSettlementOpened: _ALL,
    cases.DecisionSent: frozenset({Step.SEND_DECISION}),
    cases.DecisionPublished: frozenset({Step.PUBLISH}),
    cases.DecisionEffective: frozenset({Step.TAKE_EFFECT}),
    cases.ObligationSet: frozenset({Step.ENFORCE, Step.ACT_ON_CONCLUSION}),
    cases.ObligationFulfilled: frozenset({Step.FULFIL}),
    cases.NoticeSent: frozenset(),
}
"""Which missed steps a fact ends: the step was taken, or it has a new last day and may be missed again. A notice names its own."""


def ended_by(fact: Event) -> frozenset[Step]:
    """The missed steps that ``fact`` ends."""
    return frozenset({fact.step}) if isinstance(fact, cases.NoticeSent) else ENDS[type(fact)]


CLOSES: Final[frozenset[type[Event]]] = frozenset(
    {
        cases.PetitionGuided,
        cases.PetitionReturned,
        cases.PetitionFiled,
        cases.CaseRefused,
        cases.CaseSettled,
        cases.CaseTerminated,
    }
)
"""After these nobody has to settle the case any more."""

OPENS: Final[frozenset[type[Event]]] = frozenset(
    {
        cases.PetitionAssigned,
        cases.PetitionForwarded,
        cases.CompetenceDecided,
        cases.CaseAccepted,
        cases.CaseResumed,
        cases.SecondSettlementOpened,
        cases.CaseReopened,
    }
)
"""After these somebody has, and bodies do not disagree about who."""
