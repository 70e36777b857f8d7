"""Assembles the supervision service."""

from contracts.event import OVERSIGHT
from runtime.service import Job, Service
from services.supervision import api, handlers, jobs
from services.supervision.models import Base

service = Service(
    "supervision", topic=OVERSIGHT, base=Base, handlers=[handlers], api=[api], jobs=[Job("review", 5, jobs.review)]
)
