"""Assembles the routing service."""

from contracts.event import CASES
from runtime.service import Job, Service
from services.routing import acts, api, handlers
from services.routing.models import Base
from services.routing.sweep import sweep

JOBS = [Job("sweep", 5, sweep), Job("forget answered acts", 3600, acts.forget_answered)]
service = Service("routing", topic=CASES, base=Base, handlers=[handlers, acts], api=[api], jobs=JOBS)
