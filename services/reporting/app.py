"""Assembles the reporting service."""

from contracts.event import REPORTS
from runtime.service import Service
from services.reporting import api, handlers
from services.reporting.models import Base

service = Service("reporting", topic=REPORTS, base=Base, handlers=[handlers], api=[api])
