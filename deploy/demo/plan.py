"""What offices do with a letter afterwards: the acts of a case in a legal order, on working days, some late and some never.

The plan is a guess made from what is true of the letter; the platform has the last word and may refuse an act. How long
steps take stands in ``data/durations.csv``, how often they happen in ``data/habits.csv``.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import msgspec

from contracts.vocabulary import Competence, Eligibility, Kind, Outcome, SettledBefore, Source
from deploy.demo import letters, reference
from deploy.demo.letters import Letter
from law import calendar

DESKS = {Source.COUNTER, Source.RECEPTION_DESK, Source.ONLINE_RECEPTION}
"""Where an officer sits who may classify the letter while its writer waits."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One act of an office: ``name`` as the platform calls it, ``on`` its legal date, ``details`` what the form wants besides.

    ``key`` is the idempotency key: the same act of the same letter has the same key for ever.
    """

    key: str
    name: str
    on: date
    details: dict[str, object] = {}


class _Diary:
    """Writes acts one after the other, each on a working day not before the last."""

    def __init__(self, letter: Letter) -> None:
        self._key = letter.key
        self.on = letter.received_on
        self.acts: list[Act] = []

    def wait(self, days: int) -> None:
        self.on += timedelta(days=days)

    def note(self, name: str, **details: object) -> None:
        while not calendar.is_working(self.on):
            self.on += timedelta(days=1)
        self.acts.append(Act(key=f"{self._key}-{len(self.acts) + 1}-{name}", name=name, on=self.on, details=details))


def is_classified_at_once(letter: Letter) -> bool:
    """An officer at the desk determined the axes while the writer waited."""
    dice = Random(f"{letter.key}/desk")
    return letter.truth.source in DESKS and letter.founding is None and dice.random() < reference.habits()["classified_at_the_desk"]


def acts(letter: Letter) -> list[Act]:
    """Every act of the letter's life in order, past any today; the caller stops where today is."""
    dice, diary = Random(f"{letter.key}/plan"), _Diary(letter)
    if letter.founding is not None:
        diary.wait(reference.days("forward", dice.random()))
        diary.note("link", founding=letter.founding)
    elif is_classified_at_once(letter) or _classify(dice, diary):
        _handle(dice, diary, letter)
    return diary.acts


def action(letter: Letter) -> str:
    """What ought to be done with the letter: ``guide``, ``forward``, ``return``, ``file``, ``refuse`` or ``accept``.

    A short form of the decision table of law (Circular 05/2021/TT-TTCP), enough to act sensibly; routing has the whole table.
    """
    truth = letter.truth
    if truth.kind is Kind.MIXED:
        return "guide"
    if truth.kind is Kind.COMPLAINT:
        return _complaint(letter)
    own, eligible = truth.competence is Competence.OWN, truth.eligibility is Eligibility.ELIGIBLE
    if truth.kind is not Kind.DENUNCIATION:
        return ("accept" if own else "forward") if eligible else "file"
    if truth.is_anonymous and not truth.has_evidence:
        return "file"
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


def _classify(dice: Random, diary: _Diary) -> bool:
    if not _happens(dice, "classified"):
        return False
    diary.wait(dice.choices((0, 1, 2, 3, 6), (30, 35, 20, 10, 5))[0])
    diary.note("classify")
    return True


def _handle(dice: Random, diary: _Diary, letter: Letter) -> None:
    if not _happens(dice, "handled"):
        return
    found = action(letter)
    diary.wait(reference.days("accept" if found in ("accept", "refuse") else "forward", dice.random()))
    diary.note(found)
    if found == "forward":
        diary.wait(reference.days("accept", dice.random()))
        diary.note("accept")
    if found in ("accept", "forward"):
        _settle(dice, diary, letter)


def _settle(dice: Random, diary: _Diary, letter: Letter) -> None:
    kind = letter.truth.kind
    is_plain = kind in (Kind.RECOMMENDATION, Kind.FEEDBACK)
    left = reference.days("answer" if is_plain else "settle", dice.random())
    for name, after in () if is_plain else _events_before(dice, letter, left):
        diary.wait(after)
        left -= after
        diary.note(name)
    if not _happens(dice, "settled"):
        return
    diary.wait(max(left, 0))
    outcome = Outcome.ANSWERED if is_plain else Outcome(letters.weighted(dice, reference.choices(f"outcome.{kind}")))
    diary.note("settle", outcome=outcome.value)
    if not is_plain and _happens(dice, "sent"):
        diary.wait(dice.choices((0, 1, 2, 3, 7), (15, 35, 30, 15, 5))[0])
        diary.note("send")
        if _happens(dice, "published"):
            diary.wait(dice.randint(1, 10))
            diary.note("publish")


def _events_before(dice: Random, letter: Letter, days: int) -> Iterator[tuple[str, int]]:
    """What happens between acceptance and settlement within so many days: (act, days after the one before)."""
    is_complex = letter.truth.people_count >= letters.CROWD.start or _happens(dice, "complex")
    if is_complex and days >= 4:
        yield "mark_complex", days // 4
    if letter.truth.kind is Kind.COMPLAINT and days >= 6 and _happens(dice, "dialogue"):
        yield "dialogue", days // 3
    if days >= 12 and _happens(dice, "suspended"):
        yield "suspend", days // 12
        yield "resume", days // 4
    if letter.truth.kind is Kind.DENUNCIATION and is_complex and days >= 24 and _happens(dice, "extended"):
        yield "extend", days // 8


def _happens(dice: Random, habit: str) -> bool:
    return dice.random() < reference.habits()[habit]
