"""What goes together."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of

RULE_KINDS = (
    "pair", "alone", "compatible", "route", "handling", "storage", "substitution", "mixture", "superseded",
)  # fmt: skip
ORIGINS = ("shipped", "clinic")
RULE_STATUSES = ("draft", "in_use", "superseded", "withdrawn")


class CompatibilityRule(Versioned, Base):
    """A version of a row of the compatibility table; see `rules.facts.Compatibility` for its columns.

    Concentrations are steps of mass in 1 mL, bare figures are text. Rules are fed with pair, alone,
    compatible, handling and mixture; a route becomes a limit of 0; the rest is shown. What a clinic adds is
    in use once somebody other than its author approved it; a change is a new version. `loosens` names the
    shipped row in whose place it stands, and `reason` says why it was written.
    """

    __tablename__ = "compatibility_rule"
    __table_args__ = (
        UniqueConstraint("number", "version"),
        one_of("kind", *RULE_KINDS),
        one_of("level", "info", "warn", "stop", "block"),
        one_of("first", "", "a", "b", "unknown"),
        one_of("origin", *ORIGINS),
        one_of("status", *RULE_STATUSES),
    )

    number: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    a: Mapped[str] = mapped_column(String(160))
    b: Mapped[str] = mapped_column(String(160))
    level: Mapped[str] = mapped_column(String(10))
    condition: Mapped[str] = mapped_column(Text, default="")
    concentration_from: Mapped[int | None] = mapped_column(Steps)
    concentration_below: Mapped[int | None] = mapped_column(Steps)
    also: Mapped[str] = mapped_column(String(160), default="")
    also_from: Mapped[int | None] = mapped_column(Steps)
    ratio_from: Mapped[str | None] = mapped_column(String(10))
    ratio_below: Mapped[str | None] = mapped_column(String(10))
    ph_below: Mapped[str | None] = mapped_column(String(10))
    ph_above: Mapped[str | None] = mapped_column(String(10))
    ph_from: Mapped[str | None] = mapped_column(String(10))
    ph_gap: Mapped[str | None] = mapped_column(String(10))
    onset_pka: Mapped[str | None] = mapped_column(String(10))
    onset_solubility: Mapped[str | None] = mapped_column(String(10))
    onset_share: Mapped[str | None] = mapped_column(String(10))
    kept_above_h: Mapped[int | None] = mapped_column(Integer)
    kept_up_to_h: Mapped[int | None] = mapped_column(Integer)
    actives_only: Mapped[bool] = mapped_column(Boolean, default=False)
    decidable: Mapped[bool] = mapped_column(Boolean, default=True)
    first: Mapped[str] = mapped_column(String(10), default="")
    mechanism: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(10), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
    origin: Mapped[str] = mapped_column(String(10), default="shipped")
    status: Mapped[str] = mapped_column(String(12), default="in_use")
    loosens: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def __str__(self) -> str:
        return f"table row {self.number} v{self.version}"
