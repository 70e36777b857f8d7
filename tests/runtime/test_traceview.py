"""A trace as text."""

from runtime import traceview


def span(name: str, number: int, parent: int | None, service: str, **tags: str) -> dict[str, object]:
    found: dict[str, object] = {
        "traceId": "t" * 32, "id": f"{number:016x}", "name": name, "timestamp": 1_000_000 + number * 1000, "duration": 500,
        "localEndpoint": {"serviceName": service}, "tags": tags,
    }  # fmt: skip
    return found | ({"parentId": f"{parent:016x}"} if parent is not None else {})


SPANS = [
    span("intake petition.lodged", 3, 2, "routing"),
    span("post /petitions", 1, None, "intake"),
    span("publish petitions.v1", 2, 1, "intake"),
    span("reporting petition.lodged", 4, 2, "reporting", error="parked"),
]


def test_a_trace_is_drawn_as_one_tree_with_the_services_it_crossed() -> None:
    drawn = list(traceview.lines(SPANS))
    assert drawn[0].endswith("4 spans: intake → routing → reporting")
    assert [len(line) - len(line.lstrip()) >= 2 for line in drawn[1:]]
    assert drawn[-1].endswith("reporting petition.lodged  ! parked")
    assert len(traceview.trees(SPANS)) == 1


def test_a_span_whose_parent_is_not_there_begins_a_tree() -> None:
    assert len(traceview.trees(SPANS[:1])) == 1
