"""Apache Kafka from its published jars: one KRaft node, format once, start, answer."""

import base64
import hashlib
import shutil
import socket
import struct
import subprocess
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Final

from deploy.local import jars
from deploy.local.ports import free_ports
from deploy.local.problem import CannotStart
from deploy.local.serving import Server, launch

TEMPLATES: Final = Path(__file__).with_name("templates")
API_VERSIONS: Final = 18
"""Key of the request every broker answers without knowing the caller (Kafka protocol guide)."""
HEAP: Final = ("-Xms256m", "-Xmx512m")


def _cluster_id() -> str:
    """A random id as Kafka writes one: 16 bytes, URL-safe base64; never beginning with a dash, which its tools take for an option."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")


def _run_class(name: str, *arguments: str, options: tuple[str, ...] = ()) -> list[str]:
    settings = (*options, "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true", f"-Dlog4j2.configurationFile={TEMPLATES}/log4j2.yaml")
    return [jars.java(), *settings, "-cp", f"{jars.folder()}/kafka/*", name, *arguments]


def archive() -> Path:
    """Kafka's classes as this Java keeps them ready to be mapped; with them a broker starts in half the time."""
    version = jars.version_of(jars.java())
    return jars.folder() / f"kafka-{hashlib.sha256(version.encode()).hexdigest()[:8]}.jsa"


def ensure(say: Callable[[str], None] = lambda _: None) -> None:
    """Bring the jars and, by letting a broker of no further use start and end once, the archive of their classes."""
    jars.ensure(say)
    with jars.alone(archive().with_suffix(".lock")):
        if archive().exists():
            return
        say("Preparing Kafka for quick starts, once …")
        with tempfile.TemporaryDirectory() as folder:
            place, (port, controller_port) = Path(folder), free_ports(2)
            _format(place, port, controller_port, "127.0.0.1")
            server = launch(command(place, f"-XX:ArchiveClassesAtExit={place}/jsa"), f"127.0.0.1:{port}", place / "kafka.log")
            server.wait(lambda: is_ready(server.address))
            server.stop(30)
            shutil.move(place / "jsa", archive())


def prepare(folder: Path, port: int, controller_port: int, host: str = "127.0.0.1") -> None:
    """Write ``server.properties`` under ``folder`` and format its storage if that was never done.

    Formatting shows in ``meta.properties``, which Kafka writes last; a format cut short is begun again.
    """
    ensure()
    _format(folder, port, controller_port, host)


def _format(folder: Path, port: int, controller_port: int, host: str) -> None:
    data = folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    advertised = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    properties = Template((TEMPLATES / "server.properties").read_text()).substitute(
        host=host, advertised=advertised, port=port, controller_port=controller_port, data=data
    )
    file = folder / "server.properties"
    file.write_text(properties)
    if (data / "meta.properties").exists():
        return
    arguments = ("format", "--standalone", "-t", _cluster_id(), "-c", str(file))
    format_once = _run_class("kafka.tools.StorageTool", *arguments, options=("-Xmx128m", "-XX:TieredStopAtLevel=1"))
    done = subprocess.run(format_once, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotStart(f"Kafka could not format its storage in {data}: {(done.stderr or done.stdout).strip()[-300:]}")


def command(folder: Path, *options: str) -> list[str]:
    """How to run the broker prepared in ``folder``."""
    classes = options or (f"-XX:SharedArchiveFile={archive()}", "-Xlog:cds=off", "-Xlog:cds+dynamic=off")
    return _run_class("kafka.Kafka", str(folder / "server.properties"), options=(*HEAP, *classes))


def is_ready(bootstrap: str) -> bool:
    """Whether a broker answers there: it is asked which requests it knows (ApiVersions, version 0)."""
    host, _, port = bootstrap.split(",")[0].strip().rpartition(":")
    request = struct.pack(">hhih", API_VERSIONS, 0, 1, -1)
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            return len(connection.recv(8)) == 8
    except OSError:
        return False


def start(folder: Path, port: int, controller_port: int) -> Server:
    """A broker of one's own on loopback, ready when this returns; ``stop()`` or ``kill()`` it."""
    prepare(folder, port, controller_port)
    address = f"127.0.0.1:{port}"
    server = launch(command(folder), address, folder / "kafka.log")
    server.wait(lambda: is_ready(address))
    return server
