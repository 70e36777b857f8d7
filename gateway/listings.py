"""The lists: what each filter means as a condition, and by which columns a list is ordered.

A filter on a field follows the field's rule: who may not see the field finds nothing by it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from contracts.errors import Invalid
from contracts.vocabulary import Kind, Role, Status
from gateway import models
from gateway.asking import Given, Parameters
from gateway.cursors import Cursors
from gateway.jsonsql import is_word_of
from gateway.policy import NEVER, NOT_IN_DENUNCIATIONS, Viewer, rows_for, rule
from runtime.database import among

MOST_NODES: Final = 100
OPEN: Final = tuple(status for status in Status if status.is_open)
CLOSED_BY_INTAKE: Final = (Status.WITHDRAWN, Status.LINKED)
Condition = Callable[[Any, Given, Parameters], Any]


def equals(name: str) -> Condition:
    """The column equals the argument."""
    return lambda row, given, parameters: row.c[name] == parameters.given(given, row.c[name].type)


def one_of(name: str) -> Condition:
    """The column is in the list; an empty list matches nothing."""

    def condition(row: Any, given: Given, parameters: Parameters) -> Any:
        return among(row.c[name], parameters.name(lambda asking: [str(word.value) for word in given.read(asking)]))

    return condition


def at_least(name: str) -> Condition:
    """The column is the argument or later."""
    return lambda row, given, parameters: row.c[name] >= parameters.given(given, row.c[name].type)


def at_most(name: str) -> Condition:
    """The column is the argument or earlier."""
    return lambda row, given, parameters: row.c[name] <= parameters.given(given, row.c[name].type)


def before(name: str) -> Condition:
    """The column is earlier than the argument."""
    return lambda row, given, parameters: row.c[name] < parameters.given(given, row.c[name].type)


def late(row: Any, today: Any) -> Any:
    """The last day of the step shown is over; a letter withdrawn or only counted is nobody's duty any more."""
    return ~is_word_of(row.c.status, CLOSED_BY_INTAKE) & row.c.due_on.is_not(None) & (row.c.due_on < today)


def _is_open(row: Any, given: Given, parameters: Parameters) -> Any:
    return is_word_of(row.c.status, OPEN) if given.value else sa.not_(is_word_of(row.c.status, OPEN))


def _is_overdue(row: Any, given: Given, parameters: Parameters) -> Any:
    found = late(row, parameters.today())
    return found if given.value else sa.not_(found)


def _is_active(row: Any, given: Given, parameters: Parameters) -> Any:
    active = row.c.cleared_on.is_(None) & (row.c.expires_on >= parameters.today())
    return active if given.value else sa.not_(active)


def _is_in_force(row: Any, given: Given, parameters: Parameters) -> Any:
    today = parameters.today()
    exists = (row.c.effective_from <= today) & (row.c.effective_to.is_(None) | (row.c.effective_to >= today))
    return exists if given.value else sa.not_(exists)


class Order(NamedTuple):
    """By which columns a list is ordered, and which field (``Type.field``) one must be allowed to see for it."""

    columns: tuple[str, ...]
    is_descending: bool
    field: str


class Reach(NamedTuple):
    """What a list is read from: the source, the part of it that has the keys, and the condition."""

    source: Any
    places: Any
    condition: Any


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: its rows, its filters with the field (``Type.field``) each speaks of, its orders, and what every row must have."""

    name: str
    model: Any
    filters: Mapping[str, tuple[str, Condition]]
    orders: Mapping[str, Order]
    present: tuple[str, ...] = ()

    def reach(self, row: Any, order: str, viewer: Viewer, parameters: Parameters) -> Reach:
        """The rows of the list that the viewer may know of. An agency's petitions are read in order from the index of its concerns."""
        if self.model is models.Case and viewer.role is Role.OFFICER and order == "received_newest":
            concern = models.Concern.table.alias(f"{row.name}_concern")
            own = concern.c.agency == parameters.bind("agency")
            return Reach(sa.join(concern, row, concern.c.case_id == row.c.case_id), concern, own)
        return Reach(row, row, rows_for(self.model, row, viewer, parameters.bind))

    def where(self, row: Any, filter: Given | None, order: str, viewer: Viewer, parameters: Parameters) -> list[Any]:
        """Every condition on the rows of the list beside the viewer's reach; a filter follows the rule of its field."""
        conditions = [row.c[name].is_not(None) for name in self.present]
        conditions += _rights(self.orders[order].field, row, viewer.role)
        for argument in filter.value if filter is not None else ():
            part = filter.part(argument) if filter is not None else None
            if part is not None:
                field, condition = self.filters[argument]
                conditions += [*_rights(field, row, viewer.role), condition(row, part, parameters)]
        return conditions

    def keys(self, row: Any, order: str) -> list[Any]:
        """The columns that place a row in the list."""
        return [row.c[name] for name in self.orders[order].columns]

    def may_lack(self, order: str) -> bool:
        """Rows may have no value in the first column of the order; they stand at its end."""
        first = self.orders[order].columns[0]
        return first not in self.present and bool(self.model.table.c[first].nullable)

    def ordered(self, row: Any, order: str, *, backwards: bool = False) -> list[Any]:
        """``ORDER BY``; what has no value comes last, backwards first."""
        descending = self.orders[order].is_descending != backwards
        first, *rest = [key.desc() if descending else key.asc() for key in self.keys(row, order)]
        if self.may_lack(order):
            first = first.nulls_first() if backwards else first.nulls_last()
        return [first, *rest]

    def opened(self, sealed: str, order: str, cursors: Cursors) -> list[Any]:
        """The keys of a cursor of this list and order; None where its row has no value. Raises Invalid (``cursor_invalid``)."""
        keys = self.keys(self.model.table, order)
        return [_typed(key.type, text) for key, text in zip(keys, cursors.open(sealed, self.place(order)), strict=True)]

    def after(self, row: Any, order: str, cursor: Given, cursors: Cursors, parameters: Parameters) -> Any:
        """The rows that come after the cursor's."""
        keys = self.keys(row, order)

        def key(index: int) -> Callable[[Any], Any]:
            return lambda sealed: self.opened(sealed, order, cursors)[index]

        place = [parameters.given(cursor, column.type, key(index)) for index, column in enumerate(keys)]
        here, there = (sa.tuple_(*keys), sa.tuple_(*place)) if len(keys) > 1 else (keys[0], place[0])
        later = here < there if self.orders[order].is_descending else here > there
        if not self.may_lack(order):
            return later
        among_the_last = place[0].is_not(None) | (keys[1] < place[1] if self.orders[order].is_descending else keys[1] > place[1])
        return later | (keys[0].is_(None) & among_the_last)

    def place(self, order: str) -> str:
        """The name that a cursor of this list and order carries."""
        return f"{self.name}:{order}"


def _typed(kind: Any, text: str) -> Any:
    if not text:
        return None
    return date.fromisoformat(text) if isinstance(kind, sa.Date) else text


def _rights(field: str, row: Any, role: Role) -> list[Any]:
    sight = rule(*field.split(".")).seen_by(role)
    if sight == NEVER:
        return [sa.false()]
    return [row.c.kind != Kind.DENUNCIATION] if sight == NOT_IN_DENUNCIATIONS else []


def page_size(value: int) -> int:
    """``first`` as asked. Raises Invalid unless it is 1 to 100 (a negative LIMIT is no limit on SQLite)."""
    if not 1 <= value <= MOST_NODES:
        raise Invalid("page_size_invalid", field="first", most=MOST_NODES)
    return value


PETITIONS: Final = Listing(
    "petitions",
    models.Case,
    {
        "kind": ("Petition.kind", one_of("kind")),
        "status": ("Petition.status", one_of("status")),
        "field": ("Petition.field", one_of("field")),
        "agency": ("Case.holder", equals("holder")),
        "receivedBy": ("Petition.received_by", equals("received_by")),
        "receivedFrom": ("Petition.received_on", at_least("received_on")),
        "receivedTo": ("Petition.received_on", at_most("received_on")),
        "dueBefore": ("Case.due_on", before("due_on")),
        "place": ("Petition.place", equals("place")),
        "isOpen": ("Case.is_open", _is_open),
        "isOverdue": ("Case.is_overdue", _is_overdue),
    },
    {
        "received_newest": Order(("received_on", "case_id"), is_descending=True, field="Petition.received_on"),
        "due_soonest": Order(("due_on", "case_id"), is_descending=False, field="Case.due_on"),
    },
    present=("received_on",),
)

AGENCIES: Final = Listing(
    "agencies",
    models.Agency,
    {
        "office": ("Agency.office", one_of("office")),
        "level": ("Agency.level", one_of("level")),
        "province": ("Agency.province", equals("province")),
        "unit": ("Agency.unit", equals("unit")),
        "superior": ("Agency.superior", equals("superior")),
        "isInForce": ("Agency.is_in_force", _is_in_force),
    },
    {"code": Order(("code",), is_descending=False, field="Agency.code")},
)

ALERTS: Final = Listing(
    "alerts",
    models.Alert,
    {"agency": ("Alert.holder", equals("holder")), "place": ("Alert.place", equals("place")), "isActive": ("Alert.is_active", _is_active)},
    {"newest": Order(("raised_on", "case_id"), is_descending=True, field="Alert.raised_on")},
)

REPORTS: Final = Listing(
    "reports",
    models.Report,
    {"form": ("Report.form", equals("form")), "agency": ("Report.agency", equals("agency"))},
    {"newest": Order(("published_on", "report_id"), is_descending=True, field="Report.published_on")},
)

LISTINGS: Final = {listing.name: listing for listing in (PETITIONS, AGENCIES, ALERTS, REPORTS)}

COUNTS: Final[Mapping[str, Condition]] = {
    "agency": equals("agency"),
    "kind": one_of("kind"),
    "status": one_of("status"),
    "fromPeriod": at_least("period"),
    "toPeriod": at_most("period"),
}


def cells(row: Any, filter: Given | None, viewer: Viewer, parameters: Parameters) -> list[Any]:
    """Every condition on the cells of the statistics."""
    conditions = [rows_for(models.Count, row, viewer, parameters.bind)]
    for name in filter.value if filter is not None else ():
        part = filter.part(name) if filter is not None else None
        if part is not None:
            conditions.append(COUNTS[name](row, part, parameters))
    return conditions

