"""Tables: the register of petitions (codes only), the vault, what was already answered, who holds each case."""

from datetime import date
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlmodel import Field

from contracts.vocabulary import Kind
from runtime.rows import Table, row
from services.intake.rules import LetterFacts
from services.intake.vault import Wrapped


class Base(Table, registry=registry()):
    """Tables of intake."""


@row
class Petition(Base, table=True):
    """A letter in the register. Codes only: whoever reads this table learns of no person.

    ``receipt_mac`` is a keyed digest of number and secret part; ``letter`` holds LetterFacts; ``is_protected`` stays once the
    letter was stated or signed to be a denunciation.
    """

    __tablename__ = "petitions"

    case_id: str = Field(primary_key=True)
    number: str = Field(unique=True)
    receipt_mac: str
    received_by: str
    received_on: date
    kind: Kind
    letter: Any = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    is_protected: bool = False
    is_withdrawn: bool = False
    founding_case_id: str | None = None

    def letter_facts(self) -> LetterFacts:
        """What the letter shows of its author."""
        return msgspec.convert(self.letter, LetterFacts)


@row
class SealedLetter(Base, table=True):
    """The vault: text and petitioners under the petition's data key."""

    __tablename__ = "vault"

    case_id: str = Field(primary_key=True)
    subject_ref: str = Field(unique=True)
    key_id: str = Field(index=True)
    wrapped_key: bytes | None = None
    sealed: bytes
    shredded_on: date | None = None

    def wrapped(self) -> Wrapped | None:
        """The data key as stored; None once it was forgotten."""
        return None if self.wrapped_key is None else Wrapped(self.key_id, self.wrapped_key)

    def shred(self, on: date) -> None:
        """Forget the data key: letter and identity of this petition can never be read again."""
        self.wrapped_key = None
        self.shredded_on = on


@row
class Answered(Base, table=True):
    """A lodging under a key that must have one effect only (Idempotency-Key, external id, ``jti``), and its answer.

    ``once_key`` is a keyed digest. The secret part of the code is sealed under the petition's data key and forgotten with it
    after ``expires_on``; from then on the same key gets the same answer without the code.
    """

    __tablename__ = "answered"

    once_key: str = Field(primary_key=True)
    case_id: str = Field(index=True)
    answer: Any = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    key_id: str | None = None
    wrapped_key: bytes | None = None
    body_mac: bytes | None = None
    sealed_secret: bytes | None = None
    expires_on: date | None = Field(default=None, index=True)

    def wrapped(self) -> Wrapped | None:
        """The petition's data key; None once the secret was forgotten."""
        return None if self.key_id is None or self.wrapped_key is None else Wrapped(self.key_id, self.wrapped_key)

    def forget(self) -> None:
        """Keep the answer, lose the secret and everything that opens it."""
        self.key_id = self.wrapped_key = self.body_mac = self.sealed_secret = self.expires_on = None


@row
class Holding(Base, table=True):
    """Which agency holds the case, as ``cases.v1`` last said (``cases_seq``); no row before routing spoke: the receiver holds it."""

    __tablename__ = "holdings"

    case_id: str = Field(primary_key=True)
    holder: str | None = None
    is_settled: bool = False
    cases_seq: int = 0


METADATA: Final[Any] = Base.metadata
