"""Facts about petitions as received (topic ``petitions.v1``, stated by intake) and the form by which one is lodged."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.event import PETITIONS, Event
from contracts.vocabulary import AuthorRole, Branch, Competence, Eligibility, Field, Kind, SettledBefore, Source

AgencyCode = Annotated[
    str, Meta(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$", max_length=40, description="Code of a body, as in law/data/bodies.csv")
]
UnitCode = Annotated[str, Meta(pattern=r"^(\d{2}|\d{5})$", description="Administrative unit: province (2 digits) or commune (5 digits)")]
ObjectRef = Annotated[
    str,
    Meta(
        pattern=r"^[A-Z0-9][A-Z0-9./:_-]*$",
        max_length=60,
        description="Coded object of the matter (plot, project, decision number); never a name",
    ),
]
People = Annotated[int, Meta(ge=1, le=100_000, description="Number of people who petition about the same content")]


class Axes(msgspec.Struct, frozen=True, kw_only=True):
    """The coded axes of a letter (Circular 05/2021/TT-TTCP, art. 5-6; forms of Circular 01/2024/TT-TTCP).

    What is not recorded on the day can never be reported later, so all of them are carried from the first version.
    """

    kind: Kind
    field: Field
    source: Source
    eligibility: Eligibility = Eligibility.UNDETERMINED
    competence: Competence = Competence.UNDETERMINED
    settled_before: SettledBefore = SettledBefore.NEVER
    people_count: People = 1
    place: UnitCode | None = None
    object_ref: ObjectRef | None = None
    branch: Branch | None = None
    author_role: AuthorRole = AuthorRole.UNKNOWN
    author_agency: AgencyCode | None = None
    is_discipline: bool = False
    forwarder: AgencyCode | None = None
    is_in_person: bool = False
    is_anonymous: bool = False
    has_evidence: bool = False
    has_crime_signs: bool = False
    has_new_fact: bool = False
    was_guided_before: bool = False
    was_sent_to_competent: bool = False


class PetitionLodged(Event, type="petition.lodged.v1", topic=PETITIONS):
    """A letter was received and registered; ``received_on`` is the registered date of receipt, day zero of every clock.

    ``number`` is the public part of the receipt; ``subject_ref`` is random and leads to the identity only inside intake.
    """

    number: str
    subject_ref: str
    received_by: AgencyCode
    received_on: date
    letter_on: date | None
    axes: Axes


class PetitionClassified(Event, type="petition.classified.v1", topic=PETITIONS):
    """An officer of the receiving body determined what the letter is (Law on Citizen Reception, art. 25-26)."""

    received_by: AgencyCode
    received_on: date
    axes: Axes


class PetitionLinked(Event, type="petition.linked.v1", topic=PETITIONS):
    """The letter repeats a matter already on record; ``founding_case_id`` carries on, this letter is only counted."""

    founding_case_id: str
    received_by: AgencyCode


class PetitionWithdrawn(Event, type="petition.withdrawn.v1", topic=PETITIONS):
    """The petitioner withdrew, whole or in part, by letter or recorded minutes (Law on Complaints, art. 10)."""

    is_whole: bool
    is_coerced: bool


class PetitionRead(Event, type="petition.read.v1", topic=PETITIONS):
    """The letter was read by an officer of the agency that holds the case; every reading is recorded."""

    purpose: str


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who petitions. Lives in the vault and nowhere else; no fact has a field of this type."""

    full_name: Annotated[str, Meta(min_length=1, max_length=200)]
    address: Annotated[str, Meta(max_length=500)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    email: Annotated[str, Meta(max_length=200)] = ""
    id_number: Annotated[str, Meta(max_length=40)] = ""


class LodgeForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A letter handed in at a counter, on a portal, in a file or by an agency's system.

    ``received_on`` may not lie in the future; ``letter_on`` not after it. ``is_classified`` says that the axes were determined
    by an officer of the receiving body, who signs for them; otherwise they are what the petitioner stated.
    """

    received_by: AgencyCode
    axes: Axes
    text: Annotated[str, Meta(min_length=1, max_length=50_000)]
    petitioners: Annotated[list[Person], Meta(max_length=500)] = []
    received_on: date | None = None
    letter_on: date | None = None
    is_classified: bool = False
    external_id: Annotated[str, Meta(max_length=120)] | None = None
