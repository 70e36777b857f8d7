"""Questions to the law that need no case, as ``dannguyen law due | certificate | action`` answers them. Open to everyone.

Due dates are counted here (the law is pure and shared by all services); what must be done with a letter is routing's to say.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Final

import msgspec
import strawberry

from contracts import vocabulary as words
from gateway.schema.law import CountedDay, Info, asked_of_the_law, text_of
from gateway.schema.mutations import Refusal
from gateway.schema.sources import shown
from law.answers import Certificate
from law.certificate import certify
from law.question import Question, Suspension
from runtime.clock import LegalClock


@shown
class OtherLimit:
    """What a decree says that disagrees with the law; a warning, not the limit."""

    rule: str
    limit: int
    unit: str
    due_on: date | None
    cites: list[str]


@shown
class DueDate:
    """By when, and why that day; ``certificate`` is what ``dannguyen law verify`` checks, as JSON text."""

    due_on: date | None
    effective_from: date | None
    rolled_from: date | None
    limit: int | None
    unit: str | None
    state: str
    remaining: int | None
    rules: list[str]
    also: list[OtherLimit]
    warnings: list[str]
    cites: list[str]
    grade: str
    sentence: str
    days: list[CountedDay]
    certificate: str


@shown
class LetterAction:
    """What must be done with a letter, by which rule, within how many days."""

    action: str
    rule: str
    limit: int | None
    unit: str | None
    due_on: date | None
    also: list[str]
    warnings: list[str]
    cites: list[str]
    grade: str


@strawberry.input
class PauseInput:
    """Days that are not counted: those after ``since`` up to and including ``until`` (null: it still stands still)."""

    since: date
    until: date | None = None


@strawberry.input
class OwnLimitInput:
    """A limit that the agency set itself, where no law does; ``unit`` is ``calendar`` or ``working``."""

    limit: int
    unit: str


@strawberry.input
class DueDateInput:
    """The question of ``dannguyen law due``; facts that the step does not use are ignored."""

    kind: str
    step: str
    start: date
    remote: bool = False
    complex: bool = False
    many_places: bool = False
    dismissal: bool = False
    criteria: list[str] = strawberry.field(default_factory=list)
    note: str | None = None
    forwarder: str | None = None
    agency_limit: OwnLimitInput | None = None
    extensions: int = 0
    suspensions: list[PauseInput] = strawberry.field(default_factory=list)
    as_of_law: date | None = None
    as_of_knowledge: date | None = None
    agency: str | None = None
    roll: bool = True


@strawberry.input(
    description="Dữ kiện của một lá đơn; loại và nguồn đơn theo danh mục của đơn · the facts of a letter, in the words a letter has"
)
class LetterActionInput:
    """The facts of a letter, as ``dannguyen law action`` takes them, with kind and source in the words of the axes."""

    kind: words.Kind
    on: date | None = None
    own: bool = True
    eligible: bool = True
    source: words.Source | None = strawberry.field(
        default=None, description="Nguồn đơn; bỏ trống: công dân tự gửi · how the letter came; absent: from the citizen"
    )
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


DueDateResult = Annotated[DueDate | Refusal, strawberry.union("DueDateResult")]
LetterActionResult = Annotated[LetterAction | Refusal, strawberry.union("LetterActionResult")]
_SENT_BY: Final[Mapping[words.Source, str]] = {
    words.Source.RECEPTION_DESK: "reception_desk",
    words.Source.ONLINE_RECEPTION: "reception_desk",
    words.Source.FORWARDED_DEPUTY: "deputy",
    words.Source.FORWARDED_FRONT: "front",
    words.Source.FORWARDED_PRESS: "press",
    words.Source.FORWARDED_AGENCY: "agency",
}
"""Who sent the letter, as the table of actions asks (Circular 05/2021/TT-TTCP); by any other way it came from the citizen."""

_FACTS = ("remote", "complex", "many_places", "dismissal", "criteria", "note", "forwarder")


async def due_date(info: Info, asked: DueDateInput) -> DueDate | Refusal | None:
    """By when, by the rows known today unless the question names another day."""

    async def act() -> DueDate:
        known_on = max(info.context.reader.asking.today, LegalClock().today())
        return _due_date(certify(_question(asked), known_on)[1])

    return await asked_of_the_law(info, "due_date", act)  # type: ignore[no-any-return]


async def letter_action(info: Info, facts: LetterActionInput) -> LetterAction | Refusal | None:
    """What must be done with a letter, asked of routing."""

    async def act() -> LetterAction:
        given = {"date" if name == "on" else name: text_of(value) for name, value in vars(facts).items() if value is not None}
        if facts.source is not None:
            given["source"] = _SENT_BY.get(facts.source, "citizen")
        return _letter_action(await info.context.ask("routing", "/action", given))

    return await asked_of_the_law(info, "letter_action", act)  # type: ignore[no-any-return]


def _question(asked: DueDateInput) -> Question:
    facts: dict[str, Any] = {name: value for name in _FACTS if (value := getattr(asked, name))}
    if asked.agency_limit is not None:
        facts["agency_limit"] = asdict(asked.agency_limit)
    return Question(
        asked.kind,
        asked.step,
        asked.start,
        facts,
        asked.extensions,
        tuple(Suspension(each.since, each.until) for each in asked.suspensions),
        asked.as_of_law,
        asked.as_of_knowledge,
        asked.roll,
        asked.agency,
    )


def _due_date(found: Certificate) -> DueDate:
    return DueDate(
        due_on=found.due,
        effective_from=found.effective_from,
        rolled_from=found.rolled_from,
        limit=found.limit,
        unit=found.unit,
        state=found.state,
        remaining=found.remaining,
        rules=list(found.rules),
        also=[OtherLimit(rule=one.rule, limit=one.limit, unit=one.unit, due_on=one.due, cites=list(one.cites)) for one in found.also],
        warnings=list(found.warnings),
        cites=list(found.cites),
        grade=found.grade,
        sentence=found.sentence,
        days=[CountedDay(day=day.date, is_counted=day.counted, reason=day.reason) for day in found.days],
        certificate=msgspec.json.encode(found).decode(),
    )


def _letter_action(told: Mapping[str, Any]) -> LetterAction:
    within = told["within"] or {}
    return LetterAction(
        action=told["action"],
        rule=told["rule"],
        limit=within.get("limit"),
        unit=within.get("unit"),
        due_on=date.fromisoformat(told["due"]) if told["due"] else None,
        also=list(told["also"]),
        warnings=list(told["warnings"]),
        cites=list(told["cites"]),
        grade=told["grade"],
    )
