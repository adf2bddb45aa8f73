"""Where it went: so many points of so much in one area, how they were given, and where on which picture."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.db import Base, Steps, UtcDateTime, one_of

LAYERS = ("", "epidermis", "dermis", "subcutis", "muscle")
ANGLES = ("", "vertical", "angled", "flat")
DEVICES = ("", "syringe", "meso_gun", "pen", "needle_free")
"""Layers, angles and devices that a site may name; empty where nobody said."""


class InjectionSite(Base):
    """So many points of so much in one area: `points` times `per_point` nL; lengths are in nm.

    `map` and `map_version` name the picture that the points were drawn on. `spacing` is how far apart they
    were said to be, where they were laid out in a grid. `paused_why` says why it was recorded while the
    session was paused.
    """

    __tablename__ = "injection_site"
    __table_args__ = (
        UniqueConstraint("administration_id", "number"),
        CheckConstraint("points > 0 AND per_point > 0", name="something_was_given"),
        CheckConstraint("depth IS NULL OR depth > 0", name="depth_is_one"),
        CheckConstraint("(map = '') = (map_version IS NULL)", name="picture_has_its_version"),
        CheckConstraint("gauge IS NULL OR device <> 'needle_free'", name="no_needle_without_one"),
        one_of("layer", *LAYERS),
        one_of("angle", *ANGLES),
        one_of("device", *DEVICES),
    )

    administration_id: Mapped[int] = mapped_column(ForeignKey("administration.id"))
    number: Mapped[int] = mapped_column(Integer)
    area: Mapped[str] = mapped_column(String(60))
    points: Mapped[int] = mapped_column(Integer)
    per_point: Mapped[int] = mapped_column(Steps)
    layer: Mapped[str] = mapped_column(String(20), default="")
    depth: Mapped[int | None] = mapped_column(Steps)
    depth_why: Mapped[str] = mapped_column(String(200), default="")
    angle: Mapped[str] = mapped_column(String(20), default="")
    device: Mapped[str] = mapped_column(String(20), default="")
    gauge: Mapped[int | None] = mapped_column(Integer)
    technique: Mapped[str] = mapped_column(String(60), default="")
    map: Mapped[str] = mapped_column(String(20), default="")
    map_version: Mapped[int | None] = mapped_column(Integer)
    spacing: Mapped[int | None] = mapped_column(Steps)
    paused_why: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    spots: Mapped[list["InjectionPoint"]] = relationship(
        order_by="InjectionPoint.number", cascade="all, delete-orphan"
    )

    @property
    def volume(self) -> int:
        """Points times volume per point, in nL."""
        return self.points * self.per_point


class InjectionPoint(Base):
    """One point of a site on its picture, in hundredths of a percent from the upper left."""

    __tablename__ = "injection_point"
    __table_args__ = (
        UniqueConstraint("site_id", "number"),
        CheckConstraint("x BETWEEN 0 AND 10000 AND y BETWEEN 0 AND 10000", name="lies_on_its_picture"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("injection_site.id"))
    number: Mapped[int] = mapped_column(Integer)
    x: Mapped[int] = mapped_column(Integer)
    y: Mapped[int] = mapped_column(Integer)
