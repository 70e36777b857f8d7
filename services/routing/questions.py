"""Questions from outside about competence, handling and next steps, and their answers (pure).

One question and one answer each, as ``docs/law.md`` describes; ``reader`` turns them into JSON Lines.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import msgspec

from contracts.errors import Invalid, Refusal
from contracts.vocabulary import Field, Status, Step
from law import bodies, clocks, lines, units
from law.rows import GRADES
from services.routing import action, competence, reference, settlement
from services.routing.action import Letter
from services.routing.competence import Matter
from services.routing.moves import Moves
from services.routing.state import State
from services.routing.told import told


class Asked(msgspec.Struct, frozen=True, kw_only=True, rename={"on": "date"}):
    """What every question has: ``date``, ``as_of_law`` (the day whose law counts), ``as_of_knowledge`` (the day whose rows count)."""

    on: date
    id: Any = None
    as_of_law: date | None = None
    as_of_knowledge: date | None = None

    @property
    def law_on(self) -> date:
        """The day whose law counts."""
        return self.as_of_law or self.on


class Limit(msgspec.Struct, frozen=True):
    """A time limit of the law."""

    limit: int
    unit: str


class Place(msgspec.Struct, frozen=True):
    """A body by code, with its name on the day asked about."""

    code: str
    name: str


# What must be done with this letter?


class WhatToDo(Asked, frozen=True, kw_only=True):
    """``dannguyen law action``: the facts of a letter, flat, beside the date."""

    kind: action.LetterKind
    own: bool = True
    eligible: bool = True
    source: action.LetterSource = "citizen"
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


class ToDo(msgspec.Struct, frozen=True):
    """The answer; ``due`` is the last day of ``within`` when the letter was received on the day asked about."""

    action: str
    rule: str
    within: Limit | None
    due: date | None
    also: tuple[str, ...]
    warnings: tuple[str, ...]
    cites: tuple[str, ...]
    grade: str


_FACTS: Final = Letter.__struct_fields__


def what_to_do(asked: WhatToDo) -> ToDo:
    """The action for a letter. Raises Invalid (no_rule_in_force)."""
    letter = Letter(**{name: getattr(asked, name) for name in _FACTS})
    known = asked.as_of_knowledge or date.max
    found = action.decide(reference.actions(), letter, asked.law_on, known)
    within, due, grade, warnings = None, None, found.grade, found.warnings
    if found.within:
        kind, _, step = found.within.partition("/")
        term = clocks.due(kind, step, asked.on, as_of_law=asked.as_of_law, as_of_knowledge=asked.as_of_knowledge)
        within, due = Limit(term.limit or 0, term.unit or ""), term.due
        grade = max(grade, term.grade, key=_weakness)
        warnings = (*warnings, *term.warnings)
    return ToDo(found.action, found.rule, within, due, found.also, warnings, found.cites, grade)


def _weakness(grade: str) -> int:
    return list(GRADES).index(grade)  # type: ignore[arg-type]


# Who settles?


class WhoSettles(Asked, frozen=True, kw_only=True):
    """``dannguyen law competent``: kind and author, or branch with ``against`` or field, or issuer; ``unit`` asks for the body."""

    kind: str
    author: str = ""
    against: str = ""
    issuer: str = ""
    branch: str = ""
    field: str = ""
    unit: str = ""
    agency: str = ""
    dismissal: bool = False


class Settlers(msgspec.Struct, frozen=True):
    """The answer: roles with their Vietnamese titles, and with a unit the bodies in force on that day."""

    first: str
    second: str | None
    then: str | None
    rule: str
    first_title: str
    second_title: str | None
    agency: Place | None
    second_agency: Place | None
    warnings: tuple[str, ...]
    cites: tuple[str, ...]
    grade: str


_FIELDS: Final = frozenset(Field)


def competent(asked: WhoSettles) -> Settlers:
    """Who settles first and second. Raises Invalid for unknown words and days without a rule.

    A field that the statutory forms do not know is answered as "other", with the warning ``unknown_field``. Which ministry or
    department it is, a unit alone does not tell: without ``field`` or ``agency`` no body of one field is named.
    """
    if asked.unit and units.unit(asked.unit, asked.on) is None:
        raise Invalid("unknown_unit", field="unit", value=asked.unit, on=asked.on)
    author = asked.author or asked.against or asked.issuer or "unknown"
    field = asked.field if asked.field in _FIELDS else Field.OTHER
    matter = Matter(asked.kind, author, asked.branch, field, asked.unit, asked.agency, is_dismissal=asked.dismissal)
    table = reference.competence()
    found = competence.settlers(table, matter, asked.law_on, asked.as_of_knowledge or date.max)
    has_place = bool(asked.unit or asked.agency)
    return Settlers(
        found.first,
        found.second or None,
        found.then or None,
        found.rule,
        table.roles[found.first].vi,
        table.roles[found.second].vi if found.second else None,
        _place(table, found.first, matter, asked) if has_place else None,
        _place(table, found.second, matter, asked) if has_place and found.second else None,
        found.warnings if asked.field in ("", field) else (*found.warnings, "unknown_field"),
        found.cites,
        found.grade,
    )


def _place(table: competence.Table, role: str, matter: Matter, asked: WhoSettles) -> Place | None:
    found = competence.body_of(table, role, matter, asked.on)
    if found is None:
        return _unlisted(table, role, matter.place, asked.on)
    is_guessed = found.fields and not (asked.field or asked.agency or table.roles[role].seat)
    return None if is_guessed else Place(found.code, found.name)


def _unlisted(table: competence.Table, role: str, unit: str, on: date) -> Place | None:
    """The People's Committee of a unit whose bodies are not in the table: its code and name follow from the unit."""
    row = table.roles[role]
    if bodies.Office.GOVERNMENT not in row.offices or not unit:
        return None
    found = units.province_of(unit, on) if bodies.Level.PROVINCE in row.levels else units.unit(unit, on)
    if found is None or (found.is_province and bodies.Level.COMMUNE in row.levels):
        return None
    return Place(f"UBND-{found.code}", f"Ủy ban nhân dân {found.full_name[0].lower()}{found.full_name[1:]}")


# What next?


class WhatNext(msgspec.Struct, frozen=True, kw_only=True, rename={"on": "date"}):
    """``dannguyen law next-steps``: a case's history as facts, and the day asked about (default: that of the last fact)."""

    kind: str
    facts: list[dict[str, Any]]
    ask: str | None = None
    on: date | None = None
    id: Any = None


class Next(msgspec.Struct, frozen=True):
    """The answer; ``asked`` only when a move was asked about."""

    status: str
    holder: str
    steps: list[settlement.NextStep]
    clocks: list[dict[str, Any]]
    cites: tuple[str, ...]
    grade: str
    asked: dict[str, Any] | None = None


def what_next(asked: WhatNext) -> Next:
    """The moves open after a history. Raises Invalid for a history that cannot be read."""
    state = told(asked.kind, asked.facts)
    on = asked.on or state.last_on
    table = reference.settlement()
    first = _first_of_all(table, state)
    steps = [*first, *settlement.next_steps(table, state, on)]
    grade = max((step.grade for step in steps), key=_weakness, default="A")
    cites = tuple(dict.fromkeys(cite for step in steps for cite in step.law.split("; ")))
    running = [{"step": each.step, "due": each.due_on, "rule": each.rule, "law": each.law} for each in state.clocks if each.is_running]
    answer = Next(state.status, state.holder, steps, running, cites, grade)
    if asked.ask is None:
        return answer
    refusal = None if asked.ask in [step.move for step in first] else settlement.why_not(table, state, asked.ask, on)
    told_why = {"code": refusal.code, "message": refusal.message, "law": refusal.law} if refusal else None
    return msgspec.structs.replace(answer, asked={"move": asked.ask, "allowed": refusal is None, "refusal": told_why})


def _first_of_all(table: Moves, state: State) -> list[settlement.NextStep]:
    """What comes before all moves of settlement: the body that received a letter determines what it is (Circular 05/2021, art. 6)."""
    clock = state.clock(Step.CLASSIFY)
    if state.status is not Status.RECEIVED or clock is None:
        return []
    vi, en = table.names[Step.CLASSIFY]
    return [
        settlement.NextStep(
            move=Step.CLASSIFY,
            vi=vi,
            en=en,
            by=state.holder,
            document="",
            needs=("axes",),
            within=clock.due_on,
            law=clock.law or "",
            grade="B",
        )
    ]


# JSON Lines

Ask = Callable[[Any], Any]
_MISSING: Final = re.compile(r"missing required field `(\w+)`$")


def reader(kind: type[Any], answer: Ask, known_on: date) -> lines.Reader:
    """Answers one line; a line that cannot be answered gets a refusal. Rows known after ``known_on`` count only when asked for."""
    decode = msgspec.json.Decoder(kind).decode
    encode = msgspec.json.Encoder().encode

    def read(line: bytes) -> bytes:
        try:
            asked = as_known(asked_in(line, decode, kind), known_on)
            return b'{"id":%b,%b' % (encode(asked.id), encode(answer(asked))[1:])
        except (Refusal, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            found = given(line)
            told = diagnosed(found, fault, kind) if found is None or not isinstance(fault, Refusal) else fault
            return lines.refused((found or {}).get("id"), told)

    return read


def as_known(asked: Any, known_on: date) -> Any:
    """The question, answered by what was known on ``known_on`` where it names no day itself."""
    if getattr(asked, "as_of_knowledge", known_on) is None:
        return msgspec.structs.replace(asked, as_of_knowledge=known_on)
    return asked


def asked_in(line: bytes, decode: Callable[[bytes], Any], kind: type[Any]) -> Any:
    """A line as a question; a null, as a spreadsheet leaves it in an empty cell, is a missing fact. Raises msgspec.DecodeError."""
    try:
        return decode(line)
    except msgspec.ValidationError:
        found = given(line)
        if found is None or None not in found.values():
            raise
        return msgspec.convert({name: value for name, value in found.items() if value is not None}, kind)


def given(line: bytes) -> dict[str, Any] | None:
    """A line as the object it is; None when it is none."""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def diagnosed(found: dict[str, Any] | None, fault: Exception, kind: type[Any]) -> Refusal:
    """Why a line is no question: no object, or the first field that is not what it should be."""
    if found is None:
        return Invalid("bad_json", problem=str(fault))
    missing = _MISSING.search(str(fault))
    where = missing[1] if missing else str(fault).rpartition("`$.")[2].rstrip("`").partition("[")[0]
    if where in ("date", "as_of_law", "as_of_knowledge"):
        return Invalid("bad_date", field=where, where=where)
    if where == "kind":
        return Invalid("unknown_kind", field="kind", value=lines.shown(found.get("kind")))
    return Invalid("bad_fact", field=where or None, where=where or "?", problem=str(fault))
