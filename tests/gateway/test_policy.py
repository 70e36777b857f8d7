"""Who may see what: no field without a rule, and the rules hold in every answer."""

from typing import Any

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType

from contracts.vocabulary import Kind, Role
from gateway import models, policy
from gateway.plans import type_name_of
from gateway.policy import GUARDED_ROLES, NEVER, Unguarded, Viewer
from gateway.schema import core
from gateway.schema.sources import SOURCE, column, shown
from tests.gateway.test_plans import VIEWERS, by_plan, engine_of, fill
from tests.gateway.world import PROVINCE, WARD, World, assigned, hotspot, lodged
from tests.gateway.writing import Writer

ALL_ROLES = set(GUARDED_ROLES)
IDENTITY = {"name", "full_name", "address", "phone", "email", "id_number"}
PERSONAL = IDENTITY | {"subject_ref", "text", "petitioner", "gender", "age", "ethnicity"}


def object_types() -> list[GraphQLObjectType]:
    """The types of the schema that have fields of ours."""
    return [kind for name, kind in core().type_map.items() if isinstance(kind, GraphQLObjectType) and not name.startswith("__")]


def test_every_field_of_the_schema_has_a_rule_and_words() -> None:
    seen = set()
    for kind in object_types():
        for field in kind.fields.values():
            name = (type_name_of(kind), field.extensions["strawberry-definition"].python_name)
            found = policy.rule(*name)
            assert set(found.sight) == ALL_ROLES, name
            assert found.vi, name
            assert found.en, name
            seen.add(name)
    assert set(policy.rules()) == seen, "rules without a field"


def test_a_field_without_a_rule_stops_the_build() -> None:
    with pytest.raises(Unguarded, match=r"Secret\.diary"):

        @shown
        class Secret:
            diary: str = column("diary")


def test_a_column_that_no_source_names_is_not_readable() -> None:
    sources = {
        one.extensions["strawberry-definition"].metadata.get(SOURCE) for kind in object_types() for one in kind.fields.values()
    }
    named = {source.name for source in sources if hasattr(source, "name")}
    assert not named & {"subject_ref", "text"}


def test_a_field_that_some_reader_of_its_type_may_not_see_is_nullable() -> None:
    for kind in object_types():
        names = {name: one.extensions["strawberry-definition"].python_name for name, one in kind.fields.items()}
        rules = {name: policy.rule(type_name_of(kind), python_name) for name, python_name in names.items()}
        readers = {role for role in GUARDED_ROLES if any(rule.seen_by(role) != NEVER for rule in rules.values())}
        for name, one in kind.fields.items():
            is_hidden = any(rules[name].seen_by(role) != policy.ALWAYS for role in readers)
            is_list_or_page = "[" in str(one.type) or "Connection" in str(one.type) or kind.name in ("Mutation", "Subscription")
            assert not (is_hidden and isinstance(one.type, GraphQLNonNull)) or is_list_or_page, f"{kind.name}.{name}"


@pytest.mark.parametrize("model", [models.Alert, models.Count, models.Case, models.Entry, models.Report, models.ReportColumn])
def test_no_table_of_the_read_model_has_a_column_about_who_a_person_is(model: Any) -> None:
    assert not PERSONAL & {column.name for column in model.table.columns}


def test_the_schema_has_no_field_about_who_a_petitioner_is_except_in_the_form_of_a_letter() -> None:
    for kind in object_types():
        if kind.name != "Agency":
            assert not {"name", "fullName", "address", "phone", "email", "idNumber", "subjectRef", "text"} & set(kind.fields), kind.name


async def test_an_officer_sees_the_matters_its_agency_touched_and_no_other(world: World) -> None:
    await fill(world)
    found = await world.data("{petitions(first:100){edges{node{caseId}}}}", agency=PROVINCE)
    assert {edge["node"]["caseId"] for edge in found["petitions"]["edges"]} == {"c2", "c4"}


@pytest.mark.parametrize(
    ("role", "agency", "knows"),
    [
        (Role.OFFICER, WARD, True),
        (Role.OFFICER, PROVINCE, False),
        (Role.SUPERVISOR, "HDND-19", True),
        (Role.SUPERVISOR, "HDND-80", False),
        (Role.OPERATOR, "", True),
    ],
)
async def test_the_law_is_not_told_about_a_case_that_one_may_not_see(
    world: World, monkeypatch: pytest.MonkeyPatch, role: Role, agency: str, knows: bool
) -> None:
    monkeypatch.setenv("URL__ROUTING", "http://127.0.0.1:1")
    await world.tell(lodged("c9"), assigned("c9"))
    text = """{case(caseId:"c9"){caseId} nextSteps(caseId:"c9"){... on Refusal{code}} explain(caseId:"c9"){... on Refusal{code}}}"""
    found = await world.data(text, role, agency)
    assert (found["case"] is not None) is knows
    code = "service_unavailable" if knows else "case_not_found"
    assert (found["nextSteps"]["code"], found["explain"]["code"]) == (code, code)


async def test_a_citizen_sees_the_own_matter_and_no_other(world: World) -> None:
    await fill(world)
    text = """{own: petition{caseId} same: petition(caseId:"c1"){number}
               other: petition(caseId:"c2"){number} none: petition(caseId:"x"){number}}"""
    found = await world.data(text, Role.CITIZEN, "", case_id="c1")
    assert found == {"own": {"caseId": "c1"}, "same": {"number": "N-c1"}, "other": None, "none": None}


async def test_what_is_absent_and_what_is_not_allowed_look_the_same(world: World) -> None:
    await world.tell(lodged("c1", received_by=PROVINCE))
    text = "query($id:ID){petition(caseId:$id){number} case(caseId:$id){status}}"
    hidden, absent = [await world.ask(text, id=case_id) for case_id in ("c1", "nothing")]
    assert hidden == absent == {"data": {"petition": None, "case": None}}


async def test_police_see_alerts_of_their_territory_and_nothing_else(world: World) -> None:
    await world.tell(lodged("c1"), assigned("c1"), hotspot("c1"))
    await world.tell(lodged("c2"), assigned("c2", holder="UBND-14"), hotspot("c2", holder="UBND-14"))
    text = """{alerts{edges{node{caseId peopleCount reasons case{status}}}} petitions{totalCount} case(caseId:"c1"){status}
               statistics{total} reports{totalCount}}"""
    found = await world.data(text, Role.POLICE, "CA-19")
    node = {"caseId": "c1", "peopleCount": 9, "reasons": ["MANY_PEOPLE"], "case": None}
    assert found == {
        "alerts": {"edges": [{"node": node}]},
        "petitions": {"totalCount": 0},
        "case": None,
        "statistics": None,
        "reports": {"totalCount": 0},
    }


async def test_every_reading_of_an_alert_is_recorded(world: World) -> None:
    await world.tell(lodged("c1"), assigned("c1"), hotspot("c1"))
    await world.data("{alerts{edges{node{peopleCount}}}}", Role.POLICE, "CA-19")
    await world.data('{case(caseId:"c1"){alert{reasons}} __schema{description}}', Role.SUPERVISOR, "HDND-19")
    await world.data("{alerts{totalCount}}", Role.POLICE, "CA-19")
    rows = await world.service.db.raw("SELECT role, agency, officer, case_ids FROM alert_readings ORDER BY read_at")
    assert rows == [("police", "CA-19", "cb-7", '["c1"]'), ("supervisor", "HDND-19", "cb-7", '["c1"]')]


async def test_the_office_denounced_is_not_told_to_those_who_only_watch(world: World) -> None:
    await world.tell(lodged("c1", kind=Kind.DENUNCIATION, author_agency=WARD), lodged("c2", author_agency=WARD))
    text = "{petitions{edges{node{caseId authorAgency{code}}}}}"
    found = await world.data(text, Role.SUPERVISOR, "HDND-19")
    assert [edge["node"]["authorAgency"] for edge in found["petitions"]["edges"]] == [{"code": WARD}, None]


async def test_a_filter_on_a_hidden_field_finds_nothing(world: World) -> None:
    await world.tell(lodged("c1"))
    text = "query($filter:PetitionFilter){petitions(filter:$filter){totalCount}}"
    counts = [(await world.data(text, Role.OPERATOR, "", filter=one))["petitions"]["totalCount"] for one in ({}, {"kind": ["COMPLAINT"]})]
    assert counts == [1, 0]


async def test_roles_without_a_column_in_the_policy_are_turned_away(world: World) -> None:
    answer = await world.ask("{viewer{role}}", Role.SYSTEM, "")
    assert answer["errors"][0]["extensions"]["code"] == "role_not_allowed"


async def test_no_viewer_gets_from_any_document_what_its_rows_or_fields_forbid(world: World) -> None:
    """A crawl: every matter of the province is marked; only its officers and those who watch it may ever see the mark."""
    mark = "PLOT-7731"
    await world.tell(*(lodged(f"m{number}", received_by=PROVINCE, object_ref=mark) for number in range(3)))
    engine, writer = engine_of(world), Writer(11)
    strangers = (Role.ANONYMOUS, Role.CITIZEN, Role.POLICE, Role.OPERATOR)
    blind = [viewer for viewer in VIEWERS if viewer.role in strangers or viewer.agency == WARD]
    texts = [writer.query(depth=3, only=name) for name in ("petitions", "petition", "case", "alerts", "statistics") for _ in range(12)]
    texts.append("{petitions(first:100){edges{node{objectRef}}}}")
    for text in texts:
        for viewer in blind:
            assert mark not in str(await by_plan(engine, text, viewer)), (viewer, text)
    assert mark in str(await by_plan(engine, texts[-1], Viewer(Role.OFFICER, agency=PROVINCE)))


