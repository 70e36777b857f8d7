"""How much a document may ask for, counted in one pass with every fragment counted once.

A walk without memory is itself the attack: 22 fragments, each spreading the next twice, make four million visits.
Cost is the number of nodes that pages may return, nested pages multiplied. Introspection has no depth: its data are bounded.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, FragmentSpreadNode, IntValueNode, OperationDefinitionNode

from contracts.errors import Invalid

MAX_BODY: Final = 512 * 1024
"""Bytes of a request: a letter of 50,000 characters fits."""

MAX_TEXT: Final = 64 * 1024
"""Characters of a document."""

MAX_TOKENS: Final = 1000
MAX_ERRORS: Final = 5
_PAGES: Final[Mapping[str, tuple[str, int]]] = {
    "petitions": ("first", 20),
    "agencies": ("first", 20),
    "alerts": ("first", 20),
    "reports": ("first", 20),
    "timeline": ("last", 20),
}
"""Fields that return many rows: the argument that bounds them and its default."""
_PAGE_MOST: Final = 100
_ENOUGH: Final = 1_000_000


class Size(NamedTuple):
    """What a selection asks for."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    cost: int = 0


MOST: Final = Size(depth=10, fields=300, aliases=15, directives=10, cost=5000)
_WORDS: Final = Size._fields


def check(document: DocumentNode) -> None:
    """Raises Invalid (``document_too_costly``) when an operation is too large; reads a document not yet validated."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    seen: dict[str, Size | None] = {}
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            size = _of_selection(operation.selection_set, fragments, seen)
            for word, found, most in zip(_WORDS, size, MOST, strict=True):
                if found > most:
                    raise Invalid("document_too_costly", what=word, found=found if found < _ENOUGH else f"> {_ENOUGH}", most=most)


def _of_selection(selections: Any, fragments: Mapping[str, FragmentDefinitionNode], seen: dict[str, Size | None]) -> Size:
    if selections is None:
        return Size()
    return _sum(_of_node(node, fragments, seen) for node in selections.selections)


def _of_node(node: Any, fragments: Mapping[str, FragmentDefinitionNode], seen: dict[str, Size | None]) -> Size:
    directives = len(node.directives or ())
    if isinstance(node, FragmentSpreadNode):
        inner = _of_fragment(node.name.value, fragments, seen)
        return inner._replace(directives=min(inner.directives + directives, _ENOUGH))
    inner = _of_selection(node.selection_set, fragments, seen)
    if not isinstance(node, FieldNode):
        return inner._replace(directives=inner.directives + directives)
    rows = _rows(node)
    is_introspection = node.name.value.startswith("__")
    return Size(
        depth=0 if is_introspection else inner.depth + 1,
        fields=min(inner.fields + 1, _ENOUGH),
        aliases=min(inner.aliases + (node.alias is not None), _ENOUGH),
        directives=min(inner.directives + directives, _ENOUGH),
        cost=min(rows + max(rows, 1) * inner.cost, _ENOUGH),
    )


def _of_fragment(name: str, fragments: Mapping[str, FragmentDefinitionNode], seen: dict[str, Size | None]) -> Size:
    if name in seen:
        return seen[name] or Size()
    seen[name] = None
    fragment = fragments.get(name)
    found = _of_selection(fragment.selection_set, fragments, seen) if fragment is not None else Size()
    seen[name] = found
    return found


def _rows(node: FieldNode) -> int:
    page = _PAGES.get(node.name.value)
    if page is None:
        return 0
    value = next((one.value for one in node.arguments or () if one.name.value == page[0]), None)
    if value is None:
        return page[1]
    return min(int(value.value), _PAGE_MOST) if isinstance(value, IntValueNode) and len(value.value) < 10 else _PAGE_MOST


def _sum(sizes: Iterable[Size]) -> Size:
    depth = fields = aliases = directives = cost = 0
    for size in sizes:
        depth = max(depth, size.depth)
        fields, aliases, directives, cost = fields + size.fields, aliases + size.aliases, directives + size.directives, cost + size.cost
    return Size(depth, *(min(number, _ENOUGH) for number in (fields, aliases, directives, cost)))
