"""When letters come: by month, weekday and hour as measured, and now and then the same letter once more."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, timezone
from random import Random

from deploy.demo import letters, reference
from deploy.demo.letters import Letter

VIETNAM = timezone(timedelta(hours=7))
ONLINE = {"portal", "online_reception"}
COPIES = range(1, 8)
REMINDERS = range(30, 91)
"""Days between a letter and the one that repeats it: a copy in the same week, a reminder after one to three months."""


def moments(seed: int, first_on: date, last_on: date, count: int) -> list[datetime]:
    """``count`` arrivals from ``first_on`` to ``last_on``, both included, in the order of time (Vietnam, UTC+7)."""
    dice = Random(f"{seed}/arrivals/{first_on}/{last_on}")
    days = [first_on + timedelta(days=day) for day in range((last_on - first_on).days + 1)]
    online = sum(share for door, share in reference.choices("channel").items() if door in ONLINE)
    found = []
    for door, share in (("office", 1 - online), ("online", online)):
        known = reference.arrivals(door)
        weights = [known.weekday[day.weekday()] * known.month[day.month - 1] for day in days]
        drawn = dice.choices(days, weights, k=round(count * share))
        hours = dice.choices(range(24), known.hour, k=len(drawn))
        found += [_moment(dice, day, hour) for day, hour in zip(drawn, hours, strict=True)]
    return sorted(found)


def past(seed: int, first_on: date, last_on: date, count: int) -> Iterator[Letter]:
    """The letters of a span of time in their order; some repeat an earlier one of the same span."""
    dice = Random(f"{seed}/past/{first_on}/{last_on}")
    known: list[Letter] = []
    for number, moment in enumerate(moments(seed, first_on, last_on, count)):
        earlier = _earlier(dice, known, moment.date())
        letter = letters.again(earlier, seed, number, moment.date()) if earlier else letters.letter(seed, number, moment.date())
        known.append(letter)
        yield letter


def _earlier(dice: Random, known: Sequence[Letter], on: date) -> Letter | None:
    """The letter that comes once more, if the dice say so. Nobody can repeat an anonymous letter and be recognised."""
    shares = reference.habits()
    drawn = dice.random()
    if drawn >= shares["duplicate"] + shares["repeat"]:
        return None
    span = COPIES if drawn < shares["duplicate"] else REMINDERS
    found = [letter for letter in known if (on - letter.received_on).days in span and letter.founding is None and letter.form.petitioners]
    return dice.choice(found) if found else None


def _moment(dice: Random, day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour, dice.randrange(60), dice.randrange(60)), VIETNAM)
