"""The service on a real database: what intake states goes in, cases and facts come out; moves over its real HTTP edge; the sweep."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from contracts.cases import DecisionEffective, PetitionAssigned, PetitionForwarded, StepDue, StepMissed, TermDue, TermMissed
from contracts.event import Event
from contracts.vocabulary import AuthorRole, Competence, Kind, Role, Status, Step
from law.verify import verify
from services.routing import sweep as sweeping
from services.routing.app import service
from services.routing.models import Case, Clock
from services.routing.sweep import sweep
from tests.services.reporting.living import Living, living
from tests.services.routing.matters import PROVINCE, START, WARD, axes, classified, lodged, withdrawn

JULY = date(2026, 7, 6)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.connected)])
async def routing(request: Any, tmp_path: Path) -> AsyncIterator[Living]:
    url = f"sqlite:///{tmp_path / 'routing.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")("routing")
    async with living(service, tmp_path, url, JULY) as alive:
        yield alive


def petition(case_id: str = "c1", on: date = START, about: Any = None, by: str = WARD) -> list[Event]:
    given = about or axes()
    return [lodged(given, on=on, by=by, case_id=case_id), classified(given, on=on, by=by, case_id=case_id)]


async def move(client: httpx.AsyncClient, name: str, case_id: str = "c1", **asked: Any) -> httpx.Response:
    return await client.post(f"/cases/{case_id}/{name}", json={"document": "12/TB-UBND", **asked})


async def test_a_petition_becomes_a_case_assigned_with_its_first_due_date(routing: Living) -> None:
    await routing.feed(petition())
    assert await routing.parked() == []
    (case,) = await routing.rows(Case)
    assert (case.case_id, case.holder, case.status) == ("c1", WARD, Status.ASSIGNED)
    (assigned,) = await routing.stated()
    assert isinstance(assigned, PetitionAssigned)
    assert (assigned.holder, assigned.step, assigned.due_on, assigned.seq, assigned.legal_on) == (
        WARD,
        Step.ACCEPT,
        date(2026, 7, 14),
        1,
        START,
    )
    waiting = {clock.step: (clock.due_on, clock.wake_on) for clock in await routing.rows(Clock)}
    assert waiting == {
        Step.ACCEPT: (date(2026, 7, 14), date(2026, 7, 10)),
        Step.PROCESS: (date(2026, 8, 17), date(2026, 8, 13)),
    }


async def test_a_repeated_lodgement_changes_nothing(routing: Living) -> None:
    await routing.feed([*petition(), lodged(axes())])
    assert len(await routing.stated()) == 1
    assert (await routing.rows(Case))[0].status is Status.ASSIGNED


async def test_a_classification_without_its_letter_is_parked(routing: Living) -> None:
    await routing.feed([classified(axes())])
    assert "PetitionLodged is missing" in (await routing.parked())[0]


async def test_the_rows_are_the_same_whatever_the_batch(routing: Living) -> None:
    facts = [fact for number in range(40) for fact in petition(f"c{number}", about=axes(list(Kind)[number % 5]))]
    await routing.feed(facts, batch=7)
    assert len(await routing.rows(Case)) == 40
    assert await routing.parked() == []


async def test_officers_move_a_case_to_its_end_over_http(routing: Living) -> None:
    await routing.feed(petition())
    async with routing.client(Role.OFFICER, WARD) as ward:
        accepted = await move(ward, "accept")
        assert accepted.status_code == 200
        assert accepted.json() == {
            "case_id": "c1",
            "fact": "CaseAccepted",
            "status": "accepted",
            "holder": WARD,
            "due_on": "2026-08-05",
            "position": "cases.v1:c1:2",
        }
        shown = (await ward.get("/cases/c1")).json()
        assert [clock["step"] for clock in shown["clocks"]] == ["settle"]
        steps = (await ward.get("/cases/c1/next-steps", params={"ask": "extend"})).json()
        assert {"settle", "suspend", "dialogue"} <= {step["move"] for step in steps["steps"]}
        assert (steps["asked"]["allowed"], steps["asked"]["refusal"]["code"]) == (False, "move_not_for_kind")
        assert (await move(ward, "settle", outcome="wrong")).json()["status"] == "settled"
    stated = await routing.stated()
    assert [fact.seq for fact in stated] == [1, 2, 3]
    assert stated[1].actor.agency == WARD
    assert stated[1].actor.officer == "P-1"


async def test_a_refused_move_names_code_sentence_and_law_and_leaves_nothing(routing: Living) -> None:
    await routing.feed(petition())
    async with routing.client(Role.OFFICER, WARD) as ward:
        refused = await move(ward, "settle", outcome="wrong")
        problem = refused.json()
        assert (refused.status_code, problem["code"], problem["law"]) == (409, "move_not_now", "LKN 30; LKN 31")
        assert (await move(ward, "accept", on="2026-07-07")).json()["code"] == "date_in_future"
        assert (await move(ward, "accept", document="Nguyễn Văn A")).status_code == 422
        assert (await move(ward, "accept", "c9")).json()["code"] == "case_not_found"
        assert (await move(ward, "accept", surprise=1)).status_code == 422
    async with routing.client(Role.OFFICER, PROVINCE) as province:
        assert (await move(province, "accept")).status_code == 403
    async with routing.client(Role.SUPERVISOR, PROVINCE) as supervisor:
        assert (await move(supervisor, "accept")).status_code == 403
    assert len(await routing.stated()) == 1


async def test_a_misdirected_denunciation_is_forwarded_and_then_held_by_the_other_body_alone(routing: Living) -> None:
    about = axes(Kind.DENUNCIATION, author_role=AuthorRole.COMMUNE_CHAIR, competence=Competence.NOT_OWN)
    await routing.feed(petition(about=about))
    async with routing.client(Role.OFFICER, WARD) as ward, routing.client(Role.OFFICER, PROVINCE) as province:
        assert (await move(province, "accept")).status_code == 403
        assert (await move(ward, "forward", to=PROVINCE)).status_code == 200
        assert (await move(ward, "accept")).status_code == 403
        assert (await move(province, "accept")).status_code == 200
    (fact,) = [fact for fact in await routing.stated() if isinstance(fact, PetitionForwarded)]
    assert (fact.sender, fact.holder) == (WARD, PROVINCE)


async def test_a_batch_answers_each_move_for_itself(routing: Living) -> None:
    await routing.feed([fact for number in range(3) for fact in petition(f"c{number}")])
    async with routing.client(Role.OFFICER, WARD) as ward:
        forms = [{"case_id": f"c{number}", "move": "accept", "document": "1/TB"} for number in range(3)]
        forms.append({"case_id": "c0", "move": "accept", "document": "1/TB"})
        answers = (await ward.post("/steps/batch", json=forms)).json()
    assert [("ok" in answer) for answer in answers] == [True, True, True, False]
    assert answers[3]["refusal"]["code"] == "move_not_now"


async def test_a_withdrawn_letter_leaves_no_clock(routing: Living) -> None:
    await routing.feed([*petition(), withdrawn(on=JULY)])
    assert (await routing.rows(Case))[0].status is Status.WITHDRAWN
    assert await routing.rows(Clock) == []


async def test_the_sweep_states_what_is_due_and_what_was_missed_once(routing: Living) -> None:
    await routing.feed(petition())
    for day in range(1, 20):
        routing.service.clock.virtual = date(2026, 7, day)
        for _ in range(2):
            await sweep(routing.service)
    told = [fact for fact in await routing.stated() if isinstance(fact, StepDue | StepMissed)]
    assert [(type(fact), fact.legal_on, fact.step, fact.due_on, fact.holder) for fact in told] == [
        (StepDue, date(2026, 7, 10), Step.ACCEPT, date(2026, 7, 14), WARD),
        (StepMissed, date(2026, 7, 15), Step.ACCEPT, date(2026, 7, 14), WARD),
    ]
    assert (told[1].rule, told[1].law) == ("KN-02c", "LKN 27; LKN 36")


async def test_decree_154_a_letter_left_unprocessed_for_forty_five_days_is_told_of_once(routing: Living) -> None:
    await routing.feed(petition())
    for day in (date(2026, 8, 12), date(2026, 8, 13), date(2026, 8, 17), date(2026, 8, 18), date(2026, 8, 13), date(2026, 8, 19)):
        routing.service.clock.virtual = day
        await sweep(routing.service)
    told = [fact for fact in await routing.stated() if isinstance(fact, TermDue | TermMissed)]
    assert [(type(fact), fact.legal_on, fact.step, fact.due_on, fact.holder, fact.law) for fact in told] == [
        (TermDue, date(2026, 8, 13), "process", date(2026, 8, 17), WARD, "ND154 41.3.b"),
        (TermMissed, date(2026, 8, 18), "process", date(2026, 8, 17), WARD, "ND154 41.3.b"),
    ]


async def test_a_clock_set_back_or_far_ahead_makes_the_sweep_say_nothing_twice(routing: Living) -> None:
    await routing.feed(petition())
    for day in (date(2026, 7, 13), date(2026, 7, 1), date(2027, 1, 1), date(2026, 7, 2), date(2027, 6, 1)):
        routing.service.clock.virtual = day
        await sweep(routing.service)
    told = [type(fact).__name__ for fact in await routing.stated() if isinstance(fact, StepDue | StepMissed)]
    assert told == ["StepDue", "StepMissed"]


async def test_a_longer_term_is_told_again_when_its_own_day_comes(routing: Living) -> None:
    await routing.feed(petition())
    async with routing.client(Role.OFFICER, WARD) as ward:
        await move(ward, "accept")
        routing.service.clock.virtual = date(2026, 8, 4)
        await sweep(routing.service)
        await move(ward, "mark_complex", criteria=["many_places"], on="2026-08-04")
    routing.service.clock.virtual = date(2026, 8, 19)
    await sweep(routing.service)
    assert [fact.due_on for fact in await routing.stated() if isinstance(fact, StepDue)] == [date(2026, 8, 5), date(2026, 8, 20)]


async def test_a_decision_takes_effect_by_itself_and_starts_its_enforcement(routing: Living) -> None:
    await routing.feed(petition())
    async with routing.client(Role.OFFICER, WARD) as ward:
        await move(ward, "accept")
        await move(ward, "settle", outcome="right")
        await move(ward, "send_decision")
        await move(ward, "publish")
    routing.service.clock.virtual = date(2026, 8, 6)
    await sweep(routing.service)
    (effective,) = [fact for fact in await routing.stated() if isinstance(fact, DecisionEffective)]
    assert (effective.effective_on, effective.law) == (date(2026, 8, 6), "LKN 44")
    assert [(clock.step, clock.due_on) for clock in await routing.rows(Clock)] == [(Step.ENFORCE, date(2026, 8, 13))]


class Died(BaseException):
    """The process ended here."""


def dying(after: int) -> Any:
    """``sweep.state_duties``, until it has stated for so many cases."""
    left, state = iter(range(after)), sweeping.state_duties

    def state_or_die(work: Any, case_id: str) -> int:
        if next(left, None) is None:
            raise Died
        return state(work, case_id)

    return state_or_die


def expected(due: dict[str, date], notice: dict[str, date], days: list[date]) -> list[tuple[str, str]]:
    """What must have been stated about each clock when the date was moved like this: the rule in four lines."""
    told = []
    for case_id, due_on in due.items():
        seen = [day for day in days if day >= notice[case_id]]
        told += [("StepDue", case_id)] if seen and seen[0] <= due_on else []
        told += [("StepMissed", case_id)] if any(day > due_on for day in days) else []
    return sorted(told)


async def test_the_sweep_is_exact_whatever_dies_and_however_the_date_moves(routing: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many cases in sets smaller than what waits: sweeps that die, run side by side, and dates that go back or leap."""
    dice = Random(5)
    facts = [fact for number in range(300) for fact in petition(f"c{number}", on=START + timedelta(dice.randrange(60)))]
    await routing.feed(facts)
    rows = await routing.rows(Clock)
    due = {row.case_id: row.due_on for row in rows}
    notice = {row.case_id: row.wake_on for row in rows}
    monkeypatch.setattr("services.routing.sweep.SET_SIZE", 17)
    monkeypatch.setattr("services.routing.sweep.READ_SIZE", 50)
    days, day = [], START
    for number in range(40):
        day = max(START, day + timedelta(dice.choice([-9, -1, 0, 1, 2, 3, 4, 14])))
        days.append(day)
        routing.service.clock.virtual = day
        with monkeypatch.context() as patch, contextlib.suppress(Died):
            if number % 2:
                patch.setattr(sweeping, "state_duties", dying(after=25))
            await sweep(routing.service)
        await asyncio.gather(sweep(routing.service), sweep(routing.service))
    stated = [fact for fact in await routing.stated() if isinstance(fact, StepDue | StepMissed)]
    assert sorted((type(fact).__name__, fact.case_id) for fact in stated) == expected(due, notice, days)
    assert all(fact.due_on == due[fact.case_id] for fact in stated)


async def test_a_case_that_cannot_be_swept_does_not_hold_up_the_others(routing: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    await routing.feed([fact for number in range(3) for fact in petition(f"c{number}")])
    routing.service.clock.virtual = date(2026, 7, 10)
    state = sweeping.state_duties

    def state_or_fail(work: Any, case_id: str) -> int:
        done = state(work, case_id)
        if case_id == "c1":
            raise RuntimeError("a bug")
        return done

    with monkeypatch.context() as patch:
        patch.setattr(sweeping, "state_duties", state_or_fail)
        await sweep(routing.service)
    assert {fact.case_id for fact in await routing.stated() if isinstance(fact, StepDue)} == {"c0", "c2"}
    await sweep(routing.service)
    assert [fact.case_id for fact in await routing.stated() if isinstance(fact, StepDue)] == ["c0", "c2", "c1"]


async def test_who_may_read_a_case(routing: Living) -> None:
    await routing.feed(petition())
    for role, agency, status in (
        (Role.OFFICER, WARD, 200),
        (Role.OFFICER, PROVINCE, 404),
        (Role.OFFICER, "UBND-14", 404),
        (Role.SUPERVISOR, "HDND-19", 200),
        (Role.SUPERVISOR, "HDND-05518", 200),
        (Role.SUPERVISOR, "MTTQ-TW", 200),
        (Role.SUPERVISOR, "HDND-80", 404),
        (Role.SUPERVISOR, "NOBODY-1", 404),
        (Role.OPERATOR, "", 200),
        (Role.POLICE, "CA-19", 403),
        (Role.ANONYMOUS, "", 403),
    ):
        async with routing.client(role, agency) as client:
            for path in ("", "/next-steps", "/explain"):
                assert (await client.get(f"/cases/c1{path}")).status_code == status, (role, agency, path)


async def test_the_competent_body_knows_of_a_case_from_the_moment_it_receives_it(routing: Living) -> None:
    about = axes(Kind.DENUNCIATION, author_role=AuthorRole.COMMUNE_CHAIR, competence=Competence.NOT_OWN)
    await routing.feed(petition(about=about))
    async with routing.client(Role.OFFICER, WARD) as ward, routing.client(Role.OFFICER, PROVINCE) as province:
        assert (await province.get("/cases/c1")).status_code == 404
        assert (await move(ward, "forward", to=PROVINCE)).status_code == 200
        assert (await province.get("/cases/c1/next-steps")).status_code == 200
        assert (await ward.get("/cases/c1")).status_code == 200
        assert (await move(province, "accept")).status_code == 200


async def test_anyone_may_ask_who_is_competent(routing: Living) -> None:
    transport = httpx.ASGITransport(routing.service.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as citizen:
        found = (await citizen.get("/competent", params={"kind": "complaint", "author": "commune_chair", "unit": "05518"})).json()
        assert (found["first"], found["agency"]["code"], found["second_agency"]["code"]) == ("commune_chair", WARD, PROVINCE)
        refused = await citizen.get("/competent", params={"kind": "plea"})
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_kind")


def test_every_column_of_a_clock_row_is_counted_from_the_case() -> None:
    assert dataclasses.is_dataclass(Clock) is False
    assert set(Clock.shape.columns) == {
        "case_id",
        "no",
        "step",
        "holder",
        "rule",
        "law",
        "due_on",
        "wake_on",
        "told_due_on",
        "missed_due_on",
    }


async def test_anyone_may_ask_what_is_done_with_a_letter(routing: Living) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(routing.service.app()), base_url="http://routing") as citizen:
        found = (await citizen.get("/action", params={"kind": "complaint", "own": "false", "date": "2026-08-03"})).json()
        assert (found["action"], found["rule"]) == ("guide", "XLD-03")
        refused = await citizen.get("/action", params={"kind": "plea"})
        assert (refused.status_code, refused.json()["field"]) == (422, "kind")


async def test_a_due_date_is_explained_by_a_certificate_that_names_who_extended_and_who_suspended(routing: Living) -> None:
    await routing.feed(petition(about=axes(Kind.DENUNCIATION)))
    async with routing.client(Role.OFFICER, WARD) as ward:
        assert (await move(ward, "accept")).status_code == 200
        assert (await move(ward, "mark_complex", criteria=["many_places"], document="3/GN")).status_code == 200
        assert (await move(ward, "extend", reason="many_places", document="4/QĐ-GH")).status_code == 200
        assert (await move(ward, "suspend", ground="expertise", document="5/QĐ-TĐC")).status_code == 200
        told = {clock["step"]: clock for clock in (await ward.get("/cases/c1/explain")).json()["clocks"]}
        only = (await ward.get("/cases/c1/explain", params={"step": "settle"})).json()["clocks"]
    assert [clock["step"] for clock in only] == ["settle"]
    settle = told["settle"]["certificate"]
    assert settle["extensions"] == [{"rule": "TC-05", "days": 30, "by": WARD, "document": "4/QĐ-GH"}]
    assert [(each["by"], each["document"]) for each in settle["suspensions"]] == [(WARD, "5/QĐ-TĐC")]
    assert told["settle"]["sentence"].startswith("Hạn giải quyết tố cáo: đang tạm đình chỉ")
    for clock in told.values():
        assert clock["certificate"]["due"] == clock["due_on"]
        assert verify(clock["certificate"]) is None


async def test_a_day_that_an_agency_set_itself_is_explained_as_such(routing: Living) -> None:
    await routing.feed(petition(about=axes(Kind.FEEDBACK)))
    async with routing.client(Role.OFFICER, WARD) as ward:
        assert (await move(ward, "accept", limit_on="2026-08-07")).status_code == 200
        (settle,) = (await ward.get("/cases/c1/explain")).json()["clocks"]
    assert settle["due_on"] == settle["certificate"]["due"] == "2026-08-07"
    assert verify(settle["certificate"]) is None


async def test_what_routing_alone_decides_by_convention_is_told_without_a_certificate(routing: Living) -> None:
    about = axes(Kind.DENUNCIATION, author_role=AuthorRole.COMMUNE_CHAIR, competence=Competence.NOT_OWN)
    await routing.feed(petition(about=about))
    async with routing.client(Role.OFFICER, WARD) as ward, routing.client(Role.OFFICER, PROVINCE) as province:
        assert (await move(ward, "forward", to=PROVINCE)).status_code == 200
        assert (await move(province, "accept")).status_code == 200
        assert (await move(province, "settle", outcome="right")).status_code == 200
        given = {"to": WARD, "measure": "sanction", "obligation": "NV-1", "limit_on": "2026-09-30"}
        assert (await move(province, "set_obligation", **given)).status_code == 200
        told = {clock["step"]: clock for clock in (await province.get("/cases/c1/explain")).json()["clocks"]}
    assert told["fulfil"]["certificate"] is None
    assert told["fulfil"]["sentence"] == (
        "Hạn thực hiện nghĩa vụ: hết ngày 30/09/2026. Ngày này do cơ quan ấn định; luật không đặt thời hạn."
    )
