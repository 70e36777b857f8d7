"""Plants one fault into every process that starts with this folder on ``PYTHONPATH`` and ``DANNGUYEN_MUTANT`` set. Tests only.

Python imports ``sitecustomize`` before anything else; the fault is planted once the module it concerns has been imported.
"""

import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Callable
from typing import Any


def mark_before_send(outbox: Any) -> None:
    """The relay forgets records before the broker has them."""
    send = outbox.Relay._send

    async def forgetful(self: Any, producer: Any, page: Any) -> None:
        await self.database.outbox_sent([row[0] for row in page])
        outbox.pass_by("relay.sent_before_mark")
        await send(self, producer, page)

    outbox.Relay._send = forgetful


def offset_before_effect(inbox: Any) -> None:
    """The reader moves its offsets in a transaction of their own, before the effects."""
    once, count = inbox.Consumer._once, inbox.Consumer._moves

    async def hasty(self: Any, records: Any, doomed: Any) -> None:
        moves = count(self, records)
        async with self.database.transaction(()) as transaction:
            await transaction.write(inbox.Changes(moves=moves))
        inbox.pass_by("consumer.after_write")
        for move in moves:
            self.next_offsets[inbox.TopicPartition(move.topic, move.partition_no)] = move.reached
        await once(self, records, doomed)

    inbox.Consumer._once = hasty
    inbox.Consumer._moves = lambda self, records: []


def no_dedupe(inbox: Any) -> None:
    """The reader does not look whether it has seen a record."""
    decide = inbox.Consumer.decide_one

    def trusting(self: Any, work: Any, entry: Any, outcome: Any) -> None:
        outcome.seen.discard(entry.event_id)
        decide(self, work, entry, outcome)
        outcome.new_ids[:] = list(dict.fromkeys(outcome.new_ids))

    inbox.Consumer.decide_one = trusting


def identity_in_event(lodging: Any) -> None:
    """A letter's first petitioner is named in the fact."""
    register = lodging._register

    def talkative(form: Any, keys: Any, actor: Any, work: Any) -> Any:
        found = register(form, keys, actor, work)
        events = work._item.events
        if events and form.petitioners:
            import msgspec

            for place, event in enumerate(events):
                if hasattr(event, "subject_ref"):
                    events[place] = msgspec.structs.replace(event, subject_ref=form.petitioners[0].full_name)
        return found

    lodging._register = talkative


PLANTS: dict[str, tuple[str, Callable[[Any], None]]] = {
    "mark_before_send": ("runtime.outbox", mark_before_send),
    "offset_before_effect": ("runtime.inbox", offset_before_effect),
    "no_dedupe": ("runtime.inbox", no_dedupe),
    "identity_in_event": ("services.intake.lodging", identity_in_event),
}


class _Planter(importlib.abc.MetaPathFinder):
    def __init__(self, module: str, plant: Callable[[Any], None]) -> None:
        self.module, self.plant = module, plant

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != self.module:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            loader, execute = spec.loader, spec.loader.exec_module

            def planted(module: Any) -> None:
                execute(module)
                self.plant(module)

            loader.exec_module = planted  # type: ignore[method-assign]
        return spec


if os.environ.get("DANNGUYEN_MUTANT") in PLANTS:
    sys.meta_path.insert(0, _Planter(*PLANTS[os.environ["DANNGUYEN_MUTANT"]]))
