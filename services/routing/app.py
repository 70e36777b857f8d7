"""Assembles the routing service."""

from contracts.event import CASES
from runtime.service import Job, Service
from services.routing import api, handlers
from services.routing.models import Base
from services.routing.sweep import sweep

service = Service("routing", topic=CASES, base=Base, handlers=[handlers], api=[api], jobs=[Job("sweep", 5, sweep)])
