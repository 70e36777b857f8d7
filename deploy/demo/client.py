"""A small client of the services: signs in as whoever acts, posts, and hands back answers or refusals."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx

from contracts.vocabulary import Role
from runtime.auth import issue
from runtime.calling import NobodyAnswers
from runtime.settings import address_of

TOKEN_SECONDS = 600
BATCH = 500
"""Forms in one request; the services take up to a thousand."""


class Badge(NamedTuple):
    """Who acts: a role and, for officers, their agency. The pseudonym is made from both; a citizen has none."""

    role: Role
    agency: str = ""

    @property
    def officer(self) -> str | None:
        if self.role in (Role.ANONYMOUS, Role.CITIZEN):
            return None
        return f"{self.role.value}-{self.agency.lower()}" if self.agency else f"demo-{self.role.value}"


class Refused(Exception):
    """The platform declined; ``problem`` is what it said (RFC 9457)."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = dict(problem)
        self.code = str(problem.get("code", status))
        super().__init__(f"{status} {self.code}: {problem.get('detail_en') or problem.get('detail') or ''}")


class Platform:
    """A running platform whose keys lie in ``keys``. Waits out restarts of a service for ``patience`` seconds."""

    def __init__(self, keys: Path, *, patience: float = 60.0) -> None:
        self._keys = keys
        self._patience = patience
        self._tokens: dict[Badge, tuple[float, str]] = {}
        self._http = httpx.AsyncClient(timeout=30.0, trust_env=False, limits=httpx.Limits(max_connections=16))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._http.aclose()

    async def ask(self, service: str, method: str, path: str, body: object = None, *, badge: Badge, **headers: str) -> Any:
        """The answer of a service as JSON, asked again while the service is away, so ``body`` must bear repeating.

        Raises Refused or NobodyAnswers.
        """
        give_up = time.monotonic() + self._patience
        while True:
            try:
                answer = await self._http.request(
                    method, f"{address_of(service)}{path}", json=body, headers={"authorization": f"Bearer {self._token(badge)}", **headers}
                )
            except httpx.TransportError as error:
                if time.monotonic() > give_up:
                    raise NobodyAnswers(
                        f"{service} không trả lời ở {address_of(service)} · does not answer; `make run` starts it."
                    ) from error
            else:
                if answer.status_code < 400:
                    return answer.json() if answer.content else None
                if answer.status_code not in (429, 502, 503) or time.monotonic() > give_up:
                    raise Refused(answer.status_code, _problem(answer))
            await asyncio.sleep(0.5)

    async def batch(self, service: str, path: str, forms: Sequence[object], *, badge: Badge, **headers: str) -> list[dict[str, Any]]:
        """One answer per form, ``{"ok": …}`` or ``{"refusal": …}``, in chunks of ``BATCH``."""
        answers: list[dict[str, Any]] = []
        for start in range(0, len(forms), BATCH):
            answers += await self.ask(service, "POST", path, forms[start : start + BATCH], badge=badge, **headers)
        return answers

    async def query(self, document: str, variables: Mapping[str, object] | None = None, *, badge: Badge) -> Any:
        """The data of a GraphQL query at the gateway. Raises Refused when it carries errors."""
        told = await self.ask("gateway", "POST", "/graphql", {"query": document, "variables": dict(variables or {})}, badge=badge)
        if told.get("errors"):
            raise Refused(200, {"code": "graphql", "detail": "; ".join(error["message"] for error in told["errors"])})
        return told["data"]

    def _token(self, badge: Badge) -> str:
        until, token = self._tokens.get(badge, (0.0, ""))
        if until < time.monotonic():
            if not self._keys.exists():
                raise NobodyAnswers(f"Chưa có hệ thống nào ở {self._keys.parent} · no platform there; `make run` starts one.")
            token = issue(self._keys, badge.role, agency=badge.agency, officer=badge.officer, seconds=TOKEN_SECONDS)
            self._tokens[badge] = (time.monotonic() + TOKEN_SECONDS / 2, token)
        return token


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {"detail": answer.text[:200]}
    return found if isinstance(found, dict) else {"detail": str(found)[:200]}
