"""Holds the client's history against topics and databases. Each broken invariant is named; silence means all held."""

import asyncio
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from aiokafka.structs import ConsumerRecord

from runtime import auth, migrate
from runtime.commands import service_named
from runtime.settings import KafkaSettings, Settings
from tests.faults.client import History
from tests.faults.evidence import Record, table

FACT_TOPICS: Final = ("petitions.v1", "cases.v1", "oversight.v1", "reports.v1")
STATED_BY: Final = {"intake": "petitions.v1", "routing": "cases.v1", "supervision": "oversight.v1", "reporting": "reports.v1"}
PROJECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "gateway": ("cases", "concerns", "timeline", "alerts", "counts", "reports", "report_columns"),
    "reporting": ("letters", "entries", "counts"),
    "supervision": ("watches", "missed_steps"),
    "intake": ("holdings",),
}
"""Tables that are functions of the topics alone, and so must equal what a fresh database makes of a replay."""
HANDS_OVER: Final = ("petition.assigned.v1", "petition.forwarded.v1", "competence.decided.v1")
"""The facts that change who holds a case. A letter that was returned is no open case any more."""
OWN: Final = {"watches": "same_object_count", "missed_steps": "reminded_on"}
"""Columns that a job or the day of reading decides."""


class Findings:
    """Broken invariants, each with how often and a few examples; and the counts of what was checked."""

    def __init__(self) -> None:
        self.broken: dict[str, list[str]] = defaultdict(list)
        self.counts: Counter[str] = Counter()

    def expect(self, holds: bool, invariant: str, example: str) -> None:
        """Note one check."""
        self.counts[invariant] += 1
        if not holds:
            self.broken[invariant].append(example)

    def lines(self) -> Iterable[str]:
        """Every invariant with its count, broken ones with examples."""
        for invariant, count in sorted(self.counts.items()):
            bad = self.broken.get(invariant, [])
            yield f"{'BROKEN' if bad else 'held  '}  {invariant}: {count} checked, {len(bad)} broken"
            for example in bad[:3]:
                yield f"          {example}"


def check_topics(history: History, records: list[Record], findings: Findings) -> None:
    """Nothing accepted is lost; facts of a case are numbered 1, 2, 3 … in order; nothing is stated twice."""
    numbers: dict[tuple[str, bytes], int] = defaultdict(int)
    seen: dict[str, tuple[str, int, bytes, bytes]] = {}
    positions: set[str] = set()
    lodged: Counter[str] = Counter()
    repeats = 0
    for record in records:
        if record.topic not in FACT_TOPICS:
            continue
        identity = record.header("ce_id")
        if identity in seen:
            repeats += 1
            same = seen[identity] == (record.topic, record.partition, record.key, record.value)
            findings.expect(same, "once: what is sent again is the same record", f"{record.topic} {identity}")
            continue
        seen[identity] = (record.topic, record.partition, record.key, record.value)
        body = json.loads(record.value)
        place = (record.topic, record.key)
        numbers[place] += 1
        example = f"{record.topic}/{record.partition}/{record.offset} {record.key.decode()} has seq {body['seq']}"
        findings.expect(body["seq"] == numbers[place], "order: facts of a case are numbered 1, 2, 3 … on each topic", example)
        numbers[place] = body["seq"]
        positions.add(f"{record.topic}:{body['case_id']}:{body['seq']}")
        if record.header("ce_type").endswith("petition.lodged.v1"):
            lodged[body["case_id"]] += 1
    findings.counts["(records the relay sent again, known by their id)"] = repeats
    for position in history.positions:
        findings.expect(position in positions, "lost: every accepted command's fact is on its topic", position)
    for key, case_id in history.cases.items():
        findings.expect(lodged[case_id] == 1, "once: every accepted letter is lodged exactly once", f"{key} → {case_id}: {lodged[case_id]}")


def check_consequences(records: list[Record], findings: Findings) -> None:
    """No service reacts to the same fact twice: a fact brings about at most one fact of each type about each case."""
    known = {record.header("ce_id") for record in records}
    caused: dict[tuple[str, str, str], str] = {}
    for record in records:
        if record.topic not in FACT_TOPICS:
            continue
        body = json.loads(record.value)
        if body["causation_id"] not in known:
            continue
        place = (body["causation_id"], record.header("ce_type"), body["case_id"])
        first = caused.setdefault(place, record.header("ce_id"))
        example = f"{place[0]} brought about {place[1]} twice about {place[2]}"
        findings.expect(first == record.header("ce_id"), "once: a fact has each consequence once", example)


def check_submissions(history: History, records: list[Record], findings: Findings) -> None:
    """Every submission that the broker took has one answer, and every accepted one is one letter; of an act's answers one counts."""
    answers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    seen: set[str] = set()
    facts = [record for record in records if record.topic in FACT_TOPICS]
    stated = {f"{record.topic}:{record.key.decode()}:{json.loads(record.value)['seq']}" for record in facts}
    for record in records:
        if record.topic == "agency.receipts.v1" and record.header("ce_id") not in seen:
            seen.add(record.header("ce_id"))
            told = json.loads(record.value)
            answers[told["submission_id"]].append(told)
    for identity in history.submissions:
        findings.expect(bool(answers[identity]), "lost: every submission is answered", identity)
        letters = {told["case_id"] for told in answers[identity] if told["is_accepted"]}
        findings.expect(len(letters) <= 1, "once: a submission is one letter", identity)
    for identity in history.acts:
        counting = [told for told in answers[identity] if told["code"] != "submission_replayed"]
        findings.expect(bool(counting), "lost: every signed act is answered", identity)
        findings.expect(len(counting) <= 1, "once: a signed act has one answer that counts", identity)
        for told in counting:
            if told["is_accepted"]:
                findings.expect(told["position"] in stated, "lost: an accepted act's fact is on its topic", told["position"])


def check_databases(history: History, records: list[Record], urls: Mapping[str, str], findings: Findings) -> None:
    """Everything sent and applied: no outbox left, no record parked, offsets at the end, numbers equal to the topic's."""
    ends: dict[tuple[str, int], int] = {}
    last: dict[tuple[str, str], int] = defaultdict(int)
    for record in records:
        ends[(record.topic, record.partition)] = record.offset + 1
        if record.topic in FACT_TOPICS:
            place = (record.topic, record.key.decode())
            last[place] = max(last[place], json.loads(record.value)["seq"])
    for service, url in urls.items():
        findings.expect(table(url, "outbox") == [], "sent: no outbox holds anything back", service)
        parked = table(url, "parked")
        findings.expect(not parked, "applied: no record is parked", f"{service}: {[(row['topic'], row['reason']) for row in parked[:3]]}")
        for row in table(url, "offsets"):
            end = ends.get((row["topic"], row["partition_no"]), 0)
            example = f"{service} stands at {row['next_offset']} of {end} in {row['topic']}/{row['partition_no']}"
            findings.expect(row["next_offset"] == end, "applied: every reader stands at the end", example)
        for row in table(url, "sequences") if service in STATED_BY else ():
            told = last.get((STATED_BY[service], row["case_id"]), 0)
            findings.expect(
                told == row["seq"], "once: a service's numbering equals its topic", f"{service} {row['case_id']}: {row['seq']} ≠ {told}"
            )
    registered = {row["case_id"] for row in table(urls["intake"], "petitions")}
    stated = {key for topic, key in last if topic == "petitions.v1"}
    findings.expect(registered == stated, "once: the register holds exactly the letters stated", f"{len(registered)} ≠ {len(stated)}")
    held = {row["case_id"] for row in table(urls["routing"], "cases")}
    findings.expect(held == stated, "applied: routing holds exactly the letters stated", f"{len(held)} ≠ {len(stated)}")
    for case_id in history.cases.values():
        findings.expect(case_id in held, "lost: every accepted letter is a case", case_id)


def check_holders(records: list[Record], urls: Mapping[str, str], findings: Findings) -> None:
    """Each case is held by exactly one body, the same for every service: whom the facts named last."""
    named: dict[str, tuple[int, str]] = {}
    returned: set[str] = set()
    for record in records:
        kind = record.header("ce_type").removeprefix("dannguyen.")
        body = json.loads(record.value) if record.topic == "cases.v1" else {}
        if kind == "petition.returned.v1":
            returned.add(body["case_id"])
        elif kind in HANDS_OVER:
            named[body["case_id"]] = max(named.get(body["case_id"], (0, "")), (body["seq"], body["holder"]))
    for service, name in (("routing", "cases"), ("intake", "holdings"), ("gateway", "cases"), ("supervision", "watches")):
        for row in table(urls[service], name):
            told = named.get(row["case_id"])
            if told is not None and row["case_id"] not in returned:
                example = f"{service} {row['case_id']}: {row['holder']}, named last was {told[1]}"
                findings.expect(row["holder"] == told[1], "held: every service knows the one body that holds a case", example)


def check_projections(records: list[Record], urls: Mapping[str, str], findings: Findings) -> None:
    """Every projection equals what a fresh database makes of the topics, read one after the other."""
    for service, tables in PROJECTIONS.items():
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/replay.db"
            asyncio.run(_replay(service, url, Path(folder), records))
            for name in tables:
                live, fresh = _bag(table(urls[service], name), OWN.get(name)), _bag(table(url, name), OWN.get(name))
                only = [(live - fresh).most_common(1), (fresh - live).most_common(1)]
                invariant = f"replay: {service}.{name} equals a replay"
                findings.expect(live == fresh, invariant, f"{len(live)} rows, {len(fresh)} replayed; differing: {str(only)[:700]}")
                findings.counts[invariant] = sum(live.values())


async def _replay(service_name: str, url: str, folder: Path, records: list[Record]) -> None:
    await asyncio.to_thread(migrate.upgrade, url, service_name)
    auth.make_keys(folder)
    nowhere = KafkaSettings("127.0.0.1:1")
    settings = Settings(service_name, folder, "development", "127.0.0.1", 0, nowhere, url, 0.0, "", "", 500, "CRITICAL")
    service = service_named(service_name).use(settings)
    await service.open()
    mine = [record for record in records if record.topic in service.handlers.topics and record.topic in FACT_TOPICS]
    await service.consumer.reload({_partition(record) for record in mine})
    for start in range(0, len(mine), 500):
        await service.consumer.apply([_as_read(record) for record in mine[start : start + 500]])
    await service.db.close()


def _partition(record: Record) -> Any:
    from aiokafka import TopicPartition

    return TopicPartition(record.topic, record.partition)


def _as_read(record: Record) -> Any:
    return ConsumerRecord(
        record.topic,
        record.partition,
        record.offset,
        0,
        0,
        record.key,
        record.value,
        None,
        len(record.key),
        len(record.value),
        record.headers,
    )


def _bag(rows: list[dict[str, Any]], leaving_out: str | None = None) -> Counter[str]:
    """Rows as comparable text whatever database they come from; counters that came back to zero do not count."""
    found: Counter[str] = Counter()
    for row in rows:
        numbers = [value for name, value in row.items() if name not in ("period", "hop", "seq") and isinstance(value, int)]
        if {"agency", "kind", "status"} <= row.keys() and not any(numbers):
            continue
        found[json.dumps({name: _plain(value) for name, value in sorted(row.items()) if name != leaving_out}, ensure_ascii=False)] += 1
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value[:1] in "[{" and value:
        return json.dumps(json.loads(value), sort_keys=True)
    return value
