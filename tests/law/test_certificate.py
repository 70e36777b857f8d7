"""Certificates account for every day, and no changed date, number, rule or article escapes the second count."""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from contracts.errors import Refusal
from law.certificate import certify
from law.question import Decision, Question, Suspension
from law.verify import verify
from tests.law import oracle

KNOWN = date(2026, 11, 24)
Path = tuple[Any, ...]


def answers(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Answers of ``law certificate`` to random timelines that are not refused, as a reader of JSON has them."""
    chance = random.Random(seed)
    for asked in oracle.timelines(10**9, seed):
        decided = (Decision("Chủ tịch UBND tỉnh", "QĐ 45/2026"),) if chance.random() < 0.5 else ()
        named = msgspec.structs.replace(asked, extended=decided, agency="UBND-80" if chance.random() < 0.2 else None)
        try:
            due, certificate = certify(named, KNOWN)
        except Refusal:
            continue
        yield json.loads(msgspec.json.encode({"id": count, **msgspec.to_builtins(due), "certificate": certificate}))
        count -= 1
        if not count:
            return


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from leaves(each, (*path, place))
    else:
        yield path, value


def changed(value: Any, chance: random.Random) -> Any:
    """Another value of the same kind: another date, number, truth or word."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 7))
    if value is None:
        return chance.choice(("2026-07-01", 3))
    try:
        return (date.fromisoformat(value) + timedelta(days=chance.choice((-365, -1, 1, 30)))).isoformat()
    except ValueError:
        place = chance.randrange(len(value)) if value else 0
        digits = [at for at, letter in enumerate(value) if letter.isdigit()]
        if digits and chance.random() < 0.8:
            place = chance.choice(digits)
            return value[:place] + str((int(value[place]) + chance.randint(1, 9)) % 10) + value[place + 1 :]
        return value[:place] + chance.choice("xyz") + value[place + 1 :] if value[place : place + 1] not in "xyz" else value + "q"


def mutated(answer: dict[str, Any], chance: random.Random) -> tuple[dict[str, Any], Path]:
    """The answer with one leaf changed; the certificate's parts are as likely as its many days."""
    groups: dict[Any, list[tuple[Path, Any]]] = {}
    for path, value in leaves(answer):
        if path != ("id",):
            groups.setdefault(path[:2], []).append((path, value))
    path, value = chance.choice(groups[chance.choice(sorted(groups))])
    copy = json.loads(json.dumps(answer))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = changed(value, chance)
    return copy, path


def test_ten_thousand_certificates_pass_unchanged_and_fail_with_one_thing_changed() -> None:
    chance = random.Random(7)
    escaped = []
    for answer in answers(10_000, seed=11):
        assert verify(answer) is None, answer
        copy, path = mutated(answer, chance)
        if verify(copy) is None:
            escaped.append((path, answer))
    assert escaped == []


def test_every_single_leaf_of_one_certificate_is_guarded() -> None:
    asked = Question(
        "denunciation",
        "settle",
        date(2026, 11, 3),
        {"complex": True, "criteria": ["many_people", "foreign_element"]},
        2,
        (
            Suspension(date(2026, 11, 10), date(2026, 11, 20), "Chánh Thanh tra tỉnh", "QĐ 7"),
            Suspension(date(2026, 12, 1), date(2026, 12, 1)),
        ),
        extended=(Decision("Chủ tịch UBND tỉnh", "QĐ 45"),),
        agency="UBND-80",
    )
    certificate = json.loads(msgspec.json.encode(certify(asked, KNOWN)[1]))
    chance = random.Random(3)
    assert verify(certificate) is None
    for path, value in leaves(certificate):
        copy = json.loads(json.dumps(certificate))
        place = copy
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = changed(value, chance)
        assert verify(copy) is not None, path


@pytest.mark.parametrize(
    "junk", [{}, [], None, {"certificate": 5}, {"certificate": {"kind": "complaint"}}, {"refusal": {"code": "bad_date"}}]
)
def test_what_is_no_certificate_is_not_valid(junk: Any) -> None:
    assert verify(junk) is not None


@pytest.mark.parametrize(
    "name", ["due", "rules", "limit", "unit", "rolled_from", "state", "remaining", "also", "warnings", "cites", "grade"]
)
def test_an_answer_beside_its_certificate_is_said_whole_or_not_at_all(name: str) -> None:
    answer = next(answers(1, seed=7))
    assert verify({"id": 1, "certificate": answer["certificate"]}) is None
    assert verify(answer) is None
    assert name in (verify({key: value for key, value in answer.items() if key != name}) or "")


@pytest.mark.parametrize(("name", "junk"), [("roll", 5), ("roll", "true"), ("agency", 0), ("agency", ""), ("agency", False)])
def test_what_was_asked_cannot_be_changed_into_something_that_counts_the_same(name: str, junk: Any) -> None:
    certificate = next(
        each["certificate"] for each in answers(50, seed=7) if each["certificate"]["roll"] and not each["certificate"]["agency"]
    )
    assert verify({"id": 1, "certificate": certificate}) is None
    assert verify({"id": 1, "certificate": {**certificate, name: junk}}) is not None


@pytest.mark.parametrize("change", [{"foo": 1}, {"document": 0}, {"document": ""}])
def test_nothing_is_added_to_a_suspension_unseen(change: dict[str, Any]) -> None:
    certificate = next(each["certificate"] for each in answers(50, seed=7) if each["certificate"]["suspensions"])
    first, *more = certificate["suspensions"]
    assert verify({"id": 1, "certificate": {**certificate, "suspensions": [{**first, "document": None, **change}, *more]}}) is not None


def test_the_certificate_of_the_worked_example_counts_45_days_and_skips_ten() -> None:
    facts = {"complex": True, "criteria": ["many_contents"], "note": "TB 12/2026"}
    asked = Question("complaint", "settle_first", date(2026, 7, 3), facts, suspensions=(Suspension(date(2026, 7, 10), date(2026, 7, 20)),))
    found = certify(asked, KNOWN)[1]
    assert (found.counted, found.skipped, len(found.days), found.due) == (45, 10, 55, date(2026, 8, 27))
    assert [day.date.day for day in found.days if day.reason == "suspension"] == list(range(11, 21))
    assert found.sentence.startswith(
        "Hạn giải quyết khiếu nại lần đầu: hết ngày 27/08/2026. Thời hạn 45 ngày, không kể ngày 03/07/2026 (thụ lý)."
    )
    assert "Không tính 10 ngày từ sau ngày 10/07/2026 đến hết ngày 20/07/2026 do tạm đình chỉ" in found.sentence


def test_skipped_days_carry_their_reason_and_article() -> None:
    found = certify(Question("complaint", "accept", date(2026, 8, 27)), KNOWN)[1]
    reasons = {day.date.isoformat(): (day.reason, day.cite) for day in found.days if not day.counted}
    assert reasons["2026-08-31"] == ("swap", "TBNN")
    assert reasons["2026-09-01"] == ("holiday", "BLLD 112.1")
    assert reasons["2026-09-05"] == ("weekend", "BLLD 111")


def test_a_rolled_end_names_the_days_off_it_ran_over() -> None:
    found = certify(Question("complaint", "settle_first", date(2026, 7, 31)), KNOWN)[1]
    assert (found.rolled_from, found.due) == (date(2026, 8, 30), date(2026, 9, 3))
    assert [day.reason for day in found.rolled] == ["weekend", "swap", "holiday", "holiday"]
    assert "BLDS 148.5" in found.counting


def test_civil_code_of_2005_counted_the_days_before_2017() -> None:
    assert certify(Question("complaint", "settle_first", date(2016, 3, 1)), KNOWN)[1].counting == ("BLDS05 152", "BLDS05 153")


def test_a_suspension_and_an_extension_name_who_decided_or_who_decides_by_law() -> None:
    facts = {"complex": True, "criteria": ["a"]}
    said = Question("denunciation", "settle", date(2026, 7, 3), facts, 1, extended=(Decision("Chủ tịch UBND xã", "QĐ 9"),))
    assert [(each.by, each.document) for each in certify(said, KNOWN)[1].extensions] == [("Chủ tịch UBND xã", "QĐ 9")]
    unsaid = Question("denunciation", "settle", date(2026, 7, 3), facts, 1)
    assert [(each.by, each.document) for each in certify(unsaid, KNOWN)[1].extensions] == [("người giải quyết tố cáo", None)]
