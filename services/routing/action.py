"""What must be done with a letter: the first row of ``data/actions.csv`` that matches decides (Circular 05/2021/TT-TTCP).

A row's condition is a list of words that must all be true; ``!word`` must be false, ``a|b`` wants one of them,
``source=a|b`` a value, ``signatories>=n`` a number, ``from=DATE`` a day not before that date.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Literal, NamedTuple

import msgspec

from contracts.errors import Invalid
from contracts.petitions import Axes
from contracts.vocabulary import Competence, Eligibility, SettledBefore, Source

LetterKind = Literal["complaint", "denunciation", "recommendation", "feedback", "mixed"]
LetterSource = Literal["citizen", "deputy", "front", "press", "agency", "reception_desk"]


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a letter that decide what is done with it."""

    kind: LetterKind
    own: bool = True
    eligible: bool = True
    source: LetterSource = "citizen"
    in_person: bool = False
    anonymous: bool = False
    evidence: bool = False
    guided_before: bool = False
    sent_to_competent: bool = False
    final_decision: bool = False
    new_fact: bool = False
    subordinate_overdue: bool = False
    crime_signs: bool = False
    signatories: int = 1


Test = Callable[[Letter, date], bool]


class Row(NamedTuple):
    """One row of the table in one version; rows of the same number share their condition."""

    number: int
    kinds: frozenset[str]
    when: str
    holds: Test
    action: str
    rule: str
    within: str
    law: str
    effective_from: date
    effective_to: date
    known_from: date
    grade: str
    note: str


class Table:
    """The rows in the order in which they are tried, by the kind they speak of."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        kinds = {kind for row in self.rows for kind in row.kinds}
        self._of = {kind: tuple(row for row in self.rows if kind in row.kinds) for kind in kinds}

    def of(self, kind: str) -> tuple[Row, ...]:
        """The rows about letters of a kind."""
        return self._of.get(kind, ())


class Action(NamedTuple):
    """What to do, by which rule, within which limit (the id of a limit, empty when the law names none)."""

    action: str
    rule: str
    within: str
    also: tuple[str, ...]
    cites: tuple[str, ...]
    grade: str
    warnings: tuple[str, ...]


def condition(when: str) -> Test:
    """The test that a row's condition spells."""
    tests = [_word(word) for word in when.split()]
    return lambda letter, on: all(test(letter, on) for test in tests)


def _word(word: str) -> Test:
    if word.startswith("from="):
        start = date.fromisoformat(word.removeprefix("from="))
        return lambda letter, on: on >= start
    if word.startswith("source="):
        sources = frozenset(word.removeprefix("source=").split("|"))
        return lambda letter, on: letter.source in sources
    if ">=" in word:
        name, _, least = word.partition(">=")
        return lambda letter, on: bool(getattr(letter, name) >= int(least))
    choices = [(name.lstrip("!"), not name.startswith("!")) for name in word.split("|")]
    return lambda letter, on: any(getattr(letter, name) is wanted for name, wanted in choices)


def decide(table: Table, letter: Letter, on: date, known: date = date.max) -> Action:
    """The action for a letter received ``on``, by what was known on ``known``.

    Raises Invalid (``no_rule_in_force``) when the row that matches had no version in force on that day.
    """
    matching: dict[tuple[int, str], list[Row]] = {}
    for row in table.of(letter.kind):
        if row.holds(letter, on):
            matching.setdefault((row.number, row.when), []).append(row)
    versions = [_version(found, on, known) for found in matching.values()]
    if not versions or versions[0] is None:
        raise Invalid("no_rule_in_force", field="date", on=on, what=letter.kind)
    chosen = versions[0]
    also = dict.fromkeys(row.rule for row in versions[1:] if row is not None and row.rule != chosen.rule)
    return Action(
        chosen.action, chosen.rule, chosen.within, tuple(also), tuple(chosen.law.split("; ")), chosen.grade, _warnings(letter, chosen)
    )


def _version(versions: list[Row], on: date, known: date) -> Row | None:
    """The version in force on a day; of several known ones the latest known."""
    found = [row for row in versions if row.known_from <= known and row.effective_from <= on <= row.effective_to]
    return max(found, key=lambda row: row.known_from, default=None)


def _warnings(letter: Letter, chosen: Row) -> tuple[str, ...]:
    found = []
    if letter.crime_signs and letter.kind != "denunciation":
        found.append("crime_signs")
    if chosen.note.startswith("K1"):
        found.append("conflict_k1")
    return tuple(found)


_SOURCES: dict[Source, LetterSource] = {
    Source.RECEPTION_DESK: "reception_desk",
    Source.ONLINE_RECEPTION: "reception_desk",
    Source.FORWARDED_DEPUTY: "deputy",
    Source.FORWARDED_FRONT: "front",
    Source.FORWARDED_PRESS: "press",
    Source.FORWARDED_AGENCY: "agency",
}


def letter_of(axes: Axes, *, own: bool) -> Letter:
    """The letter's facts as its coded axes tell them; what was not determined counts as eligible."""
    return Letter(
        kind=axes.kind.value,
        own=own,
        eligible=axes.eligibility is not Eligibility.INELIGIBLE,
        source=_SOURCES.get(axes.source, "citizen"),
        in_person=axes.is_in_person,
        anonymous=axes.is_anonymous,
        evidence=axes.has_evidence,
        guided_before=axes.was_guided_before,
        sent_to_competent=axes.was_sent_to_competent,
        final_decision=axes.settled_before in (SettledBefore.FINAL, SettledBefore.COURT_JUDGMENT, SettledBefore.MANY_TIMES),
        new_fact=axes.has_new_fact,
        subordinate_overdue=axes.competence is Competence.SUBORDINATE_OVERDUE,
        crime_signs=axes.has_crime_signs,
        signatories=axes.people_count,
    )
