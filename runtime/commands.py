"""The runtime's own commands: serve, migrate, token, schemas, parked, keys."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import sys
from contextlib import suppress
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from contracts.vocabulary import Role
from runtime import auth, calling
from runtime.settings import SERVICES, KafkaSettings, Settings, home
from runtime.stop import CannotGoOn, WrongWish

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

    from runtime.service import Service

NO_SERVICE = f"There is no service {{name!r}}; there are {', '.join(SERVICES)}."
_CASE_ID_LENGTH, _CASE_ID_DASHES = 36, 4
parked_app = typer.Typer(help="Records that could not be applied: list, show, apply again.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the runtime's commands."""
    for command in (serve, token, keys, trace):
        app.command()(command)
    app.command("migrate")(migrate_databases)
    app.command()(schemas)
    app.add_typer(parked_app, name="parked")


def service_named(name: str) -> Service:
    """The service that an installed package offers under this name."""
    for point in entry_points(group="dannguyen.services", name=name):
        return cast("Service", point.load())
    raise WrongWish(NO_SERVICE.format(name=name))


def known(name: str) -> str:
    """The name of a service. Raises WrongWish when there is none of that name."""
    if name not in SERVICES:
        raise WrongWish(NO_SERVICE.format(name=name))
    return name


def serve(name: Annotated[str, typer.Argument(help="intake, routing, supervision, reporting or gateway")]) -> None:
    """Run one service until SIGTERM. What stands in the way of its start is said in one sentence."""
    import uvloop

    from runtime import logs, telemetry

    os.umask(0o077)
    settings = Settings.read(name)
    logs.start(settings.log_level)
    telemetry.start(settings)
    service = service_named(name).use(settings)
    problem = None
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        problem = runner.run(_serve(service, settings))
    if problem:
        typer.echo(problem, err=True)
        raise typer.Exit(1)


async def _serve(service: Service, settings: Settings) -> str | None:
    import uvicorn

    from runtime.database import DatabaseDown

    try:
        await service.open()
    except (CannotGoOn, DatabaseDown, SystemExit) as refused:
        return f"{service.name}: {refused}"
    server = uvicorn.Server(web_server(service.app(), settings))
    try:
        await server.serve()
    except SystemExit:
        return f"{service.name}: port {settings.port} of {settings.host} is taken"
    return None if server.started else f"{service.name}: could not start on port {settings.port}"


def web_server(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How the service is served. Who asks is whoever connects, unless that is a proxy the operator trusts."""
    import uvicorn

    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
    )


def token(
    role: Annotated[Role, typer.Argument(help="what the holder may be")],
    agency: Annotated[str, typer.Option(help="code of the agency the holder acts for")] = "",
    officer: Annotated[str, typer.Option(help="pseudonym of the officer")] = "",
    seconds: Annotated[int, typer.Option(help="for how long")] = auth.DEFAULT_SECONDS,
) -> None:
    """Print a signed token for local use. It lives twelve hours at most."""
    if seconds < 1:
        raise WrongWish(f"A token lives at least a second, not {seconds}.")
    if role is Role.OFFICER and not agency:
        raise WrongWish("An officer acts for an agency: name its code with --agency.")
    if agency and agency not in _agencies():
        raise WrongWish(f"There is no agency {agency!r}; the codes stand in law/data/bodies.csv.")
    folder = auth.make_keys(home())
    needs_name = role in (Role.OFFICER, Role.SUPERVISOR, Role.POLICE, Role.OPERATOR)
    pseudonym = officer or (f"local-{role.value}" if needs_name else None)
    typer.echo(auth.issue(folder, role, agency=agency, officer=pseudonym, seconds=seconds))


def _agencies() -> set[str]:
    """The codes of all bodies there ever were, from the table alone: the runtime knows no law."""
    text = files("law").joinpath("data/bodies.csv").read_text("utf-8")
    return {line["code"] for line in csv.DictReader(text.splitlines())}


def keys() -> None:
    """Make the keys that are missing and print their folder."""
    typer.echo(str(auth.make_keys(home())))


def migrate_databases(
    service: Annotated[str | None, typer.Argument(help="one service, or all")] = None,
    topics: Annotated[bool, typer.Option(help="make Kafka's topics too")] = False,
    make: Annotated[str, typer.Option(help="write a new revision with this message instead")] = "",
) -> None:
    """Bring databases (and topics) to the newest revision. Safe to repeat."""
    from runtime import kafka, migrate

    os.umask(0o077)
    for name in (known(service),) if service else SERVICES:
        url = Settings.read(name).database_url
        if make:
            typer.echo(migrate.make(url, name, make))
            continue
        typer.echo(f"{name}: {', '.join(migrate.upgrade(url, name))}")
    if topics:
        made = asyncio.run(kafka.create_topics(KafkaSettings.read()))
        typer.echo(f"topics: {', '.join(made) if made else 'all there'}")


def schemas(
    check: Annotated[bool, typer.Option(help="change nothing; fail when something is out of date or not compatible")] = False,
    folder: Annotated[Path, typer.Option(help="the project's folder")] = Path(),
) -> None:
    """Write the JSON Schemas, the AsyncAPI document and the list of facts from the contracts."""
    from contracts import schemas as generator

    problems = generator.check(folder) if check else generator.write(folder)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)


def _operator(service: str, method: str, path: str, body: object = None) -> Any:
    return calling.ask(known(service), method, path, body)


def trace(
    code: Annotated[str, typer.Argument(help="a receipt code or a case id")],
    as_json: Annotated[bool, typer.Option("--json", help="the spans as JSON")] = False,
) -> None:
    """Show everything that was done about one petition: each act as a tree across services, with the address of its page."""
    from runtime import traceview

    case_id = code if len(code) == _CASE_ID_LENGTH and code.count("-") == _CASE_ID_DASHES else _case_of(code)
    found = traceview.traces_of(case_id)
    if not found:
        raise CannotGoOn(traceview.why_none(case_id))
    if as_json:
        _print(found, as_json=True)
        return
    for spans in found:
        typer.echo("\n".join(traceview.lines(spans)))
    typer.echo(f"{len(found)} traces of case {case_id}")


def _case_of(code: str) -> str:
    return str(calling.ask("intake", "POST", "/receipts/open", {"code": code})["case_id"])


def _print(value: Any, as_json: bool) -> None:
    if as_json or not isinstance(value, list):
        json.dump(value, sys.stdout, ensure_ascii=False, indent=None if as_json else 2)
        sys.stdout.write("\n")
        return
    for line in value:
        typer.echo("  ".join(str(line[name]) for name in ("event_id", "topic", "partition", "offset", "case_id", "status", "reason")))
    typer.echo(f"{len(value)} parked or waiting")


@parked_app.command("list")
def parked_list(service: str, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """The parked and waiting records of a running service."""
    _print(_operator(service, "GET", "/parked"), as_json)


@parked_app.command("show")
def parked_show(service: str, event_id: str, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """One parked record: headers, body, reason."""
    _print(_operator(service, "GET", f"/parked/{event_id}"), as_json)


@parked_app.command("redrive")
def parked_redrive(service: str, event_id: str, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Apply a parked record again, and those of its case that wait behind it."""
    _print(_operator(service, "POST", f"/parked/{event_id}/redrive"), as_json)


@parked_app.command("skip")
def parked_skip(
    service: str,
    event_id: str,
    why: Annotated[str, typer.Option(help="the reason, for those who look later")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Give a record up for good, with a reason; its bytes stay, and what waited behind it is applied."""
    _print(_operator(service, "POST", f"/parked/{event_id}/skip", {"why": why}), as_json)
