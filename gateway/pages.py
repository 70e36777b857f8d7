"""The pages: the portal for citizens and, in development, an explorer of the schema. No asset comes from elsewhere."""

from enum import StrEnum
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from contracts.errors import NotFound
from contracts.vocabulary import Branch, Field, Kind, label
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


_LISTS: Final[dict[str, tuple[StrEnum, ...]]] = {
    "Kind": (Kind.COMPLAINT, Kind.DENUNCIATION, Kind.RECOMMENDATION, Kind.FEEDBACK),
    "Branch": tuple(Branch),
    "Field": tuple(Field),
}
"""The closed lists that the portal page offers, in this order."""


@cache
def _page(name: str) -> str:
    text = files("gateway").joinpath(f"portal/{name}").read_text("utf-8")
    for title, words in _LISTS.items():
        text = text.replace(f"<!--radio:{title}-->", "".join(_radio(title.lower(), word) for word in words))
        text = text.replace(f"<!--options:{title}-->", "".join(f'<option value="{word.name}">{_label(word)}</option>' for word in words))
    return text


def _radio(name: str, word: StrEnum) -> str:
    required = " required" if name == "kind" else ""
    return f'<label><input type="radio" name="{name}" value="{word.name}"{required}> {_label(word)}</label>'


def _label(word: StrEnum) -> str:
    text = label(word)
    return escape(text[:1].upper() + text[1:])


async def portal(request: Request) -> Response:
    """Lodge a letter, follow it by its receipt code."""
    return HTMLResponse(_page("index.html"), headers=_HEADERS)


def explorer() -> Response:
    """Write and run GraphQL against this process."""
    return HTMLResponse(_page("explorer.html"), headers=_HEADERS)


def missing() -> Response:
    """There is no such page here."""
    return refused(NotFound("address_not_found"))
