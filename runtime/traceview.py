"""Finds every trace of a case in the trace viewer and draws each as a tree of text."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from runtime.calling import call
from runtime.settings import port_of
from runtime.stop import CannotGoOn

_LOOKBACK_MS = 400 * 24 * 3600 * 1000


@dataclass(slots=True)
class Node:
    """One span and those beneath it."""

    span: dict[str, Any]
    children: list["Node"] = field(default_factory=list)


def viewer() -> str:
    """Base address of the trace viewer (``ZIPKIN_URL``, else loopback)."""
    return os.environ.get("ZIPKIN_URL", f"http://127.0.0.1:{port_of('zipkin')}")


def page_of(trace_id: str) -> str:
    """The address of a trace's page."""
    return f"{viewer()}/zipkin/traces/{trace_id}"


def traces_of(case_id: str) -> list[list[dict[str, Any]]]:
    """The spans of every trace in which the case appears, oldest trace first. Raises CannotGoOn."""
    params: dict[str, str | int] = {"annotationQuery": f"case.id={case_id}", "limit": 200, "lookback": _LOOKBACK_MS}
    answer = call("GET", f"{viewer()}/api/v2/traces", "the trace viewer", seconds=20, params=params)
    if answer.status_code != 200:
        raise CannotGoOn(f"The trace viewer at {viewer()} answers {answer.status_code}.")
    found: list[list[dict[str, Any]]] = answer.json()
    return sorted(found, key=lambda spans: min(span.get("timestamp", 0) for span in spans))


def why_none(case_id: str) -> str:
    """Why a case may have no trace."""
    return (
        f"The trace viewer at {viewer()} has no trace of case {case_id}: it keeps the newest spans in memory "
        "and forgets them when it ends, and acts that were not sampled leave none."
    )


def trees(spans: list[dict[str, Any]]) -> list[Node]:
    """The spans of one trace as trees; a span whose parent is not there begins a tree of its own."""
    nodes = {span["id"]: Node(span) for span in spans}
    roots: list[Node] = []
    for span in sorted(spans, key=lambda one: one.get("timestamp", 0)):
        parent = nodes.get(span.get("parentId", ""))
        (parent.children if parent is not None else roots).append(nodes[span["id"]])
    return roots


def services(spans: list[dict[str, Any]]) -> list[str]:
    """The services a trace crossed, in order of first appearance."""
    ordered = sorted(spans, key=lambda one: one.get("timestamp", 0))
    return list(dict.fromkeys(span["localEndpoint"]["serviceName"] for span in ordered if span.get("localEndpoint")))


def lines(spans: list[dict[str, Any]]) -> Iterator[str]:
    """One trace as text: its first instant, the services it crossed, its address, its tree."""
    first = min(span.get("timestamp", 0) for span in spans)
    at = datetime.fromtimestamp(first / 1e6, UTC).isoformat(timespec="milliseconds")
    yield f"{spans[0]['traceId']}  {at}  {len(spans)} spans: {' → '.join(services(spans))}"
    yield f"  {page_of(spans[0]['traceId'])}"
    for root in trees(spans):
        yield from _branch(root, "  ", first)


def _branch(node: Node, indent: str, first: int) -> Iterator[str]:
    span = node.span
    tags = span.get("tags", {})
    mark = f"  ! {tags['error']}" if "error" in tags else ""
    after = (span.get("timestamp", first) - first) / 1000
    yield f"{indent}{after:8.1f} ms  {span.get('duration', 0) / 1000:8.2f} ms  {span.get('name', '')}{mark}"
    for child in node.children:
        yield from _branch(child, indent + "  ", first)
