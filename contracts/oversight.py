"""Facts of those who watch (topic ``oversight.v1``, stated by supervision): about cases and offices, never about persons."""

from datetime import date

from contracts.cases import FirstStep, StepName
from contracts.event import OVERSIGHT, Event
from contracts.petitions import AgencyCode
from contracts.vocabulary import AlertReason


class ReminderSent(Event, type="reminder.sent.v1", topic=OVERSIGHT):
    """The holder of a missed step was urged (đôn đốc) to act."""

    holder: AgencyCode
    step: FirstStep
    missed_due_on: date
    law: str


class RedAlertRaised(Event, type="red_alert.raised.v1", topic=OVERSIGHT):
    """A last day passed that the law ties to discipline: a letter left unprocessed (Decree 154/2026, art. 41.3.b).

    Whether there was a good reason, people decide; the alert says only that the day passed.
    """

    holder: AgencyCode
    step: StepName
    missed_due_on: date
    law: str


class HotspotRaised(Event, type="hotspot.raised.v1", topic=OVERSIGHT):
    """A case needs dialogue soon; raised from facts of the case alone and ending by itself on ``expires_on``."""

    reasons: list[AlertReason]
    people_count: int
    days_overdue: int
    place: str | None
    holder: AgencyCode
    expires_on: date


class HotspotChanged(Event, type="hotspot.changed.v1", topic=OVERSIGHT):
    """The facts behind a hot spot changed."""

    reasons: list[AlertReason]
    people_count: int
    days_overdue: int
    holder: AgencyCode
    expires_on: date


class HotspotCleared(Event, type="hotspot.cleared.v1", topic=OVERSIGHT):
    """The reasons are gone, or the alert reached its end."""

    reason: str
