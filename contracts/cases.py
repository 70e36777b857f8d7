"""Facts about cases (topic ``cases.v1``, stated by routing): who holds them, what was done, which dates bind."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from contracts.event import CASES, Event
from contracts.petitions import AgencyCode
from contracts.vocabulary import FIRST_STEPS, Outcome, Step

FirstStep = Annotated[Step, Meta(extra_json_schema={"enum": sorted(FIRST_STEPS)})]
"""A step of the list as it was published first; readers of these facts meet no other."""
StepName = Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,59}$")]
"""A step as an open word: its register is ``Step``, which may grow."""


class PetitionAssigned(Event, type="petition.assigned.v1", topic=CASES):
    """The competence table names ``holder`` as the body that must settle; its first statutory step is ``step`` by ``due_on``."""

    holder: AgencyCode
    rule: str
    law: str
    step: FirstStep | None
    due_on: date | None


class PetitionGuided(Event, type="petition.guided.v1", topic=CASES):
    """The petitioner was told which body is competent; once per content (Circular 07/2014/TT-TTCP, art. 8)."""

    competent: AgencyCode
    document: str
    law: str


class PetitionForwarded(Event, type="petition.forwarded.v1", topic=CASES):
    """The case passed from ``sender`` to ``holder``, who is now the only one that holds it."""

    sender: AgencyCode
    holder: AgencyCode
    document: str
    law: str
    step: FirstStep | None
    due_on: date | None


class PetitionReturned(Event, type="petition.returned.v1", topic=CASES):
    """A forwarded letter went back to its forwarder with the reason (XLD-04)."""

    forwarder: AgencyCode
    document: str
    reason: str
    law: str


class PetitionFiled(Event, type="petition.filed.v1", topic=CASES):
    """The letter was filed away without settlement (XLD-17, XLD-25)."""

    ground: str
    law: str


class CompetenceDisputed(Event, type="competence.disputed.v1", topic=CASES):
    """A body refused the case with a reason; after two refusals the common superior decides by ``due_on``."""

    refused_by: AgencyCode
    reason: str
    refusal_count: int
    arbiter: AgencyCode | None
    due_on: date | None


class CompetenceDecided(Event, type="competence.decided.v1", topic=CASES):
    """The common superior ordered ``holder`` to take the case."""

    holder: AgencyCode
    document: str
    law: str


class CaseAccepted(Event, type="case.accepted.v1", topic=CASES):
    """The holder accepted the case for settlement (thụ lý); settlement is due by ``due_on``, null where no law sets a limit."""

    holder: AgencyCode
    document: str
    law: str
    due_on: date | None


class CaseRefused(Event, type="case.refused.v1", topic=CASES):
    """The holder declined to accept, with the ground the law names (Law on Complaints, art. 11)."""

    ground: str
    document: str
    law: str


class CaseMarkedComplex(Event, type="case.marked_complex.v1", topic=CASES):
    """The written note on complexity is on file (Decree 124/2020, art. 3a; Decree 31/2019, art. 3)."""

    criteria: list[str]
    document: str
    due_on: date | None


class CaseExtended(Event, type="case.extended.v1", topic=CASES):
    """The settling agency gave itself more time, as the law allows for complex cases."""

    due_on: date
    document: str
    reason: str
    law: str


class CaseSuspended(Event, type="case.suspended.v1", topic=CASES):
    """Settlement stands still; the days from now on are not counted (Law on Complaints, art. 11a)."""

    ground: str
    document: str
    law: str


class CaseResumed(Event, type="case.resumed.v1", topic=CASES):
    """Settlement goes on with the days that were left."""

    document: str
    due_on: date | None
    law: str


class DialogueHeld(Event, type="dialogue.held.v1", topic=CASES):
    """The settler met the complainant (Law on Complaints, art. 30, 39); ``is_in_person`` when the head led it personally."""

    document: str
    is_in_person: bool


class CaseSettled(Event, type="case.settled.v1", topic=CASES):
    """The decision or conclusion was signed on ``legal_on``.

    ``was_late`` is counted to the end of the last day (Civil Code 2015, art. 148.6).
    """

    holder: AgencyCode
    outcome: Outcome
    document: str
    due_on: date | None
    was_late: bool
    law: str


class DecisionSent(Event, type="decision.sent.v1", topic=CASES):
    """The decision reached those the law names."""

    document: str
    law: str


class DecisionPublished(Event, type="decision.published.v1", topic=CASES):
    """The decision was made public; a denunciation's conclusion without anything about the denouncer."""

    document: str
    law: str


class DecisionEffective(Event, type="decision.effective.v1", topic=CASES):
    """The term for a further complaint ended without one: the decision binds from ``effective_on`` (Law on Complaints, art. 44)."""

    effective_on: date
    law: str


class SecondSettlementOpened(Event, type="second_settlement.opened.v1", topic=CASES):
    """The matter goes on before ``holder``: second complaint (Law on Complaints, art. 33) or continued denunciation (art. 37)."""

    holder: AgencyCode
    rule: str
    document: str
    law: str
    step: FirstStep | None
    due_on: date | None


class ProgressDemanded(Event, type="progress.demanded.v1", topic=CASES):
    """The superior urged the holder of an overdue case to report progress, reason and responsibility (Law on Denunciations, art. 38)."""

    demanded_by: AgencyCode
    holder: AgencyCode
    document: str
    law: str
    due_on: date | None


class DenunciationContinued(Event, type="denunciation.continued.v1", topic=CASES):
    """The denouncer came to the superior because settlement is overdue; ``received_by`` orders a report by ``due_on`` (art. 38.2)."""

    received_by: AgencyCode
    document: str
    law: str
    due_on: date | None


class NoticeSent(Event, type="notice.sent.v1", topic=CASES):
    """A notice that the law orders beside the decision itself was sent; ``step`` says which."""

    step: FirstStep
    document: str
    law: str


class ObligationSet(Event, type="obligation.set.v1", topic=CASES):
    """What ``obliged`` must do by ``due_on`` to carry out an effective decision, a conclusion or a judgment; ``measure`` is a code."""

    obligation: str
    obliged: AgencyCode
    measure: str
    document: str
    law: str
    due_on: date | None


class ObligationFulfilled(Event, type="obligation.fulfilled.v1", topic=CASES):
    """The obligation was carried out."""

    obligation: str
    obliged: AgencyCode
    document: str


class CaseTerminated(Event, type="case.terminated.v1", topic=CASES):
    """Settlement ended without a decision (Law on Complaints, art. 11a.2; Law on Denunciations, art. 34.3)."""

    ground: str
    document: str
    law: str


class CaseReopened(Event, type="case.reopened.v1", topic=CASES):
    """What was wholly withdrawn goes on: the withdrawal was not of free will (Law on Complaints, art. 10.3; Decree 31/2019, art. 4.4)."""

    ground: str
    document: str
    law: str
    step: FirstStep | None
    due_on: date | None


class StepDue(Event, type="step.due.v1", topic=CASES):
    """Few working days remain (a dated row says how many) until ``due_on``."""

    holder: AgencyCode
    step: FirstStep
    due_on: date
    rule: str
    law: str


class StepMissed(Event, type="step.missed.v1", topic=CASES):
    """The last day ended at 24:00 and the step was not taken (Civil Code, art. 148.6)."""

    holder: AgencyCode
    step: FirstStep
    due_on: date
    rule: str
    law: str


class TermDue(Event, type="term.due.v1", topic=CASES):
    """``StepDue`` for the steps that came later than its closed list: enforcing judgments, processing a letter at all."""

    holder: AgencyCode
    step: StepName
    due_on: date
    rule: str
    law: str


class TermMissed(Event, type="term.missed.v1", topic=CASES):
    """``StepMissed`` for the steps that came later than its closed list."""

    holder: AgencyCode
    step: StepName
    due_on: date
    rule: str
    law: str
