"""The mass balance of a lot: eleven figures that sum, from what came to and left each kind of place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ON_HAND = ("storage", "quarantine", "in_use", "in_transit")
ELSEWHERE = (
    "supplier",
    "preparation",
    "patient",
    "patch_test",
    "waste",
    "returned",
    "destroyed",
    "lost_or_found",
)
KINDS = frozenset((*ON_HAND, *ELSEWHERE))


@dataclass(frozen=True, slots=True)
class MassBalance:
    """Whole smallest steps of the lot's dimension: received + found equals the sum of the other nine.

    What is in cocktails stands under `in_preparation` until they are mixed, then under `prepared` until they
    are given. What was lost and found again cancels out; what remains of it is `found` or `unaccounted`.
    """

    received: int
    found: int
    on_hand: int
    in_preparation: int
    prepared: int
    administered: int
    tested: int
    wasted: int
    returned: int
    destroyed: int
    unaccounted: int

    @property
    def balances(self) -> bool:
        """Whether everything is accounted for."""
        return self.unaccounted == 0


def net_by_kind(moves: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """What each kind of place gained from movements (from kind, to kind, quantity); a loss is negative."""
    net: dict[str, int] = {}
    for source, target, quantity in moves:
        net[source] = net.get(source, 0) - quantity
        net[target] = net.get(target, 0) + quantity
    return net


def mass_balance(net: Mapping[str, int], prepared: int = 0) -> MassBalance:
    """The balance from the net gain of each kind of place; `prepared` is what of `preparation` is mixed.

    Raises ValueError for a kind it does not know: nothing may be left out of a balance in silence.
    """
    strange = sorted(set(net) - KINDS)
    if strange:
        raise ValueError(f"No line of the balance takes {', '.join(strange)}")
    lost = net.get("lost_or_found", 0)
    received, found = -net.get("supplier", 0), max(0, -lost)
    known = {
        "on_hand": sum(net.get(kind, 0) for kind in ON_HAND),
        "in_preparation": net.get("preparation", 0) - prepared,
        "prepared": prepared,
        "administered": net.get("patient", 0),
        "tested": net.get("patch_test", 0),
        "wasted": net.get("waste", 0),
        "returned": net.get("returned", 0),
        "destroyed": net.get("destroyed", 0),
    }
    unaccounted = received + found - sum(known.values())
    return MassBalance(received=received, found=found, unaccounted=unaccounted, **known)
