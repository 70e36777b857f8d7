"""What a move is asked with: numbers of documents, codes and dates; no free text, which might name people."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.petitions import AgencyCode
from contracts.vocabulary import Outcome, Step

Document = Annotated[
    str,
    Meta(
        pattern=r"^(?=.*\d)[0-9A-Za-zĐđ][0-9A-Za-zĐđ/. -]{0,59}$",
        description="Number of the document in the file, such as 12/TB-UBND; never a name",
    ),
]
Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.]{0,59}$", description="A coded reason")]


class Day(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agency's own limit in days, where the law sets none."""

    limit: Annotated[int, Meta(ge=1, le=3650)]
    unit: str = "working"


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What a move is asked with; which fields it needs, its row says.

    ``to`` is the body a letter goes to, the court, or who is obliged; ``limit_on`` and ``agency_limit`` an agency's own limit;
    ``has_new_fact`` re-opens a way back; ``conflict`` is what the officer who would act declares about being related to those concerned;
    ``is_outside_represented`` that a representative is no petitioner; ``known_on`` the day on which the complainant received or came to
    know of the decision itself; ``is_dismissal`` that a disciplinary decision is one of dismissal; ``is_urgent`` that protection was
    asked for in person or by telephone.
    """

    document: Document | None = None
    reason: Word | None = None
    ground: Word | None = None
    criteria: list[Word] = []
    outcome: Outcome | None = None
    to: AgencyCode | None = None
    basis: Word | None = None
    step: Step | None = None
    is_in_person: bool = False
    is_contested: bool = False
    has_new_fact: bool = False
    representatives: Annotated[int, Meta(ge=0, le=1000)] = 0
    is_signed_by_all: bool = False
    is_outside_represented: bool = False
    limit_on: date | None = None
    agency_limit: Day | None = None
    conflict: Word | None = None
    obligation: Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9-]{0,39}$")] | None = None
    measure: Word | None = None
    known_on: date | None = None
    is_dismissal: bool = False
    is_urgent: bool = False


class MoveForm(Ask, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A move on a case. ``on`` is its legal date, today when left out."""

    case_id: str
    move: Annotated[str, Meta(max_length=60)]
    on: date | None = None
