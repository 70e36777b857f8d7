"""The words of the field as closed lists; their Vietnamese and English labels stand in ``data/vocabulary.csv``.

The Vietnamese terms are those of the laws (Law on Complaints, Law on Denunciations, Law on Citizen Reception);
``docs/glossary.md`` gives each with its article.
"""

import csv
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Kind(StrEnum):
    """What a letter asks for (Circular 05/2021/TT-TTCP, art. 6)."""

    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    RECOMMENDATION = "recommendation"
    FEEDBACK = "feedback"
    MIXED = "mixed"


class Branch(StrEnum):
    """The two branches of denunciation (Law on Denunciations 2018, art. 2)."""

    PUBLIC_DUTY = "public_duty"
    STATE_MANAGEMENT = "state_management"


class Eligibility(StrEnum):
    """Whether a letter may be handled (Circular 05/2021/TT-TTCP, art. 6.2)."""

    UNDETERMINED = "undetermined"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"


class Competence(StrEnum):
    """Whether the receiving body must settle the matter itself."""

    UNDETERMINED = "undetermined"
    OWN = "own"
    NOT_OWN = "not_own"
    SUBORDINATE_OVERDUE = "subordinate_overdue"


class Source(StrEnum):
    """How the letter came (Circular 07/2014/TT-TTCP, art. 5; Decree 154/2026, art. 16-24)."""

    POST = "post"
    COUNTER = "counter"
    RECEPTION_DESK = "reception_desk"
    PORTAL = "portal"
    ONLINE_RECEPTION = "online_reception"
    AGENCY_SYSTEM = "agency_system"
    FORWARDED_DEPUTY = "forwarded_deputy"
    FORWARDED_FRONT = "forwarded_front"
    FORWARDED_PRESS = "forwarded_press"
    FORWARDED_AGENCY = "forwarded_agency"
    PASSED_BY_LEADER = "passed_by_leader"

    @property
    def is_forwarded(self) -> bool:
        """Another body sent it on, so a complaint that is not own returns to that body (XLD-04)."""
        return self.value.startswith("forwarded_")


class SettledBefore(StrEnum):
    """How far the same content had been settled on the day of receipt (forms of Circular 01/2024/TT-TTCP)."""

    NEVER = "never"
    ONCE = "once"
    MANY_TIMES = "many_times"
    FINAL = "final"
    COURT_JUDGMENT = "court_judgment"


class Field(StrEnum):
    """Field of the matter, as the statutory forms count it."""

    POLICY_REGIMES = "policy_regimes"
    LAND_HOUSING = "land_housing"
    CIVIL_SERVICE = "civil_service"
    ADMINISTRATIVE_OTHER = "administrative_other"
    JUDICIAL = "judicial"
    PARTY_MASS_ORGANISATIONS = "party_mass_organisations"
    CORRUPTION = "corruption"
    OTHER = "other"


class AuthorRole(StrEnum):
    """The office whose act or decision is complained of, or that is denounced."""

    UNKNOWN = "unknown"
    COMMUNE_CHAIR = "commune_chair"
    COMMUNE_VICE_CHAIR = "commune_vice_chair"
    COMMUNE_UNIT_HEAD = "commune_unit_head"
    COMMUNE_OFFICIAL = "commune_official"
    PROVINCIAL_CHAIR = "provincial_chair"
    PROVINCIAL_VICE_CHAIR = "provincial_vice_chair"
    PROVINCIAL_AGENCY_HEAD = "provincial_agency_head"
    PROVINCIAL_AGENCY_DEPUTY = "provincial_agency_deputy"
    PROVINCIAL_AGENCY_STAFF = "provincial_agency_staff"
    PROVINCIAL_AGENCY_UNIT_HEAD = "provincial_agency_unit_head"
    MINISTER = "minister"
    MINISTRY_UNIT_HEAD = "ministry_unit_head"
    PUBLIC_SERVICE_UNIT_HEAD = "public_service_unit_head"
    SUPERIOR_UNIT_HEAD = "superior_unit_head"
    PARTY_MEMBER = "party_member"
    PARTY_INSPECTION_COMMISSION = "party_inspection_commission"
    ELECTED_BODY = "elected_body"
    FRONT = "front"
    POLICE = "police"
    REGIONAL_PROCURACY = "regional_procuracy"
    PROVINCIAL_PROCURACY = "provincial_procuracy"
    SUPREME_PROCURACY = "supreme_procuracy"
    REGIONAL_COURT = "regional_court"
    PROVINCIAL_COURT = "provincial_court"
    SUPREME_COURT = "supreme_court"
    JUDGMENT_ENFORCEMENT = "judgment_enforcement"


class Role(StrEnum):
    """What a caller may be; one token carries one role."""

    ANONYMOUS = "anonymous"
    CITIZEN = "citizen"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    POLICE = "police"
    OPERATOR = "operator"
    SYSTEM = "system"


class Status(StrEnum):
    """Where a case stands, as the public view and the counts name it."""

    RECEIVED = "received"
    CLASSIFIED = "classified"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    SUSPENDED = "suspended"
    SETTLED = "settled"
    GUIDED = "guided"
    FORWARDED = "forwarded"
    RETURNED = "returned"
    REFUSED = "refused"
    FILED = "filed"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    LINKED = "linked"

    @property
    def is_open(self) -> bool:
        """Some agency still has to act."""
        return self in _OPEN


_OPEN = frozenset({Status.RECEIVED, Status.CLASSIFIED, Status.ASSIGNED, Status.ACCEPTED, Status.SUSPENDED, Status.FORWARDED})


class Step(StrEnum):
    """Steps that a statutory or agency-set clock bounds; the limits are rows of ``law/data``.

    The facts published first know only the words up to ``DECIDE_COMPETENCE`` (``FIRST_STEPS``); ``TermDue`` and ``TermMissed``
    tell of the others.
    """

    CLASSIFY = "classify"
    ACCEPT = "accept"
    INITIAL = "initial"
    FORWARD = "forward"
    SETTLE = "settle"
    NOTIFY_VISITOR = "notify_visitor"
    SEND_DECISION = "send_decision"
    PUBLISH = "publish"
    NOTIFY_ACCEPTANCE = "notify_acceptance"
    SEND_NOTICE = "send_notice"
    TAKE_EFFECT = "take_effect"
    ACT_ON_CONCLUSION = "act_on_conclusion"
    ENFORCE = "enforce"
    FULFIL = "fulfil"
    ANSWER_FORWARDER = "answer_forwarder"
    REPORT_PROGRESS = "report_progress"
    DECIDE_COMPETENCE = "decide_competence"
    ENFORCE_JUDGMENT = "enforce_judgment"
    REPORT_RESULT = "report_result"
    REMIND_ENFORCEMENT = "remind_enforcement"
    REPORT_DONE = "report_done"
    COMPEL_ENFORCEMENT = "compel_enforcement"
    DIRECT_ENFORCEMENT = "direct_enforcement"
    ANSWER_LIABILITY = "answer_liability"
    PROCESS = "process"
    ORDER_REPORT = "order_report"


FIRST_STEPS = frozenset(list(Step)[: list(Step).index(Step.DECIDE_COMPETENCE) + 1])
"""The closed list of steps in the facts published first (ADR 10): a word more would break who reads them."""


class Outcome(StrEnum):
    """How a settlement ended (forms 01/KQGQ, 03/KQGQ and 04/XLD of Circular 01/2024/TT-TTCP)."""

    RIGHT = "right"
    PARTLY_RIGHT = "partly_right"
    WRONG = "wrong"
    WITHDRAWN_AFTER_EXPLANATION = "withdrawn_after_explanation"
    UPHELD = "upheld"
    ANNULLED = "annulled"
    ANSWERED = "answered"


class AlertReason(StrEnum):
    """Why a case is a hot spot; each is a fact of the case, never of a person."""

    MANY_PEOPLE = "many_people"
    OVERDUE_AND_GROWING = "overdue_and_growing"
    REPEATED_RECEPTION = "repeated_reception"
    AGENCIES_DISAGREE = "agencies_disagree"
    SAME_OBJECT = "same_object"


@cache
def labels() -> dict[tuple[str, str], tuple[str, str]]:
    """``(list, word) -> (Vietnamese, English)`` for every word of this module."""
    text = files("contracts").joinpath("data/vocabulary.csv").read_text("utf-8")
    return {(line["list"], line["word"]): (line["vi"], line["en"]) for line in csv.DictReader(text.splitlines())}


def label(word: StrEnum, language: str = "vi") -> str:
    """The word as a person reads it. Vietnamese unless ``language`` is ``en``."""
    vietnamese, english = labels()[(type(word).__name__, word.value)]
    return english if language == "en" else vietnamese
