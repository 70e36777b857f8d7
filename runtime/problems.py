"""Says what is wrong with a body without repeating what the body held: a value may name a person."""

import re
from typing import Final

_PLACE: Final = re.compile(r" - at `(?P<place>[^`]*)`$")
_ENUM: Final = re.compile(r"Invalid enum value .*", re.DOTALL)
_UNKNOWN: Final = re.compile(r"unknown field `.*`", re.DOTALL)


def describe(failure: Exception) -> tuple[str, str]:
    """``(field, problem)`` of a msgspec decoding error; the field as a dotted path, empty at the root."""
    if isinstance(failure, UnicodeDecodeError):
        return "", "not UTF-8"
    text = str(failure)
    found = _PLACE.search(text)
    place = found["place"] if found else ""
    problem = _PLACE.sub("", text)
    missing = re.search(r"missing required field `(\w+)`", problem)
    if missing:
        place = f"{place}.{missing[1]}"
    problem = _UNKNOWN.sub("an unknown field", _ENUM.sub("not a word of its list", problem))
    return place.removeprefix("$").removeprefix("."), problem
