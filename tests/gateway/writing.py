"""Writes random valid documents over the schema, for tests that compare or crawl."""

import random
from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLObjectType, get_named_type

from gateway.schema import core

POOLS: dict[str, list[Any]] = {
    "caseId": ["c1", "c2", "c3", "no-such-case"],
    "number": ["N-c1", "N-c4", "?"],
    "code": ["UBND-05518", "UBND-19", "NOBODY-1"],
    "agency": ["UBND-05518", "UBND-19"],
    "receivedBy": ["UBND-05518", "UBND-19"],
    "place": ["05518", "19"],
    "superior": ["UBND-19", "CP-TW"],
    "province": ["19", "14"],
    "unit": ["05518", "19"],
    "form": ["01/XLD"],
    "fromPeriod": ["2026-06"],
    "toPeriod": ["2026-08"],
    "first": [1, 3, 100],
    "last": [1, 2, 100],
}
ASKED_OF_THE_LAW = {"nextSteps", "explain", "competentAgency", "dueDate", "letterAction"}
"""Root fields that are answered by the law or a service, not from the read model."""
DATES = ["2026-07-01", "2026-07-10", "2026-08-04"]
_LEAST_DEPTH = 2


class Writer:
    """Random documents from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def query(self, depth: int = 4, only: str | None = None) -> str:
        """A query of one to three root fields (or of the field ``only``)."""
        root = core().query_type
        assert root is not None
        stored = sorted(root.fields.keys() - ASKED_OF_THE_LAW)
        names = [only] if only else self.random.sample(stored, self.random.randint(1, 3))
        return "{" + " ".join(self.field(root, name, f"r{index}", depth) for index, name in enumerate(names)) + "}"

    def field(self, parent: GraphQLObjectType, name: str, alias: str, depth: int) -> str:
        """One field with its arguments and what is asked below it."""
        definition = parent.fields[name]
        arguments = [f"{key}: {value}" for key, one in definition.args.items() if (value := self.argument(key, one)) is not None]
        called = f"({', '.join(arguments)})" if arguments else ""
        kind = get_named_type(definition.type)
        below = self.selection(kind, depth - 1) if isinstance(kind, GraphQLObjectType) else ""
        shown = name if alias == name else f"{alias}: {name}"
        return f"{shown}{called} {below}"

    def selection(self, kind: GraphQLObjectType, depth: int) -> str:
        """Some fields of a type, sometimes in a fragment or twice."""
        leaves = [name for name, one in kind.fields.items() if not isinstance(get_named_type(one.type), GraphQLObjectType)]
        objects = [name for name in kind.fields if name not in leaves] if depth > 0 else []
        picked = self.random.sample(leaves, min(len(leaves), self.random.randint(1, 5)))
        picked += self.random.sample(objects, min(len(objects), self.random.randint(0, 2)))
        if not picked or (not leaves and depth > -_LEAST_DEPTH):
            picked = list(kind.fields)[:1]
        aliases = [f"{name}{index}" if self.random.random() < 0.05 else name for index, name in enumerate(picked)]
        parts = [self.field(kind, name, alias, depth) for name, alias in zip(picked, aliases, strict=True)]
        text = " ".join([*parts, "__typename"] if self.random.random() < 0.2 else parts)
        return f"{{... on {kind.name} {{{text}}}}}" if self.random.random() < 0.1 else f"{{{text}}}"

    def argument(self, name: str, definition: Any) -> str | None:
        """A literal for an argument; required ones always, others sometimes; nothing that waits."""
        required = isinstance(definition.type, GraphQLNonNull) and not definition.default
        if name in ("after", "waitFor") or (not required and self.random.random() < 0.5):
            return None
        return self.literal(name, definition.type)

    def literal(self, name: str, kind: Any) -> str:
        """A literal of a type."""
        kind = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if isinstance(kind, GraphQLList):
            return "[" + ", ".join(self.literal(name, kind.of_type) for _ in range(self.random.randint(0, 3))) + "]"
        if isinstance(kind, GraphQLEnumType):
            return str(self.random.choice(sorted(kind.values)))
        if isinstance(kind, GraphQLInputObjectType):
            given = [f"{key}: {self.literal(key, one.type)}" for key, one in kind.fields.items() if self.random.random() < 0.3]
            return "{" + ", ".join(given) + "}"
        if kind.name == "Boolean":
            return self.random.choice(["true", "false"])
        if kind.name == "Date":
            return f'"{self.random.choice(DATES)}"'
        value = self.random.choice(POOLS[name])
        return str(value) if isinstance(value, int) else f'"{value}"'
