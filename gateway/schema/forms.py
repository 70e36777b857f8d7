"""Input types made from the published forms, so that a new axis of a letter is at once a field of the mutation."""

from collections.abc import Callable
from dataclasses import MISSING, fields, make_dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
import strawberry

from contracts import vocabulary as words
from contracts.petitions import Axes, LodgeForm, Person


def input_of(struct: type[msgspec.Struct], name: str, description: str, nested: dict[Any, Any], **more: Any) -> Any:
    """A Strawberry input with the fields, types and defaults of a form; ``more`` are fields of the mutation's own."""
    hints = get_type_hints(struct, include_extras=False)
    parts: list[Any] = []
    for one in msgspec.structs.fields(struct):
        kind = _translated(hints[one.name], nested)
        if one.required:
            parts.append((one.name, kind))
        elif one.default_factory is not msgspec.NODEFAULT:
            parts.append((one.name, kind, strawberry.field(default_factory=_factory(one.default_factory))))
        else:
            parts.append((one.name, kind, strawberry.field(default=one.default)))
    parts += [(extra, kind, strawberry.field(default=None)) for extra, kind in more.items()]
    made = make_dataclass(name, parts, kw_only=True, namespace={"__doc__": description, "__module__": __name__})
    return strawberry.input(made, description=description)


def _factory(made: Any) -> Callable[[], Any]:
    return made  # type: ignore[no-any-return]


def _translated(kind: Any, nested: dict[Any, Any]) -> Any:
    if kind in nested:
        return nested[kind]
    if get_origin(kind) is list:
        return list[_translated(get_args(kind)[0], nested)]  # type: ignore[misc]
    if get_origin(kind) is Annotated:
        return get_args(kind)[0]
    return kind


def body_of(form: Any, *leave_out: str) -> dict[str, Any]:
    """A form as its service takes it: the published names, nothing that was left empty."""
    found = {one.name: getattr(form, one.name) for one in fields(form)}
    return {name: value for name, value in found.items() if value is not None and value is not MISSING and name not in leave_out}


if TYPE_CHECKING:
    AxesInput = Any
    LodgePetitionInput = Any
    ClassifyPetitionInput = Any
else:
    AxesInput = input_of(Axes, "AxesInput", "Các tiêu chí của đơn · the coded axes of a letter", {})
    PersonInput = input_of(Person, "PersonInput", "Người gửi đơn; chỉ lưu trong kho mã hóa · who petitions, kept in the vault only", {})
    LodgePetitionInput = input_of(
        LodgeForm,
        "LodgePetitionInput",
        "Đơn; idempotencyKey bảo đảm gửi lại không tạo đơn thứ hai · a letter; the key makes sending again harmless",
        {Axes: AxesInput, Person: PersonInput},
        idempotency_key=str | None,
    )


@strawberry.input(description="Phân loại đơn · what an officer determines a letter to be")
class ClassifyInput:
    """Classification of a letter."""

    case_id: strawberry.ID
    axes: AxesInput
    on: date | None = None


@strawberry.input(description="Rút đơn, toàn bộ hoặc một phần · a letter is taken back, whole or in part")
class WithdrawInput:
    """Withdrawal of a letter."""

    case_id: strawberry.ID
    is_whole: bool = True
    is_coerced: bool = False
    on: date | None = None


@strawberry.input(description="Thời hạn do cơ quan tự đặt khi luật không quy định · an agency's own limit where the law sets none")
class AgencyLimitInput:
    """An agency's own limit in days."""

    limit: int
    unit: str = "working"


@strawberry.input(
    description="Một bước giải quyết; move là tên bước theo bảng các bước hợp pháp · one step; move names a row of the table of legal moves"
)
class RecordStepInput:
    """A step of the settlement; which details a move needs, routing says in its refusal."""

    case_id: strawberry.ID
    move: str
    on: date | None = None
    document: str | None = None
    reason: str | None = None
    ground: str | None = None
    criteria: list[str] | None = None
    outcome: words.Outcome | None = None
    to: str | None = strawberry.field(default=None, description="Mã cơ quan nhận đơn · code of the body the letter goes to")
    basis: str | None = None
    step: words.Step | None = None
    is_in_person: bool = False
    is_contested: bool = False
    has_new_fact: bool = False
    representatives: int = 0
    is_signed_by_all: bool = False
    is_outside_represented: bool = strawberry.field(
        default=False, description="Có người đại diện không thuộc đoàn · a representative is no petitioner"
    )
    limit_on: date | None = None
    agency_limit: AgencyLimitInput | None = None
    conflict: str | None = None
    obligation: str | None = None
    measure: str | None = None
    known_on: date | None = strawberry.field(
        default=None, description="Ngày biết được quyết định bị khởi kiện · when the decision became known"
    )
    is_urgent: bool = strawberry.field(default=False, description="Đề nghị bảo vệ khẩn cấp · protection asked for urgently")
    is_dismissal: bool = strawberry.field(default=False, description="Quyết định buộc thôi việc · the decision is a dismissal")
