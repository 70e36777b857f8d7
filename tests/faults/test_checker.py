"""A checker that is silent proves nothing unless it speaks when it should: each invariant on evidence in which it is broken."""

import json
import re
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite3
import pytest

from tests.faults import checker
from tests.faults.checker import Findings
from tests.faults.client import History
from tests.faults.evidence import Record


def fact(
    seq: int, case_id: str = "a", *, ident: str = "", kind: str = "petition.lodged.v1", topic: str = "petitions.v1", **body: Any
) -> Record:
    """A record as the relay sends it; the offset is its number."""
    value = {"case_id": case_id, "seq": seq, "causation_id": "command", **body}
    headers = (("ce_id", (ident or f"{topic}-{case_id}-{seq}").encode()), ("ce_type", f"dannguyen.{kind}".encode()))
    return Record(topic, 0, seq, case_id.encode(), json.dumps(value).encode(), headers)


def topics(history: History, *records: Record) -> Findings:
    findings = Findings()
    checker.check_topics(history, list(records), findings)
    checker.check_consequences(list(records), findings)
    checker.check_submissions(history, list(records), findings)
    return findings


def broken(findings: Findings) -> list[str]:
    """What is broken, by the first word of each invariant."""
    return sorted({invariant.partition(":")[0] for invariant in findings.broken})


def test_facts_in_order_break_nothing() -> None:
    history = History(cases={"key": "a"}, positions=["petitions.v1:a:2"])
    assert broken(topics(history, fact(1), fact(2, kind="petition.classified.v1"), fact(1, "b"))) == []


def test_a_gap_in_the_numbers_of_a_case_breaks_the_order() -> None:
    assert broken(topics(History(), fact(1), fact(3, kind="petition.classified.v1"))) == ["order"]


def test_two_facts_of_one_number_break_the_order() -> None:
    assert broken(topics(History(), fact(1), fact(1, ident="another"))) == ["order"]


def test_a_record_sent_again_is_counted_and_forgiven() -> None:
    findings = topics(History(), fact(1), fact(1))
    assert broken(findings) == []
    assert findings.counts["(records the relay sent again, known by their id)"] == 1


def test_a_record_sent_again_with_other_contents_is_no_repeat() -> None:
    assert broken(topics(History(), fact(1), fact(1, number="other"))) == ["once"]


def test_an_accepted_command_without_its_fact_is_lost() -> None:
    assert broken(topics(History(positions=["petitions.v1:a:2"]), fact(1))) == ["lost"]


def test_an_accepted_letter_must_be_lodged_once() -> None:
    assert broken(topics(History(cases={"key": "a"}))) == ["once"]
    assert broken(topics(History(cases={"key": "a"}), fact(1), fact(2))) == ["once"]


def test_a_fact_that_has_a_consequence_twice_was_applied_twice() -> None:
    lodged = fact(1, ident="cause")
    caused = [fact(n, topic="cases.v1", kind="petition.assigned.v1", causation_id="cause", holder="X-1") for n in (1, 2)]
    assert broken(topics(History(), lodged, *caused)) == ["once"]
    assert broken(topics(History(), lodged, caused[0])) == []


def test_a_submission_without_an_answer_is_lost_and_two_answers_are_one_letter_too_many() -> None:
    def answer(case_id: str) -> Record:
        told = {"submission_id": "s", "is_accepted": True, "case_id": case_id, "code": None}
        return Record("agency.receipts.v1", 0, 0, b"X-1", json.dumps(told).encode(), (("ce_id", case_id.encode()),))

    assert broken(topics(History(submissions=["s"]))) == ["lost"]
    assert broken(topics(History(submissions=["s"]), answer("a"))) == []
    assert broken(topics(History(submissions=["s"]), answer("a"), answer("b"))) == ["once"]


def test_a_signed_act_has_one_answer_that_counts_and_its_fact_is_there() -> None:
    def answer(offset: int, **told: Any) -> Record:
        value = json.dumps({"submission_id": "j", "is_accepted": False, "code": None, "case_id": "a", "position": None, **told})
        return Record("agency.receipts.v1", 0, offset, b"X-1", value.encode(), (("ce_id", f"r{offset}".encode()),))

    stated = fact(1, topic="cases.v1", kind="case.accepted.v1")
    taken, again = answer(1, is_accepted=True, position="cases.v1:a:1"), answer(2, code="submission_replayed")
    history = History(acts=["j"])
    assert broken(topics(history, stated, taken, again)) == []
    assert broken(topics(history, stated, again)) == ["lost"]
    assert broken(topics(history, taken)) == ["lost"]
    assert broken(topics(history, stated, taken, answer(3, code="move_not_now"))) == ["once"]


TABLES = {
    "intake": "petitions (case_id), holdings (case_id, holder)",
    "routing": "cases (case_id, holder)",
    "gateway": "cases (case_id, holder)",
    "supervision": "watches (case_id, holder)",
    "reporting": "",
}
PLUMBING = "outbox (id), parked (topic, reason), offsets (topic, partition_no, next_offset), sequences (case_id, seq)"


@pytest.fixture
def urls(tmp_path: Path) -> dict[str, str]:
    """The databases of a platform that lodged and assigned one letter."""
    for service, own in TABLES.items():
        connection = sqlite3.connect(str(tmp_path / service))
        for table in re.findall(r"\w+ \([^)]*\)", f"{PLUMBING}, {own}"):
            connection.execute(f"CREATE TABLE {table}")
        connection.close()
    found = {service: f"sqlite:///{tmp_path / service}" for service in TABLES}
    run(found["intake"], "INSERT INTO petitions VALUES ('a')", "INSERT INTO sequences VALUES ('a', 1)")
    run(found["routing"], "INSERT INTO cases VALUES ('a', 'X-1')", "INSERT INTO sequences VALUES ('a', 1)")
    run(found["routing"], "INSERT INTO offsets VALUES ('petitions.v1', 0, 2)")
    run(found["gateway"], "INSERT INTO cases VALUES ('a', 'X-1')")
    return found


def run(url: str, *statements: str) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def databases(urls: dict[str, str]) -> list[str]:
    findings = Findings()
    records = [fact(1), fact(1, topic="cases.v1", kind="petition.assigned.v1", holder="X-1")]
    checker.check_databases(History(cases={"key": "a"}), records, urls, findings)
    checker.check_holders(records, urls, findings)
    return sorted(findings.broken)


def test_databases_that_follow_the_topics_break_nothing(urls: dict[str, str]) -> None:
    assert databases(urls) == []


@pytest.mark.parametrize(
    ("service", "statement", "invariant"),
    [
        ("routing", "INSERT INTO outbox VALUES (7)", "sent: no outbox holds anything back"),
        ("gateway", "INSERT INTO parked VALUES ('cases.v1', 'why')", "applied: no record is parked"),
        ("routing", "UPDATE offsets SET next_offset = 1", "applied: every reader stands at the end"),
        ("routing", "UPDATE sequences SET seq = 2", "once: a service's numbering equals its topic"),
        ("intake", "INSERT INTO petitions VALUES ('b')", "once: the register holds exactly the letters stated"),
        ("gateway", "UPDATE cases SET holder = 'X-2'", "held: every service knows the one body that holds a case"),
    ],
)
def test_a_database_that_does_not_follow_is_named(urls: dict[str, str], service: str, statement: str, invariant: str) -> None:
    run(urls[service], statement)
    assert databases(urls) == [invariant]


def test_an_accepted_letter_that_is_no_case_is_lost(urls: dict[str, str]) -> None:
    run(urls["routing"], "DELETE FROM cases")
    assert databases(urls) == ["applied: routing holds exactly the letters stated", "lost: every accepted letter is a case"]
