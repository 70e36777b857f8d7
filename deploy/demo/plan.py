"""What offices do with a letter afterwards: the acts of a case in a legal order, on working days, some late and some never.

The plan is a guess made from what is true of the letter; the platform has the last word and may refuse an act. How long
steps take stands in ``data/durations.csv``, how often they happen in ``data/habits.csv``.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import msgspec

from contracts.vocabulary import Competence, Eligibility, Kind, Outcome, SettledBefore, Source
from deploy.demo import addressees, letters, reference
from deploy.demo.letters import Letter
from law import calendar

DESKS = {Source.COUNTER, Source.RECEPTION_DESK, Source.ONLINE_RECEPTION}
"""Where an officer sits who may classify the letter while its writer waits."""
INTAKE = frozenset({"classify", "link", "withdraw"})
"""Acts on the letter, which intake records; the others are moves of the case."""
PAPERS = {
    "guide": "HD",
    "forward": "PC",
    "return": "PT",
    "dialogue": "BB",
    "settle": "QĐ",
    "extend": "QĐ",
    "suspend": "QĐ",
    "resume": "QĐ",
    "terminate": "QĐ",
    "mark_complex": "BC",
    "set_obligation": "CV",
    "fulfil_obligation": "BC",
}
"""The sign of the paper an act is done with; a notice (TB) where nothing else is said."""
_WITHOUT_DOCUMENT = INTAKE | {"file"}


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One act of an office: ``name`` as the platform calls it, ``on`` its legal date, ``details`` what its form wants besides."""

    name: str
    on: date
    agency: str
    details: dict[str, object] = {}


class _Diary:
    """Writes acts one after the other, each on a working day not before the last."""

    def __init__(self, letter: Letter) -> None:
        self.letter = letter
        self.dice = Random(f"{letter.key}/plan")
        self.on = letter.received_on
        self.holder = letter.form.received_by
        self.acts: list[Act] = []

    def wait(self, step: str) -> None:
        """Let the time pass that such a step takes."""
        self.on += timedelta(days=reference.days(step, self.dice.random()))

    def note(self, name: str, **details: object) -> None:
        while not calendar.is_working(self.on):
            self.on += timedelta(days=1)
        if name not in _WITHOUT_DOCUMENT:
            details["document"] = f"{self.dice.randint(1, 1999)}/{PAPERS.get(name, 'TB')}-{self.holder.split('-')[0]}"
        self.acts.append(Act(name=name, on=self.on, agency=self.holder, details=details))

    def notice(self, step: str) -> None:
        """The notice that an act brings with it, sent within days, or forgotten."""
        if self.happens("sent"):
            self.on += timedelta(days=self.dice.choices((0, 1, 2, 3, 7), (15, 35, 30, 15, 5))[0])
            self.note("send_notice", step=step)

    def happens(self, habit: str) -> bool:
        return self.dice.random() < reference.habits()[habit]


def is_classified_at_once(letter: Letter) -> bool:
    """An officer at the desk determined the axes while the writer waited."""
    dice = Random(f"{letter.key}/desk")
    return letter.truth.source in DESKS and letter.founding is None and dice.random() < reference.habits()["classified_at_the_desk"]


def acts(letter: Letter) -> list[Act]:
    """Every act of the letter's life in order, past any today; the caller stops where today is."""
    diary = _Diary(letter)
    if letter.founding is not None:
        diary.wait("forward")
        diary.note("link", founding=letter.founding)
    elif is_classified_at_once(letter) or _classify(diary):
        _handle(diary)
    return diary.acts


def action(letter: Letter) -> str:
    """What ought to be done with the letter: ``guide``, ``forward``, ``return``, ``file``, ``refuse`` or ``accept``.

    A short form of the decision table of law (Circular 05/2021/TT-TTCP), enough to act sensibly; routing has the whole table.
    """
    truth = letter.truth
    own, eligible = truth.competence is Competence.OWN, truth.eligibility is Eligibility.ELIGIBLE
    if truth.kind is Kind.MIXED:
        return "guide"
    if truth.kind is Kind.COMPLAINT:
        return _complaint(letter)
    if truth.kind is not Kind.DENUNCIATION:
        return ("accept" if own else "forward") if eligible else "file"
    if truth.is_anonymous:
        return ("accept" if own else "forward") if truth.has_evidence else "file"
    if truth.has_crime_signs:
        return "forward"
    if own:
        return "accept" if eligible else "refuse"
    if truth.was_guided_before or truth.was_sent_to_competent:
        return "file"
    return "guide" if truth.is_in_person else "forward"


def _complaint(letter: Letter) -> str:
    truth = letter.truth
    if truth.settled_before in (SettledBefore.FINAL, SettledBefore.MANY_TIMES):
        return "file"
    if truth.competence is Competence.OWN:
        return "accept" if truth.eligibility is Eligibility.ELIGIBLE else "refuse"
    if truth.source.is_forwarded:
        return "return"
    return "guide" if truth.eligibility is Eligibility.ELIGIBLE else "file"


def _classify(diary: _Diary) -> bool:
    if not diary.happens("classified"):
        return False
    diary.on += timedelta(days=diary.dice.choices((0, 1, 2, 3, 6), (30, 35, 20, 10, 5))[0])
    diary.note("classify")
    return True


def _handle(diary: _Diary) -> None:
    truth = diary.letter.truth
    is_left_lying = truth.is_anonymous and diary.letter.competent != diary.holder and truth.competence is Competence.OWN
    if is_left_lying or not diary.happens("handled"):
        return
    found = "withdraw" if diary.happens("withdrawn") else action(diary.letter)
    diary.wait("accept" if found in ("accept", "refuse") else "forward")
    match found:
        case "accept":
            diary.holder = diary.letter.competent
            _accept(diary)
        case "forward":
            _forward(diary)
        case "file" | "refuse":
            diary.note(found, ground=_ground(diary, found))
        case "return":
            diary.note("return", reason="not_own")
        case "guide" if truth.kind is not Kind.MIXED:
            diary.note("guide", to=diary.letter.competent)
        case _:
            diary.note(found)


def _forward(diary: _Diary) -> None:
    """Pass the letter on; with signs of crime to the police at once, who go on outside this law (Law on Denunciations, art. 27)."""
    if diary.letter.truth.has_crime_signs:
        to = addressees.police(diary.letter.commune, diary.on).code
        if to != diary.holder:
            diary.note("forward", to=to)
        return
    diary.note("forward", to=diary.letter.competent)
    diary.holder = diary.letter.competent
    diary.wait("accept")
    _accept(diary)


def _accept(diary: _Diary) -> None:
    truth = diary.letter.truth
    details: dict[str, object] = {}
    if diary.letter.is_of_a_crowd:
        details |= {"representatives": 1, "is_signed_by_all": True}
    if truth.kind in (Kind.RECOMMENDATION, Kind.FEEDBACK):
        details["agency_limit"] = {"limit": int(reference.habits()["agency_limit_days"]), "unit": "working"}
        diary.note("accept", **details)
        diary.wait("answer")
        if diary.happens("settled"):
            diary.note("settle", outcome=Outcome.ANSWERED.value)
        return
    diary.note("accept", **details)
    if truth.kind is Kind.DENUNCIATION:
        diary.notice("notify_acceptance")
    _settle(diary)


def _settle(diary: _Diary) -> None:
    left = reference.days("settle", diary.dice.random())
    for name, after, details in _before_settlement(diary, left):
        diary.on += timedelta(days=after)
        left -= after
        diary.note(name, **details)
        if name == "suspend":
            diary.notice("send_notice")
    if not diary.happens("settled"):
        return
    diary.on += timedelta(days=max(left, 0))
    truth = diary.letter.truth
    stage = "second" if truth.settled_before is SettledBefore.ONCE else truth.kind.value
    outcome = letters.weighted(diary.dice, reference.choices(f"outcome.{stage}"))
    if truth.kind is Kind.DENUNCIATION and outcome == Outcome.WITHDRAWN_AFTER_EXPLANATION:
        diary.note("terminate", ground="withdrawn")
        diary.notice("send_notice")
        return
    diary.note("settle", outcome=outcome)
    _after_settlement(diary, outcome)


def _after_settlement(diary: _Diary, outcome: str) -> None:
    """Send, publish, carry out; each may be late or forgotten."""
    truth, dice, settled_on = diary.letter.truth, diary.dice, diary.on
    if not truth.is_discipline and diary.happens("sent"):
        diary.on += timedelta(days=dice.choices((0, 1, 2, 3, 7), (15, 35, 30, 15, 5))[0])
        diary.note("send_decision")
        if truth.kind is Kind.COMPLAINT and truth.source.is_forwarded:
            diary.notice("answer_forwarder")
        if diary.happens("published"):
            diary.on += timedelta(days=dice.randint(1, 6))
            diary.note("publish")
    if diary.happens("carried_out"):
        if truth.kind is Kind.COMPLAINT:
            wait = int(reference.habits()["effective_days"]) + dice.randint(0, 4)
            diary.on = max(diary.on, settled_on + timedelta(days=wait))
        measure = ("sanction" if truth.kind is Kind.DENUNCIATION else "annul_act") if "right" in outcome else "other"
        diary.note("set_obligation", obligation="NV-1", measure=measure, to=diary.holder)
        diary.on += timedelta(days=dice.randint(3, 40))
        diary.note("fulfil_obligation", obligation="NV-1")


def _before_settlement(diary: _Diary, days: int) -> Iterator[tuple[str, int, dict[str, object]]]:
    """What happens between acceptance and settlement within so many days: (act, days after the one before, details)."""
    truth, dice = diary.letter.truth, diary.dice
    is_crowd = diary.letter.is_of_a_crowd
    is_complex = is_crowd or diary.happens("complex")
    why = "many_people" if is_crowd else dice.choice(("many_places", "many_contents", "conflicting_evidence"))
    if is_complex and days >= 4:
        yield "mark_complex", days // 4, {"criteria": [why]}
    must_meet = truth.is_discipline or truth.settled_before is SettledBefore.ONCE
    if truth.kind is Kind.COMPLAINT and (must_meet or (days >= 6 and diary.happens("dialogue"))):
        yield "dialogue", days // 3, {"is_in_person": True}
    if days >= 12 and diary.happens("suspended"):
        yield "suspend", days // 12, {"ground": "awaiting_result"}
        yield "resume", days // 4, {}
    if truth.kind is Kind.DENUNCIATION and is_complex and days >= 24 and diary.happens("extended"):
        yield "extend", days // 8, {"reason": why}


def _ground(diary: _Diary, move: str) -> str:
    """The coded reason for filing a letter away or for not accepting it."""
    truth = diary.letter.truth
    is_denunciation = truth.kind is Kind.DENUNCIATION
    if move == "refuse":
        return diary.dice.choice(("form_incomplete", "no_basis") if is_denunciation else ("unsigned", "time_barred", "not_affected"))
    if is_denunciation:
        return "anonymous" if truth.is_anonymous else "not_processed"
    if truth.kind is Kind.COMPLAINT and truth.settled_before in (SettledBefore.FINAL, SettledBefore.MANY_TIMES):
        return "final_decision"
    return "guided_before" if truth.kind is Kind.COMPLAINT and truth.was_guided_before else "ineligible"
