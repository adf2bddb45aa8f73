"""What lies on the shelf and what measures it: sources to draw from, and syringes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from formulary.rules.facts.substances import Container, Strength
from formulary.rules.units import Quantity


@dataclass(frozen=True, slots=True)
class Syringe:
    """A measuring device: what it holds, its graduation, its dead space, and who says so."""

    name: str
    capacity: Quantity
    graduation: Quantity
    dead_space: Quantity | None
    source: str


@dataclass(frozen=True, slots=True)
class Diluent:
    """What a powder was mixed with: a lot of a product, with its printed expiry."""

    lot_id: int
    lot: str
    product_id: int
    expires_on: date


@dataclass(frozen=True, slots=True)
class Stock:
    """One source a line may be drawn from: a sealed lot at a place, or one open vial.

    `remaining` is in the ledger's dimension (volume for solutions, mass or activity for powders); `volume`
    and `content` describe one full container. `expires_on` is the printed date; `zone` the site's;
    `place_id` only leads back to the row. `opened_for` is the patient it was opened for, `opened_for_ref`
    the act: empty once that is over, None while nothing was drawn or nobody noted it.
    """

    lot_id: int
    lot: str
    product_id: int
    expires_on: date
    zone: str
    remaining: Quantity
    place: str = ""
    vial_id: int | None = None
    vial: str | None = None
    container: Container = Container.UNKNOWN
    after_puncture_h: Fraction | None = None
    after_reconstitution_h: Fraction | None = None
    opened_at: datetime | None = None
    reconstituted_at: datetime | None = None
    beyond_use_at: datetime | None = None
    status: str = "available"
    held: tuple[str, ...] = ()
    reserved: Quantity | None = None
    reserved_for: str | None = None
    opened_for: int | None = None
    opened_for_ref: str | None = None
    diluent: Diluent | None = None
    one_container: Quantity | None = None
    strength: Strength | None = None
    place_id: int | None = None
