"""What runs now, asked of the processes themselves rather than believed from the record."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil

from deploy.local import state as states
from deploy.local.state import Running
from runtime import calling
from runtime.stop import CannotGoOn


def report(home: Path) -> dict[str, Any]:
    """The platform in ``home`` as ``dannguyen status --json`` prints it. ``databases`` holds the addresses with their passwords."""
    state = states.read(home)
    headers = _signed(home / "keys")
    order = [name for name in state.required if name in state.processes]
    names = [*order, *(name for name in state.processes if name not in order)]
    with ThreadPoolExecutor(max_workers=max(1, len(names))) as pool:
        entries = dict(zip(names, pool.map(lambda name: entry(state.processes[name], headers), names), strict=True))
    whole = state.is_alive and state.ready and all(entries.get(name, {}).get("ready", False) for name in state.required)
    return {
        "ready": whole,
        "addresses": state.addresses if state.is_alive else {},
        "processes": entries if state.is_alive else {},
        "databases": state.databases if state.is_alive else {},
    }


def _signed(keys: Path) -> dict[str, str]:
    """The header of an operator, to whom a service tells its figures; none where this user may not read the key."""
    with suppress(CannotGoOn, OSError):
        return calling.operator(keys=keys)
    return {}


def entry(running: Running, headers: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """One process: whether it lives, since when, its memory with that of its children, whether it says it is ready, its lag."""
    process = running.process()
    if process is None:
        return {"pid": None, "up_s": 0, "restarts": running.restarts, "rss_mb": 0, "ready": False, "lag": None}
    is_ready, lag = asked(running.probe, headers) if running.probe else (running.ready, None)
    return {
        "pid": running.pid,
        "up_s": round(time.time() - running.began, 1),
        "restarts": running.restarts,
        "rss_mb": round(memory_bytes(process) / (1 << 20)),
        "ready": is_ready,
        "lag": lag,
    }


def asked(probe: str, headers: Mapping[str, str]) -> tuple[bool, int | None]:
    """What a service's ``/ready`` answers: ready or not, and how many records it is behind."""
    import httpx  # slow to import, and needed only while something runs

    try:
        answer = httpx.get(probe, headers=dict(headers), timeout=3, trust_env=False)
        return answer.status_code == httpx.codes.OK, answer.json().get("lag")
    except (httpx.HTTPError, ValueError):
        return False, None


def memory_bytes(process: psutil.Process) -> int:
    """Resident memory of a process and its children; what PostgreSQL's children share is counted once by their own part."""
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            memory = one.memory_info()
            total += memory.rss if one == process else memory.rss - getattr(memory, "shared", 0)
    except psutil.Error:
        return total
    return total


def lines(found: dict[str, Any]) -> list[str]:
    """The report for people."""
    if not found["processes"]:
        return ["Nothing runs here. `make run` starts the platform."]
    heading = f"{'process':<15}{'pid':>8}{'up':>10}{'restarts':>10}{'memory':>10}{'lag':>8}  state"
    rows = [_line(name, one) for name, one in found["processes"].items()]
    total = sum(one["rss_mb"] for one in found["processes"].values())
    addresses = [f"{name:<15}{address}" for name, address in found["addresses"].items()]
    return [heading, *rows, "", *addresses, "", f"{'ready' if found['ready'] else 'NOT READY'}, {total} MB in all"]


def _line(name: str, one: dict[str, Any]) -> str:
    lag = "-" if one["lag"] is None else one["lag"]
    condition = "ready" if one["ready"] else "NOT READY"
    return f"{name:<15}{one['pid'] or '-':>8}{one['up_s']:>8.0f} s{one['restarts']:>10}{one['rss_mb']:>7} MB{lag:>8}  {condition}"
