"""An agency's system makes a move on a case: sign, send, read the answer."""

import json
import time
import uuid
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from joserfc import jws
from joserfc.jwk import JWKRegistry

ALGORITHMS = {"Ed25519": "Ed25519", "P-256": "ES256"}


def sign(act: dict[str, Any], agency: str, own_key: dict[str, Any]) -> tuple[str, bytes]:
    """The statement's id and its bytes; nothing in an act names a person, so it is not encrypted."""
    statement = {"iss": agency, "jti": str(uuid.uuid4()), "iat": int(time.time()), "act": act}
    header = {"alg": ALGORITHMS[own_key["crv"]], "kid": agency}
    key = JWKRegistry.import_key(own_key)
    return str(statement["jti"]), jws.serialize_compact(header, json.dumps(statement), key, algorithms=[header["alg"]]).encode()


async def send(bootstrap: str, case_id: str, signed: bytes) -> None:
    """Send it; the record's key is the case's id, so acts on one case keep their order."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True) as producer:
        await producer.send_and_wait("agency.acts.v1", signed, key=case_id.encode())


async def answer(bootstrap: str, agency: str, statement_id: str) -> dict[str, Any]:
    """What the act led to, or why it was refused."""
    async with AIOKafkaConsumer("agency.receipts.v1", bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        async for record in consumer:
            receipt: dict[str, Any] = json.loads(record.value)
            if record.key == agency.encode() and receipt["submission_id"] == statement_id:
                return receipt
    raise AssertionError("the consumer ended")
