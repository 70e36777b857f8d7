"""Who is asking: short-lived signed tokens (JWT, RFC 7519, EdDSA), keys made at first run and kept in a folder of mode 0700."""

import base64
import json
import os
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from contracts.errors import NotAllowed, NotSignedIn
from contracts.event import Actor
from contracts.vocabulary import Role
from runtime.stop import CannotGoOn, WrongWish

ISSUER: Final = "dannguyen"
DEFAULT_SECONDS: Final = 900
LONGEST_SECONDS: Final = 12 * 3600
"""No token lives longer than a working day with its overtime: there is no list of revoked ones."""
_SKEW_SECONDS: Final = 60
NO_KEYS: Final = "There are no keys in {keys}: bring the platform's there, or make new ones with `dannguyen keys`."
_ALGORITHM: Final = ["EdDSA", "Ed25519"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, as its token says. ``officer`` is a pseudonym; ``case_id`` the only case a citizen may see."""

    role: Role
    agency: str = ""
    officer: str | None = None
    case_id: str | None = None
    token: str = ""

    @property
    def actor(self) -> Actor:
        """The caller as facts name it."""
        return Actor(agency=self.agency, role=self.role, officer=self.officer)

    def must_be(self, *roles: Role) -> None:
        """Raises NotAllowed unless the caller has one of the roles."""
        if roles and self.role not in roles:
            raise NotAllowed("role_not_allowed", role=self.role.value)

    def must_act_for(self, agency: str) -> None:
        """Raises NotAllowed unless the caller acts for this agency (the platform itself may act for any)."""
        if self.role is not Role.SYSTEM and self.agency != agency:
            raise NotAllowed("agency_not_allowed", agency=self.agency or "-")


def make_keys(home: Path) -> Path:
    """Make the keys that are missing and return their folder. Existing keys are never replaced."""
    folder = home / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    _pair(folder / "platform.json", lambda: OKPKey.generate_key("Ed25519", {"use": "sig", "kid": "platform-1"}))
    _pair(folder / "intake.json", lambda: ECKey.generate_key("P-256", {"use": "enc", "kid": "intake-1"}))
    vault = folder / "vault.key"
    if not vault.exists():
        _write(vault, base64.b64encode(os.urandom(32)).decode())
    (folder / "agencies").mkdir(mode=0o700, exist_ok=True)
    return folder


def make_agency_key(home: Path, agency: str) -> Path:
    """Make a signing and encryption key pair for an agency of a local platform; returns the private file."""
    path = home / "keys" / "agencies" / f"{agency}.json"
    _pair(path, lambda: ECKey.generate_key("P-256", {"kid": agency}))
    return path


def _pair(path: Path, make: Any) -> None:
    if path.exists():
        return
    key = make()
    _write(path.with_suffix(".pub.json"), json.dumps(key.as_dict(private=False)))
    _write(path, json.dumps(key.as_dict(private=True)))


def _write(path: Path, text: str) -> None:
    """Write whole or not at all, readable by the owner only."""
    partial = path.with_name(path.name + ".new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    partial.rename(path)


@cache
def _key(path: Path) -> OKPKey:
    return OKPKey.import_key(json.loads(path.read_text("utf-8")))


def private_key(keys: Path) -> dict[str, str]:
    """The key that signs tokens, as it stands in its file. Raises CannotGoOn when there is none."""
    try:
        found: dict[str, str] = json.loads((keys / "platform.json").read_text("utf-8"))
    except OSError as missing:
        raise CannotGoOn(NO_KEYS.format(keys=keys)) from missing
    return found


def issue(
    keys: Path,
    role: Role,
    *,
    agency: str = "",
    officer: str | None = None,
    case_id: str | None = None,
    seconds: int = DEFAULT_SECONDS,
) -> str:
    """A signed token. Needs the private key, which only the gateway and the operator's command line have. Raises WrongWish."""
    if seconds > LONGEST_SECONDS:
        raise WrongWish(f"A token lives at most {LONGEST_SECONDS} seconds, not {seconds}.")
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": officer or role.value, "role": role.value, "agency": agency, "iat": now, "exp": now + seconds}
    if officer:
        claims["officer"] = officer
    if case_id:
        claims["case"] = case_id
    try:
        key = _key(keys / "platform.json")
    except FileNotFoundError as missing:
        raise CannotGoOn(NO_KEYS.format(keys=keys)) from missing
    return jwt.encode({"alg": "Ed25519", "kid": "platform-1"}, claims, key, algorithms=_ALGORITHM)


_seen: dict[str, tuple[float, Caller]] = {}
_SEEN_MOST: Final = 4096


def caller_of(keys: Path, authorization: str) -> Caller:
    """The caller behind an ``Authorization: Bearer`` header. Raises NotSignedIn.

    A verified token is remembered until it expires, so that its signature is checked once.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn(
            "not_signed_in", problem="the header Authorization: Bearer is missing", problem_vi="thiếu tiêu đề Authorization: Bearer"
        )
    known = _seen.get(token)
    if known is not None and known[0] > time.time():
        return known[1]
    try:
        claims = jwt.decode(token, _key(keys / "platform.pub.json"), algorithms=_ALGORITHM).claims
        if claims["iss"] != ISSUER:
            raise NotSignedIn("not_signed_in", problem="the token was not issued here", problem_vi="mã không do hệ thống này cấp")
        caller = Caller(Role(claims["role"]), claims.get("agency", ""), claims.get("officer"), claims.get("case"), token)
        issued, expires = float(claims["iat"]), float(claims["exp"])
    except (JoseError, ValueError, KeyError, TypeError) as bad:
        raise NotSignedIn("not_signed_in", problem="the token is not valid", problem_vi="mã không hợp lệ") from bad
    if expires <= time.time():
        _seen.pop(token, None)
        raise NotSignedIn("not_signed_in", problem="the token has expired", problem_vi="mã đã hết hạn")
    if expires - issued > LONGEST_SECONDS or issued > time.time() + _SKEW_SECONDS:
        raise NotSignedIn("not_signed_in", problem="the token lives longer than allowed", problem_vi="mã có thời hạn dài hơn cho phép")
    if len(_seen) >= _SEEN_MOST:
        _seen.clear()
    _seen[token] = (expires, caller)
    return caller
