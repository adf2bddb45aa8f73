"""Organisation, sites, policies, people, users with roles, sessions, throttle, one-time links, signatures."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.db import Base, CanonicalJson, UtcDateTime, Versioned, one_of


class Organisation(Base):
    """The one organisation of this database."""

    __tablename__ = "organisation"

    name: Mapped[str] = mapped_column(String(120))


class Counter(Base):
    """The last number given out for a kind of code: C-, V-, R-, P- and so on, per organisation."""

    __tablename__ = "counter"
    __audited__ = False

    kind: Mapped[str] = mapped_column(String(10), unique=True)
    value: Mapped[int] = mapped_column(Integer, default=0)


class Site(Versioned, Base):
    """One clinic: its zone, its decimal mark, whether a second person verifies and releases."""

    __tablename__ = "site"
    __table_args__ = (one_of("decimal_mark", ".", ","),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(120), unique=True)
    zone: Mapped[str] = mapped_column(String(60))
    decimal_mark: Mapped[str] = mapped_column(String(1), default=".")
    verify: Mapped[bool] = mapped_column(Boolean, default=True)
    release: Mapped[bool] = mapped_column(Boolean, default=True)
    solo: Mapped[bool] = mapped_column(Boolean, default=False)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)


class Policy(Base):
    """What a site has decided, with edition and source; the newest of a kind counts, unset is unknown."""

    __tablename__ = "policy"
    __table_args__ = (Index("ix_policy_site_kind", "site_id", "kind", "valid_from"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(String(60))
    value: Mapped[Any] = mapped_column(CanonicalJson)
    edition: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[str] = mapped_column(Text, default="")
    valid_from: Mapped[date] = mapped_column(Date)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Person(Base):
    """A human being; separation of duties compares persons, never accounts."""

    __tablename__ = "person"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(120))


class User(Versioned, Base):
    """An account of a person. `password_hash` is argon2id, or empty until a one-time link was used."""

    __tablename__ = "user_account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    username: Mapped[str] = mapped_column(String(60), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rights_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(lazy="joined")


class StaffRole(Base):
    """One role of one user at one site."""

    __tablename__ = "staff_role"
    __table_args__ = (
        UniqueConstraint("user_id", "site_id", "role"),
        one_of(
            "role", "pharmacist", "technician", "practitioner", "recall_officer", "administrator", "auditor"
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    role: Mapped[str] = mapped_column(String(20))


class Credential(Base):
    """What entitles a person to prescribe, prepare or inject, from a day through another one; ended, never
    deleted.
    """

    __tablename__ = "credential"
    __table_args__ = (
        one_of("kind", "prescribe", "prepare", "inject"),
        CheckConstraint("valid_to >= valid_from", name="ends_after_it_begins"),
        Index("ix_credential_person", "person_id", "kind"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(10))
    authority: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(60), default="")
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_why: Mapped[str] = mapped_column(Text, default="")


class UserSession(Base):
    """A signed-in browser: the token is stored hashed, and the row decides, not the cookie."""

    __tablename__ = "user_session"
    __audited__ = False

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    csrf_id: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(60), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")


class SignInAttempt(Base):
    """A failed sign-in or signing, counted per account and per address by all workers."""

    __tablename__ = "sign_in_attempt"
    __audited__ = False
    __table_args__ = (
        Index("ix_sign_in_attempt_account", "account", "at"),
        Index("ix_sign_in_attempt_address", "address", "at"),
    )

    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class OneTimeLink(Base):
    """An invitation or a reset: used once, within 24 hours; the token is stored hashed."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Signature(Base):
    """Who signed what, meaning what, when; bound to the hash of what was signed. `shown` is what stood there,
    in words.
    """

    __tablename__ = "signature"
    __table_args__ = (Index("ix_signature_object", "object_kind", "object_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person_name: Mapped[str] = mapped_column(String(120))
    meaning: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    object_kind: Mapped[str] = mapped_column(String(60))
    object_id: Mapped[int] = mapped_column(Integer)
    signed_hash: Mapped[str] = mapped_column(String(64))
    shown: Mapped[Any] = mapped_column(CanonicalJson, nullable=True)
    self_checked: Mapped[bool] = mapped_column(Boolean, default=False)
