"""A whole platform of its own, driven only from outside: HTTP commands, GraphQL, Kafka, the trace viewer's API, the command line."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import httpx

from contracts.vocabulary import Role
from deploy.local import jars
from deploy.local.ports import free_offset
from runtime import auth
from runtime.settings import PORTS
from tests.journeys.log import Log

T = TypeVar("T")
PROGRAM = str(Path(sys.executable).with_name("dannguyen"))
START = date(2026, 7, 6)
"""A Monday after the change of 1 July 2026: the first day of most journeys."""
PATIENCE_S = 90.0
"""How long something that must happen may take on a machine that does much else."""


class Badge(NamedTuple):
    """Who asks."""

    role: Role
    agency: str = ""
    case_id: str | None = None


OPERATOR = Badge(Role.OPERATOR)
ANONYMOUS = Badge(Role.ANONYMOUS)


def officer(agency: str) -> Badge:
    return Badge(Role.OFFICER, agency)


class World:
    """A running platform whose files lie in ``home``. ``has_traces`` tells whether its trace viewer runs."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.home = home
        self.environment = {**os.environ, "DANNGUYEN_HOME": str(home), **environment}
        self.addresses: dict[str, str] = {}
        self.http = httpx.Client(timeout=60.0)
        self._log: Log | None = None
        self._tokens: dict[Badge, str] = {}

    @classmethod
    def start(cls, folder: Path, database: str = "sqlite") -> "World":
        """Start an empty platform on free ports, as an operator does."""
        world = cls(folder, {"DANNGUYEN_PORT_OFFSET": str(free_offset(PORTS.values()))})
        has_viewer = (jars.folder() / "zipkin" / "zipkin.jar").exists()
        started = world.dannguyen("up", "--detach", "--no-demo", "--db", database, *([] if has_viewer else ["--no-zipkin"]))
        assert started.returncode == 0, started.stdout + started.stderr
        return world.found()

    def found(self) -> "World":
        """Read where a platform that runs answers."""
        self.addresses = self.told("status")["addresses"]
        port = int(self.addresses["gateway"].rpartition(":")[2])
        self.environment["DANNGUYEN_PORT_OFFSET"] = str(port - PORTS["gateway"])
        return self

    def stop(self) -> None:
        self.http.close()
        if self._log is not None:
            self._log.close()
        self.dannguyen("stop")

    @property
    def has_traces(self) -> bool:
        return bool(self.addresses["traces"])

    @property
    def log(self) -> Log:
        """Every record of the platform's topics."""
        if self._log is None:
            self._log = Log(self.addresses["kafka"])
        return self._log

    # The command line

    def dannguyen(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=self.environment, check=False)

    def told(self, *arguments: str) -> Any:
        """What a command says with ``--json``."""
        done = self.dannguyen(*arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    # HTTP

    def ask(self, service: str, method: str, path: str, body: object = None, *, by: Badge, **headers: str) -> httpx.Response:
        """The answer of a service to a signed request, whatever it is."""
        headers["authorization"] = f"Bearer {self.token(by)}"
        return self.http.request(method, f"{self.addresses[service]}{path}", json=body, headers=headers)

    def do(self, service: str, method: str, path: str, body: object = None, *, by: Badge, **headers: str) -> Any:
        """The answer to a request that must succeed."""
        answer = self.ask(service, method, path, body, by=by, **headers)
        assert answer.is_success, f"{method} {service}{path} {body}: {answer.status_code} {answer.text}"
        return answer.json()

    def token(self, by: Badge) -> str:
        """A token as the gateway or the operator's command line issues it."""
        if by not in self._tokens:
            named = by.role in (Role.OFFICER, Role.SUPERVISOR, Role.POLICE, Role.OPERATOR)
            name = f"{by.role.value}-{by.agency.lower()}" if named else None
            self._tokens[by] = auth.issue(self.home / "keys", by.role, agency=by.agency, officer=name, case_id=by.case_id, seconds=3600)
        return self._tokens[by]

    def citizen(self, code: str) -> Badge:
        """Who holds a receipt code, signed in at the gateway with it."""
        answer = self.http.post(f"{self.addresses['gateway']}/token/receipt", json={"code": code})
        assert answer.is_success, answer.text
        badge = Badge(Role.CITIZEN, case_id=answer.json()["case_id"])
        self._tokens[badge] = answer.json()["token"]
        return badge

    def graphql(self, document: str, *, by: Badge, wait_for: str | None = None, **variables: object) -> dict[str, Any]:
        """The data of a query or mutation that must succeed; ``wait_for`` is a position to be seen first."""
        headers = {"x-wait-for": wait_for} if wait_for else {}
        answer = self.do("gateway", "POST", "/graphql", {"query": document, "variables": variables}, by=by, **headers)
        assert "errors" not in answer, answer["errors"]
        return dict(answer["data"])

    def set_today(self, on: date | None) -> None:
        """Move every service's legal date; those that say what was missed come last, and have said it when this returns."""
        for service in ("intake", "reporting", "gateway", "supervision", "routing"):
            self.do(service, "PUT", "/clock", {"today": on.isoformat() if on else None}, by=OPERATOR)

    def traces_of(self, case_id: str) -> list[list[dict[str, Any]]]:
        """The spans of every trace in which a case appears, from the trace viewer."""
        viewer = self.addresses["traces"].removesuffix("/zipkin/")
        asked: dict[str, str | int] = {"annotationQuery": f"case.id={case_id}", "limit": 100}
        found: list[list[dict[str, Any]]] = self.http.get(f"{viewer}/api/v2/traces", params=asked).json()
        return found


def until(what: str, look: Callable[[], T | None], seconds: float = PATIENCE_S) -> T:
    """Look again and again until there is something to see; what was seen."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}; seen last: {found!r}"
        time.sleep(0.1)
