"""Refusals: what a client is told when a command may not be carried out.

    Refusal                      something the client can understand and mend
    ├── Invalid            422   the form is incomplete or contradicts itself; ``field`` names the place
    ├── NotSignedIn        401   no token, or one that is expired or not ours
    ├── NotAllowed         403   the caller's role or agency may not do or see this
    ├── NotFound           404   no such petition, case, receipt or body
    ├── IllegalMove        409   the law does not allow this move in this state
    ├── Conflict           409   it was done before, or differently, under the same key
    ├── TooMany            429   slow down
    └── Unavailable        503   a part of the platform does not answer; nothing was done

Everything else that is raised is a bug. Each code has one row in ``data/refusals.csv`` with its sentences and its law.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import ClassVar, NamedTuple


class RefusalRow(NamedTuple):
    """One reason: the law behind it (may be empty) and the sentence in Vietnamese and English, with places for values."""

    code: str
    law: str
    vi: str
    en: str


@cache
def rows() -> dict[str, RefusalRow]:
    """Every refusal code with its sentence and law."""
    text = files("contracts").joinpath("data/refusals.csv").read_text("utf-8")
    return {line["code"]: RefusalRow(line["code"], line["law"], line["vi"], line["en"]) for line in csv.DictReader(text.splitlines())}


class Refusal(Exception):
    """A command that may not be carried out; raised by rules, answered to the client, nothing is changed.

    ``values`` fill the sentences; one that is itself words is given twice, as ``problem`` (English) and ``problem_vi``.
    """

    status: ClassVar[int] = 400

    def __init__(self, code: str, *, field: str | None = None, law: str | None = None, **values: object) -> None:
        found = rows()[code]
        self.code = code
        self.field = field
        self.law = law or found.law or None
        own = {name.removesuffix("_vi"): value for name, value in values.items() if name.endswith("_vi")}
        self.message = found.vi.format(**{**values, **own})
        self.message_en = found.en.format(**values)
        super().__init__(f"{code}: {self.message_en}")

    def problem(self) -> dict[str, object]:
        """The refusal as RFC 9457 problem details."""
        return {
            "type": f"urn:dannguyen:refusal:{self.code}",
            "title": self.code,
            "status": self.status,
            "code": self.code,
            "detail": self.message,
            "detail_en": self.message_en,
            "field": self.field,
            "law": self.law,
        }


class Invalid(Refusal):
    """The form is incomplete or contradicts itself."""

    status = 422


class NotSignedIn(Refusal):
    """The caller did not show a valid token."""

    status = 401


class NotAllowed(Refusal):
    """The caller's role or agency may not do or see this."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or the caller may not know of it."""

    status = 404


class IllegalMove(Refusal):
    """The law does not allow this move in this state."""

    status = 409


class Conflict(Refusal):
    """The same key was used before for something else."""

    status = 409


class TooMany(Refusal):
    """Too many requests in too short a time."""

    status = 429


class Unavailable(Refusal):
    """A part of the platform does not answer; nothing was done."""

    status = 503
