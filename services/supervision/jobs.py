"""What supervision does by itself: ends alerts whose day has come and counts open cases about the same object."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from runtime.service import Service
from services.supervision import reference, rules, store
from services.supervision.alerts import WEIGHED, weigh
from services.supervision.models import Watch

CHUNK: Final = 100
"""Cases weighed in one transaction."""


async def review(service: Service) -> None:
    """Weigh the cases that time or other cases changed. Safe to repeat and to run in several processes: a case is weighed as it is."""
    today = service.clock.today()
    counts = await _changed_counts(service)
    expired = [line[0] for line in await service.db.rows(store.EXPIRED, today=today)]
    for cases in _chunks(sorted({*counts, *expired})):
        async with service.work(cases, WEIGHED, about="review") as work:
            for case_id in cases:
                watch = work.get(Watch, case_id)
                if watch is not None:
                    watch.same_object_count = counts.get(case_id, watch.same_object_count)
                    weigh(watch, work)


async def _changed_counts(service: Service) -> dict[str, int]:
    """The cases whose number of open cases about the same object differs from what is kept."""
    today = service.clock.today()
    limits = reference.limits(today)
    since = today - timedelta(limits.same_object_days)
    least = limits.same_object_cases or 0
    objects = [line[0] for line in await service.db.rows(store.BUSY_OBJECTS, since=since, least=max(least, 1))] if least else []
    about = await service.db.rows(store.OPEN_ABOUT, since=since, objects=objects) if objects else []
    kept = dict(await service.db.rows(store.COUNTED))
    counts = dict.fromkeys(kept, 0) | rules.same_object_counts(about)
    return {case_id: count for case_id, count in counts.items() if kept.get(case_id, 0) != count}


def _chunks(cases: list[str]) -> Iterator[list[str]]:
    return (cases[start : start + CHUNK] for start in range(0, len(cases), CHUNK))
