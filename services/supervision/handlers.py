"""Reacts to facts: keeps what is watched of each case, reminds once of each missed step, weighs every change."""

from contracts import cases
from contracts.event import Event
from contracts.oversight import RedAlertRaised, ReminderSent
from contracts.petitions import PetitionClassified, PetitionLinked, PetitionLodged, PetitionWithdrawn
from contracts.vocabulary import Source, Step
from runtime.facts import on
from runtime.work import Work
from services.supervision import reference, rules
from services.supervision.alerts import WEIGHED, WEIGHED_FOUNDING, weigh
from services.supervision.models import MissedStep, Watch

RECEPTIONS = frozenset({Source.RECEPTION_DESK, Source.ONLINE_RECEPTION})


def watch_letter(fact: PetitionLodged | PetitionClassified, work: Work) -> None:
    """Take over what intake determined of the case: its size, place and object."""
    watch = _watched(fact.case_id, work)
    axes = fact.axes
    watch.received_by, watch.received_on = fact.received_by, fact.received_on
    watch.people_count, watch.place, watch.object_ref = axes.people_count, axes.place, axes.object_ref
    watch.is_reception = axes.source in RECEPTIONS
    weigh(watch, work)


on(PetitionLodged, loads=WEIGHED)(watch_letter)
on(PetitionClassified, loads=WEIGHED)(watch_letter)


@on(PetitionLinked, loads=[*WEIGHED, *WEIGHED_FOUNDING], also=lambda fact: [fact.founding_case_id])
def grow(fact: PetitionLinked, work: Work) -> None:
    """Count a letter that repeats a matter on the founding case; the letter itself is no case any more."""
    letter = _watched(fact.case_id, work)
    if letter.founding_case_id is not None or fact.founding_case_id == fact.case_id:
        return
    letter.founding_case_id = fact.founding_case_id
    weigh(letter, work)
    founding = _watched(fact.founding_case_id, work)
    founding.linked_count += 1
    founding.linked_people_count = max(founding.linked_people_count, letter.people_count)
    founding.linked_reception_count += letter.is_reception
    weigh(founding, work)


@on(PetitionWithdrawn, loads=WEIGHED)
def stop_watching_withdrawn(fact: PetitionWithdrawn, work: Work) -> None:
    """A letter wholly withdrawn of free will is no hot spot any more; a coerced withdrawal ends nothing."""
    watch = _watched(fact.case_id, work)
    is_since_reopened = watch.reopened_on is None or fact.legal_on > watch.reopened_on
    watch.is_withdrawn = watch.is_withdrawn or (fact.is_whole and not fact.is_coerced and is_since_reopened)
    weigh(watch, work)


def follow_case(fact: Event, work: Work) -> None:
    """Follow who holds the case, whether it is open and which missed steps have ended."""
    watch = _watched(fact.case_id, work)
    watch.holder = getattr(fact, "holder", watch.holder)
    if isinstance(fact, cases.CaseReopened):
        watch.is_withdrawn, watch.reopened_on = False, fact.legal_on
    if type(fact) in rules.OPENS:
        watch.is_closed, watch.dispute_count = False, 0
    elif type(fact) in rules.CLOSES:
        watch.is_closed = True
    for missed in work.all(MissedStep, case_id=fact.case_id):
        if missed.ended_on is None and missed.step in rules.ended_by(fact):
            missed.ended_on = fact.legal_on
            work.save(missed)
    weigh(watch, work)


for fact_type in rules.ENDS:
    on(fact_type, loads=WEIGHED)(follow_case)


@on(cases.CompetenceDisputed, loads=WEIGHED)
def note_disagreement(fact: cases.CompetenceDisputed, work: Work) -> None:
    """Two bodies disagree about who must settle."""
    watch = _watched(fact.case_id, work)
    watch.dispute_count = fact.refusal_count
    weigh(watch, work)


@on(cases.StepMissed, loads=WEIGHED)
def remind(fact: cases.StepMissed, work: Work) -> None:
    """Urge the holder of a missed step, once for each last day of it."""
    if not _note_missed(fact, fact.step, work):
        return
    law = reference.law_of_urging(fact.rule, fact.legal_on)
    work.emit(ReminderSent(case_id=fact.case_id, holder=fact.holder, step=fact.step, missed_due_on=fact.due_on, law=law))
    weigh(_watched(fact.case_id, work), work)


@on(cases.TermMissed, loads=WEIGHED)
def alert(fact: cases.TermMissed, work: Work) -> None:
    """Raise a red alert, once, for a letter left unprocessed. Who enforces a judgment is urged by the enforcement office, not from here."""
    if fact.step != Step.PROCESS or not _note_missed(fact, Step.PROCESS, work):
        return
    work.emit(RedAlertRaised(case_id=fact.case_id, holder=fact.holder, step=fact.step, missed_due_on=fact.due_on, law=fact.law))
    weigh(_watched(fact.case_id, work), work)


def _note_missed(fact: cases.StepMissed | cases.TermMissed, step: Step, work: Work) -> bool:
    """Keep that a step was missed; False when that is known already."""
    if any((missed.step, missed.due_on) == (step, fact.due_on) for missed in work.all(MissedStep, case_id=fact.case_id)):
        return False
    work.save(MissedStep(case_id=fact.case_id, step=step, due_on=fact.due_on, holder=fact.holder, reminded_on=work.today))
    return True


def _watched(case_id: str, work: Work) -> Watch:
    return work.get(Watch, case_id) or Watch(case_id=case_id)
