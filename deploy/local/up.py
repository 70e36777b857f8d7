"""From a wish to a living platform: look before anything starts, then run the table. ``python -m deploy.local.up`` is ``dannguyen up``.

Kept apart from the command line and light in what it imports, because the supervisor stays in memory as long as the platform.
"""

import argparse
import asyncio
import json
import os
import shutil
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from deploy.demo import FOLLOWED
from deploy.local import jars, kafka, ports, postgres
from deploy.local import state as states
from deploy.local.console import Console
from deploy.local.problem import CannotStart
from deploy.local.state import State
from deploy.local.supervisor import Supervisor
from deploy.local.topology import LOOPBACK, Plan, table
from runtime.settings import SERVICES, KafkaSettings, Settings, home
from runtime.stop import CannotGoOn

PASSED_THROUGH: Final = 0o711
"""The folder's mode: others may pass but not look. Root's PostgreSQL runs as another user, who must reach its own folder below."""
ROOM_BYTES: Final = 500 << 20
"""Free space asked for at the start; Kafka ends itself when the disk is full."""
DATABASES: Final = ("sqlite", "postgres")


@dataclass(frozen=True)
class Wish:
    """What the operator asked for; ``database`` None means the one the folder has, SQLite at first."""

    database: str | None = None
    has_demo: bool = True
    instances: int = 1
    has_viewer: bool = True

    def arguments(self) -> list[str]:
        """The same wish as arguments of this module."""
        words = [f"--instances={self.instances}", *([f"--db={self.database}"] if self.database else [])]
        return words + ["--no-demo"] * (not self.has_demo) + ["--no-zipkin"] * (not self.has_viewer)


def folder() -> Path:
    """The platform's folder, made if need be. Raises CannotStart when it cannot be written or its disk is full."""
    place = home()
    try:
        if not place.exists():
            place.mkdir(parents=True)
            place.chmod(PASSED_THROUGH)
        for part in (place / "logs", place / "databases", place / "keys"):
            part.mkdir(mode=0o700, exist_ok=True)
        if (place / "lock").exists():
            _close(place)
        probe = place / "probe"
        probe.write_text("x" * 4096)
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"The platform cannot write into {place}: {error.strerror}. Choose another folder with DANNGUYEN_HOME."
        ) from error
    free = shutil.disk_usage(place).free
    if free < ROOM_BYTES:
        raise CannotStart(f"Only {free >> 20} MB are free where {place} stands; the platform needs {ROOM_BYTES >> 20} MB to begin with.")
    return place


def _close(place: Path) -> None:
    """Take from everybody else what an earlier platform in ``place`` left open to them; PostgreSQL keeps its own folder closed."""
    place.chmod(place.stat().st_mode & PASSED_THROUGH)
    for part in place.iterdir():
        if part.is_file():
            part.chmod(0o600)
        elif part.name != "postgres" and part.is_dir():
            part.chmod(0o700)


def database_of(place: Path, wished: str | None) -> str:
    """Which database the platform in ``place`` uses: the wished one, which must be the one it has, if it has one."""
    has = states.read(place).database
    if wished and has and wished != has:
        another = "`make clean` forgets them, or give the other one a DANNGUYEN_HOME"
        raise CannotStart(f"The platform in {place} keeps its data in {has}, not {wished}: {another}.")
    return wished or has or "sqlite"


def passwords(place: Path) -> dict[str, str]:
    """The passwords of the local PostgreSQL's superuser and of each service's role, made at the first start."""
    file = place / "keys" / "databases.json"
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    full = {name: known.get(name) or postgres.new_password() for name in ("postgres", *SERVICES)}
    if full != known:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as kept:
            json.dump(full, kept)
    return full


def make_plan(place: Path, wish: Wish) -> Plan:
    """What shall run in ``place``, every port found free. Raises CannotGoOn with what stands in the way."""
    database = database_of(place, wish.database)
    if wish.instances > 1 and database == "sqlite":
        raise CannotStart("Several processes of a service need PostgreSQL, SQLite has one writer: make run DB=postgres INSTANCES=2.")
    plan = Plan(place, dict(os.environ), database, wish.has_demo, wish.instances, wish.has_viewer)
    ports.claim(plan.ports(), LOOPBACK)
    for service in SERVICES:
        Settings.read(service)
    if not plan.runs_kafka:
        _find_broker(KafkaSettings.read().bootstrap)
    return plan


def _find_broker(bootstrap: str) -> None:
    """Raise CannotStart when none of the operator's own brokers takes a connection; whether it serves us the groundwork finds out."""
    for one in bootstrap.split(","):
        host, _, port = one.strip().rpartition(":")
        with suppress(OSError), socket.create_connection((host.strip("[]"), int(port)), timeout=3):
            return
    raise CannotStart(f"No broker answers at {bootstrap} (KAFKA_BOOTSTRAP_SERVERS): start it, or unset the variable to have one started.")


async def with_servers(plan: Plan, console: Console) -> Plan:
    """The plan with what its servers need on this machine: jars, and the database's cluster."""
    if plan.runs_kafka or plan.runs_zipkin:
        with console.doing("fetching", "jars"):
            await asyncio.to_thread(kafka.ensure if plan.runs_kafka else jars.ensure, console.say)
    if not plan.runs_postgres:
        return plan
    words = passwords(plan.home)
    with console.doing("preparing", "postgres"):
        cluster = await asyncio.to_thread(postgres.prepare, plan.home / "postgres", plan.port("postgres"), words["postgres"], LOOPBACK)
    return Plan(plan.home, plan.environment, plan.database, plan.has_demo, plan.instances, plan.has_viewer, cluster, words)


async def run(place: Path, wish: Wish) -> None:
    """Start the platform and stay with it until it is told to stop."""
    console = Console(place / "logs")
    left = states.leftovers(place)
    if left:
        console.say(f"! An earlier run was cut short; ending what it left: {', '.join(left)}.", colour=33)
        await asyncio.to_thread(states.end, left.values())
    progress = asyncio.create_task(console.tell_progress())
    try:
        plan = await with_servers(make_plan(place, wish), console)
    finally:
        progress.cancel()
    databases = {service: plan.database_url(service) for service in SERVICES}
    state = State(addresses=plan.addresses(), databases=databases, database=plan.database)

    (place / FOLLOWED).unlink(missing_ok=True)

    async def tell() -> None:
        followed = await code_to_follow(place) if plan.has_demo else None
        console.say(summary(state, receipt_code(place) if plan.has_demo else None, followed), colour=0)

    await Supervisor(table(plan), place, state, console).run(tell)
    console.say("Everything has ended; the data stay.")


async def code_to_follow(place: Path, seconds: float = 20) -> str | None:
    """The receipt code of a letter that the demo lodged since this start, so that the viewer knows it; None when there is none in time."""
    for _ in range(int(seconds * 5)):
        with suppress(OSError):
            return (place / FOLLOWED).read_text().strip()
        await asyncio.sleep(0.2)
    return None


def receipt_code(place: Path) -> str | None:
    """The receipt code of the letter with the longest story in the demo's past."""
    try:
        return str(json.loads((place / "demo.json").read_text())["receipt_code"])
    except (OSError, ValueError, KeyError):
        return None


def summary(state: State, code: str | None, followed: str | None) -> str:
    """Where the platform is found and what to try next."""
    program = Path(sys.executable).with_name("dannguyen")
    command = os.path.relpath(program) if program.is_relative_to(Path.cwd()) else str(program)
    tries = [
        (f"{command} lodge", "lodge a letter of your own and get its receipt code"),
        *(
            [(f"{command} trace {followed or 'RECEIPT-CODE'}", "follow one letter through every service")]
            if state.addresses["traces"]
            else []
        ),
        (f"{command} status", "what runs, since when, how far behind"),
    ]
    lines = [
        "",
        "Dân Nguyện is running.",
        f"  GraphiQL      {state.addresses['graphql']}",
        f"  Portal        {state.addresses['gateway']}/",
        f"  Traces        {state.addresses['traces'] or 'switched off'}",
        f"  Kafka         {state.addresses['kafka']}",
        *([f"  Receipt code  {code}"] if code else []),
        "Try next:",
        *(f"  {words:<{max(len(words) for words, _ in tries)}}   {what}" for words, what in tries),
        "Ctrl-C ends it; the next start goes on with the same data.",
        "",
    ]
    return "\n".join(lines)


def parse(arguments: list[str]) -> Wish:
    """The wish in the arguments of this module."""
    parser = argparse.ArgumentParser(prog="dannguyen up")
    parser.add_argument("--db", choices=DATABASES)
    parser.add_argument("--instances", type=int, default=1)
    parser.add_argument("--no-demo", action="store_true")
    parser.add_argument("--no-zipkin", action="store_true")
    told = parser.parse_args(arguments)
    return Wish(told.db, not told.no_demo, max(1, told.instances), not told.no_zipkin)


def main(arguments: list[str]) -> None:
    """Run until told to stop; a problem is one sentence on standard error and exit code 1."""
    os.umask(0o077)  # letters and names are in what is written from here on, by the processes too
    lock: IO[str] | None = None
    try:
        place = folder()
        lock = states.take(place)
        asyncio.run(run(place, parse(arguments)))
    except CannotGoOn as problem:
        print(problem, file=sys.stderr)
        sys.exit(problem.code)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        if lock:
            lock.close()


if __name__ == "__main__":
    main(sys.argv[1:])
