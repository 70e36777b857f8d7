"""Agencies' submissions: a JWS by the agency inside a JWE to intake (RFC 7515, 7516; nested as in RFC 7519, section 5.2)."""

from typing import Any, Final

import msgspec

from contracts.agency import Submission
from contracts.errors import Invalid, NotAllowed
from runtime import problems
from runtime.jose import Agencies, decrypt, verify

_DECODER: Final = msgspec.json.Decoder(Submission)


def open_submission(value: bytes, sender: str, own: list[Any], agencies: Agencies) -> Submission:
    """The statement inside ``value``, proved to be by the agency it names, which is also its ``sender`` (the record's key).

    Raises Refusal for what is not encrypted to one of our ``own`` keys, not signed, signed by somebody else, or not well-formed.
    """
    payload, agency = verify(decrypt(value, own), sender, agencies)
    if sender != agency:
        raise NotAllowed("submission_wrong_key")
    try:
        submission = _DECODER.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as failure:
        raise Invalid("submission_malformed", field=problems.describe(failure)[0] or None, problem=problems.describe(failure)[1]) from None
    if submission.petition.received_by != agency:
        raise NotAllowed("submission_for_another_agency", field="petition.received_by")
    return submission
