"""What intake does by itself: forget receipt secrets in time, and follow a change of master keys."""

from runtime.clock import now
from runtime.service import Service
from services.intake import reference, store
from services.intake.models import Answered, SealedLetter
from services.intake.vault import VaultError


async def check_keys(service: Service) -> None:
    """Refuse to start without the keys everything depends on. Raises SystemExit with the sentence for the operator."""
    try:
        reference.ring()
        reference.own_keys()
    except (OSError, ValueError, VaultError) as missing:
        raise SystemExit(f"intake: {missing}") from missing


async def forget_secrets(service: Service) -> None:
    """Forget the sealed secrets of idempotent answers whose day has come."""
    while keys := [line[0] for line in await service.db.rows(store.EXPIRED, today=now().date())]:
        async with service.work(keys, [Answered], about="forget receipt secrets") as work:
            for key in keys:
                answered = work.get(Answered, key)
                if answered is not None:
                    answered.forget()
                    work.save(answered)


async def rewrap(service: Service) -> None:
    """Put data keys under the current master key; the letters themselves are not touched."""
    ring = reference.ring()
    while cases := [line[0] for line in await service.db.rows(store.UNDER_FORMER_KEY, current=ring.current)]:
        async with service.work(cases, [SealedLetter], about="rewrap vault keys") as work:
            for case_id in cases:
                sealed = work.get(SealedLetter, case_id)
                wrapped = sealed.wrapped() if sealed is not None else None
                if sealed is not None and wrapped is not None:
                    sealed.key_id, sealed.wrapped_key = ring.rewrap(case_id, wrapped)
                    work.save(sealed)
