"""JSON schemas of questions and answers, written to ``law/schemas/`` by ``python -m law.schema``."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from law.answers import Certificate, Due
from law.calendar import Day
from law.question import Question

FOLDER: Final = Path(__file__).with_name("schemas")
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


class Reason(msgspec.Struct):
    """Why a question is not answered: ``field`` is the one at fault, ``cites`` the articles."""

    code: str
    message: str
    field: str | None
    cites: list[str]


class Refused(msgspec.Struct):
    """The answer to a question that cannot be answered."""

    id: Any
    refusal: Reason


class Verdict(msgspec.Struct):
    """The answer of ``law verify``; ``error`` says what is wrong with the certificate. A line that is no JSON object is refused as well."""

    id: Any
    valid: bool
    error: str | None
    refusal: Reason | msgspec.UnsetType = msgspec.UNSET


def documents() -> dict[str, dict[str, Any]]:
    """Each schema by the name of its file."""
    return {
        "question": _document("A question of law due and law certificate", Question),
        "answer": _document("An answer of law due", Due, refused=True),
        "certificate": _document("An answer of law certificate", Due, Certificate, refused=True),
        "verdict": _document("An answer of law verify", Verdict),
        "day": _document("A line of law calendar", Day),
    }


def _document(title: str, *types: Any, refused: bool = False) -> dict[str, Any]:
    refs, defs = msgspec.json.schema_components([*types, *([Refused] if refused else [])], ref_template="#/$defs/{name}")
    told: dict[str, Any] = dict(refs[0])
    if refused:
        own: dict[str, Any] = {"id": {}} | ({"certificate": refs[1]} if len(types) > 1 else {})
        told = {"oneOf": [{"allOf": [refs[0], {"type": "object", "properties": own, "required": list(own)}]}, refs[-1]]}
    return {"$schema": _DRAFT, "title": title, **told, "$defs": defs}


def text(document: dict[str, Any]) -> str:
    """A schema as it stands in its file."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def write(folder: Path, documents: Mapping[str, dict[str, Any]]) -> None:
    """Write schemas, each into the file of its name."""
    folder.mkdir(exist_ok=True)
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(text(document), "utf-8")


if __name__ == "__main__":
    write(FOLDER, documents())
