"""The service on a real database: facts in, reminders and alerts out."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contracts.oversight import HotspotChanged, HotspotCleared, HotspotRaised, RedAlertRaised, ReminderSent
from contracts.vocabulary import AlertReason, Role, Source, Step
from services.supervision import jobs
from services.supervision.app import service
from services.supervision.models import Alert, MissedStep, Watch
from tests.services.reporting.letters import interleaved
from tests.services.reporting.living import Living, living
from tests.services.supervision import matters as make

TODAY = make.START + timedelta(10)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.connected)])
async def supervision(request: Any, tmp_path: Path) -> AsyncIterator[Living]:
    url = f"sqlite:///{tmp_path / 'supervision.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")("supervision")
    async with living(service, tmp_path, url, TODAY) as alive:
        yield alive


async def told(supervision: Living) -> list[Any]:
    assert await supervision.parked() == []
    return list(await supervision.stated())


async def test_the_holder_of_a_missed_step_is_reminded_exactly_once(supervision: Living) -> None:
    await supervision.feed([make.lodged(), make.missed(), make.missed(), make.missed(step=Step.ACCEPT)])
    await supervision.feed([make.missed()])
    facts = await told(supervision)
    assert [(type(fact), fact.step, fact.law) for fact in facts] == [
        (ReminderSent, Step.SETTLE, "LTCD 26.1.b; ND154 15.3"),
        (ReminderSent, Step.ACCEPT, "LTCD 26.1.b; ND154 15.3"),
    ]


async def test_decree_154_a_letter_left_unprocessed_raises_one_red_alert(supervision: Living) -> None:
    await supervision.feed(
        [make.lodged(), make.left_unprocessed(), make.left_unprocessed(), make.left_unprocessed(step="enforce_judgment")]
    )
    await supervision.feed([make.left_unprocessed()])
    told_once = [(type(fact), fact.step, fact.holder, fact.law) for fact in await told(supervision)]
    assert told_once == [(RedAlertRaised, "process", make.HOME, "ND154 41.3.b")]
    assert [(row.step, row.ended_on) for row in await supervision.rows(MissedStep)] == [(Step.PROCESS, None)]


async def test_a_step_with_a_new_last_day_may_be_missed_again(supervision: Living) -> None:
    later = make.START + timedelta(5)
    await supervision.feed([make.lodged(), make.missed(), make.extended(), make.missed(due_on=later)])
    assert [fact.missed_due_on for fact in await told(supervision)] == [make.START, later]
    assert [row.ended_on for row in await supervision.rows(MissedStep)] == [make.START, None]


async def test_a_crowd_is_a_hot_spot_at_once_and_until_the_case_is_settled(supervision: Living) -> None:
    await supervision.feed([make.lodged(people_count=12, place="80"), make.assigned(holder=make.OTHER), make.settled()])
    raised, changed, cleared = await told(supervision)
    assert (raised.reasons, raised.people_count, raised.place, raised.holder) == ([AlertReason.MANY_PEOPLE], 12, "80", make.HOME)
    assert isinstance(changed, HotspotChanged)
    assert changed.holder == make.OTHER
    assert cleared.reason == "case_closed"
    assert [fact.seq for fact in (raised, changed, cleared)] == [1, 2, 3]


async def test_a_case_that_is_overdue_and_grows_is_a_hot_spot(supervision: Living) -> None:
    await supervision.feed([make.lodged(), make.missed(), make.lodged("c2"), make.linked("c2")])
    reminder, raised = await told(supervision)
    assert isinstance(reminder, ReminderSent)
    assert (raised.case_id, raised.reasons, raised.days_overdue) == ("c1", [AlertReason.OVERDUE_AND_GROWING], 10)


async def test_a_letter_that_repeats_another_is_no_hot_spot_of_its_own(supervision: Living) -> None:
    await supervision.feed([make.lodged("c2", people_count=8), make.linked("c2"), make.lodged()])
    facts = await told(supervision)
    assert [(type(fact), fact.case_id) for fact in facts][:2] == [(HotspotRaised, "c2"), (HotspotCleared, "c2")]
    assert [(fact.case_id, fact.people_count) for fact in facts[2:]] == [("c1", 8)]


async def test_people_of_several_letters_are_not_added_up(supervision: Living) -> None:
    await supervision.feed([make.lodged(people_count=3), make.lodged("c2", people_count=4), make.linked("c2")])
    assert await told(supervision) == []


async def test_repeated_receptions_of_a_case_make_a_hot_spot(supervision: Living) -> None:
    desk = {"source": Source.RECEPTION_DESK}
    await supervision.feed([make.lodged(**desk), make.lodged("c2", **desk), make.linked("c2")])
    assert [fact.reasons for fact in await told(supervision)] == [[AlertReason.REPEATED_RECEPTION]]


async def test_bodies_that_disagree_make_a_hot_spot_until_the_superior_decided(supervision: Living) -> None:
    await supervision.feed([make.lodged(), make.disputed(), make.decided()])
    raised, cleared = await told(supervision)
    assert (raised.reasons, cleared.reason) == ([AlertReason.AGENCIES_DISAGREE], "reasons_gone")


async def test_an_object_of_several_open_cases_is_one_hot_spot(supervision: Living) -> None:
    plot = {"object_ref": "PLOT-80/12"}
    await supervision.feed([make.lodged(f"c{number}", on=make.START + timedelta(number), **plot) for number in range(4)])
    await jobs.review(supervision.service)
    await jobs.review(supervision.service)
    assert [(fact.case_id, fact.reasons) for fact in await told(supervision)] == [("c0", [AlertReason.SAME_OBJECT])]
    await supervision.feed([make.guided("c2"), make.guided("c3")])
    await jobs.review(supervision.service)
    assert [type(fact) for fact in await told(supervision)] == [HotspotRaised, HotspotCleared]


async def test_cases_about_an_object_long_ago_do_not_count(supervision: Living) -> None:
    plot = {"object_ref": "PLOT-80/12"}
    await supervision.feed([make.lodged(f"c{number}", on=TODAY - timedelta(31), **plot) for number in range(4)])
    await jobs.review(supervision.service)
    assert await told(supervision) == []


async def test_an_alert_ends_by_itself(supervision: Living) -> None:
    await supervision.feed([make.lodged(people_count=5)])
    for days, ended in ((30, 0), (31, 1), (40, 1)):
        supervision.service.clock.virtual = TODAY + timedelta(days)
        await jobs.review(supervision.service)
        assert sum(isinstance(fact, HotspotCleared) for fact in await told(supervision)) == ended
    (alert,) = await supervision.rows(Alert)
    assert (alert.clearing_reason, alert.cleared_on) == ("expired", TODAY + timedelta(31))


@pytest.mark.parametrize(
    ("withdrawal", "ends"), [(make.withdrawn(), True), (make.withdrawn(is_whole=False), False), (make.withdrawn(is_coerced=True), False)]
)
async def test_only_a_free_and_whole_withdrawal_ends_an_alert(supervision: Living, withdrawal: Any, ends: bool) -> None:
    await supervision.feed([make.lodged(people_count=5), withdrawal])
    assert (len(await told(supervision)) == 2) is ends


@pytest.mark.parametrize("is_withdrawal_first", [True, False])
async def test_a_matter_taken_up_again_is_watched_again_whichever_topic_comes_first(supervision: Living, is_withdrawal_first: bool) -> None:
    facts = [make.withdrawn(), make.reopened()] if is_withdrawal_first else [make.reopened(), make.withdrawn()]
    await supervision.feed([make.lodged(people_count=5), make.assigned()])
    for fact in facts:
        await supervision.feed([fact])
    (watch,) = await supervision.rows(Watch)
    assert watch.matter(None).is_open


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_watched_does_not_depend_on_the_order_between_topics(supervision: Living, seed: int, tmp_path: Path) -> None:
    streams = [
        [make.lodged(people_count=3), make.classified(people_count=6)],
        [make.assigned(), make.accepted(), make.missed(), make.extended(), make.disputed()],
        [make.lodged("c2", source=Source.RECEPTION_DESK), make.linked("c2")],
        [make.lodged("c3"), make.withdrawn("c3")],
        [make.assigned("c3"), make.missed("c3", step=Step.ACCEPT)],
    ]
    await supervision.feed(interleaved(streams, Random(seed)), batch=3)  # type: ignore[arg-type]
    founding, repeated, taken_back = await supervision.rows(Watch)
    assert (founding.people_count, founding.linked_count, founding.holder, founding.dispute_count) == (6, 1, make.HOME, 1)
    assert repeated.founding_case_id == "c1"
    assert (taken_back.is_withdrawn, taken_back.holder) == (True, make.HOME)
    (alert,) = await supervision.rows(Alert)
    assert (alert.case_id, alert.reasons, alert.people_count, alert.cleared_on) == ("c1", ["many_people", "agencies_disagree"], 6, None)


async def test_figures_name_no_case_and_an_officer_sees_the_missed_steps_of_the_own_body_only(supervision: Living) -> None:
    await supervision.feed([make.lodged(people_count=5, place="80"), make.missed()])
    async with supervision.client(Role.POLICE) as police, supervision.client(Role.OFFICER, make.HOME) as officer:
        assert (await police.get("/alerts/figures")).json() == {
            "standing": 1, "by_reason": {"many_people": 1}, "by_holder": {make.HOME: 1}, "by_place": {"80": 1},
        }  # fmt: skip
        own = (await officer.get("/missed-steps")).json()
        assert [(line["case_id"], line["step"]) for line in own] == [("c1", "settle")]
        assert (await officer.get("/missed-steps", params={"holder": make.OTHER})).status_code == 403
        assert (await officer.get("/alerts/figures")).status_code == 403
