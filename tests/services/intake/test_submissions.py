import json
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe, jws

from contracts.agency import Submission
from contracts.errors import Refusal
from docs.examples import agency_client
from runtime.jose import Agencies, check_age, encrypt_to, submission_id
from services.intake.submissions import prove, read_submission
from tests.services.intake import keys

INTAKE = keys.encryption_key("intake-1")
SIGNING, ENCRYPTING = keys.signing_key(), keys.encryption_key()
OTHERS = keys.signing_key(keys.OTHER)


@pytest.fixture
def agencies(tmp_path: Path) -> Agencies:
    keys.register(tmp_path, keys.AGENCY, SIGNING, ENCRYPTING)
    keys.register(tmp_path, keys.OTHER, OTHERS)
    return Agencies(tmp_path)


def sealed(petition: dict[str, Any] | None = None, *, by: Any = SIGNING, iss: str = keys.AGENCY, to: Any = INTAKE) -> bytes:
    return agency_client.seal(petition or keys.petition(), iss, keys.private(by), to.as_dict(private=False))[1]


def open_submission(value: bytes, sender: str, own: list[Any], agencies: Agencies) -> Submission:
    signed = prove(value, sender, own, agencies)
    return read_submission(signed.payload, signed.agency)


def refusal_of(value: bytes, agencies: Agencies, sender: str = keys.AGENCY) -> Refusal:
    with pytest.raises(Refusal) as caught:
        open_submission(value, sender, [INTAKE], agencies)
    told = json.dumps(caught.value.problem(), ensure_ascii=False) + str(caught.value)
    assert keys.CANARY_NAME not in told
    assert keys.CANARY_PHONE not in told
    assert caught.value.__cause__ is None
    return caught.value


def wrapped(signed: str | bytes, **header: Any) -> bytes:
    return jwe.encrypt_compact({"alg": "ECDH-ES+A256KW", "enc": "A256GCM", **header}, signed, INTAKE).encode()


def test_a_signed_and_encrypted_petition_is_opened(agencies: Agencies) -> None:
    submission = open_submission(sealed(), keys.AGENCY, [INTAKE], agencies)
    assert submission.iss == keys.AGENCY
    assert submission.petition.text == keys.CANARY_TEXT


def test_one_elliptic_key_may_sign_and_decrypt(tmp_path: Path) -> None:
    key = keys.one_key_for_both()
    keys.register(tmp_path, keys.AGENCY, key)
    agencies = Agencies(tmp_path)
    assert open_submission(sealed(by=key), keys.AGENCY, [INTAKE], agencies).iss == keys.AGENCY
    secret = encrypt_to(agencies.keys(keys.AGENCY), b"ABCDEFGHJ")
    assert secret
    assert agency_client.open_secret(secret, keys.private(key)) == "ABCDEFGHJ"


def test_a_submission_encrypted_to_a_former_key_of_intake_is_opened(agencies: Agencies) -> None:
    assert open_submission(sealed(), keys.AGENCY, [keys.encryption_key("intake-2"), INTAKE], agencies).iss == keys.AGENCY


@pytest.mark.parametrize("value", [b"", b"{}", json.dumps(keys.petition()).encode(), b"a.b.c", b"\xff\xfe"])
def test_what_is_not_encrypted_is_refused(agencies: Agencies, value: bytes) -> None:
    assert refusal_of(value, agencies).code == "submission_not_encrypted"


def test_a_signed_statement_without_encryption_is_refused(agencies: Agencies) -> None:
    signed = jws.serialize_compact({"alg": "Ed25519"}, json.dumps(keys.petition()), SIGNING, algorithms=["Ed25519"])
    assert refusal_of(signed.encode(), agencies).code == "submission_not_encrypted"


def test_what_was_encrypted_to_another_key_is_refused(agencies: Agencies) -> None:
    assert refusal_of(sealed(to=keys.encryption_key()), agencies).code == "submission_undecryptable"


@pytest.mark.parametrize("place", [10, 200, -5])
def test_a_changed_ciphertext_is_refused(agencies: Agencies, place: int) -> None:
    value = bytearray(sealed())
    value[place] = ord("A") if value[place] != ord("A") else ord("B")
    assert refusal_of(bytes(value), agencies).code == "submission_undecryptable"


def test_a_compressed_statement_is_refused(agencies: Agencies) -> None:
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "zip": "DEF"}
    value = jwe.encrypt_compact(header, "x" * 10_000, INTAKE, algorithms=["ECDH-ES+A256KW", "A256GCM", "DEF"])
    assert refusal_of(value.encode(), agencies).code == "submission_undecryptable"


def test_an_unsigned_statement_is_refused(agencies: Agencies) -> None:
    assert refusal_of(wrapped(json.dumps({"iss": keys.AGENCY})), agencies).code == "submission_unsigned"


def test_the_algorithm_none_is_no_signature(agencies: Agencies) -> None:
    none = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJVQk5ELTA1NTE4In0."
    assert refusal_of(wrapped(none), agencies).code == "submission_unsigned"


def test_a_shared_secret_is_no_signature(agencies: Agencies) -> None:
    from joserfc.jwk import OctKey

    public = OctKey.import_key(json.dumps(SIGNING.as_dict(private=False)))
    signed = jws.serialize_compact({"alg": "HS256"}, json.dumps({"iss": keys.AGENCY}), public, algorithms=["HS256"])
    assert refusal_of(wrapped(signed), agencies).code == "submission_unsigned"


def test_a_signature_by_an_unregistered_key_is_refused(agencies: Agencies) -> None:
    assert refusal_of(sealed(by=keys.signing_key()), agencies).code == "submission_bad_signature"


def test_a_signature_by_another_agency_is_refused(agencies: Agencies) -> None:
    assert refusal_of(sealed(by=OTHERS), agencies, sender=keys.OTHER).code == "submission_wrong_signer"


def test_an_agency_cannot_submit_what_another_received(agencies: Agencies) -> None:
    assert refusal_of(sealed(keys.petition(keys.OTHER)), agencies).code == "submission_for_another_agency"


def test_a_submission_under_another_key_of_the_topic_is_refused(agencies: Agencies) -> None:
    assert refusal_of(sealed(), agencies, sender=keys.OTHER).code == "submission_wrong_key"


@pytest.mark.parametrize("iss", ["UBND-00000", "../../etc/passwd", "", "UBND-05518/../UBND-80"])
def test_an_unknown_agency_is_refused(agencies: Agencies, iss: str) -> None:
    assert refusal_of(sealed(iss=iss), agencies).code == "submission_unknown_agency"


def test_an_agency_whose_keys_are_taken_away_is_shut_out_at_once(agencies: Agencies) -> None:
    open_submission(sealed(), keys.AGENCY, [INTAKE], agencies)
    (agencies.folder / f"{keys.AGENCY}.pub.json").unlink()
    assert refusal_of(sealed(), agencies).code == "submission_unknown_agency"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "petition.text"),
        ({keys.CANARY_NAME: 1}, "petition"),
        ({"axes": {"kind": keys.CANARY_NAME, "field": "other", "source": "post"}}, "petition.axes.kind"),
        ({"petitioners": [keys.CANARY_NAME]}, "petition.petitioners[0]"),
        ({"received_on": keys.CANARY_PHONE}, "petition.received_on"),
    ],
)
def test_a_malformed_statement_is_refused_naming_the_field_but_not_its_value(
    agencies: Agencies, changes: dict[str, Any], field: str
) -> None:
    refusal = refusal_of(sealed(keys.petition() | changes), agencies)
    assert (refusal.code, refusal.field) == ("submission_malformed", field)


def test_a_statement_that_is_no_json_is_refused(agencies: Agencies) -> None:
    signed = jws.serialize_compact({"alg": "Ed25519"}, keys.CANARY_NAME, SIGNING, algorithms=["Ed25519"])
    assert refusal_of(wrapped(signed), agencies).code == "submission_malformed"


@pytest.mark.parametrize(("age", "is_fresh"), [(0, True), (86_400, True), (86_401, False), (-300, True), (-301, False)])
def test_a_statement_is_taken_within_its_age(age: int, is_fresh: bool) -> None:
    now = datetime.fromtimestamp(int(time.time()), UTC)
    expectation: AbstractContextManager[Any] = nullcontext() if is_fresh else pytest.raises(Refusal, match="submission_expired")
    with expectation:
        check_age(int(now.timestamp()) - age, now, oldest_s=86_400, ahead_s=300)


def test_a_letter_of_five_hundred_people_fits(agencies: Agencies) -> None:
    people = [{"full_name": f"Người thứ {n} " + "ă" * 50, "address": "ở" * 100} for n in range(500)]
    letter = keys.petition(text="đ" * 20_000, petitioners=people)
    assert len(open_submission(sealed(letter), keys.AGENCY, [INTAKE], agencies).petition.petitioners) == 500


def test_an_agency_without_an_encryption_key_gets_no_secret(tmp_path: Path) -> None:
    assert encrypt_to([SIGNING], b"secret") is None


@given(st.binary(max_size=200))
def test_no_bytes_break_the_opening(value: bytes) -> None:
    with pytest.raises(Refusal):
        open_submission(value, keys.AGENCY, [INTAKE], Agencies(Path("/nonexistent")))
    assert submission_id(value).startswith("sha256:")


@given(st.lists(st.binary(max_size=30), min_size=5, max_size=5))
def test_no_five_parts_break_the_opening(parts: list[bytes]) -> None:
    with pytest.raises(Refusal):
        open_submission(b".".join(parts), keys.AGENCY, [INTAKE], Agencies(Path("/nonexistent")))
