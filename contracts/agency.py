"""What agency systems put on ``agency.submissions.v1`` and ``agency.acts.v1`` and find on ``agency.receipts.v1``.

A submission is nested JOSE (RFC 7519, section 5.2; RFC 7516): a JWS by the agency's key inside a JWE to intake's key,
so that the topic, parked bytes and backups hold ciphertext only. An act is a JWS alone: a move on a case, which names nobody.
"""

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.moves import MoveForm
from contracts.petitions import AgencyCode, LodgeForm
from contracts.vocabulary import Status

ActId = Annotated[str, Meta(pattern=r"^[0-9A-Za-z._:-]{8,120}$")]


class Submission(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The signed statement inside: one letter by one agency, once (``jti``)."""

    iss: AgencyCode
    jti: Annotated[str, Meta(min_length=8, max_length=120)]
    iat: int
    petition: LodgeForm


class SubmissionReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, keyed by the agency's code. ``secret`` is the code's secret part encrypted (JWE) to the agency's key."""

    submission_id: str
    agency: str
    is_accepted: bool
    recorded_at: datetime
    case_id: str | None = None
    number: str | None = None
    secret: str | None = None
    code: str | None = None
    reason: str | None = None
    field: str | None = None
    law: str | None = None


class AgencyAct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The signed statement of an act: one move on one case, once (``jti``). The record's key is the case's id."""

    iss: AgencyCode
    jti: ActId
    iat: int
    act: MoveForm


class ActReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, keyed by the agency's code: what the act led to, or why it was refused and by which article.

    ``position`` is that of the fact stated, as commands over HTTP answer it.
    """

    submission_id: str
    agency: str
    is_accepted: bool
    recorded_at: datetime
    case_id: str | None = None
    move: str | None = None
    fact: str | None = None
    status: Status | None = None
    holder: str | None = None
    due_on: date | None = None
    position: str | None = None
    code: str | None = None
    reason: str | None = None
    field: str | None = None
    law: str | None = None
