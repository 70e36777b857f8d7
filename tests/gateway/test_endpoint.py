"""GraphQL over HTTP: kinds of content, statuses, tokens, what errors tell. The npm audit checks the rest (``test_audit``)."""

import logging
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.vocabulary import Role
from gateway.endpoint import LEGACY, MODERN, accepts
from tests.gateway.world import WARD, World, lodged, open_world


async def post(world: World, body: Any, role: Role = Role.OFFICER, accept: str = "", kind: str = LEGACY) -> httpx.Response:
    """A POST with a token."""
    sent = {"authorization": f"Bearer {world.token(role, WARD)}", "content-type": kind, "accept": accept}
    if isinstance(body, bytes | str):
        return await world.client.post("/graphql", content=body, headers=sent)
    return await world.client.post("/graphql", json=body, headers=sent)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("", LEGACY),
        ("*/*", LEGACY),
        (f"{MODERN};charset=utf-8, {LEGACY};q=0.9", MODERN),
        ("image/png, application/json", LEGACY),
        ("text/event-stream", "text/event-stream"),
        ("image/png", None),
    ],
)
def test_the_kind_of_answer_follows_accept(header: str, kind: str | None) -> None:
    assert accepts(header) == kind


async def test_without_a_valid_token_nothing_is_answered(world: World) -> None:
    for header in ("", "Bearer nonsense", f"Bearer {world.token(Role.OFFICER, WARD, seconds=-1)}"):
        answer = await world.client.post("/graphql", json={"query": "{asOf}"}, headers={"authorization": header})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "application/json; charset=utf-16"]
)
async def test_a_body_that_a_foreign_form_could_send_is_refused(world: World, kind: str) -> None:
    assert (await post(world, b'{"query":"{asOf}"}', kind=kind)).status_code == 415


async def test_mutations_do_not_run_over_get(world: World) -> None:
    text = 'mutation {recordStep(input: {caseId: "c1", move: "accept"}) {__typename}}'
    answer = await world.client.get(
        "/graphql", params={"query": text}, headers={"authorization": f"Bearer {world.token(Role.OFFICER, WARD)}"}
    )
    assert answer.status_code == 405


async def test_a_batch_of_operations_is_not_served(world: World) -> None:
    assert (await post(world, b'[{"query":"{asOf}"},{"query":"{asOf}"}]')).status_code == 400


async def test_unknown_fields_get_no_suggestion(world: World) -> None:
    answer = await post(world, {"query": "{petitionz{totalCount}}"}, accept=MODERN)
    assert answer.status_code == 400
    assert "Did you mean" not in answer.text


async def test_a_failure_inside_tells_a_number_and_neither_data_nor_python(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(world.service.db, "raw", _broken)
    with caplog.at_level(logging.ERROR):
        answer = await post(world, {"query": '{__schema{description} petition(caseId:"Nguyễn Văn Bí Mật"){number}}'})
    error = answer.json()["errors"][0]
    assert error["extensions"]["code"] == "internal_error"
    assert "Bí Mật" not in answer.text
    assert all("Bí Mật" not in record.getMessage() for record in caplog.records)


async def _broken(*_: object) -> list[Any]:
    raise RuntimeError("Nguyễn Văn Bí Mật")


async def test_introspection_is_for_those_who_build_when_in_production(tmp_path: Path) -> None:
    async with open_world(tmp_path, f"sqlite:///{tmp_path / 'gateway.db'}", mode="production") as world:
        text = "{__schema{queryType{name}}}"
        statuses = [(await post(world, {"query": text}, role)).status_code for role in (Role.ANONYMOUS, Role.POLICE, Role.OFFICER)]
        assert statuses == [403, 403, 200]
        page = await world.client.get("/graphql", headers={"accept": "text/html"})
        assert page.status_code == 404


async def test_the_explorer_is_a_page_of_its_own_without_foreign_assets(world: World) -> None:
    page = await world.client.get("/graphql", headers={"accept": "text/html"})
    assert page.status_code == 200
    for text in (page.text, (await world.client.get("/")).text):
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_a_span_tells_root_fields_and_a_hash_and_nothing_a_client_wrote(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("runtime.telemetry._tracer", provider.get_tracer("test"))
    await world.tell(lodged("c1"))
    text = 'query BiMat($id: ID){hidden: petition(caseId: $id, number: "Bí Mật"){caseId} agency(code: "Bí Mật"){name}}'
    await world.data(text, id="Bí Mật")
    spans = [span for span in exporter.get_finished_spans() if span.name.startswith("graphql")]
    assert [span.name for span in spans] == ["graphql query agency,petition"]
    told = str(spans[0].to_json())
    assert "Mật" not in told
    assert "M\\u1eadt" not in told
    assert "BiMat" not in told
    assert "graphql.document" in told
