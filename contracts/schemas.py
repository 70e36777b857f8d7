"""What is generated from the facts: JSON Schemas, the AsyncAPI 3 document, the list of facts for people.

``check`` finds drift and changes that would break a reader or writer of the committed version.
"""

import json
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from contracts import agency, cases, court, oversight, petitions, protection, reports
from contracts.event import ACTS, ENVELOPE, FACTS, RECEIPTS, SUBMISSIONS, TOPICS, Event

SCHEMA_FOLDER: Final = "contracts/schemas"
ASYNCAPI_FILE: Final = "docs/asyncapi.yaml"
EVENTS_FILE: Final = "docs/events.md"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_MODULES: Final = (petitions, cases, court, protection, oversight, reports)
_TOPIC_TEXT: Final = {
    "petitions.v1": "Facts about petitions as received, stated by intake.",
    "cases.v1": "Facts about cases, stated by routing.",
    "oversight.v1": "Facts of those who watch, stated by supervision.",
    "reports.v1": "Facts about statutory reports, stated by reporting.",
    "agency.submissions.v1": "Letters that agency systems lodge: a JWS by the agency inside a JWE to intake (compact serialization).",
    "agency.acts.v1": "Moves that agency systems make on their cases: a JWS by the agency (compact serialization), keyed by case_id.",
    "agency.receipts.v1": "The answer of intake or routing to each submission or act, keyed by the agency's code.",
}


def facts() -> list[type[Event]]:
    """Every published fact in the order of its module, whichever was imported first."""
    order = {module.__name__: place for place, module in enumerate(_MODULES)}
    return sorted((kind for kind in FACTS.values() if kind.__module__ in order), key=lambda kind: order[kind.__module__])


def schema_of(fact: type[Event]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a fact's body as it stands on Kafka: the stamped envelope is required."""
    (whole,), parts = msgspec.json.schema_components([fact], ref_template="#/$defs/{name}")
    name = whole["$ref"].rsplit("/", 1)[-1]
    body = _tidy(parts.pop(name))
    for field in ENVELOPE:
        body["properties"][field].pop("default", None)
    body["properties"]["seq"]["minimum"] = 1
    body["required"] = sorted({*body.get("required", []), *ENVELOPE})
    defs = {key: _tidy(part) for key, part in sorted(parts.items())}
    return {"$schema": _DIALECT, "$id": f"urn:{fact.ce_type}", **body, "$defs": defs}


def _tidy(part: dict[str, Any]) -> dict[str, Any]:
    """One line breaks fewer in descriptions."""
    if "description" in part:
        part = {**part, "description": " ".join(part["description"].split())}
    return part


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document of all topics."""
    messages = {kind.__name__: _message(kind) for kind in facts()}
    messages["Submission"] = {
        "name": "Submission",
        "title": "Bài nộp của hệ thống cơ quan",
        "contentType": "application/jose",
        "payload": {"type": "string", "description": "JWE compact serialization; the plaintext is a JWS whose payload is `Submission`."},
    }
    messages["AgencyAct"] = {
        "name": "AgencyAct",
        "title": "Việc làm của cơ quan trong vụ việc",
        "contentType": "application/jose",
        "payload": {"type": "string", "description": "JWS compact serialization; its payload is `#/components/schemas/AgencyAct`."},
    }
    answers = [agency.SubmissionReceipt, agency.ActReceipt]
    told, parts = msgspec.json.schema_components([*answers, agency.AgencyAct], ref_template="#/components/schemas/{name}")
    for answer, receipt in zip(answers, told, strict=False):
        name = answer.__name__
        messages[name] = {"name": name, "contentType": "application/json", "payload": receipt}
    channels = {}
    operations = {}
    for topic in TOPICS:
        names = _names_on(topic)
        channel = topic.replace(".", "_")
        channels[channel] = {
            "address": topic,
            "description": _TOPIC_TEXT[topic],
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
            "bindings": {"kafka": {"partitions": 12, "bindingVersion": "0.5.0"}},
        }
        action = "send" if topic in (SUBMISSIONS, ACTS) else "receive"
        operations[f"{action}_{channel}"] = {
            "action": action,
            "channel": {"$ref": f"#/channels/{channel}"},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Dân Nguyện",
            "version": "1.0.0",
            "description": "Facts about citizens' petitions. CloudEvents 1.0, Kafka binary mode, JSON bodies, W3C traceparent. "
            "Every fact topic is keyed by case_id; facts of one case are totally ordered within a topic.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": {key: _tidy(part) for key, part in parts.items()}},
    }


def _names_on(topic: str) -> list[str]:
    if topic == SUBMISSIONS:
        return ["Submission"]
    if topic == ACTS:
        return ["AgencyAct"]
    if topic == RECEIPTS:
        return ["SubmissionReceipt", "ActReceipt"]
    return [kind.__name__ for kind in facts() if kind.topic == topic]


def _message(kind: type[Event]) -> dict[str, Any]:
    return {
        "name": kind.ce_type,
        "title": kind.__name__,
        "summary": _first_line(kind),
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "properties": {
                "ce_specversion": {"const": "1.0"},
                "ce_id": {"type": "string"},
                "ce_source": {"type": "string"},
                "ce_type": {"const": kind.ce_type},
                "ce_time": {"type": "string", "format": "date-time"},
                "ce_subject": {"type": "string", "description": "the case id, also the record's key"},
                "content-type": {"const": "application/json"},
                "traceparent": {"type": "string"},
            },
            "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
        },
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-07",
            "schema": _draft7(schema_of(kind)),
        },
    }


def _draft7(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema in the draft that AsyncAPI tools read: ``definitions`` instead of ``$defs``, everything inline."""
    defs = schema.get("$defs", {})

    def inline(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                name = value["$ref"].rsplit("/", 1)[-1]
                return {**inline(defs[name]), **{key: inline(part) for key, part in value.items() if key != "$ref"}}
            return {key: inline(part) for key, part in value.items() if key not in ("$defs", "$schema", "$id", "default")}
        return [inline(part) for part in value] if isinstance(value, list) else value

    return {"$schema": "http://json-schema.org/draft-07/schema#", **inline(schema)}


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().split("\n")[0]


def events_page() -> str:
    """The facts for people, by topic."""
    lines = ["# Facts", "", "Generated from `contracts/` by `dannguyen schemas`. Every fact also carries the envelope:", ""]
    lines += [
        "`case_id`, `seq`, `causation_id`, `actor {agency, role, officer}`, `legal_on` (date in Vietnam), `recorded_at` (instant, UTC).",
        "",
    ]
    for module in _MODULES:
        topic = next(kind.topic for kind in facts() if kind.__module__ == module.__name__)
        lines += [f"## `{topic}`", "", (module.__doc__ or "").strip(), "", "| fact | type | fields | meaning |", "|---|---|---|---|"]
        for kind in facts():
            if kind.__module__ == module.__name__:
                own = ", ".join(f"`{name}`" for name in kind.__struct_fields__ if name not in ENVELOPE)
                lines.append(f"| {kind.__name__} | `{kind.ce_type}` | {own} | {' '.join((kind.__doc__ or '').split())} |")
        lines.append("")
    return "\n".join(lines)


def generated() -> dict[str, str]:
    """Every generated file by its path in the project."""
    files = {
        f"{SCHEMA_FOLDER}/{kind.ce_type}.json": json.dumps(schema_of(kind), indent=1, ensure_ascii=False) + "\n" for kind in facts()
    }
    files[ASYNCAPI_FILE] = yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=120)
    files[EVENTS_FILE] = events_page()
    return files


def write(folder: Path) -> list[str]:
    """Write what is out of date; a change that is not compatible is refused and written nowhere."""
    broken = incompatible(folder)
    if broken:
        return broken
    for name, text in generated().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    return []


def check(folder: Path) -> list[str]:
    """What has drifted from the committed files, and what is not compatible with them."""
    drift = [
        f"{name} is out of date: run `dannguyen schemas`"
        for name, text in generated().items()
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != text
    ]
    return drift + incompatible(folder)


def incompatible(folder: Path) -> list[str]:
    """Changes against the committed schemas that would break a reader or a writer of them."""
    found = []
    for path in sorted((folder / SCHEMA_FOLDER).glob("*.json")):
        old = json.loads(path.read_text("utf-8"))
        kind = FACTS.get(path.stem)
        if kind is None:
            found.append(f"{path.stem}: a published fact may not disappear")
        else:
            found += [f"{path.stem}: {problem}" for problem in breaks(old, schema_of(kind))]
    return found


def breaks(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Why records and readers of ``old`` and ``new`` would not understand each other, in both directions.

    Allowed: a new optional field. Everything else needs a new major version of the fact: a field gone, a type changed, a field
    that becomes required or stops being required, a new or lost word of a closed list, a tighter or looser pattern.
    """
    problems: list[str] = []
    _compare(old, new, old.get("$defs", {}), new.get("$defs", {}), "$", problems)
    return problems


def _resolved(part: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    return {**defs[part["$ref"].rsplit("/", 1)[-1]], **part} if "$ref" in part else part


def _compare(old: Any, new: Any, old_defs: dict[str, Any], new_defs: dict[str, Any], at: str, problems: list[str]) -> None:
    old, new = _resolved(old, old_defs), _resolved(new, new_defs)
    for rule in ("type", "enum", "const", "format", "pattern", "minimum", "maximum", "minLength", "maxLength", "maxItems", "minItems"):
        if old.get(rule) != new.get(rule):
            problems.append(f"{at}: {rule} changed from {old.get(rule)} to {new.get(rule)}")
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before.keys() - after.keys():
        problems.append(f"{at}.{name}: the field is gone")
    for name in set(old.get("required", [])) ^ set(new.get("required", [])):
        problems.append(f"{at}.{name}: required in one version only")
    for name in before.keys() & after.keys():
        _compare(before[name], after[name], old_defs, new_defs, f"{at}.{name}", problems)
    for name in ("items", "additionalProperties"):
        if isinstance(old.get(name), dict) and isinstance(new.get(name), dict):
            _compare(old[name], new[name], old_defs, new_defs, f"{at}[]", problems)
    alternatives = old.get("anyOf", []), new.get("anyOf", [])
    if len(alternatives[0]) != len(alternatives[1]):
        problems.append(f"{at}: other alternatives")
    for one, other in zip(*alternatives, strict=False):
        _compare(one, other, old_defs, new_defs, at, problems)
