"""An agency's own system hands in letters over Kafka, signed and encrypted, acts on its cases, and reads its answers there."""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from joserfc import jwe
from joserfc.jwk import JWKRegistry

from contracts.event import ACTS, CASES, RECEIPTS, SUBMISSIONS
from docs.examples import agency_acts, agency_client
from tests.journeys.leaks import places_of
from tests.journeys.matter import axes, letter, person
from tests.journeys.world import START, World, until

pytestmark = pytest.mark.journey

AGENCY = "UBND-25459"
"""Tân Ninh ward, Tây Ninh province."""


class Sent(NamedTuple):
    """A submission on its topic."""

    name: str
    sealed: bytes
    author: dict[str, str]


@pytest.fixture(scope="module")
def own_key(world: World) -> dict[str, Any]:
    """The agency's key pair, made by the operator."""
    made = world.dannguyen("agency-key", AGENCY)
    assert made.returncode == 0, made.stderr
    return dict(json.loads(Path(made.stdout.strip()).read_text()))


@pytest.fixture(scope="module")
def intake_key(world: World) -> dict[str, Any]:
    """The public key to which submissions are encrypted."""
    return dict(json.loads((world.home / "keys" / "intake.pub.json").read_text()))


@pytest.fixture(scope="module")
def sent(world: World, own_key: dict[str, Any], intake_key: dict[str, Any]) -> Sent:
    """A complaint that the ward's system received, signed, encrypted and put on the topic."""
    world.set_today(START)
    author = person()
    name, sealed = agency_client.seal(petition(author), AGENCY, own_key, intake_key)
    world.log.put(SUBMISSIONS, AGENCY, sealed)
    return Sent(name, sealed, author)


def petition(author: dict[str, str], received_by: str = AGENCY) -> dict[str, Any]:
    return letter(received_by, axes(place="25459", source="agency_system"), START, [author])


def answer(world: World, name: str, count: int = 1) -> dict[str, Any]:
    """The newest answer to a submission, once there are that many."""

    def answers() -> list[dict[str, Any]]:
        return [body for record in world.log.of(AGENCY, RECEIPTS) if (body := record.body)["submission_id"] == name]

    return until(f"{count} answers to {name}", lambda: answers() if len(answers()) >= count else None)[-1]


def digest(sealed: bytes) -> str:
    """How an answer names a submission that does not prove whose it is."""
    return f"sha256:{hashlib.sha256(sealed).hexdigest()[:32]}"


def test_its_letter_is_registered_and_the_receipt_code_is_for_its_eyes_only(world: World, sent: Sent, own_key: dict[str, Any]) -> None:
    receipt = answer(world, sent.name)
    assert receipt["is_accepted"], receipt
    assert receipt["secret"].count(".") == 4, "the secret part travels encrypted"
    code = f"{receipt['number']}-{agency_client.open_secret(receipt['secret'], own_key)}"
    assert world.citizen(code).case_id == receipt["case_id"]


def test_the_letter_goes_the_same_way_as_any_other(world: World, sent: Sent, own_key: dict[str, Any]) -> None:
    receipt = answer(world, sent.name)
    citizen = world.citizen(f"{receipt['number']}-{agency_client.open_secret(receipt['secret'], own_key)}")
    asked = "{ petition { source receivedBy { code } case { status holder { code } dueOn } } }"

    def assigned() -> dict[str, Any] | None:
        found = world.graphql(asked, by=citizen)["petition"]
        return found if found and found["case"]["status"] == "ASSIGNED" else None

    seen = until("assigned", assigned)
    assert (seen["source"], seen["receivedBy"]["code"], seen["case"]["dueOn"]) == ("AGENCY_SYSTEM", AGENCY, "2026-07-15")


def test_what_it_does_with_the_case_goes_over_kafka_too(world: World, sent: Sent, own_key: dict[str, Any]) -> None:
    case_id = answer(world, sent.name)["case_id"]
    until("assigned", lambda: "petition.assigned.v1" in world.log.types(case_id, CASES))
    name, signed = agency_acts.sign({"case_id": case_id, "move": "accept", "document": "5/TB-UBND"}, AGENCY, own_key)
    world.log.put(ACTS, case_id, signed)
    first = answer(world, name)
    world.log.put(ACTS, case_id, signed)
    second = answer(world, name, count=2)
    assert (first["is_accepted"], first["fact"], first["status"]) == (True, "CaseAccepted", "accepted"), first
    assert (second["is_accepted"], second["code"]) == (False, "submission_replayed")
    assert world.log.types(case_id, CASES).count("case.accepted.v1") == 1


def test_a_replayed_submission_is_refused_and_registers_nothing(world: World, sent: Sent) -> None:
    first = answer(world, sent.name)
    world.log.put(SUBMISSIONS, AGENCY, sent.sealed)
    second = answer(world, sent.name, count=2)
    assert (first["is_accepted"], second["is_accepted"], second["code"]) == (True, False, "submission_replayed")
    assert second["case_id"] is None


def test_an_unsigned_submission_is_refused(world: World, intake_key: dict[str, Any]) -> None:
    clear = json.dumps({"iss": AGENCY, "petition": petition(person())})
    sealed = jwe.encrypt_compact({"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}, clear.encode(), JWKRegistry.import_key(intake_key)).encode()
    world.log.put(SUBMISSIONS, AGENCY, sealed)
    assert answer(world, digest(sealed))["code"] == "submission_unsigned"


def test_a_submission_in_clear_text_is_refused(world: World) -> None:
    clear = b'{"iss": "UBND-25459", "petition": {}}'
    world.log.put(SUBMISSIONS, AGENCY, clear)
    assert answer(world, digest(clear))["code"] == "submission_not_encrypted"


def test_a_submission_for_another_agency_is_refused(world: World, own_key: dict[str, Any], intake_key: dict[str, Any]) -> None:
    name, sealed = agency_client.seal(petition(person(), "UBND-80"), AGENCY, own_key, intake_key)
    world.log.put(SUBMISSIONS, AGENCY, sealed)
    assert answer(world, name)["code"] == "submission_for_another_agency"


def test_a_letter_that_breaks_a_rule_is_refused_with_field_and_law(
    world: World, own_key: dict[str, Any], intake_key: dict[str, Any]
) -> None:
    wrong = {**petition(person()), "petitioners": []}
    name, sealed = agency_client.seal(wrong, AGENCY, own_key, intake_key)
    world.log.put(SUBMISSIONS, AGENCY, sealed)
    refused = answer(world, name)
    assert (refused["code"], refused["field"], refused["law"]) == ("petitioner_missing", "petitioners", "TT05 6.2")


def test_its_author_stands_nowhere_outside_the_vault(world: World, sent: Sent) -> None:
    answer(world, sent.name)
    assert places_of(world, [sent.author]) == []
