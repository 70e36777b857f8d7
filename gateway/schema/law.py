"""What the law says of a matter: what may be done next, why a day is the last one, who settles. Asked of routing in the caller's name."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any

import msgspec
import strawberry

from contracts.errors import NotFound
from contracts.errors import Refusal as Refused
from contracts.vocabulary import Role, Step
from gateway import models
from gateway.policy import NEVER, rule
from gateway.schema.mutations import Refusal, refusal_of
from gateway.schema.sources import shown
from gateway.upstream import Refused as Told

Info = strawberry.Info[Any, None]
_ASKED_AS = {"on": "date"}


@shown
class NextStep:
    """One move that the law allows now."""

    move: str
    label: str
    label_en: str
    by: str | None
    document: str | None
    needs: list[str]
    within: date | None
    law: str | None
    grade: str | None
    warning: str | None


@shown
class NextSteps:
    """What may be done in a case now, and whether the move asked about may."""

    case_id: strawberry.ID
    steps: list[NextStep]
    is_allowed: bool | None
    refusal: Refusal | None


@shown
class CountedDay:
    """A day of a certificate; ``reason`` tells why it was not counted."""

    day: date
    is_counted: bool
    reason: str | None


@shown
class Explanation:
    """Why a step is due on a day; ``certificate`` is what ``dannguyen law verify`` checks, as JSON text.

    Null where no law sets the day, but an agency or the platform's own convention does.
    """

    step: Step
    holder: str
    due_on: date | None
    sentence: str | None
    rules: list[str]
    cites: list[str]
    grade: str | None
    days: list[CountedDay]
    certificate: str | None


@shown
class Explanations:
    """The running clocks of a case, explained."""

    case_id: strawberry.ID
    clocks: list[Explanation]


@shown
class CompetentAgency:
    """Who settles first and second; the bodies when the unit was told."""

    first: str
    first_label: str
    second: str | None
    second_label: str | None
    then: str | None
    rule: str
    agency: str | None
    agency_name: str | None
    second_agency: str | None
    second_agency_name: str | None
    warnings: list[str]
    cites: list[str]
    grade: str


@strawberry.input
class CompetentAgencyInput:
    """The facts of a matter, as ``dannguyen law competent`` takes them."""

    kind: str
    on: date | None = None
    author: str | None = None
    against: str | None = None
    issuer: str | None = None
    branch: str | None = None
    field: str | None = None
    unit: str | None = None
    dismissal: bool = False


NextStepsResult = Annotated[NextSteps | Refusal, strawberry.union("NextStepsResult")]
ExplainResult = Annotated[Explanations | Refusal, strawberry.union("ExplainResult")]
CompetentAgencyResult = Annotated[CompetentAgency | Refusal, strawberry.union("CompetentAgencyResult")]


async def next_steps(info: Info, case_id: str, ask: str | None) -> NextSteps | Refusal | None:
    """The moves of a case, from routing's table."""

    async def act() -> NextSteps:
        await _must_know(info, case_id)
        told = await info.context.ask("routing", f"/cases/{_id(case_id)}/next-steps", {"ask": ask} if ask else {})
        asked = told.get("asked") or {}
        wrong = asked.get("refusal")
        return NextSteps(
            case_id=strawberry.ID(case_id),
            steps=[_step(one) for one in told["steps"]],
            is_allowed=asked.get("allowed"),
            refusal=refusal_of(Told(wrong, wrong["status"])) if wrong else None,
        )

    return await asked_of_the_law(info, "next_steps", act)  # type: ignore[no-any-return]


async def explain(info: Info, case_id: str, step: Step | None) -> Explanations | Refusal | None:
    """The certificates of a case's running clocks."""

    async def act() -> Explanations:
        await _must_know(info, case_id)
        told = await info.context.ask("routing", f"/cases/{_id(case_id)}/explain", {"step": step.value} if step else {})
        return Explanations(case_id=strawberry.ID(case_id), clocks=[_explanation(one) for one in told["clocks"]])

    return await asked_of_the_law(info, "explain", act)  # type: ignore[no-any-return]


async def competent_agency(info: Info, facts: CompetentAgencyInput) -> CompetentAgency | Refusal | None:
    """Who settles a matter of these facts."""

    async def act() -> CompetentAgency:
        given = {_ASKED_AS.get(name, name): text_of(value) for name, value in vars(facts).items() if value not in (None, False)}
        told = await info.context.ask("routing", "/competent", given)
        body, upper = told["agency"] or {}, told["second_agency"] or {}
        return CompetentAgency(
            first=told["first"],
            first_label=told["first_title"],
            second=told["second"],
            second_label=told["second_title"],
            then=told["then"],
            rule=told["rule"],
            agency=body.get("code"),
            agency_name=body.get("name"),
            second_agency=upper.get("code"),
            second_agency_name=upper.get("name"),
            warnings=list(told["warnings"]),
            cites=list(told["cites"]),
            grade=told["grade"],
        )

    return await asked_of_the_law(info, "competent_agency", act)  # type: ignore[no-any-return]


async def _must_know(info: Info, case_id: str) -> None:
    """Raises NotFound for an agency to which ``case`` shows nothing. A petitioner knows the own case before it can be read here."""
    reader = info.context.reader
    if reader.viewer.role is not Role.CITIZEN and await reader.one(None, models.Case, case_id=case_id) is None:
        raise NotFound("case_not_found", case=case_id)


async def asked_of_the_law(info: Info, name: str, act: Callable[[], Awaitable[Any]]) -> Any:
    """What was found; a refusal as a value; None for a role that may not ask."""
    if rule("Query", name).seen_by(info.context.reader.viewer.role) == NEVER:
        return None
    try:
        return await act()
    except Refused as refused:
        return refusal_of(refused)


def _step(one: dict[str, Any]) -> NextStep:
    within = date.fromisoformat(one["within"]) if one.get("within") else None
    return NextStep(
        move=one["move"],
        label=one["vi"],
        label_en=one["en"],
        by=one.get("by") or None,
        document=one.get("document") or None,
        needs=list(one.get("needs") or ()),
        within=within,
        law=one.get("law") or None,
        grade=one.get("grade") or None,
        warning=one.get("warning") or None,
    )


def _explanation(one: dict[str, Any]) -> Explanation:
    found = one.get("certificate") or {}
    days = [
        CountedDay(day=date.fromisoformat(day["date"]), is_counted=day["counted"], reason=day.get("reason"))
        for day in found.get("days", ())
    ]
    return Explanation(
        step=Step(one["step"]),
        holder=one["holder"],
        due_on=date.fromisoformat(one["due_on"]) if one.get("due_on") else None,
        sentence=one.get("sentence") or None,
        rules=list(found.get("rules", ())),
        cites=list(found.get("cites", ())),
        grade=found.get("grade"),
        days=days,
        certificate=msgspec.json.encode(found).decode() if found else None,
    )


def text_of(value: object) -> str:
    """A value as it stands in a query of HTTP."""
    return value.isoformat() if isinstance(value, date) else str(value).lower() if isinstance(value, bool) else str(value)


def _id(text: str) -> str:
    """A part of a path: nothing in it may lead elsewhere."""
    return "".join(letter for letter in text if letter.isalnum() or letter in "-_") or "-"
