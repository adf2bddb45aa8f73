"""What goes together."""

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, one_of


class CompatibilityRule(Base):
    """A row of the compatibility table; see `rules.facts.Compatibility` for what its columns mean.

    Rules are fed with pair, alone, compatible and handling; a route becomes a limit of 0; the rest is shown.
    """

    __tablename__ = "compatibility_rule"
    __table_args__ = (
        one_of(
            "kind",
            "pair",
            "alone",
            "compatible",
            "route",
            "handling",
            "storage",
            "substitution",
            "mixture",
            "superseded",
        ),
        one_of("level", "info", "warn", "stop", "block"),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    a: Mapped[str] = mapped_column(String(160))
    b: Mapped[str] = mapped_column(String(160))
    level: Mapped[str] = mapped_column(String(10))
    condition: Mapped[str] = mapped_column(Text, default="")
    concentration_above_amount: Mapped[int | None] = mapped_column(Steps)
    concentration_above_volume: Mapped[int | None] = mapped_column(Steps)
    ph_below: Mapped[str | None] = mapped_column(String(10))
    ph_above: Mapped[str | None] = mapped_column(String(10))
    mechanism: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(10), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
