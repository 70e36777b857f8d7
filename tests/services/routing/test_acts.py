"""Agencies' signed acts through the consumer: each move by its agency alone, answered once, with no second effect."""

import base64
import json
import time
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey

from contracts.agency import ActReceipt
from contracts.cases import CaseAccepted, CaseSettled
from contracts.errors import Refusal
from contracts.event import ACTS, FACTS, RECEIPTS, Event
from contracts.vocabulary import Role, Status, Step
from docs.examples import agency_acts
from runtime import jose
from runtime.database import bucket_of
from runtime.jose import submission_id
from services.routing import acts
from services.routing.acts import open_act
from services.routing.app import service
from services.routing.models import AnsweredAct, Case
from tests.services.reporting.living import Living, living
from tests.services.routing.matters import PROVINCE, WARD, axes, classified, lodged

JULY = date(2026, 7, 6)
KEY, OTHERS = OKPKey.generate_key("Ed25519", {"kid": WARD}), ECKey.generate_key("P-256", {"kid": PROVINCE})


def register(folder: Path, agency: str, key: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{agency}.pub.json").write_text(json.dumps(key.as_dict(private=False)))


class Counter:
    """Routing with one assigned case, and the topic of acts before it."""

    def __init__(self, alive: Living) -> None:
        self.alive = alive

    async def put(self, *values: bytes, key: bytes | None = b"c1") -> None:
        """Records on the topic, read in one batch."""
        place = TopicPartition(ACTS, bucket_of((key or b"").decode(errors="replace")))
        consumer = self.alive.service.consumer
        await consumer.reload({place})
        first = consumer.next_offsets[place]
        records: list[Any] = [
            ConsumerRecord(ACTS, place.partition, first + number, 0, 0, key, value, None, 0, len(value), ())
            for number, value in enumerate(values)
        ]
        await consumer.apply(records)

    async def receipts(self) -> list[ActReceipt]:
        assert await self.alive.parked() == []
        lines = await self.alive.service.db.outbox_page(10_000)
        assert {line[4] for line in lines if line[2] == RECEIPTS} <= {acts.ANSWERED}
        return [json_receipt(line) for line in lines if line[2] == RECEIPTS]

    async def facts(self) -> list[Event]:
        lines = await self.alive.service.db.outbox_page(10_000)
        return [msgspec.json.decode(line[-1], type=FACTS[line[4]]) for line in lines if line[2] != RECEIPTS]


def json_receipt(line: Any) -> ActReceipt:
    receipt = msgspec.json.decode(line[-1], type=ActReceipt)
    assert line[3] == receipt.agency, "an answer is keyed by the agency's code"
    return receipt


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.connected)])
async def counter(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Counter]:
    monkeypatch.setenv("DANNGUYEN_HOME", str(tmp_path))
    url = f"sqlite:///{tmp_path / 'routing.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")("routing")
    async with living(service, tmp_path, url, JULY) as alive:
        register(tmp_path / "keys" / "agencies", WARD, KEY)
        register(tmp_path / "keys" / "agencies", PROVINCE, OTHERS)
        await alive.feed([lodged(axes()), classified(axes())])
        yield Counter(alive)


def signed(move: str = "accept", *, by: Any = KEY, iss: str = WARD, case_id: str = "c1", **asked: Any) -> tuple[str, bytes]:
    act = {"case_id": case_id, "move": move, "document": "12/TB-UBND", **asked}
    return agency_acts.sign(act, iss, by.as_dict(private=True))


async def only(counter: Counter) -> ActReceipt:
    (receipt,) = await counter.receipts()
    return receipt


async def test_a_signed_act_is_made_and_answered_with_what_it_led_to(counter: Counter) -> None:
    name, value = signed(on="2026-07-06")
    await counter.put(value)
    receipt = await only(counter)
    assert (receipt.submission_id, receipt.agency, receipt.is_accepted, receipt.case_id) == (name, WARD, True, "c1")
    assert (receipt.move, receipt.fact, receipt.status, receipt.holder) == ("accept", "CaseAccepted", Status.ACCEPTED, WARD)
    assert (receipt.due_on, receipt.position) == (date(2026, 8, 5), "cases.v1:c1:2")
    fact = (await counter.facts())[-1]
    assert isinstance(fact, CaseAccepted)
    assert (fact.actor.agency, fact.actor.role, fact.document, fact.seq) == (WARD, Role.SYSTEM, "12/TB-UBND", 2)


async def test_acts_on_one_case_are_made_in_the_order_of_the_topic(counter: Counter) -> None:
    moves = [signed("accept"), signed("dialogue", is_in_person=True), signed("settle", outcome="wrong"), signed("send_decision")]
    await counter.put(*(value for _, value in moves))
    assert [(one.fact, one.is_accepted) for one in await counter.receipts()] == [
        ("CaseAccepted", True),
        ("DialogueHeld", True),
        ("CaseSettled", True),
        ("DecisionSent", True),
    ]
    (case,) = await counter.alive.rows(Case)
    assert case.told().clock(Step.SEND_DECISION) is None


async def test_a_move_the_law_does_not_allow_is_refused_with_its_article(counter: Counter) -> None:
    name, value = signed("settle", outcome="wrong")
    await counter.put(value)
    receipt = await only(counter)
    assert (receipt.submission_id, receipt.is_accepted, receipt.code, receipt.law) == (name, False, "move_not_now", "LKN 30; LKN 31")
    assert receipt.reason
    assert len(await counter.facts()) == 1


async def test_a_form_that_lacks_something_is_refused_naming_the_field(counter: Counter) -> None:
    _, value = agency_acts.sign({"case_id": "c1", "move": "accept"}, WARD, KEY.as_dict(private=True))
    await counter.put(value)
    receipt = await only(counter)
    assert (receipt.code, receipt.field, receipt.law) == ("document_missing", "document", "LKN 27; ND124 16.1")


async def test_a_statement_sent_again_has_no_second_effect(counter: Counter) -> None:
    value = signed("dialogue")[1]
    await counter.put(signed("accept")[1])
    await counter.put(value, value)
    await counter.put(value)
    assert [one.code for one in await counter.receipts()] == [None, None, "submission_replayed", "submission_replayed"]
    assert len(await counter.facts()) == 3


async def test_a_refused_act_cannot_be_kept_and_sent_when_it_would_be_allowed(counter: Counter) -> None:
    early = signed("settle", outcome="wrong")[1]
    await counter.put(early)
    await counter.put(signed("accept")[1])
    await counter.put(early)
    assert [one.code for one in await counter.receipts()] == ["move_not_now", None, "submission_replayed"]
    await counter.put(signed("settle", outcome="wrong")[1])
    assert isinstance((await counter.facts())[-1], CaseSettled)


async def test_another_agency_cannot_act_for_the_holder(counter: Counter) -> None:
    await counter.put(signed(by=OTHERS, iss=PROVINCE)[1])
    receipt = await only(counter)
    assert (receipt.agency, receipt.is_accepted, receipt.code) == (PROVINCE, False, "agency_not_allowed")


async def test_a_statement_in_one_agencys_name_signed_by_another_is_refused(counter: Counter) -> None:
    private = OTHERS.as_dict(private=True)
    statement = {"iss": WARD, "jti": "statement-1", "iat": int(time.time()), "act": {"case_id": "c1", "move": "accept", "document": "1/TB"}}
    value = jws.serialize_compact({"alg": "ES256", "kid": PROVINCE}, json.dumps(statement), ECKey.import_key(private)).encode()
    await counter.put(value)
    receipt = await only(counter)
    assert (receipt.submission_id, receipt.agency, receipt.code) == (submission_id(value), WARD, "submission_wrong_signer")
    assert receipt.case_id is None, "what is not proved is not repeated"


async def test_an_agency_whose_key_was_taken_away_is_shut_out_at_once(counter: Counter) -> None:
    (jose.agencies().folder / f"{WARD}.pub.json").unlink()
    await counter.put(signed()[1])
    receipt = await only(counter)
    assert (receipt.agency, receipt.code) == ("unknown", "submission_unknown_agency")


async def test_an_act_under_the_key_of_another_case_is_refused(counter: Counter) -> None:
    await counter.put(signed()[1], key=b"c2")
    await counter.put(signed()[1], key=None)
    assert [one.code for one in await counter.receipts()] == ["act_wrong_key", "act_wrong_key"]


async def test_an_act_on_a_case_that_is_not_known_is_refused(counter: Counter) -> None:
    await counter.put(signed(case_id="c9")[1], key=b"c9")
    assert (await only(counter)).code == "case_not_found"


@pytest.mark.parametrize("age", [-301, 604_801])
async def test_an_act_signed_too_long_ago_or_in_the_future_is_refused(counter: Counter, monkeypatch: pytest.MonkeyPatch, age: int) -> None:
    signed_at = time.time() - age - (60 if age > 0 else -60)
    monkeypatch.setattr("docs.examples.agency_acts.time.time", lambda: signed_at)
    await counter.put(signed()[1])
    assert (await only(counter)).code == "submission_expired"


async def test_an_act_cannot_bear_a_date_that_has_not_come(counter: Counter) -> None:
    await counter.put(signed(on="2026-07-07")[1])
    receipt = await only(counter)
    assert (receipt.code, receipt.field) == ("date_in_future", "act.on")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"document": "Nguyễn Văn A"}, "act.document"),
        ({"surprise": 1}, "act"),
        ({"on": "yesterday"}, "act.on"),
        ({"move": 7}, "act.move"),
    ],
)
async def test_a_malformed_act_is_refused_naming_the_field_but_not_its_value(counter: Counter, changes: dict[str, Any], field: str) -> None:
    act = {"case_id": "c1", "move": "accept", "document": "12/TB-UBND", **changes}
    await counter.put(agency_acts.sign(act, WARD, KEY.as_dict(private=True))[1])
    receipt = await only(counter)
    assert (receipt.code, receipt.field) == ("submission_malformed", field)
    assert "Nguyễn" not in str(receipt)


HOSTILE = [
    b"",
    b"{}",
    b"\xff" * 40,
    b"a.b.c",
    b"..",
    b"eyJhbGciOiJub25lIn0.eyJpc3MiOiJVQk5ELTA1NTE4In0.",
    b"x" * (1 << 20) + b"..",
]


async def test_bytes_that_are_no_statement_are_answered_by_their_digest_and_stop_nothing(counter: Counter) -> None:
    await counter.put(*HOSTILE, signed()[1])
    receipts = await counter.receipts()
    assert [one.submission_id for one in receipts[:-1]] == [submission_id(value) for value in HOSTILE]
    assert not any(one.is_accepted for one in receipts[:-1])
    assert receipts[-1].is_accepted


@pytest.mark.parametrize("key", [b"c\x001", b"\xff\xfe", "phường ".encode()])
async def test_no_key_of_a_record_stops_the_topic(counter: Counter, key: bytes) -> None:
    hostile = json.dumps({"iss": "\x00", "jti": "\x00"})
    value = jws.serialize_compact({"alg": "Ed25519"}, hostile, KEY, algorithms=["Ed25519"]).encode()
    await counter.put(signed()[1], value, key=key)
    assert [one.is_accepted for one in await counter.receipts()] == [False, False]


async def test_answered_statements_are_forgotten_when_they_are_too_old_to_be_taken(counter: Counter) -> None:
    await counter.put(signed()[1])
    (row,) = await counter.alive.rows(AnsweredAct)
    await acts.forget_answered(counter.alive.service)
    assert len(await counter.alive.rows(AnsweredAct)) == 1
    async with counter.alive.service.work([row.statement], [AnsweredAct]) as work:
        row.answered_on = date(2026, 1, 1)
        work.save(row)
    await acts.forget_answered(counter.alive.service)
    assert await counter.alive.rows(AnsweredAct) == []


def test_a_shared_secret_made_of_the_public_key_is_no_signature(tmp_path: Path) -> None:
    register(tmp_path, WARD, KEY)
    secret = OctKey.import_key(json.dumps(KEY.as_dict(private=False)))
    value = jws.serialize_compact({"alg": "HS256"}, json.dumps({"iss": WARD}), secret, algorithms=["HS256"])
    with pytest.raises(Refusal) as refused:
        open_act(value.encode(), "c1", jose.Agencies(tmp_path))
    assert refused.value.code == "submission_unsigned"


@settings(max_examples=200, deadline=None)
@given(st.integers(min_value=0), st.integers(0, 255), st.randoms())
def test_no_changed_byte_of_a_statement_is_taken(tmp_path_factory: pytest.TempPathFactory, place: int, byte: int, dice: Random) -> None:
    folder = tmp_path_factory.getbasetemp() / "agencies"
    register(folder, WARD, KEY)
    value = bytearray(signed()[1])
    place %= len(value)
    if value[place] == byte:
        return
    value[place] = byte
    try:
        found = open_act(bytes(value), "c1", jose.Agencies(folder))
    except Refusal:
        return
    assert found == open_act(canonical(value), "c1", jose.Agencies(folder)), "only padding bits may differ"


def canonical(value: bytearray) -> bytes:
    """The same statement in canonical form: base64url leaves a few bits of its last letter unused."""
    parts = bytes(value).split(b".")
    return b".".join(base64.urlsafe_b64encode(base64.urlsafe_b64decode(part + b"==")).rstrip(b"=") for part in parts)
