"""Ports: a free one, and who holds a taken one."""

import random
import socket
from collections.abc import Iterable
from contextlib import closing

import psutil

from deploy.local.problem import CannotStart


def free_port() -> int:
    """A port nobody listens on at this moment, on loopback."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_ports(count: int) -> list[int]:
    """That many different free ports."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def free_offset(ports: Iterable[int]) -> int:
    """A random ``DANNGUYEN_PORT_OFFSET`` with which none of ``ports`` is taken at this moment."""
    known = list(ports)
    while True:
        offset = random.randrange(1_000, 65_536 - max(known))
        if not any(is_taken(port + offset) for port in known):
            return offset


def is_taken(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could not listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def holder(port: int) -> str:
    """Who listens on ``port``, as far as this user may see: ``process 12 (nginx)``."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.Error:
        return "another program"
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port and connection.pid:
            try:
                return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
            except psutil.Error:
                break
    return "another program"


def claim(ports: dict[str, int], host: str = "127.0.0.1") -> None:
    """Raise CannotStart, naming port and holder, when one of ``ports`` (name → port) is taken."""
    for name, port in ports.items():
        if not 0 < port < 65536:
            raise CannotStart(f"DANNGUYEN_PORT_OFFSET moves {name} to port {port}, and ports end at 65535: choose a smaller one.")
        if is_taken(port, host):
            raise CannotStart(
                f"Port {port} for {name} is taken by {holder(port)}: stop it, or move the whole platform with DANNGUYEN_PORT_OFFSET=1000."
            )
