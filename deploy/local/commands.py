"""The commands that run a whole platform on this machine: up, status, stop, clean."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from deploy.local import postgres, serving, status, up
from deploy.local import state as states
from deploy.local.problem import CannotStart
from runtime.settings import home

STOP_S: Final = 15.0
MODULE: Final = "deploy.local.up"


class DatabaseKind(StrEnum):
    """Where the services keep their data."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


def register(app: typer.Typer) -> None:
    """Add the commands of the local platform."""
    app.command("up")(start)
    app.command("status")(show)
    app.command()(stop)
    app.command()(clean)


def start(
    db: Annotated[DatabaseKind | None, typer.Option(help="sqlite or postgres; default: what the folder has, sqlite at first")] = None,
    demo: Annotated[bool, typer.Option(help="fill an empty platform with a past and feed it gently")] = True,
    instances: Annotated[int, typer.Option(min=1, help="processes of each service (PostgreSQL only)")] = 1,
    zipkin: Annotated[bool, typer.Option(help="start the trace viewer")] = True,
    detach: Annotated[bool, typer.Option(help="return once the platform is ready and leave it running")] = False,
) -> None:
    """Start the whole platform on this machine: broker, database, services, trace viewer, demo. Ctrl-C ends it."""
    os.umask(0o077)
    wish = up.Wish(db.value if db else None, demo, instances, zipkin)
    command = [sys.executable, "-m", MODULE, *wish.arguments()]
    if not detach:
        sys.stdout.flush()
        os.execv(sys.executable, command)  # the supervisor stays; this program's memory need not
    _detach(command, wish)


def _detach(command: list[str], wish: up.Wish) -> None:
    """Start the supervisor in a session of its own and wait until it is ready or has given up."""
    place = _or_exit()
    log = place / "logs" / "supervisor.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    told = 0
    while process.poll() is None:
        lines = log.read_text(errors="replace").splitlines()
        for line in lines[told:]:
            if line.startswith(("✓", "…", "!", "Fetching")):
                typer.echo(line)
        told = len(lines)
        state = states.read(place)
        if state.ready and state.supervisor and state.supervisor.pid == process.pid:
            followed = asyncio.run(up.code_to_follow(place)) if wish.has_demo else None
            code = up.receipt_code(place) if wish.has_demo else None
            typer.echo(up.summary(state, code, followed).replace("Ctrl-C ends it", "`make stop` ends it"))
            return
        time.sleep(0.2)
    typer.echo(serving.tail(log, 20), err=True)
    raise typer.Exit(1)


def _or_exit() -> Path:
    try:
        return up.folder()
    except CannotStart as problem:
        _give_up(str(problem))


def _give_up(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


def show(as_json: Annotated[bool, typer.Option("--json", help="for programs; holds database passwords")] = False) -> None:
    """What runs, since when, how far behind, and where it answers. Exit code 0 only when all is ready."""
    found = status.report(home())
    typer.echo(json.dumps(found, indent=2) if as_json else "\n".join(status.lines(found)))
    if not found["ready"]:
        raise typer.Exit(1)


def stop() -> None:
    """End the platform of this folder, and whatever an earlier one left."""
    place = home()
    supervisor = states.read(place).supervisor
    process = supervisor.process() if supervisor else None
    if process is not None:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired, TimeoutError):
            process.wait(STOP_S)
        if process.is_running():
            process.kill()
    left = states.leftovers(place)
    states.end(left.values())
    typer.echo("Everything has ended; the data stay." if process or left else "Nothing ran here.")


def clean() -> None:
    """Delete everything the platform of this folder wrote: broker data, databases, logs, keys. It must not be running."""
    place = home()
    if not place.exists():
        typer.echo(f"There is nothing in {place}.")
        return
    if not (place / "lock").exists():
        _give_up(f"{place} does not look like the folder of a platform; nothing was deleted.")
    try:
        with states.take(place):
            states.end(states.leftovers(place).values())
            postgres.remove(place / "postgres")
            shutil.rmtree(place)
    except CannotStart as problem:
        _give_up(str(problem))
    except OSError as error:
        _give_up(f"{error.filename} cannot be deleted: {error.strerror}.")
    typer.echo(f"{place} is gone.")
