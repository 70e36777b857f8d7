"""How a service says which facts it reacts to.

    @on(PetitionClassified, loads=[Case])
    def assign_competent_agency(event: PetitionClassified, work: Work) -> None: …

A handler is written for one fact; the runtime runs it over batches (see ``runtime.work``).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

import msgspec

from contracts.event import FACT_TOPICS, FACTS, Event
from runtime.work import Inapplicable, Load, Many, Need, Work, needs

__all__ = ["Handler", "Handlers", "Inapplicable", "Load", "Many", "RawRecord", "on", "on_raw"]

E = TypeVar("E", bound=Event)
F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record that is no fact: its bytes as they came."""

    topic: str
    key: str
    value: bytes
    headers: dict[str, bytes]
    event_id: str


@dataclass(frozen=True, slots=True)
class Handler:
    """One reaction of a service."""

    event_type: type[Event]
    loads: tuple[Need, ...]
    run: Callable[[Any, Work], None]
    also: Callable[[Any], Iterable[str]] | None = None


@dataclass(frozen=True, slots=True)
class RawHandler:
    """One reaction to records that are no facts."""

    topic: str
    loads: tuple[Need, ...]
    run: Callable[[RawRecord, Work], None]


def on(event_type: type[E], *, loads: Iterable[Any] = (), also: Callable[[E], Iterable[str]] | None = None) -> Callable[[F], F]:
    """React to a fact.

    ``loads`` names the rows needed (``Case``, ``Load``, ``Many``); ``also`` other cases that are changed or spoken of.
    """

    def register(run: F) -> F:
        known = vars(run).setdefault("handles", [])
        known.append(Handler(event_type, needs(loads), run, also))
        return run

    return register


def on_raw(topic: str, *, loads: Iterable[Any] = ()) -> Callable[[Callable[[RawRecord, Work], None]], Callable[[RawRecord, Work], None]]:
    """React to every record of a topic that carries no facts; ``loads`` take their keys from the RawRecord."""

    def register(run: Callable[[RawRecord, Work], None]) -> Callable[[RawRecord, Work], None]:
        vars(run).setdefault("handles", []).append(RawHandler(topic, needs(loads), run))
        return run

    return register


@dataclass(slots=True)
class Handlers:
    """All reactions of a service, by the header that names the fact."""

    by_type: dict[bytes, tuple[Any, list[Handler]]] = field(default_factory=dict)
    by_topic: dict[str, RawHandler] = field(default_factory=dict)

    @classmethod
    def of(cls, *modules: ModuleType) -> "Handlers":
        """Collect what the modules registered, in the order of their definition."""
        found = cls()
        for module in modules:
            for value in vars(module).values():
                if getattr(value, "__module__", None) != module.__name__:
                    continue
                for handler in getattr(value, "handles", ()):
                    found._enter(handler)
        return found

    def _enter(self, handler: Handler | RawHandler) -> None:
        if isinstance(handler, RawHandler):
            self.by_topic[handler.topic] = handler
            return
        name = handler.event_type.ce_type
        if FACTS.get(name) is not handler.event_type:
            raise ValueError(f"{handler.event_type.__name__} is not a published fact")
        decoder = msgspec.json.Decoder(handler.event_type)
        self.by_type.setdefault(name.encode(), (decoder, []))[1].append(handler)

    @property
    def topics(self) -> list[str]:
        """The topics a service must read for its handlers."""
        facts = {handler.event_type.topic for _, handlers in self.by_type.values() for handler in handlers}
        return [*(topic for topic in FACT_TOPICS if topic in facts), *sorted(self.by_topic)]
