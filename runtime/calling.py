"""How a command asks a running platform: as whom, and in one sentence what stands in the way."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts.vocabulary import Role
from runtime import auth
from runtime.settings import address_of, home
from runtime.stop import CannotGoOn

if TYPE_CHECKING:
    import httpx


class NobodyAnswers(CannotGoOn):
    """No platform runs where this process looks for one."""


def operator(seconds: int = 60, keys: Path | None = None) -> dict[str, str]:
    """The header of an operator of this machine."""
    return bearer(auth.issue(keys or home() / "keys", Role.OPERATOR, officer="local-operator", seconds=seconds))


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"authorization": f"Bearer {token}"}


def call(method: str, url: str, who: str, *, seconds: float = 30, **what: Any) -> "httpx.Response":
    """The answer of ``who`` at an address, never through a proxy. Raises NobodyAnswers."""
    import httpx  # slow to import, and most commands ask nobody

    try:
        return httpx.request(method, url, timeout=seconds, trust_env=False, **what)
    except httpx.TransportError as silent:
        where = url.partition("?")[0]
        raise NobodyAnswers(
            f"{who} does not answer at {where}: is the platform running? `dannguyen status` tells, `make run` starts it."
        ) from silent
    except httpx.InvalidURL as wrong:
        raise NobodyAnswers(f"{url} is no address at which {who} could be asked: {wrong}.") from wrong


def ask(service: str, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
    """What a service answers to an operator (or to who is named in ``headers``), as JSON. Raises CannotGoOn when it refuses."""
    answer = call(method, f"{address_of(service)}{path}", service, json=body, headers=headers or operator())
    try:
        told = answer.json()
    except ValueError as strange:
        raise NobodyAnswers(
            f"{service} answers {answer.status_code} without JSON: something else listens at {address_of(service)}."
        ) from strange
    if answer.status_code >= 400:
        raise CannotGoOn(f"{told['detail']}\n{told['detail_en']}" if "detail_en" in told else f"{service} answers {answer.status_code}.")
    return told
