"""Cutting a denouncer out of the letter before an officer reads it (Law on Denunciations 2018, art. 8.3, 49, 56.2).

What the vault knows of the denouncers is found in the text however it is spelt: with or without diacritics, in any
case, composed or decomposed, spaced otherwise, wrapped over lines. Telephone numbers, e-mail addresses and long
personal numbers are cut whosever they are. What only a person can see (a kinship, an event that one person knows)
stays: the officer is told that the cut is not complete.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from contracts.petitions import Person
from law import units

CUT: Final = "[đã che]"
_CALLED: Final = "ong|ba|anh|chi|em|co|chu|bac|cu|di|cau|mo|thim|toi|ten|la|ong ba|vo chong|gia dinh|nha"
_GENERIC: Final = (
    re.compile(r"(?<![\w.+-])[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?<!\w)(?=\+?(?:[\s.\-()]?\d){9,12}(?!\d))(?:\+?84|0)[\s.\-]?\(?\d{2,3}\)?(?:[\s.\-]?\d{2,4}){2,3}(?!\d)"),
    re.compile(r"(?<![\d/.,])\d(?:\s?\d){8,11}(?![\d/])"),
)
_SHORTEST_PLACE: Final = 3
_SHORTEST_NUMBER: Final = 6


def redact(text: str, people: Iterable[Person]) -> str:
    """``text`` without what names, locates or reaches any of ``people``."""
    plain, places = _folded(text)
    people = list(people)
    patterns = [*(_name_patterns(people)), *(_place_patterns(people)), *(_number_patterns(people))]
    spans = [match.span(1) if pattern.groups else match.span() for pattern in patterns for match in pattern.finditer(plain)]
    spans += [match.span() for pattern in _GENERIC for match in pattern.finditer(plain)]
    return _without(text, sorted((places[start], _after(text, places[end - 1])) for start, end in spans if end > start))


def _after(text: str, place: int) -> int:
    """Where the letter at ``place`` ends, its accents included."""
    place += 1
    while place < len(text) and unicodedata.combining(text[place]):
        place += 1
    return place


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept, reached = [], 0
    for start, end in spans:
        if end <= reached:
            continue
        if start >= reached:
            kept += [text[reached:start], CUT]
        reached = end
    kept.append(text[reached:])
    return "".join(kept)


def _folded(text: str) -> tuple[str, list[int]]:
    """The text in lower case without diacritics or invisible signs, and for each of its characters where it stood."""
    plain: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for part in unicodedata.normalize("NFKD", character).lower():
            if unicodedata.combining(part) or unicodedata.category(part) == "Cf":
                continue
            plain.append("d" if part == "đ" else " " if part.isspace() or not part.isprintable() else part)
            places.append(place)
    return "".join(plain), places


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)" + r"[\s.,\-]*".join(map(re.escape, words)) + r"(?!\w)")


def _words(value: str) -> list[str]:
    return re.findall(r"\w+", _folded(value)[0])


def _name_patterns(people: Iterable[Person]) -> Iterable[re.Pattern[str]]:
    """The full name, every ending of it of two words or more, and the given name where a form of address precedes it."""
    for person in people:
        words = _words(person.full_name)
        for start in range(max(len(words) - 1, 1)):
            yield _pattern(words[start:])
        if len(words) > 1:
            yield re.compile(rf"(?<!\w)(?:{_CALLED})\s+({re.escape(words[-1])})(?!\w)")


def _place_patterns(people: Iterable[Person]) -> Iterable[re.Pattern[str]]:
    """The address and each of its parts between commas; a province alone finds nobody, and offices bear its name."""
    for person in people:
        for part in [person.address, *re.split(r"[,;\n]", person.address)]:
            words = _words(part)
            if len("".join(words)) >= _SHORTEST_PLACE and " ".join(words) not in _provinces():
                yield _pattern(words)


@cache
def _provinces() -> frozenset[str]:
    """The provinces, present and former, as people write them."""
    found = (row for rows in units.versions().values() for row in rows if row.is_province)
    return frozenset(" ".join(_words(text)) for row in found for text in (row.name, row.full_name, f"tỉnh {row.name}", f"TP {row.name}"))


def _number_patterns(people: Iterable[Person]) -> Iterable[re.Pattern[str]]:
    """Telephone and personal numbers, digit by digit, and the e-mail address."""
    for person in people:
        for value in (person.phone, person.id_number):
            symbols = re.sub(r"\W", "", _folded(value)[0])
            for spelt in {symbols, symbols.removeprefix("84").removeprefix("0")}:
                if len(spelt) >= _SHORTEST_NUMBER:
                    yield re.compile(r"(?:(?:\+?84|0)[\s.\-()]{0,3})?" + r"[\s.\-()]{0,3}".join(map(re.escape, spelt)))
        if person.email:
            yield re.compile(re.escape(_folded(person.email)[0].strip()))


def reveals(code: str, people: Iterable[Person]) -> bool:
    """Whether a code that will be published is a name, telephone or personal number of ``people`` in disguise."""
    squeezed = "".join(_words(code))
    for person in people:
        words = _words(person.full_name)
        if len(words) > 1 and "".join(words) in squeezed:
            return True
        for value in (person.phone, person.id_number):
            digits = "".join(_words(value)).removeprefix("84").removeprefix("0")
            if len(digits) >= _SHORTEST_NUMBER and digits in squeezed:
                return True
    return False
