"""What agencies sign and what is encrypted to whom (JOSE: RFC 7515, 7516, 7517).

A fault is told apart for the agency without repeating anything of what was sent: every fault is a Refusal.
The public keys of an agency are the JWK or JWK Set in ``keys/agencies/<code>.pub.json``; taking the file away shuts it out.
"""

import hashlib
import json
import logging
import os
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from contracts.errors import Invalid, NotAllowed
from runtime import settings

log = logging.getLogger(__name__)
SIGNATURES: Final = {"EdDSA": "Ed25519", "Ed25519": "Ed25519", "ES256": "P-256"}
"""Signature algorithms, each with the curve of its key."""
KEY_AGREEMENTS: Final = ("ECDH-ES+A256KW", "ECDH-ES")
CIPHER: Final = "A256GCM"
LARGEST: Final = 1 << 20
"""Bytes of the largest record: what Kafka takes unless told otherwise."""

_CODE: Final = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")


class _Encryption(jwe.JWERegistry):
    max_ciphertext_length = LARGEST


class _Signature(jws.JWSRegistry):
    max_payload_length = LARGEST


_ENCRYPTION: Final = _Encryption(algorithms=[*KEY_AGREEMENTS, CIPHER], strict_check_header=False)
_SIGNATURE: Final = _Signature(algorithms=list(SIGNATURES), strict_check_header=False)


class _Claim(msgspec.Struct):
    """Whose statement it says it is, before anything is proved."""

    iss: str


class Agencies:
    """The public keys of agencies, read when asked for and again when their file changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, tuple[int, list[Any]]] = {}

    def keys(self, code: str) -> list[Any]:
        """The agency's public keys; none when it is not registered."""
        if not _CODE.fullmatch(code):
            return []
        path = self.folder / f"{code}.pub.json"
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            return []
        known = self._read.get(code)
        if known is None or known[0] != changed:
            known = self._read[code] = (changed, _registered(path))
        return known[1]


def agencies() -> Agencies:
    """The agencies that have registered keys on this platform."""
    return _agencies(os.environ.get("DANNGUYEN_HOME", ""))


@cache
def _agencies(home: str) -> Agencies:
    """Made once for each value of ``DANNGUYEN_HOME``, because every record asks."""
    return Agencies(settings.home() / "keys" / "agencies")


def read_keys(path: Path) -> list[Any]:
    """The keys of a file that holds a JWK or a JWK Set."""
    value = json.loads(path.read_text("utf-8"))
    return list(KeySet.import_key_set(value).keys) if "keys" in value else [JWKRegistry.import_key(value)]


def _registered(path: Path) -> list[Any]:
    try:
        return read_keys(path)
    except (ValueError, KeyError, TypeError, JoseError) as broken:
        log.error(
            "an agency's key file cannot be read; the agency is shut out", extra={"file": path.name, "problem": type(broken).__name__}
        )
        return []


def submission_id(value: bytes) -> str:
    """The name of a record that does not prove whose it is: a digest that its sender can compute."""
    return f"sha256:{hashlib.sha256(value).hexdigest()[:32]}"


def check_age(issued_at: int, now: datetime, *, oldest_s: int, ahead_s: int) -> None:
    """Raises Invalid when a statement was made too long ago, or in the future beyond what clocks differ."""
    if not -ahead_s <= now.timestamp() - issued_at <= oldest_s:
        raise Invalid("submission_expired", field="iat")


def encrypt_to(keys: list[Any], plain: bytes) -> str | None:
    """``plain`` for the agency's eyes only, by the newest of its keys that can agree on a secret; None when it has none."""
    for key in keys:
        if _curve(key) in ("X25519", "P-256") and _use(key) != "sig":
            header = {"alg": KEY_AGREEMENTS[0], "enc": CIPHER, **({"kid": key.kid} if key.kid else {})}
            return jwe.encrypt_compact(header, plain, key, registry=_ENCRYPTION)
    return None


def decrypt(value: bytes, own: list[Any]) -> bytes:
    """What was encrypted to one of our ``own`` keys. Raises Invalid."""
    if len(value) > LARGEST:
        raise Invalid("body_too_large", limit=LARGEST)
    if value.count(b".") != 4:
        raise Invalid("submission_not_encrypted")
    for key in own:
        try:
            return jwe.decrypt_compact(value, key, registry=_ENCRYPTION).plaintext or b""
        except Exception:  # noqa: S112 - hostile bytes make the library raise many kinds; all mean: not with this key
            continue
    raise Invalid("submission_undecryptable")


def verify(signed: bytes, sender: str, agencies: Agencies) -> tuple[bytes, str]:
    """The signed payload and the agency that signed it, which its ``iss`` names.

    Raises NotAllowed for what is not signed, or not by that agency; ``sender`` is who else may have signed it, to tell so.
    """
    if len(signed) > LARGEST:
        raise Invalid("body_too_large", limit=LARGEST)
    try:
        parts = jws.extract_compact(signed, registry=_SIGNATURE)
        header = parts.headers()
        curve = SIGNATURES[header["alg"]]
    except Exception:
        raise NotAllowed("submission_unsigned") from None
    try:
        agency = msgspec.json.decode(parts.payload or b"", type=_Claim).iss
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Invalid("submission_malformed", field="iss", problem="no iss") from None
    if not agencies.keys(agency):
        raise NotAllowed("submission_unknown_agency", field="iss")
    if not _is_by(signed, agencies.keys(agency), curve):
        others = {sender, str(header.get("kid", ""))} - {agency}
        is_by_another = any(_is_by(signed, agencies.keys(other), curve) for other in others)
        raise NotAllowed("submission_wrong_signer" if is_by_another else "submission_bad_signature", field="iss")
    return parts.payload or b"", agency


def _is_by(signed: bytes, keys: list[Any], curve: str) -> bool:
    return any(_fits(signed, key) for key in keys if _curve(key) == curve and _use(key) != "enc")


def _fits(signed: bytes, key: Any) -> bool:
    try:
        jws.deserialize_compact(signed, key, registry=_SIGNATURE)
    except Exception:
        return False
    return True


def _curve(key: Any) -> str:
    return str(key.as_dict(private=False).get("crv", ""))


def _use(key: Any) -> str | None:
    found = key.as_dict(private=False).get("use")
    return None if found is None else str(found)
