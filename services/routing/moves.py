"""The settlement as a table: who may make which move, in which state, with which document, which clocks it starts and stops.

``data/moves.csv`` is what a lawyer reads and what runs. A move is looked up by name, kind of matter and stage, in the version in
force on the day whose law governs the act (``settlement.law_day``).
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from contracts.errors import IllegalMove, NotFound
from contracts.vocabulary import Status, Step, label

ANY = "*"


class Start(NamedTuple):
    """A clock that a move starts: of ``step``, by the law's ``kind`` and ``limit``, when ``when`` holds of the case.

    ``since`` is ``came`` (the day the letter came to its holder), ``term_end`` (the last day of the voluntary term of a judgment) or
    empty: the day of the act.
    """

    step: Step
    kind: str
    limit: str
    since: str
    when: str


class MoveRow(NamedTuple):
    """One row. ``actor`` says who may act, ``needs`` which conditions must hold, ``fact`` which fact is stated."""

    move: str
    kinds: frozenset[str]
    stage: str
    states: frozenset[Status]
    actor: str
    needs: tuple[str, ...]
    document: str
    fact: str
    to: Status | None
    starts: tuple[Start, ...]
    stops: frozenset[str]
    law: str
    effective_from: date
    effective_to: date
    known_from: date
    grade: str
    note: str

    def is_about(self, kind: str, stage: int) -> bool:
        """The row speaks of such a matter at that stage."""
        return (ANY in self.kinds or kind in self.kinds) and self.stage in ("", str(stage))

    def is_in_force(self, on: date) -> bool:
        """The row binds on that day."""
        return self.effective_from <= on <= self.effective_to


class GroundRow(NamedTuple):
    """A coded reason, so that no act carries free text, which might name people."""

    ground: str
    moves: frozenset[str]
    kinds: frozenset[str]
    vi: str
    en: str
    law: str
    effective_from: date
    effective_to: date
    grade: str

    def serves(self, move: str, kind: str, on: date) -> bool:
        """The reason may be given for that move on that day."""
        return move in self.moves and (ANY in self.kinds or kind in self.kinds) and self.effective_from <= on <= self.effective_to


class OutcomeRow(NamedTuple):
    """How a settlement of that kind and stage may end."""

    outcome: str
    kinds: frozenset[str]
    stage: str
    law: str


class Moves:
    """The table with what belongs to it: names, reasons, outcomes, options."""

    def __init__(
        self,
        rows: Iterable[MoveRow],
        names: dict[str, tuple[str, str]],
        grounds: Iterable[GroundRow],
        outcomes: Iterable[OutcomeRow],
        options: dict[str, str],
    ) -> None:
        self.rows = tuple(rows)
        self.names = names
        self.grounds = tuple(grounds)
        self.outcomes = tuple(outcomes)
        self.options = options
        self._by_move: dict[tuple[str, str, int], tuple[MoveRow, ...]] = {}
        self._by_fact: dict[tuple[str, str, int], tuple[MoveRow, ...]] = {}

    def about(self, move: str, kind: str, stage: int) -> tuple[MoveRow, ...]:
        """The rows of a move for such a matter, of all times."""
        key = (move, kind, stage)
        if key not in self._by_move:
            self._by_move[key] = tuple(row for row in self.rows if row.move == move and row.is_about(kind, stage))
        return self._by_move[key]

    def stating(self, fact: str, kind: str, stage: int, status: Status, on: date) -> MoveRow | None:
        """The row by which a fact came about: in force on its day and from that state if there is one, else the nearest to that."""
        key = (fact, kind, stage)
        if key not in self._by_fact:
            self._by_fact[key] = tuple(row for row in self.rows if row.fact == fact and row.is_about(kind, stage))
        found = self._by_fact[key]
        return max(found, key=lambda row: (status in row.states, row.is_in_force(on)), default=None)

    def find(self, move: str, kind: str, stage: int, status: Status, law_on: date) -> MoveRow:
        """The row that allows a move by the law of a day.

        Raises NotFound for a word that is no move, IllegalMove for one that the law does not know for this kind
        (``move_not_for_kind``), not on this day (``move_not_in_force``) or not in this state (``move_not_now``).
        """
        if move not in self.names or all(row.actor in ("intake", "system") for row in self.rows if row.move == move):
            raise NotFound("unknown_move", field="move", move=move)
        known = self.about(move, kind, stage)
        if not known:
            raise IllegalMove("move_not_for_kind", move=self.names[move][0], move_en=self.names[move][1], kind=kind)
        in_force = [row for row in known if row.is_in_force(law_on)]
        if not in_force:
            law = known[0].law
            raise IllegalMove("move_not_in_force", law=law, move=self.names[move][0], move_en=self.names[move][1], on=law_on)
        found = [row for row in in_force if status in row.states]
        if not found:
            needed = ", ".join(label(state) for state in Status if any(state in row.states for row in in_force))
            raise IllegalMove(
                "move_not_now",
                law=in_force[0].law,
                move=self.names[move][0],
                move_en=self.names[move][1],
                status=label(status),
                status_en=status.value,
                needed=needed,
            )
        return found[0]

    def ground(self, word: str, move: str, kind: str, on: date) -> GroundRow | None:
        """The reason of that code, if it may be given for this move."""
        return next((row for row in self.grounds if row.ground == word and row.serves(move, kind, on)), None)

    def grounds_for(self, move: str, kind: str, on: date) -> list[GroundRow]:
        """Every reason that may be given."""
        return [row for row in self.grounds if row.serves(move, kind, on)]

    def outcomes_for(self, kind: str, stage: int) -> list[str]:
        """How a settlement may end."""
        return [row.outcome for row in self.outcomes if kind in row.kinds and row.stage in ("", str(stage))]


def starts(text: str) -> tuple[Start, ...]:
    """The clocks that a cell names: ``step:limit``, ``step:kind/limit``, ``@since``, ``?condition``."""
    found = []
    for word in text.split():
        word, _, when = word.partition("?")
        word, _, since = word.partition("@")
        step, _, limit = word.partition(":")
        kind, _, name = limit.rpartition("/")
        found.append(Start(Step(step), kind, name, since, when))
    return tuple(found)


def problems(table: Moves, facts: Iterable[str], guards: Iterable[str]) -> list[str]:
    """What is wrong with the table: unknown facts, guards or names, rows of one move that overlap."""
    known_facts, known_guards = set(facts), set(guards)
    found = [f"{row.move}: no fact {row.fact}" for row in table.rows if row.fact not in known_facts]
    found += [f"{row.move}: no guard {word}" for row in table.rows for word in row.needs if word not in known_guards]
    found += [f"{row.move}: no name" for row in table.rows if row.move not in table.names]
    for index, row in enumerate(table.rows):
        for other in table.rows[index + 1 :]:
            if _overlap(row, other):
                found.append(f"{row.move}: two rows for {sorted(row.kinds & other.kinds) or '*'} in {sorted(row.states & other.states)}")
    return found


def _overlap(one: MoveRow, other: MoveRow) -> bool:
    return (
        one.move == other.move
        and (bool(one.kinds & other.kinds) or ANY in one.kinds | other.kinds)
        and (one.stage == other.stage or "" in (one.stage, other.stage))
        and bool(one.states & other.states)
        and one.effective_from <= other.effective_to
        and other.effective_from <= one.effective_to
    )
