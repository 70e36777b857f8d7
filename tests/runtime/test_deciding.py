"""Commands of many callers at once: each has its own answer, they share commits, and one that breaks harms no other."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts.cases import PetitionFiled
from contracts.errors import IllegalMove, Refusal
from contracts.event import CASES
from contracts.vocabulary import Kind, Role
from runtime.auth import Caller
from runtime.deciding import MAX_GROUP, Command, run_forms
from runtime.service import Service
from runtime.settings import KafkaSettings, Settings
from runtime.work import Work, needs
from tests.runtime import toy


class Form(msgspec.Struct, frozen=True):
    """File a case away, or break."""

    case_id: str
    breaks: bool = False


def file_away(form: Form, caller: Caller, work: Work) -> dict[str, object]:
    tally = work.get(toy.Tally, form.case_id)
    if tally is not None:
        raise IllegalMove("case_not_found", case=form.case_id)
    work.save(toy.Tally(case_id=form.case_id, kind=Kind.COMPLAINT, first_on=work.today, seen_at=work.now))
    work.emit(PetitionFiled(case_id=form.case_id, ground="none", law="-"))
    if form.breaks:
        raise RuntimeError("a bug")
    return {"case_id": form.case_id}


def own_case(form: Form) -> list[str]:
    return [form.case_id]


FILE = Command("POST", "/cases/{case_id}/file", file_away, Form, needs([toy.Tally]), frozenset(), None, {}, own_case, 200, 1000)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """The toy on SQLite."""
    url = f"sqlite:///{tmp_path / 'toy.db'}"
    await asyncio.to_thread(toy.make_tables, url)
    settings = Settings("toy", tmp_path, "development", "127.0.0.1", 0, KafkaSettings("127.0.0.1:1"), url, 1.0, "", "", 500, "INFO")
    service = Service("toy", topic=CASES).use(settings)
    await service.db.open()
    yield service
    await service.db.close()


async def ask(service: Service, form: Form, officer: str = "cb-1") -> Any:
    """The command's answer, its refusal, or what broke."""
    try:
        return (await run_forms(service, FILE, [form], Caller(Role.OFFICER, "UBND-05518", officer)))[0]
    except RuntimeError as bug:
        return bug


async def stated(service: Service) -> list[dict[str, Any]]:
    return [msgspec.json.decode(body) for (body,) in await service.db.raw("SELECT payload FROM outbox ORDER BY id")]


async def test_many_callers_share_commits_and_each_fact_names_its_own(service: Service) -> None:
    names = [f"c{number}" for number in range(3 * MAX_GROUP)]
    answers = await asyncio.gather(*(ask(service, Form(name), f"cb-{name}") for name in names))
    assert [answer["position"] for answer in answers] == [f"cases.v1:{name}:1" for name in names]
    facts = await stated(service)
    assert {fact["case_id"]: fact["actor"]["officer"] for fact in facts} == {name: f"cb-{name}" for name in names}
    assert len({fact["causation_id"] for fact in facts}) == len(names)
    assert len({fact["recorded_at"] for fact in facts}) < len(names) / 10


async def test_of_two_at_once_on_one_case_the_second_sees_the_first(service: Service) -> None:
    first, second = await asyncio.gather(ask(service, Form("a")), ask(service, Form("a")))
    assert (first["case_id"], isinstance(second, Refusal)) == ("a", True)
    assert len(await stated(service)) == 1


async def test_a_bug_in_one_command_fails_that_command_alone(service: Service) -> None:
    forms = [Form(f"c{number}", breaks=number == 3) for number in range(8)]
    answers = await asyncio.gather(*(ask(service, form) for form in forms))
    assert [isinstance(answer, RuntimeError) for answer in answers] == [form.breaks for form in forms]
    assert sorted(fact["case_id"] for fact in await stated(service)) == [form.case_id for form in forms if not form.breaks]


async def test_who_goes_away_leaves_the_others_their_answers(service: Service) -> None:
    waiting = [asyncio.create_task(ask(service, Form(f"c{number}"))) for number in range(5)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(answer, dict) for answer in answers] == [True, False, True, True, True]
    assert isinstance(await ask(service, Form("later")), dict)
