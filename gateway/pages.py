"""The pages: the portal for citizens and, in development, an explorer of the schema. No asset comes from elsewhere."""

from functools import cache
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from contracts.errors import NotFound
from runtime.http import refused

_POLICY: Final = (
    "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "content-security-policy": _POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


@cache
def _page(name: str) -> str:
    return files("gateway").joinpath(f"portal/{name}").read_text("utf-8")


async def portal(request: Request) -> Response:
    """Lodge a letter, follow it by its receipt code."""
    return HTMLResponse(_page("index.html"), headers=_HEADERS)


def explorer() -> Response:
    """Write and run GraphQL against this process."""
    return HTMLResponse(_page("explorer.html"), headers=_HEADERS)


def missing() -> Response:
    """There is no such page here."""
    return refused(NotFound("not_found", what="trang này"))
