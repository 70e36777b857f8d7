"""Containers and clusters say the same as the local topology; no Docker or cluster is needed to know it."""

import csv
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.event import FACT_TOPICS, RECEIPTS
from deploy.local import postgres
from deploy.local.ports import free_port
from runtime.commands import service_named
from runtime.settings import PORTS, SERVICES

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
MANIFESTS = ("services", "config", "migrate", "network")
CLUSTER = [document for name in MANIFESTS for document in yaml.safe_load_all((DEPLOY / "kubernetes" / f"{name}.yaml").read_text())]
KEYS = {"platform.json": {"gateway"}, "intake.json": {"intake"}, "vault.key": {"intake"}}


def named(kind: str) -> dict[str, Any]:
    return {document["metadata"]["name"]: document for document in CLUSTER if document["kind"] == kind}


def test_compose_runs_every_service_on_its_own_database_only() -> None:
    for service in SERVICES:
        row = COMPOSE["services"][service]
        assert row["command"] == ["serve", service]
        urls = {name: value for name, value in row["environment"].items() if name.startswith("DATABASE_URL__")}
        assert set(urls) == {f"DATABASE_URL__{service.upper()}"}
        assert f"@postgres:5432/{service}" in urls[f"DATABASE_URL__{service.upper()}"]


def test_only_the_gateway_of_compose_is_reached_from_outside_and_on_loopback() -> None:
    open_rows = {name for name, row in COMPOSE["services"].items() if "outside" in row["networks"]}
    assert open_rows & set(SERVICES) == {"gateway"}
    for row in COMPOSE["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in row.get("ports", []))


def test_no_password_has_a_default() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    assert text.count("${") == text.count(":?}")


@pytest.mark.parametrize("place", ["compose", "cluster"])
def test_every_address_and_setting_is_one_that_the_services_read(place: str) -> None:
    told: dict[str, str] = COMPOSE["x-told"] if place == "compose" else named("ConfigMap")["dannguyen"]["data"]
    for service in SERVICES:
        assert told[f"URL__{service.upper()}"] == f"http://{service}:{PORTS[service]}"
    sources = "".join(path.read_text() for path in (DEPLOY.parent / "runtime").glob("*.py"))
    for name in told:
        assert name in sources or name.startswith("URL__"), f"nobody reads {name}"


def test_the_cluster_runs_two_of_each_service_and_probes_what_they_answer() -> None:
    deployments = named("Deployment")
    assert set(deployments) == set(SERVICES)
    for service, deployment in deployments.items():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        assert container["args"] == ["serve", service]
        assert container["ports"] == [{"name": "http", "containerPort": PORTS[service]}]
        assert [container[probe]["httpGet"]["path"] for probe in ("readinessProbe", "livenessProbe")] == ["/ready", "/health"]
        assert [entry["name"] for entry in container["env"]] == [f"DATABASE_URL__{service.upper()}"]
        assert deployment["spec"]["replicas"] == 2


def test_a_key_is_mounted_only_where_it_is_needed() -> None:
    holders: dict[str, set[str]] = {}
    for service, deployment in named("Deployment").items():
        (volume,) = [volume for volume in deployment["spec"]["template"]["spec"]["volumes"] if volume["name"] == "keys"]
        for item in volume["secret"]["items"]:
            holders.setdefault(item["key"], set()).add(service)
    assert holders.pop("platform.pub.json") == set(SERVICES)
    holders.pop("intake.pub.json")
    assert holders == KEYS


def test_kafka_opens_to_each_service_what_its_code_writes_and_reads() -> None:
    found: dict[str, dict[str, set[str]]] = {service: {"read": set(), "write": set()} for service in SERVICES}
    with (DEPLOY / "kafka" / "acls.csv").open() as file:
        for row in csv.DictReader(file):
            if row["resource"] == "topic":
                found[row["principal"]][row["operation"]].add(row["name"])
            else:
                assert (row["operation"], row["resource"], row["name"]) == ("read", "group", f"dannguyen.{row['principal']}")
    for name in SERVICES:
        service = service_named(name)
        answers = {RECEIPTS} if service.handlers.by_topic else set()
        assert found[name]["read"] == set(service.handlers.topics)
        assert found[name]["write"] == ({service.topic} if service.topic else set()) | answers
    writers = [topic for service in found.values() for topic in service["write"]]
    facts = [topic for topic in writers if topic != RECEIPTS]
    assert sorted(facts) == sorted(FACT_TOPICS), "each topic of facts has one writer"


def test_the_scripts_parse_and_name_every_service() -> None:
    for script in (DEPLOY / "kafka" / "apply.sh", DEPLOY / "postgres" / "roles.sh"):
        subprocess.run(["sh", "-n", str(script)], check=True)
    roles = (DEPLOY / "postgres" / "roles.sh").read_text()
    assert f"for service in {' '.join(SERVICES)}; do" in roles


def test_the_dashboard_and_alerts_ask_for_what_the_collector_counts() -> None:
    collector = yaml.safe_load((DEPLOY / "otel" / "collector.yaml").read_text())
    prefix = collector["connectors"]["spanmetrics"]["namespace"]
    alerts = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
    dashboard = json.loads((DEPLOY / "grafana" / "dashboards" / "platform.json").read_text())
    asked = [rule["expr"] for rule in alerts] + [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    counted = (f"{prefix}_calls_total", f"{prefix}_duration_milliseconds_bucket")
    assert all(any(name in expression for name in counted) for expression in asked)


@pytest.mark.connected
def test_the_roles_script_really_closes_each_database_to_the_others(tmp_path: Path) -> None:
    password = postgres.new_password()
    server, cluster = postgres.start(tmp_path / "postgres", free_port(), password)
    told = {"PATH": f"{cluster.bin}:/usr/bin:/bin", "PGHOST": cluster.host, "PGPORT": str(cluster.port), "PGPASSWORD": password}
    told |= {f"{service.upper()}_PASSWORD": f"it's {service}" for service in SERVICES} | {"PGDATABASE": "postgres"}
    rights = "SELECT datname FROM pg_database WHERE datname <> 'template0' AND has_database_privilege('routing', datname, 'CONNECT')"
    try:
        subprocess.run(["sh", str(DEPLOY / "postgres" / "roles.sh")], env=told, check=True, capture_output=True)
        assert cluster.sql(rights, password).split() == ["routing"]
    finally:
        server.stop()
        postgres.remove(tmp_path / "postgres")
