"""What may be lodged, classified, withdrawn, linked and read; each rule states the facts or raises the refusal."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Final, NamedTuple, Protocol

import msgspec

from contracts.errors import IllegalMove, Invalid, NotAllowed
from contracts.event import Actor, Event
from contracts.petitions import Axes, LodgeForm, PetitionClassified, PetitionLinked, PetitionLodged, PetitionRead, PetitionWithdrawn
from contracts.vocabulary import AuthorRole, Eligibility, Field, Kind, Role, SettledBefore, Source
from contracts.vocabulary import Competence as Competent
from law import bodies, units
from services.intake.redaction import reveals

_PUBLIC: Final = frozenset({Role.ANONYMOUS, Role.CITIZEN})
_CLOSED: Final = frozenset({SettledBefore.FINAL, SettledBefore.COURT_JUDGMENT})
_WITH_DENUNCIATION: Final = frozenset({Kind.DENUNCIATION, Kind.MIXED})


class Condition(NamedTuple):
    """One condition for handling a letter; ``is_binding``: an officer cannot sign "eligible" against it."""

    id: str
    kinds: frozenset[Kind]
    law: str
    is_binding: bool
    vi: str
    en: str


class Withdrawal(NamedTuple):
    """Whether the law of the day lets a kind be withdrawn in part."""

    is_part_allowed: bool
    law: str


class CaseState(NamedTuple):
    """What routing said of the case, as far as intake must know."""

    holder: str
    is_settled: bool


class LetterFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter shows of its author, as yes and no: enough to judge its form without its content."""

    has_date: bool
    has_name: bool
    has_address: bool
    has_contact: bool
    has_content: bool


class Ids(NamedTuple):
    """What a letter is known by from its registration on; ``subject_ref`` is random and leads to the vault only."""

    case_id: str
    number: str
    subject_ref: str


class Registered(Protocol):
    """What intake remembers of a letter."""

    @property
    def case_id(self) -> str: ...
    @property
    def received_by(self) -> str: ...
    @property
    def received_on(self) -> date: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def is_withdrawn(self) -> bool: ...
    @property
    def founding_case_id(self) -> str | None: ...


def facts_of(form: LodgeForm) -> LetterFacts:
    """What the letter shows."""
    people = form.petitioners
    return LetterFacts(
        has_date=form.letter_on is not None,
        has_name=bool(people) and not form.axes.is_anonymous,
        has_address=any(person.address.strip() for person in people),
        has_contact=any(person.phone or person.email or person.address for person in people),
        has_content=bool(form.text.strip()),
    )


def unmet(letter: LetterFacts, axes: Axes, conditions: Iterable[Condition]) -> list[Condition]:
    """The conditions the letter does not meet, as far as its coded facts tell.

    Whether it is in Vietnamese or translated (E1), signed, and states a demand, only a reader can say.
    """
    is_against_someone = axes.author_role is not AuthorRole.UNKNOWN or axes.author_agency is not None
    met = {
        "E2d": letter.has_date,
        "E2n": letter.has_name,
        "E2a": letter.has_address,
        "E3": is_against_someone,
        "E4a": is_against_someone,
        "E4c": letter.has_contact,
        "E5": letter.has_content,
        "E6": axes.settled_before not in _CLOSED or axes.has_new_fact,
        "N1": not axes.was_sent_to_competent,
        "N2": not axes.was_guided_before,
    }
    return [condition for condition in conditions if axes.kind in condition.kinds and not met[condition.id]]


def lodge(form: LodgeForm, actor: Actor, today: date, earliest: date, ids: Ids, conditions: Iterable[Condition]) -> list[Event]:
    """Register a letter received between ``earliest`` and ``today``; with an officer's signature classify it at once. Raises Refusal."""
    received_on = form.received_on or today
    _check_lodger(form, actor, received_on, today)
    _check_dates(form, received_on, earliest, today)
    _check_people(form)
    check_axes(form.axes, received_on, is_signed=form.is_classified)
    if form.is_classified:
        _check_signature(facts_of(form), form.axes, conditions)
    lodged = PetitionLodged(
        case_id=ids.case_id,
        number=ids.number,
        subject_ref=ids.subject_ref,
        received_by=form.received_by,
        received_on=received_on,
        letter_on=form.letter_on,
        axes=form.axes,
        actor=actor,
        legal_on=received_on,
    )
    if not form.is_classified:
        return [lodged]
    return [
        lodged,
        PetitionClassified(
            case_id=ids.case_id, received_by=form.received_by, received_on=received_on, axes=form.axes, actor=actor, legal_on=received_on
        ),
    ]


def classify(petition: Registered, letter: LetterFacts, axes: Axes, actor: Actor, conditions: Iterable[Condition]) -> PetitionClassified:
    """Sign the axes of a registered letter (Law on Citizen Reception, art. 25-26). Raises Refusal."""
    must_act_for(petition.received_by, actor)
    _must_be_open(petition)
    check_axes(axes, petition.received_on, is_signed=True)
    _check_signature(letter, axes, conditions)
    return PetitionClassified(case_id=petition.case_id, received_by=petition.received_by, received_on=petition.received_on, axes=axes)


def withdraw(
    petition: Registered, state: CaseState, actor: Actor, own_case: str | None, rule: Withdrawal, *, is_whole: bool, is_coerced: bool
) -> PetitionWithdrawn:
    """Take the petition back, by its author or on minutes taken by an officer.

    (Law on Complaints, art. 10.1; Law on Denunciations, art. 33.1.) ``own_case`` is the case the caller holds the receipt of.
    Raises Refusal.
    """
    if actor.role is Role.CITIZEN:
        if own_case != petition.case_id:
            raise NotAllowed("not_own_petition")
    elif actor.agency != petition.received_by:
        must_act_for(state.holder, actor)
    _must_be_open(petition)
    if not is_whole and not rule.is_part_allowed:
        raise IllegalMove("part_withdrawal_not_allowed", field="is_whole", law=rule.law)
    if petition.kind is Kind.DENUNCIATION and state.is_settled:
        raise IllegalMove("withdrawal_after_conclusion", law=rule.law)
    return PetitionWithdrawn(case_id=petition.case_id, is_whole=is_whole, is_coerced=is_coerced)


def link(petition: Registered, founding: Registered, actor: Actor) -> PetitionLinked:
    """Count the letter with the matter it repeats: same author, same content, same respondent, no new fact. Raises Refusal."""
    must_act_for(petition.received_by, actor)
    _must_be_open(petition)
    if founding.case_id == petition.case_id or founding.founding_case_id is not None:
        raise IllegalMove("not_a_founding_case", field="founding_case_id")
    return PetitionLinked(case_id=petition.case_id, founding_case_id=founding.case_id, received_by=petition.received_by)


def read(case_id: str, holder: str, purpose: str | None, actor: Actor, purposes: Mapping[str, str]) -> PetitionRead:
    """Let an officer of the agency that holds the case read the letter; the reading and its purpose are a fact. Raises Refusal."""
    if actor.agency != holder:
        raise NotAllowed("agency_not_allowed", agency=actor.agency or "-")
    if not actor.officer:
        raise NotAllowed("reader_without_pseudonym")
    if not purpose or purpose not in purposes:
        told, told_vi = ", ".join(purposes), ", ".join(f"{word} ({vi})" for word, vi in purposes.items())
        raise Invalid("purpose_unknown" if purpose else "purpose_missing", field="purpose", purposes=told, purposes_vi=told_vi)
    return PetitionRead(case_id=case_id, purpose=purpose)


def check_day(petition: Registered, on: date) -> None:
    """Raises Invalid when an act on a letter is dated before its receipt."""
    if on < petition.received_on:
        raise Invalid("date_before_receipt", field="on")


def is_protected(kind: Kind) -> bool:
    """The author is a denouncer, whose identity stays in the vault (Law on Denunciations, art. 9.1.b, 56); once so, always so."""
    return kind in _WITH_DENUNCIATION


def must_act_for(agency: str, actor: Actor) -> None:
    """Raises NotAllowed unless the actor's office is this agency; the platform itself may act for any."""
    if actor.role is not Role.SYSTEM and actor.agency != agency:
        raise NotAllowed("not_own_agency")


def check_axes(axes: Axes, received_on: date, *, is_signed: bool) -> None:
    """Raises Invalid when the axes contradict each other or name what does not exist."""
    if axes.source.is_forwarded and axes.forwarder is None:
        raise Invalid("forwarder_missing", field="axes.forwarder")
    if axes.kind not in _WITH_DENUNCIATION:
        if axes.branch is not None:
            raise Invalid("axis_not_for_kind", field="axes.branch", law="LTC 2", where="axes.branch")
        if axes.field is Field.CORRUPTION:
            raise Invalid("axis_not_for_kind", field="axes.field", where="axes.field")
    elif is_signed and axes.kind is Kind.DENUNCIATION and axes.branch is None:
        raise Invalid("branch_missing", field="axes.branch")
    if axes.is_discipline and axes.kind not in (Kind.COMPLAINT, Kind.MIXED):
        raise Invalid("axis_not_for_kind", field="axes.is_discipline", law="LKN 47", where="axes.is_discipline")
    if axes.place is not None and not _is_known_place(axes.place, received_on):
        raise Invalid("place_unknown", field="axes.place")


def _is_known_place(code: str, on: date) -> bool:
    """A unit of that code exists; of communes before July 2025 only the form of the code can be judged."""
    return code in units.versions() or (len(code) > 2 and on < _communes_known_from())


@cache
def _communes_known_from() -> date:
    return min(row.effective_from for rows in units.versions().values() for row in rows if not row.is_province)


def _check_lodger(form: LodgeForm, actor: Actor, received_on: date, today: date) -> None:
    if bodies.body(form.received_by) is None:
        raise Invalid("receiver_unknown", field="received_by")
    if actor.role not in _PUBLIC:
        must_act_for(form.received_by, actor)
        return
    if form.is_classified:
        raise NotAllowed("signature_needs_officer", field="is_classified")
    if form.axes.source is not Source.PORTAL:
        raise NotAllowed("source_needs_officer", field="axes.source")
    if form.axes.eligibility is not Eligibility.UNDETERMINED or form.axes.competence is not Competent.UNDETERMINED:
        raise NotAllowed("signature_needs_officer", field="axes.eligibility")
    if received_on != today:
        raise NotAllowed("date_needs_officer", field="received_on")


def _check_dates(form: LodgeForm, received_on: date, earliest: date, today: date) -> None:
    if received_on < earliest:
        raise Invalid("date_too_early", field="received_on")
    if received_on > today:
        raise Invalid("date_in_future", field="received_on", value=received_on, where="received_on", today=today)
    if form.letter_on is not None and form.letter_on > received_on:
        raise Invalid("letter_after_receipt", field="letter_on")


def _check_people(form: LodgeForm) -> None:
    axes, people = form.axes, form.petitioners
    if axes.is_anonymous and people:
        raise Invalid("anonymous_with_name", field="petitioners")
    if not axes.is_anonymous and not any(person.full_name.strip() for person in people):
        raise Invalid("petitioner_missing", field="petitioners")
    if axes.people_count < len(people):
        raise Invalid("too_few_people", field="axes.people_count")
    for name in ("object_ref", "forwarder", "author_agency"):
        value = getattr(axes, name)
        if value is not None and reveals(value, people):
            raise Invalid("code_names_person", field=f"axes.{name}", where=f"axes.{name}")


def _check_signature(letter: LetterFacts, axes: Axes, conditions: Iterable[Condition]) -> None:
    """An officer cannot sign "eligible" for a letter whose own coded facts say otherwise (Circular 05/2021/TT-TTCP, art. 6.2)."""
    if axes.eligibility is not Eligibility.ELIGIBLE:
        return
    against = [condition for condition in unmet(letter, axes, conditions) if condition.is_binding]
    if against:
        first = against[0]
        raise Invalid("eligibility_contradicted", field="axes.eligibility", law=first.law, condition=first.vi, condition_en=first.en)


def _must_be_open(petition: Registered) -> None:
    if petition.is_withdrawn:
        raise IllegalMove("already_withdrawn")
    if petition.founding_case_id is not None:
        raise IllegalMove("already_linked")
