"""The sentences of a certificate again, for ``law/verify.py``: from ``data/sentences.csv``, by code that shares nothing with the engine."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Line = dict[str, str]
Json = Any
Sheets = Mapping[str, list[Line]]


def sentences(sheets: Sheets, found: Json, main: Line, rows: list[Line]) -> Iterator[str]:
    """A certificate counted again (``found``), in words, sentence after sentence."""
    say = {line["key"]: line["vi"] for line in sheets["sentences"]}
    laws = {line["code"]: line["title_vi"] for line in sheets["instruments"]}
    step = next(line for line in sheets["steps"] if (line["kind"], line["step"]) == (main["kind"], main["step"]))
    value: dict[str, Any] = {
        **{name: _vn(found[name]) for name in ("start", "due")},
        "title": step["title_vi"],
        "start_event": step["start_vi"],
        "limit": found["limit"],
        "unit": say[f"unit_{found['unit'] or 'calendar'}"],
        "effective": _vn(found["effective_from"]),
    }
    if found["state"] == "suspended":
        unit = say["unit_working" if found["unit"] == "working" else "unit_calendar"]
        since = {"from": _vn(found["suspensions"][-1]["from"]), "remaining": found["remaining"], "left": unit}
        yield say["suspended_unlimited" if found["limit"] is None else "suspended"].format(**value | since)
    elif found["due"] is None:
        yield say["none"].format(**value)
    else:
        yield say["before" if main["way"] == "before" else "effect" if main["step"] == "effect" else "due"].format(**value)
    yield say["opened" if main["unit"] == "agency" else "budget"].format(**value)
    yield say["rules"].format(rules="; ".join(_rule(say, laws, row) for row in rows))
    for each in found["extensions"]:
        yield say["extension"].format(**each | {"unit": value["unit"], "document": _document(say, each)})
    for each in found["suspensions"]:
        told = {**each, "from": _vn(each["from"]), "to": _vn(each["to"]), "document": _document(say, each)}
        yield say["suspension" if each["to"] else "suspension_open"].format(**told)
    if found["rolled_from"]:
        yield say["rolled"].format(**{"from": _vn(found["rolled_from"])})
    if not found["roll"]:
        yield say["unrolled"]
    if found["limit"] is not None:
        yield say["counted"].format(**found)
    for each in found["also"]:
        due = _vn(each["due"]) or say["pending"]
        yield say["also"].format(**each | {"unit": say[f"unit_{each['unit']}"], "due": due, "cites": _titles(laws, each["cites"])})
    if found["facts"]:
        yield say["facts"].format(facts="; ".join(f"{name} = {_shown(fact)}" for name, fact in found["facts"].items()))
    if found["agency"]:
        yield say["agency"].format(agency=found["agency"])
    if found["without"]:
        yield say["without"].format(without=", ".join(found["without"]))
    if found["warnings"]:
        yield say["warnings"].format(warnings="; ".join(say[each] for each in found["warnings"]))
    yield say["counting"].format(cites=_titles(laws, found["counting"]))
    until = _vn(found["data"]["known_until"]) or say["ever"]
    data = say["data"].format(rows=found["data"]["rows"], known=until)
    yield say["basis"].format(law=_vn(found["as_of_law"]), knowledge=_vn(found["as_of_knowledge"]), data=data)


def _rule(say: Line, laws: Line, row: Line) -> str:
    return say["rule" if row["value"] else "rule_unlimited"].format(
        **row | {"unit": say[f"unit_{row['unit']}"], "cites": _titles(laws, cites_of(row))},
        **{"from": _vn(row["effective_from"]) or say["ever"], "known": _vn(row["known_from"]) or say["ever"]},
        until=say["until"].format(to=_vn(row["effective_to"])) if row["effective_to"] else "",
    )


def _document(say: Line, decision: Json) -> str:
    return say["document"].format(document=decision["document"]) if decision["document"] else ""


def _titles(laws: Line, cites: list[str]) -> str:
    parts = [cite.partition(" ") for cite in cites]
    return ", ".join(f"{laws[law]}, Điều {article}" if article else laws[law] for law, _, article in parts)


def cites_of(row: Line) -> list[str]:
    """The citations of a row."""
    articles = [row["article"], *(row.get("also_article") or "").split(";")] if row.get("also_article") else [row["article"]]
    return [f"{row['law']} {article.strip()}".strip() for article in articles] if row["law"] else []


def _vn(day: str | None) -> str:
    return "" if not day else f"{day[8:10]}/{day[5:7]}/{int(day[:4])}"


def _shown(fact: Json) -> str:
    if isinstance(fact, bool):
        return "có" if fact else "không"
    if isinstance(fact, list) and all(isinstance(each, str) for each in fact):
        return ", ".join(fact)
    return fact if isinstance(fact, str) else json.dumps(fact, ensure_ascii=False, separators=(",", ":"))
