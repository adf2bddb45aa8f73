"""What the act rules are fed: one scan, one draw, one administration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from formulary.rules.facts.cocktails import SitePolicies
from formulary.rules.facts.stock import Stock
from formulary.rules.units import Quantity


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read off a pack or a vial, by scanner or twice by hand; None is what the code does not carry.

    `vial` is the code of our own label, which names product, lot and expiry by itself.
    """

    gtin: str | None = None
    lot: str | None = None
    expires_on: date | None = None
    vial: str | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """One scan at the bench: the product the line needs, the vial chosen for it, and what was seen.

    `product` and `seen.product` are names as people read them, with the strength. `typed_again` is the
    second entry of the manual path; `second_person` is whether another person confirmed it.
    """

    line: int
    product: str
    gtins: frozenset[str]
    stock: Stock
    seen: Seen
    typed_again: Seen | None = None
    manual: bool = False
    needs_second_person: bool = False
    second_person: bool = False


@dataclass(frozen=True, slots=True)
class DrawFacts:
    """One draw about to be recorded: planned and measured volume, and what leaves which source.

    `scanned_vial` is the vial whose label was scanned; `for_ref` is the cocktail's name in reservations.
    `of` is the quantity the tolerance is a share of: the planned volume, or for a diluent drawn to the mark
    the whole preparation.
    """

    line: int
    product: str
    planned: Quantity
    measured: Quantity
    amount: Quantity
    stock: Stock
    policies: SitePolicies
    at: datetime
    scanned_vial: str | None = None
    for_patient: int | None = None
    for_ref: str | None = None
    of: Quantity | None = None


@dataclass(frozen=True, slots=True)
class AdministeredFacts:
    """What came out of one released preparation: the volume at each site, what was left, what stayed."""

    released: Quantity
    sites: tuple[Quantity, ...]
    leftover: Quantity
    policies: SitePolicies
    dead_space: Quantity | None = None
