"""A real municipal log of 1,434 cases (the receipt phase of building permits), read as the law reads dates.

The log is open data: Buijs, J. (2014), Receipt phase of an environmental permit application process (WABO), CoSeLoG
project, doi:10.4121/uuid:a07386a5-7be3-4367-9535-70bc9e77dbe6. Each stamp carries its own offset, so the local date of a
stamp is the date an office in that town would have written on the letter. All that the law asks of it are dates.
"""

import csv
import gzip
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import msgspec


class LogCase(msgspec.Struct, frozen=True, kw_only=True):
    """One case: received, first worked on, due, ended. Dates are those of the log's own local time."""

    name: str
    channel: str
    received_at: datetime
    first_event_at: datetime
    due_at: datetime
    ended_at: datetime | None

    @property
    def received_on(self) -> date:
        """The registered date of receipt, never after the first event: nobody works on what has not come."""
        return min(self.received_at.date(), self.first_event_at.date())

    @property
    def first_event_on(self) -> date:
        return self.first_event_at.date()

    @property
    def due_on(self) -> date:
        return self.due_at.date()

    @property
    def ended_on(self) -> date | None:
        return self.ended_at.date() if self.ended_at else None

    @property
    def is_late(self) -> bool:
        """Ended after the last day, which runs until 24:00 (Civil Code 2015, art. 148.6).

        The limit is a day that the agency named, not a term counted in days: art. 148.5 (roll over days off) has nothing to roll.
        """
        return self.ended_on is not None and self.ended_on > self.due_on

    @property
    def is_late_by_instant(self) -> bool:
        """Ended after the very second of the deadline, as the log itself would count."""
        return self.ended_at is not None and self.ended_at > self.due_at

    @property
    def ended_before_first_event(self) -> bool:
        """The end lies before the first recorded event: the work was entered afterwards."""
        return self.ended_at is not None and self.ended_at < self.first_event_at

    @property
    def was_due_before_first_event(self) -> bool:
        """The deadline had passed when the first event was recorded."""
        return self.due_at < self.first_event_at


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """When an act of a case goes on record, and the legal date it bears; the first is never before the second."""

    case: LogCase
    move: str
    recorded_on: date
    legal_on: date


def recordings(case: LogCase) -> list[Recording]:
    """The case as its office records it: nothing is on record before the first event, but legal dates are what they were.

    Acceptance bears the day of the first event. Where the log ends a case on an earlier day than that, the acceptance bears the
    day of receipt: the end stands, and an end needs an acceptance before it.
    """
    seen_on, ended_on = case.first_event_on, case.ended_on
    accepted_on = seen_on if ended_on is None or ended_on >= seen_on else case.received_on
    found = [Recording(case=case, move="accept", recorded_on=seen_on, legal_on=accepted_on)]
    if ended_on is not None:
        found.append(Recording(case=case, move="settle", recorded_on=max(seen_on, ended_on), legal_on=ended_on))
    return found


class Lateness(msgspec.Struct, frozen=True, kw_only=True):
    """What the log says about time; names are the log's own case names, in its order.

    ``due_before_first_event`` names finished cases only; ``open_and_due_before_first_event`` those the log never ends.
    """

    cases: int
    finished: int
    late: int
    late_by_instant: int
    between: list[str]
    ended_before_first_event: list[str]
    due_before_first_event: list[str]
    open_and_due_before_first_event: list[str]


def read(path: Path) -> list[LogCase]:
    """The cases of the log in its order. ``path`` is the gzipped CSV, one line an event, attributes of the case on every line."""
    first: dict[str, dict[str, str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            known = first.setdefault(line["case:concept:name"], line)
            if _instant(line) < _instant(known):
                first[line["case:concept:name"]] = line
    return [_case(line) for line in first.values()]


def lateness(cases: Iterable[LogCase]) -> Lateness:
    """Count by legal day and by instant, and name the cases on which the two disagree."""
    known = list(cases)
    return Lateness(
        cases=len(known),
        finished=sum(case.ended_at is not None for case in known),
        late=sum(case.is_late for case in known),
        late_by_instant=sum(case.is_late_by_instant for case in known),
        between=[case.name for case in known if case.is_late_by_instant and not case.is_late],
        ended_before_first_event=[case.name for case in known if case.ended_before_first_event],
        due_before_first_event=[case.name for case in known if case.was_due_before_first_event and case.ended_at],
        open_and_due_before_first_event=[case.name for case in known if case.was_due_before_first_event and not case.ended_at],
    )


def _case(line: dict[str, str]) -> LogCase:
    ended = line["case:enddate"]
    return LogCase(
        name=line["case:concept:name"],
        channel=line["case:channel"],
        received_at=datetime.fromisoformat(line["case:startdate"]),
        first_event_at=_instant(line),
        due_at=datetime.fromisoformat(line["case:deadline"]),
        ended_at=datetime.fromisoformat(ended) if ended else None,
    )


def _instant(line: dict[str, str]) -> datetime:
    return datetime.fromisoformat(line["time:timestamp"])
