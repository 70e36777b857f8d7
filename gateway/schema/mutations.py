"""The mutations: commands passed on to the services, their refusals told as data."""

import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry

from contracts.errors import NotAllowed
from contracts.errors import Refusal as Refused
from gateway import models
from gateway.policy import NEVER, rule
from gateway.schema import types
from gateway.schema.forms import ClassifyInput, LodgePetitionInput, RecordStepInput, WithdrawInput, body_of
from gateway.schema.sources import shown

Info = strawberry.Info[Any, None]


@shown
class Refusal:
    """A command that may not be carried out; nothing was changed."""

    code: str
    message: str
    message_en: str
    status: int
    field: str | None
    law: str | None


async def _seen(info: Info, kind: Any, field: str, position: str) -> Any:
    """The matter as the caller may see it, once the read model has the command's own fact."""
    reader = info.context.reader
    if rule("Query", field).seen_by(reader.viewer.role) == NEVER or not await info.context.wait_for(position):
        return None
    return await reader.one(kind, models.Case, case_id=position.split(":")[1])


@shown
class LodgePetitionSuccess:
    """The letter is registered."""

    case_id: strawberry.ID
    number: str
    receipt_code: str | None
    position: str

    @strawberry.field
    async def petition(self, info: Info) -> types.Petition | None:
        found: types.Petition | None = await _seen(info, types.Petition, "petition", self.position)
        return found


@shown
class StepRecorded:
    """The step is on record."""

    case_id: strawberry.ID
    position: str

    @strawberry.field
    async def case(self, info: Info) -> types.Case | None:
        found: types.Case | None = await _seen(info, types.Case, "case", self.position)
        return found


LodgePetitionResult = Annotated[LodgePetitionSuccess | Refusal, strawberry.union("LodgePetitionResult")]
StepResult = Annotated[StepRecorded | Refusal, strawberry.union("StepResult")]


def refusal_of(refused: Refused) -> Refusal:
    """A refusal as data. Its field is named as the client wrote it, in the sentences too: services write ``received_by``."""
    field = refused.field and _in_camel(refused.field)
    message, message_en = (
        text.replace(refused.field, field) if refused.field and field else text for text in (refused.message, refused.message_en)
    )
    return Refusal(code=refused.code, message=message, message_en=message_en, status=refused.status, field=field, law=refused.law)


def _in_camel(path: str) -> str:
    """``axes.people_count`` as GraphQL has it."""
    return re.sub(r"(?<=[a-z0-9])_([a-z0-9])", lambda found: found[1].upper(), path)


async def _told(info: Info, name: str, act: Callable[[], Awaitable[Any]]) -> Any:
    """What the command led to; a refusal as a value."""
    try:
        if rule("Mutation", name).seen_by(info.context.reader.viewer.role) == NEVER:
            raise NotAllowed("role_not_allowed", role=info.context.reader.viewer.role.value)
        return await act()
    except Refused as refused:
        return refusal_of(refused)


@shown
class Mutation:
    """What can be done."""

    @strawberry.mutation
    async def lodge_petition(self, info: Info, input: LodgePetitionInput) -> LodgePetitionResult:
        async def act() -> LodgePetitionSuccess:
            key = input.idempotency_key or secrets.token_hex(16)
            body = body_of(input, "idempotency_key")
            found = await info.context.send("intake", "/petitions", body, {"idempotency-key": key})
            return LodgePetitionSuccess(
                case_id=found["case_id"], number=found["number"], receipt_code=found.get("code"), position=_position(found)
            )

        told: LodgePetitionSuccess | Refusal = await _told(info, "lodge_petition", act)
        return told

    @strawberry.mutation
    async def classify_petition(self, info: Info, input: ClassifyInput) -> StepResult:
        return await _step(info, "classify_petition", "intake", f"/petitions/{_id(input.case_id)}/classify", input)

    @strawberry.mutation
    async def withdraw_petition(self, info: Info, input: WithdrawInput) -> StepResult:
        return await _step(info, "withdraw_petition", "intake", f"/petitions/{_id(input.case_id)}/withdraw", input)

    @strawberry.mutation
    async def record_step(self, info: Info, input: RecordStepInput) -> StepResult:
        return await _step(info, "record_step", "routing", f"/cases/{_id(input.case_id)}/{_id(input.move)}", input)


async def _step(info: Info, name: str, service: str, path: str, form: Any) -> StepRecorded | Refusal:
    async def act() -> StepRecorded:
        found = await info.context.send(service, path, body_of(form, "case_id", "move"))
        return StepRecorded(case_id=form.case_id, position=_position(found))

    told: StepRecorded | Refusal = await _told(info, name, act)
    return told


def _id(text: str) -> str:
    """A part of a path: nothing in it may lead elsewhere."""
    return "".join(letter for letter in text if letter.isalnum() or letter in "-_") or "-"


def _position(answer: dict[str, Any]) -> str:
    return str(answer.get("position", ""))
