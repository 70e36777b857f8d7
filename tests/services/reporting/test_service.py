"""The service on a real database: facts in, books and counts and forms out."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contracts.event import Event
from contracts.vocabulary import Role
from services.reporting import forms, ledger, reference, store
from services.reporting.app import service
from services.reporting.models import Count, Entry
from tests.services.reporting import letters as make
from tests.services.reporting.living import Living, living
from tests.services.reporting.test_identities import Books, standing

TODAY = date(2027, 3, 1)
FROM, TO = "2026-01-01", "2026-12-31"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.connected)])
async def reporting(request: Any, tmp_path: Path) -> AsyncIterator[Living]:
    url = f"sqlite:///{tmp_path / 'reporting.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")("reporting")
    async with living(service, tmp_path, url, TODAY) as alive:
        yield alive


def many_letters(seed: int, count: int = 60) -> list[Event]:
    """Letters of every fate, their facts mixed between topics."""
    chance = Random(seed)
    fates = [
        lambda name, on: [make.assigned(name, on=on), make.settled(name, on=on, was_late=chance.random() < 0.3)],
        lambda name, on: [make.guided(name, on=on)],
        lambda name, on: [make.forwarded(name, on=on), make.accepted(name, on=on, holder="CA-TEST")],
        lambda name, on: [make.returned(name, on=on)],
        lambda name, on: [make.filed(name, on=on)],
        lambda name, on: [],
    ]
    streams: list[list[Event]] = []
    for number in range(count):
        name, on = f"c{number}", make.START + timedelta(chance.randrange(300))
        receipts: list[Event] = [make.lodged(name, on=on, kind=chance.choice(list(make.Kind))), make.classified(name, on=on)]
        streams += [receipts + [make.linked(name, on=on)] * (number % 9 == 0), chance.choice(fates)(name, on + timedelta(10))]
    return make.interleaved(streams, chance)


@pytest.mark.parametrize("batch", [1, 7, 1000])
async def test_the_tables_equal_the_ledger_of_the_same_facts(reporting: Living, batch: int) -> None:
    facts = many_letters(seed=batch)
    await reporting.feed(facts, batch)
    assert await reporting.parked() == []
    books = Books(facts)
    kept = {(row.case_id, row.hop): row for row in await reporting.rows(Entry)}
    told = {(name, hop): entry for name, told in books.told.items() for hop, entry in enumerate(ledger.entries(*told))}
    assert kept.keys() == told.keys()
    for key, entry in told.items():
        assert all(getattr(kept[key], name) == getattr(entry, name) for name in ledger.Entry.__struct_fields__)
    counted = {(row.agency, row.kind, row.status, row.period, row.timing): row.n for row in await reporting.rows(Count) if row.n}
    assert counted == {(c.agency, c.kind, c.status, c.period, c.timing): n for c, n in standing(books.counts).items()}


async def test_the_database_tallies_what_the_ledger_tallies(reporting: Living) -> None:
    facts = many_letters(seed=3)
    await reporting.feed(facts)
    books = Books(facts)
    for agencies in ([make.HOME], ["CA-TEST"], list(make.BODIES)):
        for first in range(0, 300, 60):
            from_on = make.START + timedelta(first)
            to_on = from_on + timedelta(90)
            pure = forms.tallies((entry for agency in agencies for entry in books.of(agency)), from_on, to_on)
            asked = await store.tallies(reporting.service.db, agencies, from_on, to_on)
            for layout in reference.layouts().values():
                assert forms.fill(layout, asked) == forms.fill(layout, pure)


async def test_the_counts_tell_how_many_settled_cases_were_late(reporting: Living) -> None:
    facts = [
        fact
        for number in range(10)
        for fact in (make.lodged(f"c{number}"), make.settled(f"c{number}", on=make.START + timedelta(9), was_late=number < 3))
    ]
    await reporting.feed(facts)
    async with reporting.client() as client:
        answer = (await client.get("/counts", params={"by": "status", "agency": make.HOME})).json()
    assert answer == {"total": 10, "settled": {"on_time": 7, "late": 3}, "counts": [{"status": "settled", "n": 10}]}


async def test_a_form_is_answered_as_json_and_as_csv(reporting: Living) -> None:
    await reporting.feed([make.lodged(), make.assigned()])
    async with reporting.client() as client:
        asked = {"agency": make.HOME, "from": FROM, "to": TO}
        form = (await client.get("/reports/01/XLD", params=asked)).json()
        table = await client.get("/reports/01-XLD", params={**asked, "format": "csv"})
    assert (form["columns"]["1"], form["columns"]["15"], form["columns"]["22"]) == (1, 1, None)
    assert form["warnings"]
    assert "15,Thuộc thẩm quyền: khiếu nại,đơn,1," in table.text


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("/reports/09/ABC", {"from": FROM, "to": TO}, 404, "form_not_found"),
        ("/reports/01/XLD", {"from": TO, "to": FROM}, 422, "period_reversed"),
        ("/reports/01/XLD", {"from": "soon", "to": TO}, 422, "invalid_form"),
        ("/reports/01/XLD", {"to": TO}, 422, "invalid_form"),
        ("/counts", {"by": "petitioner"}, 422, "invalid_form"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    reporting: Living, path: str, params: dict[str, str], status: int, code: str
) -> None:
    async with reporting.client() as client:
        answer = await client.get(path, params=params)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_officer_signs_the_report_of_the_own_body_once(reporting: Living) -> None:
    await reporting.feed([make.lodged(), make.assigned()])
    period = {"agency": make.HOME, "from": FROM, "to": TO}
    async with reporting.client(Role.OFFICER, make.HOME) as officer, reporting.client(Role.OFFICER, "CA-TEST") as stranger:
        assert (await stranger.post("/reports/01/XLD/publish", json=period)).status_code == 403
        signed = await officer.post("/reports/01/XLD/publish", json=period)
        again = await officer.post("/reports/01/XLD/publish", json=period)
        await reporting.feed([make.lodged("c2")])
        corrected = await officer.post("/reports/01/XLD/publish", json=period)
        listed = (await officer.get("/reports", params={"agency": make.HOME})).json()
    report_id = f"01-XLD.{make.HOME}.{FROM}.{TO}"
    assert (signed.status_code, signed.json()["position"]) == (201, f"reports.v1:{report_id}:1")
    assert (again.status_code, again.json()["code"]) == (409, "report_unchanged")
    assert (corrected.json()["version"], corrected.json()["columns"]["1"]) == (2, 2)
    assert [(report["report_id"], report["version"], report["columns"]["1"]) for report in listed] == [(report_id, 2, 2)]
    facts: list[Any] = await reporting.stated()
    assert [(fact.seq, fact.columns["1"], fact.actor.officer) for fact in facts] == [(1, 1, "P-1"), (2, 2, "P-1")]


async def test_a_period_that_is_not_over_cannot_be_signed(reporting: Living) -> None:
    async with reporting.client(Role.OFFICER, make.HOME) as officer:
        answer = await officer.post("/reports/01/XLD/publish", json={"agency": make.HOME, "from": FROM, "to": "2027-12-31"})
    assert (answer.status_code, answer.json()["code"]) == (409, "period_not_over")


async def test_a_publication_form_that_is_not_well_formed_is_refused(reporting: Living) -> None:
    async with reporting.client(Role.OFFICER, make.HOME) as officer:
        answer = await officer.post("/reports/01/XLD/publish", json={"agency": "x", "from": FROM, "to": TO})
    assert (answer.status_code, answer.json()["field"]) == (422, "agency")


@pytest.mark.parametrize(
    ("role", "agency", "total"),
    [
        (Role.OFFICER, "UBND-05518", 2),
        (Role.OFFICER, "UBND-19", 1),
        (Role.OFFICER, "UBND-TW", 0),
        (Role.SUPERVISOR, "HDND-05518", 2),
        (Role.SUPERVISOR, "HDND-19", 3),
        (Role.SUPERVISOR, "HDND-80", 4),
        (Role.SUPERVISOR, "MTTQ-TW", 7),
        (Role.OPERATOR, "", 7),
    ],
)
async def test_figures_are_those_of_the_own_body_or_of_the_territory_watched(
    reporting: Living, role: Role, agency: str, total: int
) -> None:
    held = ["UBND-05518"] * 2 + ["UBND-19"] + ["UBND-80"] * 4
    await reporting.feed([make.lodged(f"c{number}", by=by) for number, by in enumerate(held)])
    async with reporting.client(role, agency) as client:
        counted = (await client.get("/counts", params={"by": "kind"})).json()
        form = (await client.get("/reports/01/XLD", params={"from": FROM, "to": TO})).json()
    assert (counted["total"], form["columns"]["1"] or 0) == (total, total)


@pytest.mark.parametrize(
    ("role", "agency"), [(Role.OFFICER, "UBND-05518"), (Role.SUPERVISOR, "HDND-19"), (Role.SUPERVISOR, "NOBODY-1"), (Role.OFFICER, "")]
)
@pytest.mark.parametrize("path", ["/counts", "/reports", "/reports/01/XLD"])
async def test_figures_of_a_body_elsewhere_are_refused(reporting: Living, role: Role, agency: str, path: str) -> None:
    async with reporting.client(role, agency) as client:
        answer = await client.get(path, params={"agency": "UBND-80", "from": FROM, "to": TO})
    assert (answer.status_code, answer.json()["code"]) == (403, "figures_not_allowed")
