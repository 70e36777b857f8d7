"""The services behind the mutations: commands are passed on over HTTP with the caller's own token."""

from collections.abc import Mapping
from typing import Any, Final

import httpx
import msgspec

from contracts.errors import Refusal, Unavailable, rows
from runtime.settings import address_of

_DEADLINE: Final = httpx.Timeout(10.0, connect=2.0)


class Refused(Refusal):
    """A refusal as a service gave it."""

    def __init__(self, problem: Mapping[str, Any], status: int) -> None:
        code = str(problem.get("code", "internal_error"))
        Exception.__init__(self, code)
        self.code = code if code in rows() else "internal_error"
        self.message = str(problem.get("detail", ""))
        self.message_en = str(problem.get("detail_en", ""))
        self.field = problem.get("field")
        self.law = problem.get("law")
        self.status = status  # type: ignore[misc]


class Upstream:
    """One connection pool to the sister services."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    async def send(
        self, service: str, path: str, body: Any, *, token: str, traceparent: str = "", headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """What the service answered to a command. Raises Refused (its refusal) or Unavailable."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=_DEADLINE, trust_env=False)
        sent = {"authorization": f"Bearer {token}", "content-type": "application/json", **(headers or {})}
        if traceparent:
            sent["traceparent"] = traceparent
        try:
            answer = await self._client.post(address_of(service) + path, content=msgspec.json.encode(body), headers=sent)
            found = msgspec.json.decode(answer.content, type=dict[str, Any])
        except (httpx.HTTPError, msgspec.DecodeError) as down:
            raise Unavailable("service_unavailable", service=service) from down
        if answer.is_success:
            return found
        raise Refused(found, answer.status_code)

    async def read(self, service: str, path: str, params: Mapping[str, str], *, token: str) -> dict[str, Any]:
        """What the service answered to a question. Raises Refused (its refusal) or Unavailable."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=_DEADLINE, trust_env=False)
        try:
            answer = await self._client.get(address_of(service) + path, params=dict(params), headers={"authorization": f"Bearer {token}"})
            found = msgspec.json.decode(answer.content, type=dict[str, Any])
        except (httpx.HTTPError, msgspec.DecodeError) as down:
            raise Unavailable("service_unavailable", service=service) from down
        if answer.is_success:
            return found
        raise Refused(found, answer.status_code)

    async def close(self) -> None:
        """Let the connections go."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None
