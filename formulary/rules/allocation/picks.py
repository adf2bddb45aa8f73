"""What an allocation answers: so much out of one container, and a word for every source that is not used."""

from __future__ import annotations

from dataclasses import dataclass

from formulary.rules.facts import Container, SitePolicies, Stock
from formulary.rules.findings import Finding, Level
from formulary.rules.lot_status import serves_one_patient, sharing_h
from formulary.rules.units import Quantity, show

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """So much out of one container: an open vial, or one sealed container of a lot; and why this one.

    `container` counts the sealed containers of a source in the order in which they are opened. `left` is
    what the picks before have left in this one; None where they took nothing of it.
    """

    stock: Stock
    quantity: Quantity
    why: str
    container: int = 1
    left: Quantity | None = None

    @property
    def opens(self) -> bool:
        """Whether a sealed container is opened for it."""
        return self.stock.opened_at is None and self.left is None

    @property
    def holds(self) -> Quantity:
        """What its container holds before it."""
        whole, stock = self.stock.one_container, self.stock
        if self.left is not None:
            return self.left
        return stock.remaining if stock.opened_at or whole is None else min(whole, stock.remaining)

    @property
    def key(self) -> Key:
        """The container."""
        return (*source_key(self.stock), self.container)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A source that cannot serve, in a few words; without findings where it only holds too little."""

    stock: Stock
    why: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Allocation:
    """The picks, which sum to what is needed or are none at all, and every source that was not picked.

    `spare` could have served and comes later in the order: the next best is the first of it.
    """

    need: Quantity
    picks: tuple[Pick, ...]
    refusals: tuple[Refusal, ...]
    spare: tuple[Stock, ...] = ()
    missing: Quantity | None = None

    @property
    def complete(self) -> bool:
        """Whether everything that is needed was found."""
        return bool(self.picks)

    def shortage(self, mark: str = ".") -> Finding | None:
        """The finding where it is not complete: how much is missing, or that no one container holds it."""
        if self.complete:
            return None
        needed = show(self.need, mark=mark)
        reason = f"{needed} is needed and no single container holds it."
        if self.missing is not None and self.missing.steps > 0:
            reason = f"{needed} is needed and {show(self.missing, mark=mark)} of it is not there."
        return Finding(
            "stock.short", "stock", reason, "Order it, or change the line.", level=Level.BLOCK, rule="L6"
        )


def source_key(stock: Stock) -> Key:
    """What tells one source from another."""
    return stock.lot_id, stock.lot, stock.vial_id, stock.vial, stock.place_id, stock.place


def is_shared(container: Container, policies: SitePolicies) -> bool:
    """Whether the rest of an opened one may serve others at this site."""
    return not serves_one_patient(container) or sharing_h(container, policies) is not None


def is_for_one(stock: Stock, policies: SitePolicies) -> bool:
    """Whether what is opened of it serves one patient at this site, so that nobody shares a rest."""
    return not is_shared(stock.container, policies)


def discarded(pick: Pick, policies: SitePolicies) -> Quantity | None:
    """What is thrown away of the container of a pick: the rest of one that serves one patient.

    Nothing where others may share it; None where what a container holds is not known.
    """
    if not is_for_one(pick.stock, policies):
        return Quantity.zero(pick.quantity.dimension)
    if pick.opens and pick.stock.one_container is None:
        return None
    whole = pick.stock.one_container if pick.opens else pick.holds
    return None if whole is None else whole - pick.quantity
