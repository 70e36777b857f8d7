"""Real servers for connected tests: one Kafka broker and one PostgreSQL a session, each on a free port, started when first asked for.

Journeys share a whole platform (``world``).
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local import kafka as broker
from deploy.local import postgres as database
from deploy.local.ports import free_port, free_ports
from tests.journeys.shared import world

__all__ = ["world"]


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """A folder for the data of this session's servers, which an unprivileged PostgreSQL can reach."""
    folder = Path(tempfile.mkdtemp(prefix="dannguyen-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def kafka(servers_folder: Path) -> Iterator[str]:
    """The bootstrap address of an empty broker. Tests share it: use topics and groups of your own, or fresh case ids."""
    server = broker.start(servers_folder / "kafka", *free_ports(2))
    yield server.address
    server.stop()


@pytest.fixture(scope="session")
def postgres(servers_folder: Path) -> Iterator[Callable[..., str]]:
    """A factory: each call makes a fresh database with a role of its own and returns its address."""
    superuser = database.new_password()
    server, cluster = database.start(servers_folder / "postgres", free_port(), superuser, ["fsync=off"])
    made = iter(range(1_000_000))

    def fresh(name: str = "test") -> str:
        """The address of a new, empty database called after ``name``."""
        unique, password = f"{name}_{next(made)}", database.new_password()
        cluster.provide(unique, password, superuser)
        return cluster.url(unique, password)

    yield fresh
    server.stop()
    database.remove(servers_folder / "postgres")
