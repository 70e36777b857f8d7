"""The identity vault: who petitions and what the letter says, encrypted with a key of the petition's own.

Each petition has a random data key; it seals the letter (AES-256-GCM) and is itself sealed by the platform's master
key. Every ciphertext is bound to its petition and purpose, so a row copied over another does not open. Forgetting the
wrapped key shreds everything the petition ever sealed; a new master key re-wraps data keys without touching letters.
"""

import hashlib
import hmac
import os
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.petitions import Person

KEY_FILE: Final = "vault.key"
INDEX_FILE: Final = "vault.index.key"
KEY_VARIABLE: Final = "DANNGUYEN_VAULT_KEY"
INDEX_VARIABLE: Final = "DANNGUYEN_VAULT_INDEX_KEY"
KEY_LENGTH: Final = 32
_NONCE_LENGTH: Final = 12


class VaultError(Exception):
    """A key is missing or a ciphertext is not what its row says; never carries content."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What the vault keeps of a petition; exists in the clear only while one request is answered."""

    text: str
    petitioners: list[Person]

    def __repr__(self) -> str:
        """Nothing of the content, so that no traceback or log can show it."""
        return f"Letter({len(self.petitioners)} petitioners)"


class Wrapped(NamedTuple):
    """A data key under a master key; ``key_id`` names the master key."""

    key_id: str
    key: bytes


class DataKey:
    """One petition's key in the clear, for the length of one request."""

    __slots__ = ("_case_id", "_key")

    def __init__(self, case_id: str, key: bytes) -> None:
        self._case_id = case_id
        self._key = key

    def seal(self, purpose: str, plain: bytes) -> bytes:
        """``plain`` encrypted for this petition and ``purpose`` only."""
        return _seal(self._key, f"{purpose}|{self._case_id}", plain)

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """The inverse of ``seal``. Raises VaultError when the bytes belong elsewhere or were changed."""
        return _open(self._key, f"{purpose}|{self._case_id}", sealed)

    def seal_letter(self, letter: Letter) -> bytes:
        """The letter as the vault stores it."""
        return self.seal("letter", msgspec.json.encode(letter))

    def open_letter(self, sealed: bytes) -> Letter:
        """The stored letter in the clear."""
        return msgspec.json.decode(self.open("letter", sealed), type=Letter)

    def mac(self, purpose: str, value: bytes) -> bytes:
        """A keyed digest: equal values of one petition and purpose can be told, nothing can be guessed back."""
        return hmac.digest(hmac.digest(self._key, f"mac|{purpose}|{self._case_id}".encode(), "sha256"), value, "sha256")


class Keyring:
    """The master keys, the current one first, and the key under which once-keys are looked up."""

    def __init__(self, masters: list[bytes], index: bytes | None = None) -> None:
        if not masters or any(len(key) != KEY_LENGTH for key in masters):
            raise VaultError(f"the vault needs at least one master key of {KEY_LENGTH} bytes")
        self._masters: Mapping[str, bytes] = {key_id(key): key for key in masters}
        self.current = key_id(masters[0])
        self._index = index or derived_index(masters[-1])

    def new_key(self, case_id: str) -> tuple[DataKey, Wrapped]:
        """A fresh data key for one petition, and how it is stored."""
        key = os.urandom(KEY_LENGTH)
        return DataKey(case_id, key), self._wrap(case_id, key)

    def unwrap(self, case_id: str, wrapped: Wrapped) -> DataKey:
        """The petition's data key. Raises VaultError when its master key is not in the ring."""
        return DataKey(case_id, self._unwrap(case_id, wrapped))

    def rewrap(self, case_id: str, wrapped: Wrapped) -> Wrapped:
        """The same data key under the current master key."""
        return self._wrap(case_id, self._unwrap(case_id, wrapped))

    def index(self, value: str) -> str:
        """A name under which ``value`` can be found again but not guessed; the same under every master key."""
        return hmac.digest(self._index, value.encode(), "sha256").hex()

    def _wrap(self, case_id: str, key: bytes) -> Wrapped:
        return Wrapped(self.current, _seal(self._masters[self.current], f"key|{case_id}|{self.current}", key))

    def _unwrap(self, case_id: str, wrapped: Wrapped) -> bytes:
        master = self._masters.get(wrapped.key_id)
        if master is None:
            raise VaultError(f"the master key {wrapped.key_id} is not in the ring")
        return _open(master, f"key|{case_id}|{wrapped.key_id}", wrapped.key)


def key_id(key: bytes) -> str:
    """A short public name of a master key."""
    return hashlib.sha256(b"dannguyen vault key id" + key).hexdigest()[:12]


def load_keyring(keys: Path, environment: Mapping[str, str] | None = None) -> Keyring:
    """The ring from ``DANNGUYEN_VAULT_KEY`` or the file ``vault.key``: base64, one key a line (or comma), the current one first.

    The index key is that of ``vault.index.key``, else derived from the oldest master key; so before the oldest is
    retired its ``derived_index`` goes into that file.
    """
    environment = os.environ if environment is None else environment
    masters = _keys(environment.get(KEY_VARIABLE, ""), keys / KEY_FILE)
    if not masters:
        raise VaultError(f"no vault key: set {KEY_VARIABLE} or write {keys / KEY_FILE} (32 random bytes, base64)")
    index = _keys(environment.get(INDEX_VARIABLE, ""), keys / INDEX_FILE)
    return Keyring(masters, index[0] if index else None)


def derived_index(master: bytes) -> bytes:
    """What ``vault.index.key`` must hold (base64) before ``master``, the oldest key, leaves the ring."""
    return hmac.digest(master, b"dannguyen vault index", "sha256")


def _keys(text: str, path: Path) -> list[bytes]:
    if not text and path.exists():
        text = path.read_text("ascii")
    try:
        return [b64decode(part, validate=True) for part in text.replace(",", "\n").split()]
    except ValueError as problem:
        raise VaultError("a vault key is not base64") from problem


def _seal(key: bytes, bound_to: str, plain: bytes) -> bytes:
    nonce = os.urandom(_NONCE_LENGTH)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())


def _open(key: bytes, bound_to: str, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], bound_to.encode())
    except (InvalidTag, ValueError) as problem:
        raise VaultError("a sealed value does not open: it was changed or belongs to another petition") from problem
