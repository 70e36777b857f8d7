"""Where a name stands in a text, in whatever order, shortened to whatever letters, joined or alone.

The text comes folded: lower case, without diacritics. One walk over its words for each person; what is done at a word
depends on the name, never on how long the text is. In doubt a word counts as the name: the cost is a word too few for
the officer, the other mistake costs a denouncer (Law on Denunciations 2018, art. 8.3).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

_LETTERS: Final = re.compile(r"[^\W\d_]+")
BETWEEN: Final = r"[\s.,/\-'’ʼ`]*"
"""What may stand between two words that belong together."""
_JOINS: Final = " .,-_'’ʼ`/"
_CLOSED: Final = '\n\r()[]<>"“”:'
_SYLLABLE: Final = re.compile(r"(?:ngh?|[nctkpg]h|tr|gi|qu|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:n[gh]|ch|[cmnpt])?")
_SHORTEST_LOGIN: Final = 5
_INITIALS: Final = 3

Span = tuple[int, int]


class Word(NamedTuple):
    """A word of the text: folded, where it stands, and how it is written there."""

    text: str
    start: int
    end: int
    is_capital: bool
    is_upper: bool
    is_odd: bool
    """Written as no word of the language is, without any diacritic or with a capital inside."""


def _has_capital_inside(written: str) -> bool:
    return not written.isupper() and any(letter.isupper() for letter in written[1:])


class Folded(NamedTuple):
    """A text with its folded form; ``places`` says where each character of ``plain`` stood."""

    text: str
    plain: str
    places: list[int]

    def words(self) -> list[Word]:
        """Its words of letters."""
        return [self._word(match) for match in _LETTERS.finditer(self.plain)]

    def _word(self, match: re.Match[str]) -> Word:
        first, last = self.places[match.start()], self.places[match.end() - 1]
        written = self.text[first : last + 1]
        return Word(
            match[0],
            match.start(),
            match.end(),
            not written[0].islower(),
            written.isupper(),
            written.isascii() or _has_capital_inside(written),
        )

    def stands_between(self, start: int, end: int) -> str:
        """What is written between two places of the folded text, as it was written."""
        first = self.places[start - 1] + 1 if start else 0
        last = self.places[end] if end < len(self.places) else len(self.text)
        return self.text[first:last]


def spans(names: Sequence[Sequence[str]], folded: Folded) -> Iterator[Span]:
    """Everywhere in the text where one of the ``names``, given as its folded words, can be read."""
    words = folded.words()
    for name in names:
        if name:
            yield from _alone(name[-1], words, folded)
            yield from _runs(name, words, folded)
            yield from _joined(name, words, folded.plain)


def parts(name: str) -> tuple[str, ...]:
    """The words of a folded name."""
    return tuple(_LETTERS.findall(name))


def capitalised(name: Sequence[str], folded: Folded) -> Iterator[Span]:
    """Everywhere the words of ``name`` follow each other, each with a capital letter or bearing none."""
    pattern = re.compile(r"(?<!\w)" + BETWEEN.join(map(re.escape, name)) + r"(?!\w)")
    for match in pattern.finditer(folded.plain):
        inner = (folded.text[folded.places[match.start() + found.start()]] for found in _LETTERS.finditer(match[0]))
        if not any(letter.islower() for letter in inner):
            yield match.span()


def _alone(given: str, words: Sequence[Word], folded: Folded) -> Iterator[Span]:
    """The given name with a capital letter; in small letters where it is alone in its line or brackets, or numbered as logins are."""
    for word in words:
        if word.text == given and (word.is_capital or _touches_a_digit(word, folded.plain) or _is_by_itself(word, folded)):
            yield _whole(word.start, word.end, folded.plain)


def _touches_a_digit(word: Word, plain: str) -> bool:
    around = plain[max(word.start - 2, 0) : word.start].strip("_.") + plain[word.end : word.end + 2].strip("_.")
    return any(sign.isdigit() for sign in around)


def _is_by_itself(word: Word, folded: Folded) -> bool:
    left = _closed_side(folded, word.start, -1)
    return left and _closed_side(folded, word.end - 1, 1)


def _closed_side(folded: Folded, at: int, step: int) -> bool:
    """Whether the next sign on one side, blanks and stops apart, closes a line or brackets; a long blank counts as closed."""
    for place in range(at + step, at + step * 80, step):
        if not 0 <= place < len(folded.plain):
            return True
        written = folded.text[folded.places[place]]
        if written in _CLOSED:
            return True
        if folded.plain[place] not in " .,;!?":
            return False
    return True


def _whole(start: int, end: int, plain: str) -> Span:
    """The span with the digits that hang on it: a year of birth tells as much as a name."""
    while end < len(plain) and (plain[end].isdigit() or (plain[end] == "_" and plain[end + 1 : end + 2].isdigit())):
        end += 1
    while start and plain[start - 1].isdigit():
        start -= 1
    return start, end


def _runs(name: Sequence[str], words: Sequence[Word], folded: Folded) -> Iterator[Span]:
    """Two words or more of the name side by side, in any order, some of them perhaps only first letters."""
    parts, firsts = frozenset(name), frozenset(part[0] for part in name)

    def belongs(word: Word) -> bool:
        return word.text in parts or (word.is_capital and len(word.text) == 1 and word.text in firsts)

    for start, end in _stretches(words, folded.plain, belongs):
        run = words[start:end]
        follower = words[end] if end < len(words) else None
        if _tells(run, name) and not _is_another(run, follower, name, folded):
            yield _whole(run[0].start, run[-1].end, folded.plain)


def _stretches(words: Sequence[Word], plain: str, belongs: Callable[[Word], bool]) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(words):
        end = start
        while end < len(words) and belongs(words[end]) and (end == start or not plain[words[end - 1].end : words[end].start].strip(_JOINS)):
            end += 1
        if end > start:
            yield start, end
        start = max(end, start + 1)


def _tells(run: Sequence[Word], name: Sequence[str]) -> bool:
    if len(run) < 2:
        return False
    if any(word.text == name[-1] for word in run):
        return True
    if not all(word.is_capital for word in run):
        return False
    if all(len(word.text) == 1 for word in run):
        return run[0].text == name[0][0] and run[-1].text == name[-1][0]
    return True


def _is_another(run: Sequence[Word], follower: Word | None, name: Sequence[str], folded: Folded) -> bool:
    """Whether a family and middle name go on to somebody else's given name, as of the official who is denounced."""
    if follower is None or not follower.is_capital or any(word.text == name[-1] for word in run):
        return False
    between = folded.stands_between(run[-1].end, follower.start)
    return not between.strip(" ." if len(run[-1].text) == 1 else " ")


def _joined(name: Sequence[str], words: Sequence[Word], plain: str) -> Iterator[Span]:
    """The name written as one word, as in logins (``nguyenvanteo1975``, ``teonv``), and its capitals (``NVT``)."""
    initials = "".join(part[0] for part in name)
    wholes = {"".join(name), "".join([name[-1], *name[:-1]]), name[0] + name[-1]} if len(name) > 1 else set()
    strong = [whole for whole in wholes if len(whole) > _SHORTEST_LOGIN]
    longest = sum(map(len, name))
    for word in words:
        is_initials = word.is_upper and len(initials) >= _INITIALS and word.text == initials
        is_inside = len(word.text) > _SHORTEST_LOGIN and any(whole in word.text for whole in strong)
        is_made = _SHORTEST_LOGIN <= len(word.text) <= longest and not _is_common(word, plain) and _is_made_of(word, name)
        if is_initials or is_inside or is_made:
            yield _whole(word.start, word.end, plain)


def _is_common(word: Word, plain: str) -> bool:
    """Whether it may be any syllable of the language, as ``thanh`` is, though T. H. Anh could sign so; digits make it a login."""
    return _SYLLABLE.fullmatch(word.text) is not None and not _touches_a_digit(word, plain)


def _is_made_of(word: Word, name: Sequence[str]) -> bool:
    """Whether the word falls into parts of the name: two whole ones, or, where it is oddly written, the given name and first letters.

    At each letter the states are: how many whole parts so far (two are enough), and whether the given name is among them.
    """
    text, firsts = word.text, {part[0] for part in name}
    reached: list[set[tuple[int, bool]]] = [{(0, False)}, *(set() for _ in text)]
    for place, states in enumerate(reached[:-1]):
        for count, has_given in states:
            for part in name:
                if len(part) > 1 and text.startswith(part, place):
                    reached[place + len(part)].add((min(count + 1, 2), has_given or part == name[-1]))
            if text[place] in firsts and word.is_odd:
                reached[place + 1].add((count, has_given))
    return any(count == 2 or (has_given and text != name[-1]) for count, has_given in reached[-1])
