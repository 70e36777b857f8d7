"""Agencies' submissions: a JWS by the agency inside a JWE to intake (RFC 7515, 7516; nested as in RFC 7519, section 5.2)."""

from typing import Annotated, Any, Final, NamedTuple

import msgspec
from msgspec import Meta

from contracts.agency import Submission
from contracts.errors import Invalid, NotAllowed
from runtime import problems
from runtime.jose import Agencies, decrypt, verify

_DECODER: Final = msgspec.json.Decoder(Submission)


class _Named(msgspec.Struct):
    """The name a statement gives itself, whatever else is wrong with it."""

    jti: Annotated[str, Meta(min_length=8, max_length=120)]


class Signed(NamedTuple):
    """A statement proved to be by ``agency``; ``jti`` is None when it names itself by nothing that may be one."""

    payload: bytes
    agency: str
    jti: str | None


def prove(value: bytes, sender: str, own: list[Any], agencies: Agencies) -> Signed:
    """The statement inside ``value``, proved to be by the agency it names, which is also its ``sender`` (the record's key).

    Raises Refusal for what is not encrypted to one of our ``own`` keys, not signed, or signed by somebody else.
    """
    payload, agency = verify(decrypt(value, own), sender, agencies)
    if sender != agency:
        raise NotAllowed("submission_wrong_key")
    try:
        return Signed(payload, agency, msgspec.json.decode(payload, type=_Named).jti)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Signed(payload, agency, None)


def read_submission(payload: bytes, agency: str) -> Submission:
    """The submission that a proved statement is. Raises Refusal for what is not well-formed, or was received by another agency."""
    try:
        submission = _DECODER.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as failure:
        raise Invalid("submission_malformed", field=problems.describe(failure)[0] or None, problem=problems.describe(failure)[1]) from None
    if submission.petition.received_by != agency:
        raise NotAllowed("submission_for_another_agency", field="petition.received_by")
    return submission
