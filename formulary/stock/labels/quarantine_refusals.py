"""Refusals of a release from quarantine that are about what arrived damaged."""

from formulary.rules.findings import Refused, refuse
from formulary.stock.models import Lot


def only_damaged(lot: Lot) -> Refused:
    """What arrived damaged is released by itself, on purpose."""
    why = f"All of lot {lot.number} that lies in quarantine arrived damaged."
    remedy = "Waste it or return it. If it is sound after all, release what arrived damaged by itself."
    return refuse("release.only_damaged", lot.number, why, remedy, field="damaged")


def none_damaged(lot: Lot) -> Refused:
    """Nothing of it arrived damaged."""
    why = f"Nothing of lot {lot.number} in quarantine arrived damaged."
    return refuse("release.none_damaged", lot.number, why, "Release it without the tick.", field="damaged")


def damaged_without_words(lot: Lot) -> Refused:
    """Whoever puts damaged goods on a shelf says why they are sound."""
    why = f"What is released of lot {lot.number} arrived damaged."
    return refuse("release.damage_unexplained", lot.number, why, "Say why it is sound.", field="remark")
