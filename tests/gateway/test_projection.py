"""The read model as a function of the facts."""

import itertools
from datetime import date
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from contracts.cases import CaseReopened, CaseSettled, CaseSuspended, DecisionSent, NoticeSent, StepDue, StepMissed, TermDue, TermMissed
from contracts.event import FACTS, Event
from contracts.petitions import PetitionLinked, PetitionWithdrawn
from contracts.vocabulary import Kind, Outcome, Role, Step
from gateway import models, projection
from runtime.database import Query
from runtime.facts import Handlers
from tests.gateway.world import WARD, World, accepted, assigned, classified, hotspot, lodged, missed, open_world, stamped

_TABLES = (models.Case, models.Concern, models.Entry, models.Alert, models.Count)


async def rows(world: World) -> dict[str, list[tuple[object, ...]]]:
    """The whole read model; cells that count nothing left out."""
    found = {}
    for model in _TABLES:
        query = sa.select(*model.table.c).order_by(*model.table.primary_key.columns)
        lines = await world.service.db.rows(Query(query))
        found[model.table.name] = [line for line in lines if model is not models.Count or line[-2] or line[-1]]
    return found


def test_every_published_fact_has_its_place_in_the_read_model() -> None:
    assert set(Handlers.of(projection).by_type) == {name.encode() for name in FACTS}


async def test_facts_of_different_topics_commute(tmp_path: Path) -> None:
    petitions = [lodged("c1"), classified("c1", kind=Kind.DENUNCIATION)]
    cases = [assigned("c1"), missed("c1", 2), accepted("c1", 3)]
    oversight = [hotspot("c1")]
    outcomes = []
    for number, order in enumerate(_interleavings(petitions, cases, oversight)):
        home = tmp_path / str(number)
        home.mkdir()
        async with open_world(home, f"sqlite:///{home / 'gateway.db'}") as world:
            for fact in order:
                await world.tell(fact)
            outcomes.append(await rows(world))
    assert len(outcomes) == 6
    assert all(one == outcomes[0] for one in outcomes)


def _interleavings(*topics: list[Event]) -> list[list[Event]]:
    return [list(itertools.chain(*order)) for order in itertools.permutations(topics)]


async def test_one_batch_leaves_what_single_facts_leave(tmp_path: Path, world: World) -> None:
    facts = [lodged("c1"), assigned("c1"), classified("c1"), lodged("c2", kind=Kind.FEEDBACK), accepted("c1"), missed("c1"), hotspot("c1")]
    await world.tell(*facts)
    async with open_world(tmp_path, f"sqlite:///{tmp_path / 'single.db'}") as single:
        for fact in facts:
            await single.tell(fact)
        assert await rows(single) == await rows(world)


async def test_the_counts_add_up_to_the_letters_seen(world: World) -> None:
    await world.tell(*(lodged(f"c{number}") for number in range(7)), *(assigned(f"c{number}") for number in range(4)), missed("c0", 2))
    counts = await world.service.db.rows(Query(sa.select(models.Count.table.c.status, models.Count.table.c.n, models.Count.table.c.missed)))
    assert {(status.value, n, steps) for status, n, steps in counts} == {("received", 3, 0), ("assigned", 4, 1)}


@pytest.mark.parametrize(
    ("is_whole", "is_coerced", "status"), [(True, False, "WITHDRAWN"), (False, False, "ASSIGNED"), (True, True, "ASSIGNED")]
)
async def test_only_a_whole_and_free_withdrawal_ends_a_matter(world: World, is_whole: bool, is_coerced: bool, status: str) -> None:
    withdrawn = stamped(PetitionWithdrawn(case_id="c1", is_whole=is_whole, is_coerced=is_coerced), 2)
    await world.tell(lodged("c1"), assigned("c1"), withdrawn)
    assert (await world.data('{petition(caseId:"c1"){status}}'))["petition"]["status"] == status


@pytest.mark.parametrize("is_withdrawal_first", [True, False])
async def test_a_matter_taken_up_again_after_a_coerced_withdrawal_is_open_whichever_topic_comes_first(
    world: World, is_withdrawal_first: bool
) -> None:
    withdrawn = stamped(PetitionWithdrawn(case_id="c1", is_whole=True, is_coerced=False), 2)
    again = stamped(CaseReopened(case_id="c1", ground="coerced", document="1/BC", law="LKN 10.3", step=None, due_on=None), 2)
    await world.tell(lodged("c1"), assigned("c1"), *((withdrawn, again) if is_withdrawal_first else (again, withdrawn)))
    assert (await world.data('{petition(caseId:"c1"){status}}'))["petition"]["status"] == "ASSIGNED"


async def test_a_case_that_routing_settled_stays_settled_when_the_letter_is_withdrawn_later(world: World) -> None:
    settled = CaseSettled(case_id="c1", holder=WARD, outcome=Outcome.RIGHT, document="1/QĐ", due_on=None, was_late=False, law="LKN 31")
    withdrawn = stamped(PetitionWithdrawn(case_id="c1", is_whole=True, is_coerced=False), 2)
    await world.tell(lodged("c1"), assigned("c1"), stamped(settled, 2), withdrawn)
    found = await world.data('{case(caseId:"c1"){status dueOn outcome}}')
    assert found["case"] == {"status": "SETTLED", "dueOn": None, "outcome": "RIGHT"}


async def test_a_repeated_letter_names_the_case_it_joins(world: World) -> None:
    linked = stamped(PetitionLinked(case_id="c2", founding_case_id="c1", received_by=WARD), 2)
    await world.tell(lodged("c1"), lodged("c2"), linked)
    found = await world.data('{petition(caseId:"c2"){status foundingCase{caseId}}}', Role.OFFICER)
    assert found["petition"] == {"status": "LINKED", "foundingCase": {"caseId": "c1"}}


def told(kind: type[StepDue | StepMissed | TermDue | TermMissed], step: Step, due_on: date, seq: int = 1) -> Event:
    """Routing tells that a step is due or was missed."""
    about = {"case_id": "c1", "holder": WARD, "step": step, "due_on": due_on, "rule": "r", "law": "LKN 27"}
    return stamped(kind(**about), seq)  # type: ignore[arg-type]


CLOCK = '{case(caseId:"c1"){step dueOn isOverdue missedCount} petitions(filter:{isOverdue:true}){totalCount}}'


async def clock(world: World) -> tuple[str | None, str | None, bool, int]:
    """The step shown, its day, whether it is over; the list of what is overdue agrees."""
    found = await world.data(CLOCK)
    case = found["case"]
    assert found["petitions"]["totalCount"] == case["isOverdue"]
    return case["step"], case["dueOn"], case["isOverdue"], case["missedCount"]


async def test_a_letter_nobody_classified_in_time_is_overdue_until_it_is_classified(world: World) -> None:
    await world.tell(lodged("c1"))
    assert await clock(world) == (None, None, False, 0)
    await world.tell(told(StepDue, Step.CLASSIFY, date(2026, 8, 5)))
    assert await clock(world) == ("CLASSIFY", "2026-08-05", False, 0)
    await world.tell(told(StepMissed, Step.CLASSIFY, date(2026, 7, 17), 2))
    assert await clock(world) == ("CLASSIFY", "2026-07-17", True, 1)
    await world.tell(classified("c1"))
    assert await clock(world) == (None, None, False, 1)
    await world.tell(told(TermMissed, Step.PROCESS, date(2026, 7, 30), 3), assigned_without_clock(4))
    assert await clock(world) == ("PROCESS", "2026-07-30", True, 2)
    await world.tell(accepted("c1", 5))
    assert await clock(world) == ("SETTLE", "2026-08-20", False, 2)


def assigned_without_clock(seq: int) -> Event:
    """Routing names the holder; the clock of acceptance ran already."""
    return stamped(msgspec.structs.replace(assigned("c1"), step=None, due_on=None), seq)


async def test_steps_after_settlement_are_shown_when_told_of_and_until_taken(world: World) -> None:
    settled = CaseSettled(case_id="c1", holder=WARD, outcome=Outcome.RIGHT, document="1/QĐ", due_on=None, was_late=False, law="LKN 31")
    await world.tell(lodged("c1"), accepted("c1"), stamped(settled, 2), told(StepMissed, Step.SEND_DECISION, date(2026, 7, 20), 3))
    assert await clock(world) == ("SEND_DECISION", "2026-07-20", True, 1)
    sent = DecisionSent(case_id="c1", document="2/GT", law="LKN 31")
    await world.tell(stamped(sent, 4))
    assert await clock(world) == (None, None, False, 1)
    await world.tell(told(TermDue, Step.ENFORCE_JUDGMENT, date(2026, 8, 10), 5))
    assert await clock(world) == ("ENFORCE_JUDGMENT", "2026-08-10", False, 1)


async def test_the_day_of_settlement_is_not_hidden_by_a_duty_beside_it(world: World) -> None:
    await world.tell(lodged("c1"), accepted("c1"), told(StepMissed, Step.NOTIFY_ACCEPTANCE, date(2026, 7, 20), 3))
    assert await clock(world) == ("SETTLE", "2026-08-20", False, 1)


async def test_a_notice_of_suspension_is_shown_until_it_is_sent(world: World) -> None:
    suspended = CaseSuspended(case_id="c1", ground="g", document="3/QĐ", law="LTC 34")
    await world.tell(lodged("c1"), accepted("c1"), stamped(suspended, 3), told(StepMissed, Step.SEND_NOTICE, date(2026, 7, 20), 4))
    assert await clock(world) == ("SEND_NOTICE", "2026-07-20", True, 1)
    await world.tell(stamped(NoticeSent(case_id="c1", step=Step.SEND_NOTICE, document="4/TB", law="LTC 34"), 5))
    assert await clock(world) == ("SETTLE", None, False, 1)


@pytest.mark.parametrize("facts", list(itertools.permutations(["classify", "process", "accept"])))
async def test_which_step_is_shown_does_not_hang_on_when_intake_is_heard(tmp_path: Path, facts: tuple[str, ...]) -> None:
    kinds = {"classify": (StepMissed, Step.CLASSIFY), "process": (TermMissed, Step.PROCESS), "accept": (StepDue, Step.ACCEPT)}
    cases = [told(*kinds[name], date(2026, 7, 20), number) for number, name in enumerate(facts, 1)]
    petitions = [lodged("c1"), classified("c1")]
    outcomes = []
    for cut in range(len(cases) + 1):
        home = tmp_path / str(cut)
        home.mkdir()
        async with open_world(home, f"sqlite:///{home / 'gateway.db'}") as world:
            await world.tell(*cases[:cut], *petitions, *cases[cut:])
            outcomes.append(await rows(world))
    assert all(one == outcomes[0] for one in outcomes)
