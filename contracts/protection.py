"""Facts about protecting those who denounce (topic ``cases.v1``, stated by routing; Law on Denunciations, ch. VI).

They say that something was asked or decided, by which article and in which document of the file, and nothing else: not whom it
protects, nor against what, nor by which measure or body, for each of these would tell who the denouncer is (art. 8.3, 49, 56).
"""

from contracts.event import CASES, Event


class ProtectionAsked(Event, type="protection.asked.v1", topic=CASES):
    """Protection was asked for (art. 50); an urgent request comes in person or by telephone, its document later (art. 50.3)."""

    document: str
    law: str
    is_urgent: bool = False


class ProtectionApplied(Event, type="protection.applied.v1", topic=CASES):
    """It was decided to protect (art. 51-52)."""

    document: str
    law: str


class ProtectionRefused(Event, type="protection.refused.v1", topic=CASES):
    """It was decided not to protect, with the coded ground."""

    ground: str
    document: str
    law: str


class ProtectionChanged(Event, type="protection.changed.v1", topic=CASES):
    """The measures were changed or added to (art. 54)."""

    document: str
    law: str


class ProtectionEnded(Event, type="protection.ended.v1", topic=CASES):
    """Protection ended, with the ground that the law names (art. 54.2)."""

    ground: str
    document: str
    law: str
