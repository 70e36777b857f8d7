"""Zipkin, the trace viewer, from its published jar: traces in memory, the newest 40,000 spans."""

import http.client
from pathlib import Path
from typing import Final

from deploy.local import jars
from deploy.local.serving import Server, launch

ENVIRONMENT: Final = {"STORAGE_TYPE": "mem", "MEM_MAX_SPANS": "40000", "SELF_TRACING_ENABLED": "false"}
"""Without the limit on spans it dies of memory near 91,000."""


def command(port: int, host: str = "127.0.0.1") -> list[str]:
    """How to run it; told no address it would listen on every one."""
    where = [f"--armeria.ports[0].ip={host}", f"--armeria.ports[0].port={port}", "--armeria.ports[0].protocols[0]=http"]
    quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]  # half the processor time of a start
    options = ["-Xmx200m", "-XX:+ExitOnOutOfMemoryError", *quick]
    return [jars.java(), *options, "-jar", f"{jars.folder()}/zipkin/zipkin.jar", *where, "--logging.level.root=WARN"]


def is_ready(address: str) -> bool:
    """Whether the viewer at ``host:port`` says it is up."""
    connection = http.client.HTTPConnection(address, timeout=2)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def start(folder: Path, port: int) -> Server:
    """A viewer of one's own on loopback, ready when this returns."""
    jars.ensure()
    address = f"127.0.0.1:{port}"
    server = launch(command(port), address, folder / "zipkin.log", env=ENVIRONMENT)
    server.wait(lambda: is_ready(address))
    return server
