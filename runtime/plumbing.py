"""The runtime's own tables, present in every service's database beside the service's tables."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlmodel import Field

from runtime.rows import Table, row


class Base(Table, registry=registry()):
    """Tables of the runtime."""


@row
class Offset(Base, table=True):
    """The next offset to apply of one partition; moved by compare-and-swap in the transaction of the effects."""

    __tablename__ = "offsets"

    topic: str = Field(primary_key=True)
    partition_no: int = Field(primary_key=True)
    next_offset: int = Field(sa_type=sa.BigInteger)


@row
class Seen(Base, table=True):
    """A record that was applied; catches what the writer sent twice. Purged when older than any possible repeat."""

    __tablename__ = "inbox"

    event_id: str = Field(primary_key=True)
    seen_on: date = Field(index=True)


@row
class Sequence(Base, table=True):
    """The number of the last fact stated about a case on this service's topic."""

    __tablename__ = "sequences"

    case_id: str = Field(primary_key=True)
    seq: int


class Outbox(Base, table=True):
    """Records to be sent, in order of ``id``; deleted once the broker has them."""

    __tablename__ = "outbox"

    id: int = Field(primary_key=True, sa_type=sa.BigInteger().with_variant(sa.Integer, "sqlite"))
    event_id: str
    topic: str
    key: str
    ce_type: str
    ce_time: str
    traceparent: str
    payload: bytes


@row
class Parked(Base, table=True):
    """A record that could not be applied (``status`` parked) or that waits behind one of the same case (``waiting``)."""

    __tablename__ = "parked"

    event_id: str = Field(primary_key=True)
    topic: str
    partition_no: int
    record_offset: int = Field(sa_type=sa.BigInteger)
    key: str = Field(index=True)
    headers: str
    value: bytes | None = None
    reason: str
    status: str
    parked_at: datetime
    order_no: int = Field(sa_type=sa.BigInteger)


@row
class VirtualDate(Base, table=True):
    """The virtual legal date of a development process."""

    __tablename__ = "virtual_date"

    id: int = Field(primary_key=True)
    today: date | None = None


METADATA = Base.metadata
