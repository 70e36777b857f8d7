"""Facts about suits before the administrative court and the enforcement of its judgments (topic ``cases.v1``, stated by routing).

Bodies, numbers of documents, dates and articles only.
"""

from datetime import date

from contracts.event import CASES, Event
from contracts.petitions import AgencyCode


class SuitBrought(Event, type="suit.brought.v1", topic=CASES):
    """The complainant sued before ``court`` instead of, or after, settlement (Law on Complaints, art. 7, 33.2, 42)."""

    court: AgencyCode
    document: str
    law: str


class SuitDocketed(Event, type="suit.docketed.v1", topic=CASES):
    """The court accepted the suit: from now on nobody settles the complaint (Law on Complaints, art. 11.9, 11a.2)."""

    court: AgencyCode
    document: str
    law: str


class SuitDropped(Event, type="suit.dropped.v1", topic=CASES):
    """The court itself ended the suit without a judgment, so that the complaint may go on (Law on Complaints, art. 11.9)."""

    court: AgencyCode
    document: str
    law: str


class JudgmentReceived(Event, type="judgment.received.v1", topic=CASES):
    """A judgment with legal force came; ``ruling`` is a code: whether there is something to enforce, at once or voluntarily.

    ``obliged`` must enforce it by ``due_on``; ``enforcer`` is the civil judgment enforcement office that watches over it
    (Law on Administrative Procedure, art. 311).
    """

    court: AgencyCode
    ruling: str
    obliged: AgencyCode | None
    enforcer: AgencyCode | None
    document: str
    law: str
    due_on: date | None


class EnforcementReminded(Event, type="enforcement.reminded.v1", topic=CASES):
    """The enforcement office sent its reminder notice (Decree 71/2016, art. 14)."""

    enforcer: AgencyCode
    document: str
    law: str


class JudgmentEnforced(Event, type="judgment.enforced.v1", topic=CASES):
    """The obliged body carried the judgment out."""

    obliged: AgencyCode
    document: str
    law: str


class EnforcementReported(Event, type="enforcement.reported.v1", topic=CASES):
    """The obliged body reported to court, procuracy, enforcement office and superior (Decree 71/2016, art. 10.2, 12.3)."""

    obliged: AgencyCode
    document: str
    law: str


class CompulsionRequested(Event, type="compulsion.requested.v1", topic=CASES):
    """Who won asked the court to compel enforcement (Law on Administrative Procedure, art. 312.1)."""

    court: AgencyCode
    document: str
    law: str
    due_on: date | None


class EnforcementCompelled(Event, type="enforcement.compelled.v1", topic=CASES):
    """The court decided to compel enforcement (Law on Administrative Procedure, art. 312.2)."""

    court: AgencyCode
    document: str
    law: str
    due_on: date | None


class EnforcementDirected(Event, type="enforcement.directed.v1", topic=CASES):
    """The superior of the obliged body directed it in writing to enforce (Decree 71/2016, art. 13.1)."""

    directed_by: AgencyCode
    document: str
    law: str


class LiabilityRecommended(Event, type="liability.recommended.v1", topic=CASES):
    """The enforcement office recommended to the superior to look at who is liable (Decree 71/2016, art. 8.3)."""

    enforcer: AgencyCode
    document: str
    law: str
    due_on: date | None


class LiabilityAnswered(Event, type="liability.answered.v1", topic=CASES):
    """The superior answered on liability."""

    answered_by: AgencyCode
    document: str
    law: str
