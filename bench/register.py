"""The small service that is measured: a register with a row a case, which states one fact for every fact it reads."""

from datetime import date, timedelta

from sqlalchemy.orm import registry
from sqlmodel import Field

from contracts.cases import PetitionAssigned
from contracts.petitions import PetitionClassified, PetitionLodged
from contracts.vocabulary import Eligibility, Kind
from runtime.facts import on
from runtime.rows import Table, row
from runtime.work import Inapplicable, Work

DAYS = timedelta(days=10)


class Base(Table, registry=registry()):
    """The register's tables."""


@row
class Matter(Base, table=True):
    """What the register knows of a case."""

    __tablename__ = "matters"

    case_id: str = Field(primary_key=True)
    number: str
    kind: Kind
    eligibility: Eligibility
    holder: str
    received_on: date
    due_on: date
    people_count: int
    place: str | None = None
    is_classified: bool = False


@on(PetitionLodged, loads=[Matter])
def enter(petition: PetitionLodged, work: Work) -> None:
    """Enter a new case with its first date."""
    axes = petition.axes
    matter = Matter(
        case_id=petition.case_id,
        number=petition.number,
        kind=axes.kind,
        eligibility=axes.eligibility,
        holder=petition.received_by,
        received_on=petition.received_on,
        due_on=petition.received_on + DAYS,
        people_count=axes.people_count,
        place=axes.place,
    )
    work.save(matter)
    work.emit(assigned(matter))


@on(PetitionClassified, loads=[Matter])
def correct(petition: PetitionClassified, work: Work) -> None:
    """Take over what the officer found."""
    matter = work.get(Matter, petition.case_id)
    if matter is None:
        raise Inapplicable("the case is not in the register")
    matter.kind = petition.axes.kind
    matter.eligibility = petition.axes.eligibility
    matter.is_classified = True
    work.save(matter)
    work.emit(assigned(matter))


def assigned(matter: Matter) -> PetitionAssigned:
    """The fact that follows from a row."""
    return PetitionAssigned(case_id=matter.case_id, holder=matter.holder, rule="bench", law="-", step=None, due_on=matter.due_on)
