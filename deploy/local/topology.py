"""The whole platform on one machine, as a table: what runs, what it needs first, how it shows that it is ready.

What the environment already names (``KAFKA_BOOTSTRAP_SERVERS``, ``DATABASE_URL__<SERVICE>``,
``OTEL_EXPORTER_OTLP_ENDPOINT``, ``ZIPKIN_ENDPOINT``) is used as it is, and nothing of that kind is started.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.local import kafka, postgres, zipkin
from deploy.local.problem import CannotStart
from deploy.local.supervisor import Process
from runtime.settings import PORTS, SERVICES

LOOPBACK: Final = "127.0.0.1"
COLUMN: Final = 100
"""The second process of each service listens this much higher, the third twice as much."""


@dataclass(frozen=True)
class Plan:
    """What shall run: the operator's wishes and what the environment provides."""

    home: Path
    environment: Mapping[str, str]
    database: str = "sqlite"
    has_demo: bool = True
    instances: int = 1
    has_viewer: bool = True
    cluster: postgres.Cluster | None = None
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Of the roles of ``cluster``, by service, and of its superuser ``postgres``."""

    def port(self, name: str, instance: int = 1) -> int:
        """Where a part listens."""
        offset = self.environment.get("DANNGUYEN_PORT_OFFSET") or "0"
        if not offset.isdecimal():
            raise CannotStart(f"DANNGUYEN_PORT_OFFSET is {offset!r}; it must be a whole number.")
        return PORTS[name] + int(offset) + COLUMN * (instance - 1)

    @property
    def host(self) -> str:
        """Where the services are reached from this machine; broker, viewer and database always stay on loopback."""
        told = self.environment.get("HOST") or LOOPBACK
        return LOOPBACK if told in ("0.0.0.0", "::") else told

    @property
    def runs_kafka(self) -> bool:
        return not self.environment.get("KAFKA_BOOTSTRAP_SERVERS")

    @property
    def runs_zipkin(self) -> bool:
        return self.has_viewer and not (self.environment.get("OTEL_EXPORTER_OTLP_ENDPOINT") or self.environment.get("ZIPKIN_ENDPOINT"))

    @property
    def runs_postgres(self) -> bool:
        return self.database == "postgres" and any(self.external_database(service) is None for service in SERVICES)

    def external_database(self, service: str) -> str | None:
        """The address the operator gave for a service's database."""
        return self.environment.get(f"DATABASE_URL__{service.upper()}") or None

    def database_url(self, service: str) -> str:
        """Where a service keeps its data."""
        given = self.external_database(service)
        if given is not None:
            return given
        if self.cluster is not None:
            return self.cluster.url(service, self.passwords[service])
        return f"sqlite:///{self.home / 'databases' / service}.db"

    @property
    def bootstrap(self) -> str:
        return self.environment.get("KAFKA_BOOTSTRAP_SERVERS") or f"{LOOPBACK}:{self.port('kafka')}"

    def ports(self) -> dict[str, int]:
        """Every port the plan will listen on, by who listens."""
        taken = {name_of(service, instance): self.port(service, instance) for service in SERVICES for instance in self.columns()}
        if self.runs_kafka:
            taken |= {"kafka": self.port("kafka"), "kafka's controller": self.port("kafka_controller")}
        if self.runs_zipkin:
            taken["zipkin"] = self.port("zipkin")
        if self.runs_postgres:
            taken["postgres"] = self.port("postgres")
        return taken

    def columns(self) -> range:
        """The numbers of the processes of each service."""
        return range(1, self.instances + 1)

    def addresses(self) -> dict[str, str]:
        """Where people and programs find the platform."""
        found = {service: f"http://{self.host}:{self.port(service)}" for service in SERVICES}
        found["graphql"] = f"{found['gateway']}/graphql"
        found["kafka"] = self.bootstrap
        if self.runs_zipkin:
            found["traces"] = f"http://{LOOPBACK}:{self.port('zipkin')}/zipkin/"
        else:
            found["traces"] = self.environment.get("OTEL_EXPORTER_OTLP_ENDPOINT") or self.environment.get("ZIPKIN_ENDPOINT") or ""
        return found


def name_of(service: str, instance: int) -> str:
    """``intake`` for the first process of intake, ``intake-2`` for the second."""
    return service if instance == 1 else f"{service}-{instance}"


def table(plan: Plan) -> list[Process]:
    """The rows of the plan, those needed first at the top."""
    rows = []
    if plan.runs_kafka:
        rows.append(_kafka(plan))
    if plan.runs_postgres:
        rows.append(_postgres(plan))
    rows.append(_groundwork(plan))
    for instance in plan.columns():
        rows += [_service(plan, service, instance) for service in SERVICES]
    if plan.runs_zipkin:
        rows.append(_zipkin(plan))
    if plan.has_demo:
        rows.append(Process("demo", _dannguyen("feed"), needs=SERVICES, env=_environment(plan), is_optional=True))
    return rows


def _kafka(plan: Plan) -> Process:
    folder, port = plan.home / "kafka", plan.port("kafka")
    return Process(
        "kafka",
        kafka.command(folder),
        before=lambda: kafka.prepare(folder, port, plan.port("kafka_controller"), LOOPBACK),
        is_ready=_in_thread(lambda: kafka.is_ready(plan.bootstrap)),
        is_shown=False,
    )


def _zipkin(plan: Plan) -> Process:
    port = plan.port("zipkin")
    is_ready = _in_thread(lambda: zipkin.is_ready(f"{LOOPBACK}:{port}"))
    return Process("zipkin", zipkin.command(port, LOOPBACK), env=zipkin.ENVIRONMENT, is_ready=is_ready, is_shown=False)


def _postgres(plan: Plan) -> Process:
    cluster = plan.cluster
    assert cluster is not None, "the plan names PostgreSQL without a cluster"

    def provide() -> None:
        for service in SERVICES:
            if plan.external_database(service) is None:
                cluster.provide(service, plan.passwords[service], plan.passwords["postgres"])

    return Process(
        "postgres",
        cluster.command(),
        is_ready=_in_thread(cluster.is_ready),
        after=provide,
        stop=postgres.STOP,
        user=cluster.user,
        is_shown=False,
    )


def _groundwork(plan: Plan) -> Process:
    """Keys, tables and topics; the only process that may enter every database, and it ends before the first service starts."""
    every_url = {f"DATABASE_URL__{service.upper()}": plan.database_url(service) for service in SERVICES}
    postgres_first = ("postgres",) if plan.runs_postgres else ()
    command = [sys.executable, "-m", "deploy.local.groundwork"]
    return Process("groundwork", command, needs=postgres_first, env=_environment(plan) | every_url, is_step=True)


def _service(plan: Plan, service: str, instance: int) -> Process:
    """A process of a service. It is told the address of its own database only, and speaks to sisters of its own column."""
    port = plan.port(service, instance)
    column = {f"PORT__{sister.upper()}": str(plan.port(sister, instance)) for sister in SERVICES}
    sisters = {f"URL__{sister.upper()}": f"http://{plan.host}:{plan.port(sister, instance)}" for sister in SERVICES}
    environment = _environment(plan) | column | sisters | {f"DATABASE_URL__{other.upper()}": "" for other in SERVICES}
    environment[f"DATABASE_URL__{service.upper()}"] = plan.database_url(service)
    infrastructure = (*(("kafka",) if plan.runs_kafka else ()), *(("postgres",) if plan.runs_postgres else ()))
    return Process(
        name_of(service, instance),
        _dannguyen("serve", service),
        needs=("groundwork", *infrastructure),
        env=environment,
        is_ready=lambda: says_ready(plan.host, port),
        probe=f"http://{plan.host}:{port}/ready",
    )


def _environment(plan: Plan) -> dict[str, str]:
    """What every process of the project is told."""
    told = {
        "DANNGUYEN_HOME": str(plan.home),
        "DANNGUYEN_MODE": plan.environment.get("DANNGUYEN_MODE") or "development",
        "KAFKA_BOOTSTRAP_SERVERS": plan.bootstrap,
        "PYTHONUNBUFFERED": "1",
    }
    if plan.runs_zipkin:
        told["ZIPKIN_ENDPOINT"] = f"http://{LOOPBACK}:{plan.port('zipkin')}/api/v2/spans"
    return told


def _dannguyen(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("dannguyen")), *arguments]


def _in_thread(check: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    return lambda: asyncio.to_thread(check)


async def says_ready(host: str, port: int) -> bool:
    """Whether ``GET /ready`` is answered with 200; without a client library, so that the supervisor stays small."""
    try:
        async with asyncio.timeout(3):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET /ready HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
