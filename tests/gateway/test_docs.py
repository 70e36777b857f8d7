"""The page about GraphQL and the snapshot of the schema say what the code does."""

import re
from pathlib import Path

from typer.testing import CliRunner

from contracts.vocabulary import Role
from gateway import limits
from gateway.commands import graphql_app
from gateway.documents import Documents
from gateway.schema import core, schema
from gateway.sockets import MOST_SUBSCRIPTIONS
from tests.gateway.test_plans import fill
from tests.gateway.world import WARD, World

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/graphql.md").read_text("utf-8")
EXAMPLES = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL)


def test_the_snapshot_of_the_schema_is_up_to_date() -> None:
    snapshot = (ROOT / "docs/schema.graphql").read_text("utf-8")
    assert snapshot == schema().as_str() + "\n", "run: dannguyen graphql schema --write"


def test_every_example_on_the_page_is_valid() -> None:
    documents = Documents(core())
    assert len(EXAMPLES) == 9
    for text in EXAMPLES:
        assert documents.read(text).errors == [], text


async def test_the_queries_on_the_page_are_answered(world: World) -> None:
    await fill(world)
    for text in EXAMPLES:
        if text.startswith("query"):
            found = await world.data(text, Role.OFFICER, WARD, **({"id": "c1"} if "$id" in text else {}))
            assert all(value is not None for value in found.values()), text


def test_the_page_tells_the_limits_that_hold() -> None:
    most = limits.MOST
    for line in (
        f"| tokens, depth, fields with fragments spread | {limits.MAX_TOKENS}, {most.depth}, {most.fields} |",
        f"| aliases, directives | {most.aliases}, {most.directives} |",
        f"nested pages multiplied) | {most.cost} |",
        f"| subscriptions a WebSocket, a process | {MOST_SUBSCRIPTIONS}, 5000 |",
    ):
        assert line in PAGE


def test_the_command_line_shows_schema_policy_and_plans() -> None:
    run = CliRunner().invoke
    assert "type Petition" in run(graphql_app, ["schema"]).output
    assert "Petition.authorAgency"[:9] in run(graphql_app, ["policy"]).output
    shown = run(graphql_app, ["plan", '{case(caseId: "c1"){status}}', "--agency", WARD])
    assert shown.output.startswith("SELECT json_object('case'")
    assert run(graphql_app, ["plan", "{nothing}"]).exit_code == 1
