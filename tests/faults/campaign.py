"""``python -m tests.faults.campaign --minutes 2 --seed 1 [--db postgres]``: kill everything, then check that nothing went wrong.

Starts a platform of its own in a temporary folder on free ports, works and breaks it for the given time, lets it come to rest, and
holds topics, databases, logs and traces against what the client was told. Prints each count; exits 1 when an invariant is broken.
"""

import argparse
import asyncio
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from deploy.local import ports
from deploy.local import state as states
from runtime import auth
from runtime.failpoints import NAMES
from runtime.settings import PORTS
from tests.faults import checker, evidence
from tests.faults.client import Client, History
from tests.faults.injector import Injector

DANNGUYEN = Path(sys.executable).with_name("dannguyen")
AGENCY = "UBND-05518"
LONGEST_S = 300.0
"""How long the client may take for what it has begun when the breaking is over."""


class Platform:
    """One platform under test: its folder, its environment, its life."""

    def __init__(self, database: str, mutant: str = "") -> None:
        self.home = Path(tempfile.mkdtemp(prefix="dannguyen-campaign-"))
        self.home.chmod(0o711)
        self.database = database
        offset = ports.free_offset(PORTS.values())
        told = {"DANNGUYEN_HOME": str(self.home), "DANNGUYEN_PORT_OFFSET": str(offset), "DANNGUYEN_RESTART_BACKOFF": "0"}
        if mutant:
            places = [str(Path(__file__).with_name("mutant")), *filter(None, [os.environ.get("PYTHONPATH")])]
            told |= {"DANNGUYEN_MUTANT": mutant, "PYTHONPATH": os.pathsep.join(places)}
        for name in [name for name in os.environ if name.startswith(("DATABASE_URL", "KAFKA_", "URL__", "PORT__", "DANNGUYEN_"))]:
            del os.environ[name]
        os.environ.update(told)

    def start(self) -> None:
        """Bring it up, with two processes of each service on PostgreSQL."""
        words = [str(DANNGUYEN), "up", "--detach", "--no-demo", "--db", self.database]
        subprocess.run([*words, "--instances", "2"] if self.database == "postgres" else words, check=True, timeout=300)
        auth.make_agency_key(self.home, AGENCY)

    def stop(self) -> None:
        """End it and its folder."""
        subprocess.run([str(DANNGUYEN), "stop"], check=False, timeout=120)
        shutil.rmtree(self.home, ignore_errors=True)

    def status(self) -> Mapping[str, Any]:
        """``dannguyen status --json``."""
        told = subprocess.run([str(DANNGUYEN), "status", "--json"], capture_output=True, text=True, check=False, timeout=60)
        try:
            found: Mapping[str, Any] = json.loads(told.stdout)
        except ValueError:
            return {"ready": False, "processes": {}, "databases": {}, "addresses": {}}
        return found

    def count_in_logs(self, message: str) -> int:
        """How often the services said this."""
        logs = (self.home / "logs").glob("*.log")
        return sum(log.read_text(errors="replace").count(message) for log in logs)

    def rest(self, seconds: float) -> bool:
        """Wait until everything is sent and applied and stays so."""
        calm, give_up = 0, time.monotonic() + seconds
        while calm < 3 and time.monotonic() < give_up:
            time.sleep(2)
            calm = calm + 1 if self._is_calm() else 0
        return calm >= 3

    def _is_calm(self) -> bool:
        status = self.status()
        if not status["ready"] or any(one["lag"] for one in status["processes"].values()):
            return False
        return all(evidence.table(url, "outbox") == [] for url in status["databases"].values())


def until(minutes: float, least: int, history: Callable[[], int]) -> Callable[[], bool]:
    """Over when the time is up and enough letters are in; at the latest after three times the time."""
    begun = time.monotonic()

    def is_over() -> bool:
        spent = (time.monotonic() - begun) / 60
        return (spent >= minutes and history() >= least) or spent >= 3 * minutes

    return is_over


async def work_and_break(platform: Platform, options: argparse.Namespace, aims: tuple[str, ...]) -> tuple[History, Injector]:
    """The client and the injector, side by side."""
    bootstrap = states.read(platform.home).addresses["kafka"]
    client = Client(platform.home, options.seed, bootstrap, AGENCY)
    injector = Injector(platform.home, options.seed, aims)
    working = asyncio.create_task(client.run(until(options.minutes, options.petitions, lambda: len(client.history.cases))))
    await injector.run(working.done if options.until_done else until(options.minutes, 0, lambda: 0), options.every, options.broker_kills)
    done, _ = await asyncio.wait({working}, timeout=LONGEST_S)
    if done:
        await working
    else:
        working.cancel()
        client.history.counts["GIVEN UP: a service did not come back"] += 1
    return client.history, injector


def check(platform: Platform, history: History) -> checker.Findings:
    """All invariants over everything the platform left behind."""
    findings = checker.Findings()
    status = platform.status()
    urls = status["databases"]
    found = evidence.records(status["addresses"]["kafka"])
    checker.check_topics(history, found, findings)
    checker.check_consequences(found, findings)
    checker.check_submissions(history, found, findings)
    checker.check_databases(history, found, urls, findings)
    checker.check_holders(found, urls, findings)
    checker.check_projections(found, urls, findings)
    traces = status["addresses"].get("traces", "").removesuffix("/zipkin/")
    stored = f"{traces}/api/v2/traces?limit=10000&lookback=86400000" if traces else ""
    where = evidence.leaks(platform.home, history.marks, found, urls, stored)
    findings.expect(not where, f"identity: {len(set(history.marks))} canaries in 0 bytes outside the vault", "; ".join(where[:5]))
    with tempfile.TemporaryDirectory() as folder:
        missed = evidence.proves_itself(Path(folder))
    findings.expect(not missed, "identity: the search itself finds what is hidden", ", ".join(missed))
    return findings


def campaign(options: argparse.Namespace, mutant: str = "", aims: tuple[str, ...] = NAMES) -> checker.Findings:
    """One whole campaign; the findings."""
    platform = Platform(options.db, mutant)
    try:
        platform.start()
        history, injector = asyncio.run(work_and_break(platform, options, aims))
        sent = f"{len(history.submissions)} submissions, {len(history.acts)} signed acts"
        print(f"{len(history.cases)} letters accepted, {sent}, {len(history.positions)} positions told")
        print(", ".join(f"{what} {count}" for what, count in sorted(history.counts.items())))
        print(f"{injector.count} faults: " + ", ".join(f"{what} {count}" for what, count in sorted(injector.done.items())))
        print(f"{injector.unpassed} armed processes did not come by their point in time")
        rested = platform.rest(options.rest)
        print(f"{platform.count_in_logs('fenced')} batches of zombies fenced off")
        findings = check(platform, history)
        findings.expect(rested, "rest: the platform comes to rest by itself", json.dumps(platform.status()["processes"]))
        findings.expect(len(history.cases) >= options.petitions, f"enough: at least {options.petitions} letters", str(len(history.cases)))
        moved = sum(count for what, count in history.counts.items() if what.startswith("move "))
        findings.expect(moved >= options.petitions // 4, "enough: officers' moves are accepted", str(moved))
        signed = findings.counts["lost: an accepted act's fact is on its topic"]
        findings.expect(signed > 0, "enough: signed acts are accepted", str(signed))
        findings.expect(injector.count >= options.faults, f"enough: at least {options.faults} faults", str(injector.count))
        return findings
    finally:
        if options.keep:
            print(f"kept: {platform.home}")
        else:
            platform.stop()


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.campaign", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--petitions", type=int, default=2000, help="letters at least")
    parser.add_argument("--faults", type=int, default=60, help="faults at least")
    parser.add_argument("--every", type=float, default=1.6, help="seconds between faults")
    parser.add_argument("--broker-kills", type=int, default=3)
    parser.add_argument("--rest", type=float, default=240, help="seconds to come to rest")
    parser.add_argument("--until-done", action="store_true", help="go on breaking until the client has its letters")
    parser.add_argument("--keep", action="store_true", help="leave the platform and its folder")
    return parser.parse_args(arguments)


def main() -> None:
    """Run and report."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the broker's deaths are ours
    findings = campaign(parse())
    print("\n".join(findings.lines()))
    sys.exit(1 if findings.broken else 0)


if __name__ == "__main__":
    main()
