"""Letters come when people write: on working days, by the hours and months that were measured."""

from collections import Counter
from datetime import date

import pytest

from deploy.demo import arrivals, reference

SPRING, AUTUMN = date(2026, 5, 25), date(2026, 11, 24)


def test_arrivals_are_ordered_and_lie_in_their_span() -> None:
    found = arrivals.moments(1, SPRING, AUTUMN, 2000)
    assert found == sorted(found)
    assert found[0].date() >= SPRING
    assert found[-1].date() <= AUTUMN
    assert len(found) == pytest.approx(2000, abs=1)


def test_few_letters_come_on_a_sunday_and_none_at_night_at_the_office() -> None:
    found = arrivals.moments(1, SPRING, AUTUMN, 5000)
    weekdays = Counter(moment.weekday() for moment in found)
    assert weekdays[6] < weekdays[1] / 5
    assert sum(moment.hour < 7 for moment in found) == 0


def test_the_past_is_the_same_for_the_same_seed() -> None:
    first, second = (list(arrivals.past(3, SPRING, AUTUMN, 300)) for _ in range(2))
    assert first == second


def test_some_letters_of_the_past_repeat_an_earlier_one() -> None:
    known = list(arrivals.past(3, SPRING, AUTUMN, 1500))
    keys = [letter.key for letter in known]
    assert len(set(keys)) == len(keys)
    repeats = [letter for letter in known if letter.founding]
    assert 0.05 < len(repeats) / len(known) < 0.12
    assert all(keys.index(letter.founding) < keys.index(letter.key) for letter in repeats if letter.founding)


def test_durations_grow_with_the_share_and_start_at_once() -> None:
    for step in ("accept", "settle", "answer", "forward"):
        days = [reference.days(step, share / 20) for share in range(20)]
        assert days == sorted(days)
        assert days[0] == 0


def test_every_figure_names_its_source() -> None:
    for name in ("habits.csv", "durations.csv", "arrivals.csv"):
        assert all(line["source"] for line in reference.lines(name))
