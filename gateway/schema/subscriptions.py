"""The subscription type. Its payloads are made by plans in the hub; the resolver is only there to be described."""

from collections.abc import AsyncGenerator
from typing import Any

import strawberry

from gateway.schema.sources import SOURCE, Root, shown
from gateway.schema.types import CaseChange


@shown
class Subscription:
    """What is told as it happens."""

    @strawberry.subscription(metadata={SOURCE: Root("case_changed")})  # type: ignore[untyped-decorator]
    async def case_changed(self, case_id: strawberry.ID | None = None, agency: str | None = None) -> AsyncGenerator[CaseChange, Any]:
        raise NotImplementedError("subscriptions are served by the hub")
        yield
