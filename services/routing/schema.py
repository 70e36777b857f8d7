"""JSON schemas of the questions of ``questions.py``, written to ``schemas/`` by ``python -m services.routing.schema``."""

from pathlib import Path
from typing import Any, Final

import msgspec

from law.schema import Refused, write
from services.routing import questions

FOLDER: Final = Path(__file__).with_name("schemas")
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_PAIRS: Final = {
    "action": (questions.WhatToDo, questions.ToDo),
    "competent": (questions.WhoSettles, questions.Settlers),
    "next-steps": (questions.WhatNext, questions.Next),
}


def documents() -> dict[str, dict[str, Any]]:
    """Each schema by the name of its file: ``<command>.question`` and ``<command>.answer``."""
    found = {}
    for name, (question, answer) in _PAIRS.items():
        found[f"{name}.question"] = {"$schema": _DRAFT, "title": f"A question of law {name}", **msgspec.json.schema(question)}
        found[f"{name}.answer"] = _answer(f"An answer of law {name}", answer)
    return found


def _answer(title: str, kind: Any) -> dict[str, Any]:
    (told, refused), defs = msgspec.json.schema_components([kind, Refused], ref_template="#/$defs/{name}")
    own = {"type": "object", "properties": {"id": {}}, "required": ["id"]}
    return {"$schema": _DRAFT, "title": title, "oneOf": [{"allOf": [told, own]}, refused], "$defs": defs}


if __name__ == "__main__":
    write(FOLDER, documents())
