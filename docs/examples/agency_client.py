"""An agency's system hands one petition to the platform: sign, encrypt, send, read the answer."""

import json
import time
import uuid
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from joserfc import jwe, jws
from joserfc.jwk import JWKRegistry

ALGORITHMS = {"Ed25519": "Ed25519", "P-256": "ES256"}


def seal(petition: dict[str, Any], agency: str, own_key: dict[str, Any], intake_key: dict[str, Any]) -> tuple[str, bytes]:
    """The submission's id and its bytes: a statement signed by the agency, encrypted so that only intake can read it."""
    statement = {"iss": agency, "jti": str(uuid.uuid4()), "iat": int(time.time()), "petition": petition}
    header = {"alg": ALGORITHMS[own_key["crv"]], "kid": agency}
    text = json.dumps(statement, ensure_ascii=False)
    signed = jws.serialize_compact(header, text, JWKRegistry.import_key(own_key), algorithms=[header["alg"]])
    to = JWKRegistry.import_key(intake_key)
    return str(statement["jti"]), jwe.encrypt_compact({"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "cty": "JWT"}, signed, to).encode()


async def submit(bootstrap: str, agency: str, sealed: bytes) -> None:
    """Send it; the record's key is the agency's code, so its submissions keep their order."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True) as producer:
        await producer.send_and_wait("agency.submissions.v1", sealed, key=agency.encode())


async def answer(bootstrap: str, agency: str, submission_id: str, decryption_key: dict[str, Any]) -> dict[str, Any]:
    """The receipt of one submission, with the whole receipt code for the petitioner when it was accepted."""
    async with AIOKafkaConsumer("agency.receipts.v1", bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        async for record in consumer:
            receipt: dict[str, Any] = json.loads(record.value)
            if record.key == agency.encode() and receipt["submission_id"] == submission_id:
                if receipt["secret"]:
                    receipt["secret"] = open_secret(receipt["secret"], decryption_key)
                return receipt
    raise AssertionError("the consumer ended")


def open_secret(sealed: str, decryption_key: dict[str, Any]) -> str:
    """The secret part of the receipt code; the code is ``number-secret``."""
    found = jwe.decrypt_compact(sealed, JWKRegistry.import_key(decryption_key), algorithms=["ECDH-ES+A256KW", "A256GCM"])
    return (found.plaintext or b"").decode()
