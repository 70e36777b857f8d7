"""Documents: parsed, measured and validated once, remembered by their text."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)

from contracts.errors import Refusal
from gateway import limits

_REMEMBERED: Final = 1000
_REMEMBERED_CHARACTERS: Final = 500_000
"""Of all documents together: a parsed document takes a hundred times the room of its text."""


@dataclass(slots=True)
class Document:
    """A document and what is known of it; ``errors`` are final."""

    node: DocumentNode | None
    errors: list[GraphQLError] = field(default_factory=list)
    operations: dict[str | None, OperationDefinitionNode] = field(default_factory=dict)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    reads_schema: bool = False

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation to run; None when it is not clear which."""
        if name is None:
            return next(iter(self.operations.values())) if len(self.operations) == 1 else None
        return self.operations.get(name)


class Documents:
    """The documents seen lately."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._seen: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0

    def read(self, text: str) -> Document:
        """The document of this text."""
        found = self._seen.get(text)
        if found is not None:
            self._seen.move_to_end(text)
            return found
        found = self._seen[text] = self._read(text)
        self._characters += len(text)
        while len(self._seen) > _REMEMBERED or self._characters > _REMEMBERED_CHARACTERS:
            forgotten, _ = self._seen.popitem(last=False)
            self._characters -= len(forgotten)
        return found

    def _read(self, text: str) -> Document:
        try:
            node = parse(text, no_location=False, max_tokens=limits.MAX_TOKENS)
            limits.check(node)
        except GraphQLError as wrong:
            return Document(None, [wrong])
        except Refusal as refusal:
            return Document(None, [GraphQLError(refusal.message, original_error=refusal)])
        found = Document(node, validate(self._schema, node, specified_rules, max_errors=limits.MAX_ERRORS, hide_suggestions=True))
        for part in node.definitions:
            if isinstance(part, OperationDefinitionNode):
                found.operations[part.name.value if part.name else None] = part
            elif isinstance(part, FragmentDefinitionNode):
                found.fragments[part.name.value] = part
        found.reads_schema = reads_schema(node)
        return found


def reads_schema(node: DocumentNode) -> bool:
    """The document asks for ``__schema`` or ``__type``."""
    found = False

    class Search(Visitor):
        def enter_field(self, field: FieldNode, *_: Any) -> None:
            nonlocal found
            found = found or field.name.value in ("__schema", "__type")

    visit(node, Search())
    return found

