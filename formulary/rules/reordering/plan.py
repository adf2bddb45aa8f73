"""What to order of a product: what is usable and comes, less what is used until then, against two levels.

Everything is counted in containers, exactly; a part of one is a Fraction. Unknown is None and never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil


@dataclass(frozen=True, slots=True)
class Lying:
    """Usable sealed stock of one lot: how many containers, and through how many days from now."""

    left: Fraction
    days: int


@dataclass(frozen=True, slots=True)
class Coming:
    """What is still to come of one line of an order; overdue where it was expected before today."""

    containers: int
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the site wants to keep: minimum and target, days from order to delivery, containers in a pack."""

    minimum: int | None = None
    target: int | None = None
    lead_days: int | None = None
    per_pack: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The suggestion with each number that it rests on.

    `near` is what waits in quarantine for its release or is on its way from another site. `used` is what is
    expected to be used until a delivery, `lapsing` what lapses before that unused; each is
    0 with `use_known` False where use or lead time is unknown. `then` is what there would be at the delivery
    (never below 0), `up_to` the level that is filled up to, `short` what is missing to it. `packs` is None
    while nobody has set a minimum.
    """

    usable: Fraction
    coming: int
    overdue: int
    near: Fraction
    used: Fraction
    use_known: bool
    lapsing: Fraction
    then: Fraction
    minimum: int | None
    up_to: int | None
    short: Fraction
    per_pack: int
    packs: int | None

    @property
    def is_short(self) -> bool:
        """Whether less is usable now than the minimum, whatever is on its way."""
        return self.minimum is not None and self.usable < self.minimum

    @property
    def containers(self) -> int:
        """How many containers the suggested packs hold."""
        return (self.packs or 0) * self.per_pack


def planned(
    lying: Sequence[Lying],
    coming: Iterable[Coming],
    wanted: Wanted,
    use_per_day: Fraction | None,
    near: Fraction = Fraction(0),
) -> Plan:
    """What to order now, in packs, with the reasons.

    What would be there when an order of today arrives is what is usable, less what lapses before it is used,
    plus all that is on order and what is `near`, less the use until then. Below the minimum it is filled up
    to the target (to the minimum where no target is set), in whole packs.
    """
    orders = list(coming)
    usable = sum((lot.left for lot in lying), Fraction(0))
    to_come = sum(order.containers for order in orders)
    known = use_per_day is not None and wanted.lead_days is not None
    used = (use_per_day or Fraction(0)) * (wanted.lead_days or 0)
    lapsing = lapses_unused(lying, use_per_day or Fraction(0), wanted.lead_days or 0)
    then = max(Fraction(0), usable - lapsing + to_come + near - used)
    up_to = wanted.minimum if wanted.target is None else wanted.target
    below = wanted.minimum is not None and then < wanted.minimum
    short = max(Fraction(0), up_to - then) if below and up_to is not None else Fraction(0)
    per_pack = wanted.per_pack or 1
    return Plan(
        usable=usable,
        coming=to_come,
        overdue=sum(order.containers for order in orders if order.overdue),
        near=near,
        used=used,
        use_known=known,
        lapsing=lapsing,
        then=then,
        minimum=wanted.minimum,
        up_to=up_to,
        short=short,
        per_pack=per_pack,
        packs=None if wanted.minimum is None else ceil(short / per_pack),
    )


def lapses_unused(lying: Sequence[Lying], use_per_day: Fraction, within: int) -> Fraction:
    """What lapses within so many days before it is used, where what lapses first is used first."""
    day, lapsed = Fraction(0), Fraction(0)
    for lot in sorted(lying, key=lambda lot: lot.days):
        if lot.days >= within:
            break
        eaten = min(lot.left, use_per_day * max(Fraction(0), lot.days - day))
        day += eaten / use_per_day if use_per_day else 0
        lapsed += lot.left - eaten
    return lapsed


def middle(days: Iterable[int]) -> int | None:
    """The median of observed lead times, in whole days rounded up; None where there is none."""
    seen = sorted(days)
    if not seen:
        return None
    half = len(seen) // 2
    return seen[half] if len(seen) % 2 else ceil(Fraction(seen[half - 1] + seen[half], 2))
