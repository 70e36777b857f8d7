"""Letters and their facts for tests: made by hand, by chance, or to give the totals of a published report."""

from datetime import date, timedelta
from random import Random

from hypothesis import strategies as st

from contracts import cases, petitions
from contracts.event import Event
from contracts.petitions import Axes
from contracts.vocabulary import Competence, Eligibility, Field, Kind, Outcome, SettledBefore, Source

HOME = "UBND-TEST"
BODIES = (HOME, "TTCP-TEST", "CA-TEST")
START = date(2026, 1, 1)
DAYS = st.integers(0, 400).map(lambda days: START + timedelta(days))
BODY = st.sampled_from(BODIES)


def lodged(case_id: str = "c1", *, on: date = START, by: str = HOME, **axes: object) -> petitions.PetitionLodged:
    """A letter received by ``by`` on ``on``."""
    return petitions.PetitionLodged(
        case_id=case_id, legal_on=on, number="N", subject_ref="S", received_by=by, received_on=on, letter_on=None, axes=_axes(axes)
    )


def classified(case_id: str = "c1", *, on: date = START, by: str = HOME, **axes: object) -> petitions.PetitionClassified:
    """The letter as an officer determined it."""
    return petitions.PetitionClassified(case_id=case_id, legal_on=on, received_by=by, received_on=on, axes=_axes(axes))


def linked(case_id: str = "c1", *, on: date = START) -> petitions.PetitionLinked:
    """The letter repeats another."""
    return petitions.PetitionLinked(case_id=case_id, legal_on=on, founding_case_id="c0", received_by=HOME)


def withdrawn(case_id: str = "c1", *, on: date = START, is_whole: bool = True) -> petitions.PetitionWithdrawn:
    """The petitioner took the letter back."""
    return petitions.PetitionWithdrawn(case_id=case_id, legal_on=on, is_whole=is_whole, is_coerced=False)


def reopened(case_id: str = "c1", *, on: date = START) -> cases.CaseReopened:
    """The withdrawal was not of free will."""
    return cases.CaseReopened(case_id=case_id, legal_on=on, ground="coerced", document="D", law="L", step=None, due_on=None)


def assigned(case_id: str = "c1", *, on: date = START, holder: str = HOME) -> cases.PetitionAssigned:
    """``holder`` must settle."""
    return cases.PetitionAssigned(case_id=case_id, legal_on=on, holder=holder, rule="R", law="L", step=None, due_on=None)


def guided(case_id: str = "c1", *, on: date = START) -> cases.PetitionGuided:
    """The petitioner was shown the competent body."""
    return cases.PetitionGuided(case_id=case_id, legal_on=on, competent="CA-TEST", document="D", law="L")


def forwarded(case_id: str = "c1", *, on: date = START, sender: str = HOME, holder: str = "CA-TEST") -> cases.PetitionForwarded:
    """The letter went on to ``holder``."""
    return cases.PetitionForwarded(
        case_id=case_id, legal_on=on, sender=sender, holder=holder, document="D", law="L", step=None, due_on=None
    )


def returned(case_id: str = "c1", *, on: date = START) -> cases.PetitionReturned:
    """The letter went back to who forwarded it."""
    return cases.PetitionReturned(case_id=case_id, legal_on=on, forwarder="MTTQ-TEST", document="D", reason="R", law="L")


def filed(case_id: str = "c1", *, on: date = START) -> cases.PetitionFiled:
    """The letter was filed away."""
    return cases.PetitionFiled(case_id=case_id, legal_on=on, ground="G", law="L")


def accepted(case_id: str = "c1", *, on: date = START, holder: str = HOME) -> cases.CaseAccepted:
    """The holder accepted the matter."""
    return cases.CaseAccepted(case_id=case_id, legal_on=on, holder=holder, document="D", law="L", due_on=None)


def refused(case_id: str = "c1", *, on: date = START) -> cases.CaseRefused:
    """The holder declined with a ground."""
    return cases.CaseRefused(case_id=case_id, legal_on=on, ground="G", document="D", law="L")


def settled(
    case_id: str = "c1", *, on: date = START, holder: str = HOME, outcome: Outcome = Outcome.RIGHT, was_late: bool = False
) -> cases.CaseSettled:
    """The decision was signed."""
    return cases.CaseSettled(
        case_id=case_id, legal_on=on, holder=holder, outcome=outcome, document="D", due_on=None, was_late=was_late, law="L"
    )


def terminated(case_id: str = "c1", *, on: date = START) -> cases.CaseTerminated:
    """Settlement ended without a decision."""
    return cases.CaseTerminated(case_id=case_id, legal_on=on, ground="G", document="D", law="L")


def suspended(case_id: str = "c1", *, on: date = START) -> cases.CaseSuspended:
    """Settlement stands still."""
    return cases.CaseSuspended(case_id=case_id, legal_on=on, ground="G", document="D", law="L")


def resumed(case_id: str = "c1", *, on: date = START) -> cases.CaseResumed:
    """Settlement goes on."""
    return cases.CaseResumed(case_id=case_id, legal_on=on, document="D", due_on=None, law="L")


def decided(case_id: str = "c1", *, on: date = START, holder: str = HOME) -> cases.CompetenceDecided:
    """The common superior named the holder."""
    return cases.CompetenceDecided(case_id=case_id, legal_on=on, holder=holder, document="D", law="L")


def second_opened(case_id: str = "c1", *, on: date = START, holder: str = "TTCP-TEST") -> cases.SecondSettlementOpened:
    """The matter goes on before ``holder``."""
    return cases.SecondSettlementOpened(
        case_id=case_id, legal_on=on, holder=holder, rule="R", document="D", law="L", step=None, due_on=None
    )


def demanded(case_id: str = "c1", *, on: date = START, by: str = HOME, holder: str = "CA-TEST") -> cases.ProgressDemanded:
    """The superior ``by`` urged ``holder``."""
    return cases.ProgressDemanded(case_id=case_id, legal_on=on, demanded_by=by, holder=holder, document="D", law="L", due_on=None)


def _axes(given: dict[str, object]) -> Axes:
    known: dict[str, object] = {
        "kind": Kind.COMPLAINT,
        "field": Field.LAND_HOUSING,
        "source": Source.POST,
        "eligibility": Eligibility.ELIGIBLE,
        "competence": Competence.OWN,
    }
    return Axes(**(known | given))  # type: ignore[arg-type]


_AXES = {
    "kind": st.sampled_from(Kind),
    "eligibility": st.sampled_from(Eligibility),
    "competence": st.sampled_from(Competence),
    "settled_before": st.sampled_from(SettledBefore),
}


def receipt_facts(case_id: str) -> st.SearchStrategy[list[Event]]:
    """Intake's facts about one letter, in their order."""
    one = st.just(case_id)
    later = st.one_of(
        st.builds(classified, one, on=DAYS, by=BODY, **_AXES),
        st.builds(linked, one, on=DAYS),
        st.builds(withdrawn, one, on=DAYS, is_whole=st.booleans()),
    )
    return st.tuples(st.builds(lodged, one, on=DAYS, by=BODY, **_AXES), st.lists(later, max_size=3)).map(lambda made: [made[0], *made[1]])


def move_facts(case_id: str) -> st.SearchStrategy[list[Event]]:
    """Routing's facts about one case: any acts in any order, because the books must have an answer for everything."""
    one = st.just(case_id)
    plain = [st.builds(make, one, on=DAYS) for make in (guided, returned, filed, refused, terminated, suspended, resumed, reopened)]
    held = [st.builds(make, one, on=DAYS, holder=BODY) for make in (assigned, accepted, decided, second_opened)]
    urged = st.builds(demanded, one, on=DAYS, by=BODY, holder=BODY)
    sent = st.builds(forwarded, one, on=DAYS, sender=BODY, holder=BODY)
    ended = st.builds(settled, one, on=DAYS, holder=BODY, outcome=st.sampled_from(Outcome), was_late=st.booleans())
    return st.lists(st.one_of(*plain, *held, sent, urged, ended), max_size=6)


def interleaved(streams: list[list[Event]], chance: Random) -> list[Event]:
    """One order of all facts in which each stream keeps its own."""
    left = [list(stream) for stream in streams if stream]
    order = []
    while left:
        stream = chance.choice(left)
        order.append(stream.pop(0))
        left = [one for one in left if one]
    return order
