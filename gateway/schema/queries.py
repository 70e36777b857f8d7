"""The query type. The resolvers serve the ordinary executor; plans read the sources."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
import strawberry

from contracts.vocabulary import Role, Step
from gateway import models
from gateway.asking import Parameters
from gateway.policy import NEVER, rule
from gateway.reading import Node, Reader, Sums
from gateway.schema import law, questions, types
from gateway.schema.inputs import AgencyFilter, AlertFilter, PetitionFilter, PetitionOrder, ReportFilter, StatisticsFilter
from gateway.schema.sources import SOURCE, One, Root, column, given, shown

R = TypeVar("R", bound=Callable[..., Any])
Info = strawberry.Info[Any, None]


def from_root(find: str) -> Callable[[R], R]:
    """A field of the query type; ``find`` names the way in ``plans``."""
    return strawberry.field(metadata={SOURCE: Root(find)})  # type: ignore[no-any-return]


def reader_of(info: Info, field: str) -> Reader | None:
    """The request's reader; None when the viewer may not use the field."""
    reader: Reader = info.context.reader
    return reader if rule("Query", field).seen_by(reader.viewer.role) != NEVER else None


def plain(value: Any) -> dict[str, Any]:
    """A filter as the plan compiler sees it: GraphQL names, no absent members."""
    if value is None:
        return {}
    fields = value.__strawberry_definition__.fields
    found = {_camel(field.python_name): getattr(value, field.python_name) for field in fields}
    return {name: part for name, part in found.items() if part is not None}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


@shown
class Viewer:
    """Who is asking."""

    role: Role = column("role")
    agency: types.Agency | None = given(One(models.Agency, "agency"))
    case_id: strawberry.ID | None = column("case_id")


class _Self:
    """The viewer as a record."""

    def __init__(self, reader: Reader) -> None:
        self.role = Role(reader.viewer.role)
        self.agency = reader.viewer.agency or None
        self.case_id = reader.viewer.case_id or None


async def _matter(info: Info, kind: Any, field: str, **keys: Any) -> Any:
    reader = reader_of(info, field)
    if reader is None:
        return None
    asked = {name: value for name, value in keys.items() if value is not None} or {"case_id": reader.viewer.case_id}
    found = await reader.one(kind, models.Case, **asked)
    return None if found is not None and kind is types.Petition and found.record.received_on is None else found


@shown
class Query:
    """What can be read."""

    @from_root("matter")
    async def petition(
        self, info: Info, case_id: strawberry.ID | None = None, number: str | None = None, wait_for: str | None = None
    ) -> types.Petition | None:
        found: types.Petition | None = await _matter(info, types.Petition, "petition", case_id=case_id, number=number)
        return found

    @from_root("matter")
    async def case(self, info: Info, case_id: strawberry.ID | None = None, wait_for: str | None = None) -> types.Case | None:
        found: types.Case | None = await _matter(info, types.Case, "case", case_id=case_id)
        return found

    @from_root("petitions")
    async def petitions(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        filter: PetitionFilter | None = None,
        order_by: PetitionOrder = PetitionOrder.RECEIVED_NEWEST,
        wait_for: str | None = None,
    ) -> types.Connection[types.Petition]:
        found: Any = await info.context.reader.page(types.Petition, "petitions", first, after, plain(filter), order_by.value)
        return found  # type: ignore[no-any-return]

    @from_root("agency")
    async def agency(self, info: Info, code: strawberry.ID) -> types.Agency | None:
        found: Any = await info.context.reader.one(types.Agency, models.Agency, code=code)
        return found  # type: ignore[no-any-return]

    @from_root("agencies")
    async def agencies(
        self, info: Info, first: int = 20, after: str | None = None, filter: AgencyFilter | None = None
    ) -> types.Connection[types.Agency]:
        found: Any = await info.context.reader.page(types.Agency, "agencies", first, after, plain(filter))
        return found  # type: ignore[no-any-return]

    @from_root("statistics")
    async def statistics(self, info: Info, filter: StatisticsFilter | None = None) -> types.Statistics | None:
        reader = reader_of(info, "statistics")
        kinds = {"agency": types.AgencyCount, "kind": types.KindCount, "status": types.StatusCount, "period": types.PeriodCount}
        found: Any = await Sums.read(reader, kinds, plain(filter)) if reader is not None else None
        return found  # type: ignore[no-any-return]

    @from_root("alerts")
    async def alerts(
        self, info: Info, first: int = 20, after: str | None = None, filter: AlertFilter | None = None
    ) -> types.Connection[types.Alert]:
        found: Any = await info.context.reader.page(types.Alert, "alerts", first, after, plain(filter))
        return found  # type: ignore[no-any-return]

    @from_root("reports")
    async def reports(
        self, info: Info, first: int = 20, after: str | None = None, filter: ReportFilter | None = None
    ) -> types.Connection[types.Report]:
        found: Any = await info.context.reader.page(types.Report, "reports", first, after, plain(filter))
        return found  # type: ignore[no-any-return]

    @strawberry.field
    async def next_steps(self, info: Info, case_id: strawberry.ID, ask: str | None = None) -> law.NextStepsResult | None:
        return await law.next_steps(info, case_id, ask)

    @strawberry.field
    async def explain(self, info: Info, case_id: strawberry.ID, step: Step | None = None) -> law.ExplainResult | None:
        return await law.explain(info, case_id, step)

    @strawberry.field
    async def competent_agency(self, info: Info, facts: law.CompetentAgencyInput) -> law.CompetentAgencyResult | None:
        return await law.competent_agency(info, facts)

    @strawberry.field
    async def due_date(self, info: Info, question: questions.DueDateInput) -> questions.DueDateResult | None:
        return await questions.due_date(info, question)

    @strawberry.field
    async def letter_action(self, info: Info, facts: questions.LetterActionInput) -> questions.LetterActionResult | None:
        return await questions.letter_action(info, facts)

    @from_root("as_of")
    async def as_of(self, info: Info) -> datetime | None:
        reader: Reader = info.context.reader
        rows = await reader.fetch(sa.select(sa.func.max(models.Entry.table.c.recorded_at)), Parameters())
        newest = rows[0][0]
        return datetime.fromisoformat(newest) if isinstance(newest, str) else newest

    @from_root("viewer")
    def viewer(self, info: Info) -> Viewer:
        found: Any = Node(Viewer, _Self(info.context.reader), info.context.reader)
        return found  # type: ignore[no-any-return]
