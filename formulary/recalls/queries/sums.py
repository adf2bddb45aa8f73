"""The mass-balance sheet of a case: what came = used + wasted + returned + on hand + unaccounted."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from formulary.recalls.models import RecallCase, RecallExplanation
from formulary.recalls.queries.cases import explanations
from formulary.recalls.queries.flows import flows
from formulary.recalls.queries.lots import FoundLot, lots_found
from formulary.recalls.queries.under_way import prepared, under_way
from formulary.rules.trace import MassBalance

THOUSAND = 1000


@dataclass(frozen=True)
class CaseSheet:
    """One lot: its balance in its own steps, and whether what is unaccounted for is within what is tolerated
    or signed for. `received` holds what was found as well.
    """

    lot: FoundLot
    balance: MassBalance
    tolerance: int
    explanation: RecallExplanation | None

    @property
    def received(self) -> int:
        """All that came."""
        return self.balance.received + self.balance.found

    @property
    def used(self) -> int:
        """Given, patch-tested, or in a cocktail."""
        balance = self.balance
        return balance.administered + balance.tested + balance.in_preparation + balance.prepared

    @property
    def wasted(self) -> int:
        """Wasted or destroyed."""
        return self.balance.wasted + self.balance.destroyed

    @property
    def share(self) -> Fraction | None:
        """What part of what came is unaccounted for; None where nothing came."""
        return Fraction(abs(self.balance.unaccounted), self.received) if self.received else None

    @property
    def is_tolerated(self) -> bool:
        """Whether so little is unaccounted for that the case asks for no words."""
        return abs(self.balance.unaccounted) * THOUSAND <= self.tolerance * self.received

    @property
    def is_explained(self) -> bool:
        """Whether somebody has signed for just this quantity."""
        return self.explanation is not None and self.explanation.unaccounted == self.balance.unaccounted

    @property
    def is_unexplained(self) -> bool:
        """Whether it stops the case from being reconciled."""
        return not self.is_tolerated and not self.is_explained

    def as_told(self) -> dict[str, Any]:
        """The figures as an event keeps them, in the lot's steps."""
        balance = self.balance
        figures = {
            "received": self.received,
            "used": self.used,
            "wasted": self.wasted,
            "returned": balance.returned,
        }
        return {
            "lot": self.lot.number,
            **figures,
            "on_hand": balance.on_hand,
            "unaccounted": balance.unaccounted,
        }


def sheet_of(case: RecallCase, lots: Sequence[int]) -> list[CaseSheet]:
    """The sheet of each of these lots and of each lot made from them."""
    if not lots:
        return []
    found, signed = lots_found(lots).lots, explanations(case.id)
    ids = [lot.id for lot in found]
    balances = flows(ids).balances(ids, prepared(under_way(ids)))
    return [CaseSheet(lot, balances[lot.id], case.tolerance, signed.get(lot.id)) for lot in found]
