"""Cutting a denouncer out of the letter before an officer reads it (Law on Denunciations 2018, art. 8.3, 49, 56.2).

What the vault knows of the denouncers is found in the text however it is spelt: with or without diacritics, in any
case, composed or decomposed, spaced otherwise, wrapped over lines, the name in any order and shortened (``naming``).
Telephone numbers, e-mail addresses and long personal numbers are cut whosever they are. What only a person can see (a
kinship, an event that one person knows) stays: the answer tells the officer that the cut is not complete.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from contracts.petitions import Person
from law import units
from services.intake import naming

CUT: Final = "[đã che]"
_CALLED: Final = (
    "ong|ba|anh|chi|em|co|chu|bac|cu|di|cau|mo|thim|toi|ten|la|ong ba|vo chong|gia dinh|nha|thang|"
    "nguoi lam don|nguoi viet don|nguoi gui don|nguoi to cao|kinh don"
)
_HOUSE: Final = "so nha|nha so|can nha|nha|so"
_AREA: Final = (
    "to dan pho|khu dan cu|khu pho|khu vuc|khu tap the|chung cu|can ho|thi tran|thi xa|thanh pho|tieu khu|"
    "ngo|ngach|hem|kiet|duong|pho|thon|ap|xom|lang|ban|buon|bon|plei|to|khu|khom|doi|cum|lo|toa|xa|phuong|quan|huyen|tinh|tp"
)
_TYPE: Final = re.compile(rf"(?<!\w)(?:{_HOUSE}|{_AREA})(?!\w)")
_LONG_PLACE: Final = 5
_REACH: Final = 24
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
    patterns = {*_name_patterns(people), *_place_patterns(people), *_number_patterns(people)}
    spans = [match.span(1) if pattern.groups else match.span() for pattern in patterns for match in pattern.finditer(plain)]
    spans += [match.span() for pattern in _GENERIC for match in pattern.finditer(plain)]
    folded = naming.Folded(text, plain, places)
    spans += naming.spans(sorted({naming.parts(_folded(person.full_name)[0]) for person in people}), folded)
    spans += [span for name in _place_names(people) for span in naming.capitalised(name, folded)]
    spans = _with_house_numbers(plain, sorted(set(spans)), people)
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
    return re.compile(r"(?<!\w)" + naming.BETWEEN.join(map(re.escape, words)) + r"(?!\w)")


def _words(value: str) -> list[str]:
    return re.findall(r"\w+", _folded(value)[0])


def _name_patterns(people: Iterable[Person]) -> Iterable[re.Pattern[str]]:
    """The full name, every ending of it of two words or more, and the given name after a form of address or spelt out."""
    for person in people:
        words = _words(person.full_name)
        for start in range(max(len(words) - 1, 1)):
            yield _pattern(words[start:])
        if words and len(words[-1]) > 2:
            yield re.compile(r"(?<!\w)" + r"[\s.\-]{1,3}".join(words[-1]) + r"(?!\w)")
        if len(words) > 1:
            yield re.compile(rf"(?<!\w)(?:{_CALLED})[\s:,]+({re.escape(words[-1])})(?!\w)")


def _place_patterns(people: Iterable[Person]) -> Iterable[re.Pattern[str]]:
    """The address, each of its parts, and what each part names after any word for a street or a settlement.

    A province alone finds nobody, and offices bear its name.
    """
    for person in people:
        for part in [person.address, *re.split(r"[,;\n]", person.address)]:
            words = _words(part)
            if len("".join(words)) >= _SHORTEST_PLACE and " ".join(words) not in _provinces():
                yield _pattern(words)
        for number, place in _units(person.address):
            name = naming.BETWEEN.join(map(re.escape, place))
            if place and " ".join(place) not in _provinces():
                gap = r"[\s.]*" if len("".join(place)) >= _LONG_PLACE else r"[\s.]+"
                yield re.compile(rf"(?<!\w)(?:{_AREA}){gap}{name}(?![^\W\d_])\d*")
            if number and place:
                area = rf"(?:(?:{_AREA})[\s.]+)?"
                yield re.compile(rf"(?<!\w)(?:(?:{_HOUSE})\s{{1,9}}){{0,2}}{re.escape(number)}{naming.BETWEEN}{area}{name}(?!\w)")
            if number:
                yield re.compile(rf"(?<!\w)(?:so nha|nha so|nha|can nha)\s+(?:so\s+)?{re.escape(number)}(?!\w)")


def _with_house_numbers(plain: str, spans: list[tuple[int, int]], people: list[Person]) -> list[tuple[int, int]]:
    """The cuts, each taking along the numbers of an address that lead up to it or hang on it (``15 ngõ 20/7`` before a street)."""
    numbers = "|".join(sorted({word for person in people for word in _words(person.address) if word[0].isdigit()}, key=len, reverse=True))
    if not numbers:
        return spans
    one = rf"(?:(?:{_HOUSE}|{_AREA})[\s.]{{1,2}})?(?:{numbers})"
    before = re.compile(rf"(?<!\w)(?:{one}[\s,/\-]{{1,2}}){{1,3}}$")
    after = re.compile(rf"(?:[/\-](?:{numbers})(?!\w)){{1,3}}")
    reached: list[tuple[int, int]] = []
    for start, end in spans:
        led = before.search(plain, max(start - _REACH, 0), start)
        hung = after.match(plain, end)
        reached.append((led.start() if led else start, hung.end() if hung else end))
    return reached


def _units(address: str) -> list[tuple[str, list[str]]]:
    """What follows each word for a kind of place: its name, and the house number before it when there is one."""
    units: list[tuple[str, list[str]]] = []
    number = ""
    for part in re.split(r"[,;/\n]", _folded(address.replace("\n", ","))[0]):
        for words in map(_words, _TYPE.split(part)):
            if not words:
                continue
            if words[0][0].isdigit() and not any(word.isalpha() for word in words):
                number = words[-1]
                continue
            if words[0][0].isdigit():
                number, *words = words
            units.append((number, words))
            number = ""
    return [*units, (number, [])] if number else units


def _place_names(people: Iterable[Person]) -> set[tuple[str, ...]]:
    """The proper names within the addresses, provinces apart; they are cut where they are written with capital letters."""
    found = {tuple(place) for person in people for _, place in _units(person.address)}
    return {name for name in found if len("".join(name)) >= _SHORTEST_PLACE and " ".join(name) not in _provinces()}


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
