"""The ground a measurement stands on: a broker, a trace viewer and a database server of its own, in a folder that is deleted."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.local import kafka, postgres, zipkin
from deploy.local.ports import free_port, free_ports
from deploy.local.problem import CannotStart
from deploy.local.serving import Server


@dataclass(slots=True)
class Ground:
    """Servers of this run, all on loopback."""

    folder: Path
    broker: Server
    viewer: Server
    database_server: Server | None = None
    cluster: postgres.Cluster | None = None
    superuser: str = field(default_factory=postgres.new_password, repr=False)
    made: int = 0

    @property
    def databases(self) -> list[str]:
        """The kinds of database that can be measured here."""
        return ["sqlite", *(["postgres"] if self.cluster else [])]

    def fresh_url(self, kind: str) -> str:
        """The address of a new, empty database."""
        self.made += 1
        if kind == "sqlite":
            return f"sqlite:///{self.folder / f'bench_{self.made}.db'}"
        assert self.cluster is not None
        name, password = f"bench_{self.made}", postgres.new_password()
        self.cluster.provide(name, password, self.superuser)
        return self.cluster.url(name, password)

    def server_cpu_s(self) -> float:
        """Processor time that broker and database server have used so far, seconds."""
        return sum(cpu_s(server.process.pid) for server in (self.broker, self.database_server) if server is not None)


def cpu_s(pid: int) -> float:
    """Processor time of a process and its living and ended children, seconds."""
    total = 0.0
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                times = one.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


@contextlib.contextmanager
def ground() -> Iterator[Ground]:
    """Servers for one run; PostgreSQL is left out when its wheel is not installed."""
    folder = Path(tempfile.mkdtemp(prefix="dannguyen-bench-"))
    folder.chmod(0o711)
    with contextlib.ExitStack() as ends:
        ends.callback(shutil.rmtree, folder, ignore_errors=True)
        broker = kafka.start(folder / "kafka", *free_ports(2))
        ends.callback(broker.stop)
        viewer = zipkin.start(folder, free_port())
        ends.callback(viewer.stop)
        found = Ground(folder, broker, viewer)
        try:
            found.database_server, found.cluster = postgres.start(folder / "postgres", free_port(), found.superuser)
        except CannotStart as missing:
            print(f"(without PostgreSQL: {missing})")
        else:
            ends.callback(postgres.remove, folder / "postgres")
            ends.callback(found.database_server.stop)
        yield found
