"""``dannguyen graphql``: the schema, the policy as a table, a question to the running gateway, the statement behind a document."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.vocabulary import Role
from runtime.stop import WrongWish

graphql_app = typer.Typer(no_args_is_help=True, help="Lược đồ, quyền xem và truy vấn GraphQL · schema, policy and queries.")
SNAPSHOT = Path("docs/schema.graphql")

Agency = Annotated[str, typer.Option(help="code of the agency the viewer acts for")]
Document = Annotated[str, typer.Argument(help="a GraphQL document, or - for standard input")]


def register(app: typer.Typer) -> None:
    """Bring ``dannguyen graphql`` to the command line."""
    app.add_typer(graphql_app, name="graphql")


@graphql_app.command()
def schema(
    check: Annotated[bool, typer.Option(help=f"change nothing; fail when {SNAPSHOT} is out of date")] = False,
    write: Annotated[bool, typer.Option(help=f"write {SNAPSHOT}")] = False,
) -> None:
    """Print the schema, or keep its snapshot up to date."""
    from gateway.schema import schema as built

    text = built().as_str() + "\n"
    if write:
        SNAPSHOT.write_text(text, "utf-8")
    elif check:
        if not SNAPSHOT.exists() or SNAPSHOT.read_text("utf-8") != text:
            typer.echo(f"{SNAPSHOT} is out of date: run dannguyen graphql schema --write", err=True)
            raise typer.Exit(1)
    else:
        typer.echo(text, nl=False)


@graphql_app.command()
def policy(as_json: Annotated[bool, typer.Option("--json", help="as JSON")] = False) -> None:
    """Who may see which field: + yes, - no, d not while the matter is a denunciation."""
    from gateway.policy import GUARDED_ROLES, rules

    if as_json:
        named = [({"type": kind, "field": field}, rule.sight) for (kind, field), rule in rules().items()]
        found = [{**name, **{role.value: right for role, right in sight.items()}} for name, sight in named]
        json.dump(found, sys.stdout, ensure_ascii=False)
        sys.stdout.write("\n")
        return
    typer.echo(f"{'':34}" + " ".join(f"{role.value:>10}" for role in GUARDED_ROLES))
    for (kind, field), rule in rules().items():
        typer.echo(f"{kind + '.' + field:34}" + " ".join(f"{rule.seen_by(role):>10}" for role in GUARDED_ROLES) + f"   {rule.vi}")


@graphql_app.command()
def ask(
    document: Document,
    role: Annotated[Role, typer.Option(help="as whom")] = Role.OPERATOR,
    agency: Agency = "",
    case_id: Annotated[str, typer.Option(help="the case of a citizen")] = "",
    variables: Annotated[str, typer.Option(help="variables as JSON")] = "{}",
) -> None:
    """Ask the running gateway; for local use, with a token of one minute."""
    from runtime import auth, calling
    from runtime.settings import address_of, home

    officer = None if role in (Role.ANONYMOUS, Role.CITIZEN) else f"local-{role.value}"
    token = auth.issue(home() / "keys", role, agency=agency, officer=officer, case_id=case_id or None, seconds=60)
    body = {"query": _text(document), "variables": _variables(variables)}
    headers = {**calling.bearer(token), "accept": "application/graphql-response+json"}
    answer = calling.call("POST", f"{address_of('gateway')}/graphql", "gateway", json=body, headers=headers)
    _show(answer.json())
    if "errors" in answer.json():
        raise typer.Exit(1)


@graphql_app.command()
def plan(
    document: Document,
    role: Annotated[Role, typer.Option(help="for whom")] = Role.OFFICER,
    agency: Agency = "",
    database: Annotated[str, typer.Option(help="sqlite or postgresql")] = "sqlite",
    variables: Annotated[str, typer.Option(help="variables as JSON")] = "{}",
) -> None:
    """Print the one statement that answers a document for a viewer."""
    from graphql.execution.values import get_variable_values
    from sqlalchemy.dialects import registry

    from gateway.asking import Asking
    from gateway.cursors import Cursors
    from gateway.documents import Documents
    from gateway.plans import compile_query
    from gateway.policy import Viewer
    from gateway.schema import core

    found = Documents(core()).read(_text(document))
    operation = found.operation(None)
    root = core().query_type
    if found.errors or operation is None or root is None:
        typer.echo("\n".join(error.message for error in found.errors), err=True)
        raise typer.Exit(1)
    given = get_variable_values(core(), operation.variable_definitions or (), _variables(variables))
    if isinstance(given, list):
        typer.echo("\n".join(error.message for error in given), err=True)
        raise typer.Exit(1)
    asking = Asking(Viewer(role, agency), date.today(), given)  # noqa: DTZ011  # only the shape of the statement matters
    dialect = registry.load("postgresql.asyncpg" if database == "postgresql" else "sqlite")()
    typer.echo(compile_query(operation, found.fragments, root, asking, Cursors(b""), dialect).sql)


def _text(document: str) -> str:
    return sys.stdin.read() if document == "-" else document


def _variables(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise WrongWish("--variables must be a JSON object.")
    return found


def _show(value: Any) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
