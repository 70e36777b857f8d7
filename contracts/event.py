"""The envelope every fact wears, and the registry of facts.

A fact is written once as a class; from it come the fast decoder of the hot path, the check at the HTTP edge,
the JSON Schema and the AsyncAPI document. On Kafka a fact is a CloudEvents 1.0 record in binary mode
(CloudEvents Kafka protocol binding, section 3.2): the attributes are headers, the body is the fact as JSON.
"""

from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final, Self, dataclass_transform

import msgspec

from contracts.vocabulary import Role

PETITIONS: Final = "petitions.v1"
CASES: Final = "cases.v1"
OVERSIGHT: Final = "oversight.v1"
REPORTS: Final = "reports.v1"
SUBMISSIONS: Final = "agency.submissions.v1"
ACTS: Final = "agency.acts.v1"
RECEIPTS: Final = "agency.receipts.v1"
FACT_TOPICS: Final = (PETITIONS, CASES, OVERSIGHT, REPORTS)
TOPICS: Final = (*FACT_TOPICS, SUBMISSIONS, ACTS, RECEIPTS)
PARTITIONS: Final = 12

UNSTAMPED: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The recording instant of a fact that has not been recorded yet."""

FACTS: dict[str, type["Event"]] = {}
"""Every fact by its CloudEvents type."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acted: an office and, for acts of people, the pseudonym of the officer. Never a name."""

    agency: str
    role: Role
    officer: str | None = None


NOBODY: Final = Actor(agency="", role=Role.SYSTEM)


class EventMeta(msgspec.StructMeta):
    """Lets a fact name its type and topic on its class line and enters it in ``FACTS``."""

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, type: str = "", topic: str = "", **options: Any
    ) -> Any:
        cls: Any = super().__new__(mcls, name, bases, namespace, **{"frozen": True, "kw_only": True, **options})
        if type:
            cls.ce_type = f"dannguyen.{type}"
            cls.topic = topic
            FACTS[cls.ce_type] = cls
        return cls


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Event(msgspec.Struct, metaclass=EventMeta, frozen=True, kw_only=True):
    """What is true of every fact.

    ``legal_on`` is the date the law counts from, in the Vietnamese calendar (UTC+7); ``recorded_at`` is the
    instant the fact was recorded, UTC. ``seq`` numbers the facts of one case within one topic from 1 without gaps.
    ``causation_id`` is the ``ce_id`` of the fact or the id of the command that caused this one.
    The last five are stamped when the fact is recorded; rules leave them alone.
    """

    ce_type: ClassVar[str] = ""
    topic: ClassVar[str] = ""

    case_id: str
    seq: int = 0
    causation_id: str = ""
    actor: Actor = NOBODY
    legal_on: date = date.min
    recorded_at: datetime = UNSTAMPED

    def stamped(self, *, seq: int, causation_id: str, actor: Actor, legal_on: date, recorded_at: datetime) -> Self:
        """This fact as it goes on record; an actor or legal date that the rule gave itself is kept."""
        return msgspec.structs.replace(
            self,
            seq=seq,
            causation_id=causation_id,
            actor=actor if self.actor is NOBODY else self.actor,
            legal_on=legal_on if self.legal_on == date.min else self.legal_on,
            recorded_at=recorded_at,
        )


ENVELOPE: Final = ("case_id", "seq", "causation_id", "actor", "legal_on", "recorded_at")
