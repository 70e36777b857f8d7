"""The schema, built once: Strawberry types are its only description."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from gateway.reading import resolve_default
from gateway.schema.mutations import Mutation
from gateway.schema.queries import Query
from gateway.schema.subscriptions import Subscription


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


DateTime = strawberry.scalar(
    name="DateTime",
    serialize=_instant,
    parse_value=datetime.fromisoformat,
    description="Thời điểm theo RFC 3339, UTC · an instant, RFC 3339 in UTC",
)


class Schema(strawberry.Schema):
    """A schema that never logs a document: literals in it may name a person."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Errors are logged by ``execution``, by code and request number."""


@cache
def schema() -> Schema:
    """The schema. Raises policy.Unguarded when a field has no rule."""
    config = StrawberryConfig(default_resolver=resolve_default, disable_field_suggestions=True, scalar_map={datetime: DateTime})
    return Schema(Query, Mutation, Subscription, config=config)


def core() -> GraphQLSchema:
    """The schema as graphql-core sees it, for validation and plans."""
    found: Any = schema()._schema
    return found  # type: ignore[no-any-return]
