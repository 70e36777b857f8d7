"""What the real log says, worked out before the platform is asked."""

from datetime import date, datetime
from pathlib import Path

import pytest

from deploy.demo.receipt_log import LogCase, lateness, read, recordings

LOG = Path(__file__).parents[3] / "shared/data/event_logs/receipt_wabo.csv.gz"


def case(*, due: str, ended: str | None, first: str = "2011-10-11T13:45:40+02:00") -> LogCase:
    return LogCase(
        name="case-1",
        channel="Desk",
        received_at=datetime.fromisoformat("2011-10-11T13:42:22+02:00"),
        first_event_at=datetime.fromisoformat(first),
        due_at=datetime.fromisoformat(due),
        ended_at=datetime.fromisoformat(ended) if ended else None,
    )


def test_a_case_that_ends_on_its_last_day_after_the_hour_of_the_deadline_is_in_time() -> None:
    ended = case(due="2011-12-06T13:41:31+01:00", ended="2011-12-06T23:59:59+01:00")
    assert ended.is_late_by_instant
    assert not ended.is_late


def test_a_case_that_ends_at_midnight_after_its_last_day_is_late() -> None:
    assert case(due="2011-12-06T13:41:31+01:00", ended="2011-12-07T00:00:00+01:00").is_late


def test_a_case_without_an_end_is_never_late() -> None:
    assert not case(due="2011-12-06T13:41:31+01:00", ended=None).is_late


def test_a_date_is_the_one_of_the_stamps_own_offset() -> None:
    assert case(due="2011-12-06T00:30:00+01:00", ended=None).due_on == date(2011, 12, 6)


def test_a_letter_is_received_no_later_than_the_first_work_on_it() -> None:
    assert case(due="2011-12-06T00:30:00+01:00", ended=None, first="2011-10-10T09:00:00+02:00").received_on == date(2011, 10, 10)


@pytest.mark.skipif(not LOG.exists(), reason="the real log is not beside the project (../shared/data/event_logs)")
def test_of_1329_finished_cases_309_ended_late_and_377_by_the_second() -> None:
    found = lateness(read(LOG))
    assert (found.cases, found.finished) == (1434, 1329)
    assert (found.late, found.late_by_instant) == (309, 377)
    assert len(found.between) == 68
    assert (len(found.ended_before_first_event), len(found.due_before_first_event)) == (117, 57)
    assert len(found.open_and_due_before_first_event) == 3


@pytest.mark.skipif(not LOG.exists(), reason="the real log is not beside the project (../shared/data/event_logs)")
def test_no_case_of_the_log_ends_or_is_due_before_the_day_it_was_received() -> None:
    cases = read(LOG)
    assert all(case.due_on >= case.received_on for case in cases)
    assert all(case.ended_on >= case.received_on for case in cases if case.ended_on)


def test_an_end_before_the_first_event_is_recorded_afterwards_with_its_own_date() -> None:
    early = case(due="2011-12-06T13:41:31+01:00", ended="2011-10-13T09:00:00+02:00", first="2011-10-20T08:00:00+02:00")
    accepted, settled = recordings(early)
    assert (accepted.legal_on, accepted.recorded_on) == (date(2011, 10, 11), date(2011, 10, 20))
    assert (settled.legal_on, settled.recorded_on) == (date(2011, 10, 13), date(2011, 10, 20))


def test_an_end_on_the_day_of_the_first_event_contradicts_nothing() -> None:
    same_day = case(due="2011-12-06T13:41:31+01:00", ended="2011-10-20T07:59:00+02:00", first="2011-10-20T08:00:00+02:00")
    assert same_day.ended_before_first_event
    assert [one.legal_on for one in recordings(same_day)] == [date(2011, 10, 20)] * 2


@pytest.mark.skipif(not LOG.exists(), reason="the real log is not beside the project (../shared/data/event_logs)")
def test_of_the_117_ends_before_the_first_event_97_lie_on_its_day() -> None:
    early = [case for case in read(LOG) if case.ended_before_first_event]
    assert sum(case.ended_on == case.first_event_on for case in early) == 97


@pytest.mark.skipif(not LOG.exists(), reason="the real log is not beside the project (../shared/data/event_logs)")
def test_acts_of_the_log_follow_each_other_by_their_legal_dates() -> None:
    for known in read(LOG):
        days = [known.received_on, *(one.legal_on for one in recordings(known))]
        assert days == sorted(days)
        assert all(one.legal_on <= one.recorded_on for one in recordings(known))
