"""A compiled plan answers what the ordinary executor answers, for every viewer."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from graphql import OperationType

from contracts.cases import PetitionForwarded, PetitionGuided
from contracts.petitions import PetitionLinked
from contracts.reports import ReportPublished
from contracts.vocabulary import AuthorRole, Kind, Role
from gateway.asking import Asking
from gateway.assembly import agency_of
from gateway.execution import Engine
from gateway.policy import Viewer
from gateway.reading import Reader
from gateway.schema import core, schema
from gateway.schema.mutations import Refusal
from law import bodies
from tests.gateway.world import PROVINCE, TODAY, WARD, World, accepted, assigned, classified, hotspot, lodged, missed, open_world, stamped
from tests.gateway.writing import Writer

VIEWERS = [
    Viewer(Role.ANONYMOUS),
    Viewer(Role.CITIZEN, case_id="c1"),
    Viewer(Role.OFFICER, agency=WARD),
    Viewer(Role.OFFICER, agency=PROVINCE),
    Viewer(Role.SUPERVISOR, agency="HDND-19"),
    Viewer(Role.SUPERVISOR, agency="MTTQ-TW"),
    Viewer(Role.SUPERVISOR, agency="NOBODY-1"),
    Viewer(Role.POLICE, agency="CA-19"),
    Viewer(Role.OPERATOR),
]


async def fill(world: World) -> None:
    """Matters of every kind in several states, an alert, a report."""
    author = {"author_role": AuthorRole.COMMUNE_CHAIR, "author_agency": WARD, "object_ref": "QD-12"}
    denounced: dict[str, Any] = {"kind": Kind.DENUNCIATION, **author}
    forwarded = PetitionForwarded(case_id="c4", sender=WARD, holder=PROVINCE, document="3/PC", law="LTC 24", step=None, due_on=None)
    guided = PetitionGuided(case_id="c5", competent=PROVINCE, document="4/HD", law="TT07 8")
    linked = PetitionLinked(case_id="c6", founding_case_id="c1", received_by=WARD)
    report = ReportPublished(
        case_id="r1", form="01/XLD", agency=WARD, from_on=date(2026, 7, 1), to_on=date(2026, 7, 31), columns={"1": 3, "2": 0}
    )
    await world.tell(
        *[lodged("c1"), assigned("c1"), accepted("c1"), missed("c1"), hotspot("c1"), classified("c1", people_count=9)],
        *[lodged("c2", received_by=PROVINCE, received_on=date(2026, 7, 20)), assigned("c2", holder=PROVINCE)],
        *[lodged("c3", **denounced), assigned("c3")],
        *[lodged("c4", **denounced, received_on=date(2026, 7, 20)), stamped(forwarded, 1)],
        *[lodged("c5"), stamped(guided, 1), lodged("c6"), stamped(linked, 2)],
        *[assigned("c7"), stamped(report, 1)],
    )


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.connected)])
async def filled(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A gateway with data on each database."""
    url = f"sqlite:///{tmp_path / 'gateway.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")("gateway")
    async with open_world(tmp_path, url) as world:
        await fill(world)
        yield world


def engine_of(world: World) -> Engine:
    """The engine inside the served application."""
    found: Engine = world.service.app().routes[-1].endpoint.__self__._engine()  # type: ignore[attr-defined]
    return found


async def by_plan(engine: Engine, text: str, viewer: Viewer) -> object:
    """The data of a plan; None when there is no plan."""
    document = engine.documents.read(text)
    assert document.errors == []
    operation = document.operation(None)
    assert operation is not None
    assert operation.operation is OperationType.QUERY
    variables = engine.variables(operation, {})
    assert not isinstance(variables, list)
    asking = Asking(viewer, TODAY, variables)
    statement = engine.plan(text, document, operation, asking)
    assert statement is not None
    data = await engine.data(statement, statement.values(asking), asking)
    assert data is not None
    return msgspec.json.decode(data)


async def by_executor(engine: Engine, text: str, viewer: Viewer) -> object:
    """The data of the ordinary executor."""

    class Context:
        reader = Reader(engine.service.db, Asking(viewer, TODAY), engine.cursors)

    result = await schema().execute(text, context_value=Context())
    assert result.errors is None, (result.errors, text)
    return msgspec.json.decode(msgspec.json.encode(result.data))


@pytest.mark.parametrize("seed", range(5))
async def test_plans_and_the_ordinary_executor_give_equal_answers(filled: World, seed: int) -> None:
    engine, writer = engine_of(filled), Writer(seed)
    compared = 0
    for _ in range(8):
        text = writer.query()
        for viewer in VIEWERS:
            assert await by_plan(engine, text, viewer) == await by_executor(engine, text, viewer), (viewer, text)
            compared += 1
    assert compared == 72


async def test_members_come_in_the_order_they_were_asked_for(filled: World) -> None:
    found = await by_plan(engine_of(filled), '{case(caseId:"c1"){status caseId isOpen} viewer{role}}', VIEWERS[2])
    assert isinstance(found, dict)
    assert [list(found), list(found["case"])] == [["case", "viewer"], ["status", "caseId", "isOpen"]]


async def test_a_plan_is_made_once_for_a_scope_and_a_shape_of_variables(filled: World) -> None:
    engine = engine_of(filled)
    text = "query($id: ID, $filter: PetitionFilter) {petition(caseId: $id){caseId} petitions(filter: $filter){totalCount}}"
    for case_id, agency in (("c1", WARD), ("c2", PROVINCE)):
        await filled.data(text, agency=agency, id=case_id, filter={"kind": ["COMPLAINT"]})
    assert len(engine.plans) == 1
    await filled.data(text, id="c1", filter={"kind": ["COMPLAINT"], "isOpen": True})
    assert len(engine.plans) == 2


async def test_variables_reach_the_statement_as_parameters_and_never_as_text(filled: World) -> None:
    odd = "c1' OR '1'='1"
    found = await filled.data("query($id: ID){petition(caseId: $id){caseId}}", id=odd)
    assert found["petition"] is None
    statements = [plan.sql for plan in engine_of(filled).plans.values() if plan is not None]
    assert len(statements) == 1
    assert "OR '1'" not in statements[0]


async def test_skip_and_include_shape_the_answer(filled: World) -> None:
    text = 'query($yes: Boolean!){case(caseId:"c1"){caseId @skip(if:$yes) status @include(if:$yes)}}'
    assert (await filled.data(text, yes=True))["case"] == {"status": "ACCEPTED"}
    assert (await filled.data(text, yes=False))["case"] == {"caseId": "c1"}


async def test_pages_follow_each_other_without_gap_or_repeat(filled: World) -> None:
    text = "query($after: String){petitions(first: 2, after: $after){edges{node{caseId}} pageInfo{hasNextPage endCursor hasPreviousPage}}}"
    seen: list[str] = []
    after, more = None, True
    while more:
        page = (await filled.data(text, after=after))["petitions"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        seen += [edge["node"]["caseId"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == ["c4", "c6", "c5", "c3", "c1"]


async def test_the_order_by_due_date_ends_with_what_has_none_and_keeps_every_matter(filled: World) -> None:
    text = """query($after: String, $first: Int!){petitions(first: $first, after: $after, orderBy: DUE_SOONEST){
        totalCount edges{cursor node{caseId case{dueOn}}} pageInfo{hasNextPage startCursor endCursor}}}"""
    whole = (await filled.data(text, Role.SUPERVISOR, "MTTQ-TW", first=100))["petitions"]
    rows = [(edge["node"]["case"]["dueOn"] or "9999", edge["node"]["caseId"]) for edge in whole["edges"]]
    assert whole["totalCount"] == len(rows) == 6
    assert rows == sorted(rows)
    assert [due for due, _ in rows].count("9999") == 3
    assert [whole["pageInfo"][end] for end in ("startCursor", "endCursor")] == [whole["edges"][at]["cursor"] for at in (0, -1)]
    for first in (1, 2, 4):
        seen: list[str] = []
        after, more = None, True
        while more:
            page = (await filled.data(text, Role.SUPERVISOR, "MTTQ-TW", after=after, first=first))["petitions"]
            assert page["totalCount"] == 6
            seen += [edge["node"]["caseId"] for edge in page["edges"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert seen == [case_id for _, case_id in rows]


async def test_the_ordinary_executor_reads_pages_by_due_date_as_plans_do(filled: World) -> None:
    engine, viewer = engine_of(filled), Viewer(Role.OFFICER, agency=WARD)
    after = ""
    for _ in range(5):
        text = (
            f"{{petitions(first: 1{after}, orderBy: DUE_SOONEST){{totalCount edges{{node{{caseId}}}} pageInfo{{hasNextPage endCursor}}}}}}"
        )
        found = await by_plan(engine, text, viewer)
        assert isinstance(found, dict)
        assert found == await by_executor(engine, text, viewer)
        after = f', after: "{found["petitions"]["pageInfo"]["endCursor"]}"'
    assert found["petitions"]["pageInfo"]["hasNextPage"] is False


async def test_a_cursor_that_was_made_up_or_belongs_to_another_list_is_refused(filled: World) -> None:
    found = await filled.data("{agencies(first:1){pageInfo{endCursor}}}")
    other = found["agencies"]["pageInfo"]["endCursor"]
    for cursor in ("c1", "AAAA", other):
        answer = await filled.ask("query($after:String){petitions(after:$after){totalCount edges{node{caseId}}}}", after=cursor)
        assert answer["errors"][0]["extensions"]["code"] == "cursor_invalid"


@pytest.mark.parametrize("first", [-1, 0, 101])
async def test_a_page_has_one_to_a_hundred_nodes(filled: World, first: int) -> None:
    answer = await filled.ask("query($first:Int!){petitions(first:$first){edges{node{caseId}}}}", first=first)
    assert answer["errors"][0]["extensions"]["code"] == "page_size_invalid"
    assert answer["errors"][0]["path"] == ["petitions"]


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        ("first: -5", "page_size_invalid"),
        ("first: 0", "page_size_invalid"),
        ("first: 101", "page_size_invalid"),
        ('after: "abc"', "cursor_invalid"),
    ],
)
@pytest.mark.parametrize("asked", ["totalCount", "__typename", "pageInfo{hasPreviousPage}"])
async def test_a_page_that_cannot_be_is_refused_whatever_is_asked_of_it(filled: World, argument: str, code: str, asked: str) -> None:
    answer = await filled.ask(f"{{petitions({argument}){{{asked}}}}}")
    assert answer["errors"][0]["extensions"]["code"] == code


async def test_what_no_plan_can_answer_is_answered_in_the_ordinary_way(filled: World) -> None:
    found = await filled.data('{__schema{queryType{name}} case(caseId:"c1"){status}}')
    assert found == {"__schema": {"queryType": {"name": "Query"}}, "case": {"status": "ACCEPTED"}}


def test_every_body_finds_its_place_among_the_agencies() -> None:
    found = [agency_of(body) for body in bodies.every().values()]
    assert all(agency.province for agency in found if agency.unit)


def test_the_schema_names_every_word_in_capitals() -> None:
    kinds = [kind for name, kind in core().type_map.items() if hasattr(kind, "values") and not name.startswith("__")]
    assert all(word == getattr(value.value, "value", value.value).upper() for kind in kinds for word, value in kind.values.items())
    assert Refusal.__name__ == "Refusal"
