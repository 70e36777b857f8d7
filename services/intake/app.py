"""Assembles the intake service."""

from contracts.event import PETITIONS
from runtime.service import Job, Service
from services.intake import api, handlers, jobs
from services.intake.models import Base

service = Service(
    "intake",
    topic=PETITIONS,
    base=Base,
    handlers=[handlers],
    api=[api],
    jobs=[Job("forget receipt secrets", 3600, jobs.forget_secrets), Job("rewrap vault keys", 600, jobs.rewrap)],
    on_start=jobs.check_keys,
)
