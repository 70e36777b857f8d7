"""What the replay prints: the platform's figures beside the log's own, and whether they agree."""

import textwrap

from deploy.demo import reference
from deploy.demo.receipt_log import Lateness, LogCase
from deploy.demo.replay import Told


def agrees(said: Lateness, told: Told) -> bool:
    """Reporting and GraphQL say what the law's days make of the log."""
    return (
        told.lodged == said.cases
        and told.settled == said.finished
        and told.late == said.late == len(told.graphql_late)
        and not told.graphql_wrong
        and not told.refused
    )


def account(cases: list[LogCase], said: Lateness, told: Told) -> str:
    """The account, Vietnamese first, English second."""
    early = [case for case in cases if case.ended_before_first_event]
    due_first = [case for case in cases if case.was_due_before_first_event]
    same_day = sum(case.ended_on == case.first_event_on for case in early)
    due_earlier_day = sum(case.due_on < case.first_event_on for case in due_first)
    return reference.text("replay.txt").format(
        lodged=told.lodged,
        settled=told.settled,
        on_time=told.on_time,
        late=told.late,
        graphql_late=len(told.graphql_late),
        graphql_wrong=len(told.graphql_wrong),
        late_by_instant=said.late_by_instant,
        between=len(said.between),
        names=textwrap.fill(" ".join(said.between), 120, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False),
        early=len(early),
        early_same_day=same_day,
        early_earlier_day=len(early) - same_day,
        answers=", ".join(f"{code} × {count}" for code, count in sorted(told.refused_first.items())) or "–",
        due_first=len(said.due_before_first_event),
        due_first_open=len(said.open_and_due_before_first_event),
        due_earlier_day=due_earlier_day,
        due_same_day=len(due_first) - due_earlier_day,
        missed=len(told.missed),
        missed_at_once=len(told.missed_at_once),
        verdict=_verdict(said, told),
    )


def _verdict(said: Lateness, told: Told) -> str:
    if agrees(said, told):
        return "Khớp với nhật ký. Agrees with the log."
    unexpected = f" Bị từ chối · refused: {told.refused}." if told.refused else ""
    return f"KHÔNG KHỚP với nhật ký. DOES NOT AGREE with the log.{unexpected}"
