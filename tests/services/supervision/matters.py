"""Facts of cases for tests of supervision."""

from datetime import date

from contracts import cases, petitions
from contracts.petitions import Axes
from contracts.vocabulary import Field, Kind, Outcome, Source, Step

HOME, OTHER = "UBND-TEST", "CA-TEST"
START = date(2026, 8, 3)


def lodged(case_id: str = "c1", *, on: date = START, **axes: object) -> petitions.PetitionLodged:
    """A letter received."""
    return petitions.PetitionLodged(
        case_id=case_id, legal_on=on, number="N", subject_ref="S", received_by=HOME, received_on=on, letter_on=None, axes=_axes(axes)
    )


def classified(case_id: str = "c1", *, on: date = START, **axes: object) -> petitions.PetitionClassified:
    """The letter as an officer determined it."""
    return petitions.PetitionClassified(case_id=case_id, legal_on=on, received_by=HOME, received_on=on, axes=_axes(axes))


def linked(case_id: str, founding: str = "c1", *, on: date = START) -> petitions.PetitionLinked:
    """A letter repeats the matter of ``founding``."""
    return petitions.PetitionLinked(case_id=case_id, legal_on=on, founding_case_id=founding, received_by=HOME)


def withdrawn(case_id: str = "c1", *, is_whole: bool = True, is_coerced: bool = False) -> petitions.PetitionWithdrawn:
    """The petitioner took the letter back."""
    return petitions.PetitionWithdrawn(case_id=case_id, legal_on=START, is_whole=is_whole, is_coerced=is_coerced)


def reopened(case_id: str = "c1", *, on: date = START) -> cases.CaseReopened:
    """The withdrawal was not of free will."""
    return cases.CaseReopened(case_id=case_id, legal_on=on, ground="coerced", document="D", law="L", step=None, due_on=None)


def assigned(case_id: str = "c1", *, holder: str = HOME) -> cases.PetitionAssigned:
    """``holder`` must settle."""
    return cases.PetitionAssigned(case_id=case_id, legal_on=START, holder=holder, rule="R", law="L", step=None, due_on=None)


def accepted(case_id: str = "c1", *, on: date = START) -> cases.CaseAccepted:
    """The holder accepted the matter."""
    return cases.CaseAccepted(case_id=case_id, legal_on=on, holder=HOME, document="D", law="L", due_on=None)


def extended(case_id: str = "c1", *, on: date = START) -> cases.CaseExtended:
    """The holder has more time."""
    return cases.CaseExtended(case_id=case_id, legal_on=on, due_on=on, document="D", reason="R", law="L")


def settled(case_id: str = "c1", *, on: date = START) -> cases.CaseSettled:
    """The decision was signed."""
    return cases.CaseSettled(
        case_id=case_id, legal_on=on, holder=HOME, outcome=Outcome.RIGHT, document="D", due_on=None, was_late=True, law="L"
    )


def guided(case_id: str = "c1") -> cases.PetitionGuided:
    """The petitioner was shown the competent body."""
    return cases.PetitionGuided(case_id=case_id, legal_on=START, competent=OTHER, document="D", law="L")


def disputed(case_id: str = "c1", *, refusals: int = 1) -> cases.CompetenceDisputed:
    """A body refused the case that another passed on."""
    return cases.CompetenceDisputed(
        case_id=case_id, legal_on=START, refused_by=OTHER, reason="R", refusal_count=refusals, arbiter=None, due_on=None
    )


def decided(case_id: str = "c1", *, holder: str = OTHER) -> cases.CompetenceDecided:
    """The common superior named the holder."""
    return cases.CompetenceDecided(case_id=case_id, legal_on=START, holder=holder, document="D", law="L")


def missed(case_id: str = "c1", *, step: Step = Step.SETTLE, due_on: date = START, rule: str = "KN-05") -> cases.StepMissed:
    """The last day of a step ended."""
    return cases.StepMissed(case_id=case_id, legal_on=START, holder=HOME, step=step, due_on=due_on, rule=rule, law="L")


def left_unprocessed(case_id: str = "c1", *, step: str = "process", due_on: date = START) -> cases.TermMissed:
    """Forty-five days passed and the letter was not processed."""
    return cases.TermMissed(case_id=case_id, legal_on=START, holder=HOME, step=step, due_on=due_on, rule="XLD-27", law="ND154 41.3.b")


def _axes(given: dict[str, object]) -> Axes:
    known: dict[str, object] = {"kind": Kind.COMPLAINT, "field": Field.LAND_HOUSING, "source": Source.POST}
    return Axes(**(known | given))  # type: ignore[arg-type]
