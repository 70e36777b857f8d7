"""The read model as a function of the facts. One handler a fact; facts of different topics commute (see ``models``).

A fact about a matter whose letter was not seen yet opens the row: a predecessor from another topic is never waited for.
"""

from contracts import court, protection
from contracts.cases import (
    CaseAccepted,
    CaseExtended,
    CaseMarkedComplex,
    CaseRefused,
    CaseReopened,
    CaseResumed,
    CaseSettled,
    CaseSuspended,
    CaseTerminated,
    CompetenceDecided,
    CompetenceDisputed,
    DecisionEffective,
    DecisionPublished,
    DecisionSent,
    DenunciationContinued,
    DialogueHeld,
    NoticeSent,
    ObligationFulfilled,
    ObligationSet,
    PetitionAssigned,
    PetitionFiled,
    PetitionForwarded,
    PetitionGuided,
    PetitionReturned,
    ProgressDemanded,
    SecondSettlementOpened,
    StepDue,
    StepMissed,
    TermDue,
    TermMissed,
)
from contracts.event import Event
from contracts.oversight import HotspotChanged, HotspotCleared, HotspotRaised, RedAlertRaised, ReminderSent
from contracts.petitions import PetitionClassified, PetitionLinked, PetitionLodged, PetitionRead, PetitionWithdrawn
from contracts.reports import ReportPublished
from contracts.vocabulary import Status, Step
from gateway.following import following
from gateway.models import Alert, Case, Concern, Report, ReportColumn
from gateway.terms import take, tell
from runtime.facts import on
from runtime.work import Many, Work

# petitions.v1


@on(PetitionLodged, loads=[Case, Many(Concern)])
def show_letter(fact: PetitionLodged, work: Work) -> None:
    """The letter appears with its number and axes."""
    with following(fact, work) as case:
        case.petition_status = Status.RECEIVED
        case.number, case.lodged_at = fact.number, fact.recorded_at
        case.received_by, case.received_on, case.letter_on = fact.received_by, fact.received_on, fact.letter_on
        case.describe(fact.axes)


@on(PetitionClassified, loads=[Case, Many(Concern)])
def show_classification(fact: PetitionClassified, work: Work) -> None:
    """The axes are now those an officer signs for."""
    with following(fact, work) as case:
        if case.petition_status in (None, Status.RECEIVED):
            case.petition_status = Status.CLASSIFIED
        case.classified_on = fact.legal_on
        case.received_by, case.received_on = fact.received_by, fact.received_on
        case.describe(fact.axes)


@on(PetitionLinked, loads=[Case])
def show_link(fact: PetitionLinked, work: Work) -> None:
    """The letter is only counted; its founding case carries on."""
    with following(fact, work) as case:
        case.petition_status = Status.LINKED
        case.founding_case_id = fact.founding_case_id


@on(PetitionWithdrawn, loads=[Case])
def show_withdrawal(fact: PetitionWithdrawn, work: Work) -> None:
    """A whole and free withdrawal ends the matter on the petitioner's side (Law on Complaints, art. 10)."""
    with following(fact, work) as case:
        case.withdrawn_on = fact.legal_on
        if fact.is_whole and not fact.is_coerced:
            case.petition_status = Status.WITHDRAWN


@on(PetitionRead, loads=[Case])
def show_reading(fact: PetitionRead, work: Work) -> None:
    """The petitioner can see that and when the letter was opened."""
    with following(fact, work) as case:
        case.read_count += 1


# cases.v1


@on(PetitionAssigned, loads=[Case])
def show_assignment(fact: PetitionAssigned, work: Work) -> None:
    """The competent body holds the case; its first step runs."""
    with following(fact, work) as case:
        case.case_status, case.case_holder = Status.ASSIGNED, fact.holder
        take(case, fact)
        if fact.step is not None:
            case.step, case.due_on = fact.step, fact.due_on


@on(PetitionForwarded, loads=[Case])
def show_forwarding(fact: PetitionForwarded, work: Work) -> None:
    """Another body holds the case."""
    with following(fact, work) as case:
        case.case_status, case.case_holder = Status.FORWARDED, fact.holder
        case.step, case.due_on = fact.step, fact.due_on


@on(PetitionGuided, loads=[Case])
def show_guidance(fact: PetitionGuided, work: Work) -> None:
    """The petitioner was told where to go; this matter ends here."""
    with following(fact, work) as case:
        case.competent = fact.competent
        _end(case, fact, Status.GUIDED)


@on(PetitionReturned, loads=[Case])
def show_return(fact: PetitionReturned, work: Work) -> None:
    """The letter went back to its forwarder."""
    with following(fact, work) as case:
        _end(case, fact, Status.RETURNED)


@on(PetitionFiled, loads=[Case])
def show_filing(fact: PetitionFiled, work: Work) -> None:
    """The letter was filed away."""
    with following(fact, work) as case:
        _end(case, fact, Status.FILED)


@on(CompetenceDisputed, loads=[Case])
def show_dispute(fact: CompetenceDisputed, work: Work) -> None:
    """A body says it is not competent; the superior decides by the date named."""
    with following(fact, work) as case:
        case.arbiter = fact.arbiter
        if fact.due_on is not None:
            case.step, case.due_on = Step.DECIDE_COMPETENCE, fact.due_on


@on(CompetenceDecided, loads=[Case])
def show_decision_on_competence(fact: CompetenceDecided, work: Work) -> None:
    """The body ordered to take the case holds it."""
    with following(fact, work) as case:
        case.case_status, case.case_holder = Status.ASSIGNED, fact.holder
        case.step, case.due_on = None, None


@on(CaseAccepted, loads=[Case])
def show_acceptance(fact: CaseAccepted, work: Work) -> None:
    """Settlement runs."""
    with following(fact, work) as case:
        case.case_status, case.case_holder = Status.ACCEPTED, fact.holder
        case.accepted_on = fact.legal_on
        case.step, case.due_on = Step.SETTLE, fact.due_on


@on(CaseRefused, loads=[Case])
def show_refusal(fact: CaseRefused, work: Work) -> None:
    """The case was not accepted."""
    with following(fact, work) as case:
        _end(case, fact, Status.REFUSED)


@on(CaseMarkedComplex, loads=[Case])
def show_complexity(fact: CaseMarkedComplex, work: Work) -> None:
    """The longer limit for complex cases holds."""
    with following(fact, work) as case:
        case.is_complex = True
        if fact.due_on is not None:
            case.due_on = fact.due_on


@on(CaseExtended, loads=[Case])
def show_extension(fact: CaseExtended, work: Work) -> None:
    """The last day moved."""
    with following(fact, work) as case:
        case.extended_on, case.due_on = fact.legal_on, fact.due_on


@on(CaseSuspended, loads=[Case])
def show_suspension(fact: CaseSuspended, work: Work) -> None:
    """No day counts from here on."""
    with following(fact, work) as case:
        case.case_status, case.suspended_on = Status.SUSPENDED, fact.legal_on
        case.step, case.due_on = Step.SETTLE, None


@on(CaseResumed, loads=[Case])
def show_resumption(fact: CaseResumed, work: Work) -> None:
    """The days that were left run again."""
    with following(fact, work) as case:
        case.case_status, case.suspended_on = Status.ACCEPTED, None
        case.step, case.due_on = Step.SETTLE, fact.due_on


@on(DialogueHeld, loads=[Case])
def show_dialogue(fact: DialogueHeld, work: Work) -> None:
    """The settler met the petitioner."""
    with following(fact, work) as case:
        case.dialogue_on = fact.legal_on


@on(CaseSettled, loads=[Case])
def show_settlement(fact: CaseSettled, work: Work) -> None:
    """The decision or conclusion was signed."""
    with following(fact, work) as case:
        case.case_holder = fact.holder
        case.settled_on, case.outcome, case.was_late = fact.legal_on, fact.outcome, fact.was_late
        _end(case, fact, Status.SETTLED)


@on(DecisionSent, loads=[Case])
def show_sending(fact: DecisionSent, work: Work) -> None:
    """The decision reached those the law names."""
    with following(fact, work) as case:
        case.sent_on = fact.legal_on
        take(case, fact)


@on(DecisionPublished, loads=[Case])
def show_publication(fact: DecisionPublished, work: Work) -> None:
    """The decision was made public."""
    with following(fact, work) as case:
        case.published_on = fact.legal_on
        take(case, fact)


@on(DecisionEffective, loads=[Case])
def show_effect(fact: DecisionEffective, work: Work) -> None:
    """The decision binds from the date named."""
    with following(fact, work) as case:
        case.effective_on = fact.effective_on


@on(SecondSettlementOpened, loads=[Case])
def show_second_settlement(fact: SecondSettlementOpened, work: Work) -> None:
    """The matter is open again, before another body."""
    with following(fact, work) as case:
        case.case_status, case.case_holder, case.ended_on = Status.ASSIGNED, fact.holder, None
        case.step, case.due_on = fact.step, fact.due_on


@on(CaseReopened, loads=[Case])
def show_reopening(fact: CaseReopened, work: Work) -> None:
    """What was withdrawn under pressure goes on."""
    with following(fact, work) as case:
        case.case_status, case.reopened_on, case.ended_on = Status.ASSIGNED, fact.legal_on, None
        case.step, case.due_on = fact.step, fact.due_on


def show_in_timeline(fact: Event, work: Work) -> None:
    """What changes nothing else in the row stands in the timeline; the step it takes is due no more."""
    with following(fact, work) as case:
        take(case, fact)


_FACTS_OF_COURT: tuple[type[Event], ...] = (
    court.SuitBrought,
    court.SuitDocketed,
    court.SuitDropped,
    court.JudgmentReceived,
    court.EnforcementReminded,
    court.JudgmentEnforced,
    court.EnforcementReported,
    court.CompulsionRequested,
    court.EnforcementCompelled,
    court.EnforcementDirected,
    court.LiabilityRecommended,
    court.LiabilityAnswered,
)
_FACTS_OF_THE_TIMELINE: tuple[type[Event], ...] = (
    NoticeSent,
    ObligationSet,
    ObligationFulfilled,
    DenunciationContinued,
    ProgressDemanded,
    *_FACTS_OF_COURT,
    protection.ProtectionAsked,
    protection.ProtectionApplied,
    protection.ProtectionRefused,
    protection.ProtectionChanged,
    protection.ProtectionEnded,
)
for _fact in _FACTS_OF_THE_TIMELINE:
    on(_fact, loads=[Case])(show_in_timeline)


@on(CaseTerminated, loads=[Case])
def show_termination(fact: CaseTerminated, work: Work) -> None:
    """Settlement ended without a decision."""
    with following(fact, work) as case:
        _end(case, fact, Status.TERMINATED)


def show_told_step(fact: StepDue | StepMissed | TermDue | TermMissed, work: Work) -> None:
    """Few days remain for a step, or one more is out of time."""
    with following(fact, work) as case:
        case.missed_count += isinstance(fact, StepMissed | TermMissed)
        tell(case, fact)


for _told in (StepDue, StepMissed, TermDue, TermMissed):
    on(_told, loads=[Case])(show_told_step)


def _end(case: Case, fact: Event, status: Status) -> None:
    case.case_status, case.ended_on = status, fact.legal_on
    case.step, case.due_on, case.suspended_on = None, None, None


# oversight.v1


def show_reminder(fact: ReminderSent | RedAlertRaised, work: Work) -> None:
    """The holder was urged."""
    with following(fact, work) as case:
        case.reminded_on = fact.legal_on


on(ReminderSent, loads=[Case])(show_reminder)
on(RedAlertRaised, loads=[Case])(show_reminder)


@on(HotspotRaised, loads=[Case, Alert])
def show_hotspot(fact: HotspotRaised, work: Work) -> None:
    """The alert stands until it is cleared or ends by itself."""
    with following(fact, work):
        work.save(
            Alert(
                case_id=fact.case_id,
                seq=fact.seq,
                reasons=[reason.name for reason in fact.reasons],
                people_count=fact.people_count,
                days_overdue=fact.days_overdue,
                place=fact.place,
                holder=fact.holder,
                raised_on=fact.legal_on,
                expires_on=fact.expires_on,
            )
        )


@on(HotspotChanged, loads=[Case, Alert])
def show_changed_hotspot(fact: HotspotChanged, work: Work) -> None:
    """The alert tells today's facts."""
    with following(fact, work):
        alert = work.get(Alert, fact.case_id)
        if alert is None:
            return
        alert.seq, alert.reasons = fact.seq, [reason.name for reason in fact.reasons]
        alert.people_count, alert.days_overdue = fact.people_count, fact.days_overdue
        alert.holder, alert.expires_on = fact.holder, fact.expires_on
        work.save(alert)


@on(HotspotCleared, loads=[Case, Alert])
def clear_hotspot(fact: HotspotCleared, work: Work) -> None:
    """The alert is over."""
    with following(fact, work):
        alert = work.get(Alert, fact.case_id)
        if alert is None:
            return
        alert.seq, alert.cleared_on, alert.clearing_reason = fact.seq, fact.legal_on, fact.reason
        work.save(alert)


# reports.v1


@on(ReportPublished)
def show_report(fact: ReportPublished, work: Work) -> None:
    """A signed report with its columns."""
    work.save(
        Report(
            report_id=fact.case_id,
            seq=fact.seq,
            form=fact.form,
            agency=fact.agency,
            from_on=fact.from_on,
            to_on=fact.to_on,
            published_on=fact.legal_on,
        )
    )
    for number, value in fact.columns.items():
        work.save(ReportColumn(report_id=fact.case_id, number=number, value=value))
