"""The products a history is made of: those of the catalogue that a clinic can open, draw and mix."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from formulary.catalogue import facts as catalogue
from formulary.catalogue.models import Ingredient, Product
from formulary.db import db
from formulary.rules import facts
from formulary.rules.findings import refuse
from formulary.rules.units import Quantity, dimension

NEEDED = 4
SHARED = "multi_dose"
FOR_ONE = frozenset({"single_dose", "ampoule"})
NOT_USED = frozenset({"not for injection", "suspended", "discontinued"})


@dataclass(frozen=True, eq=False)
class Ware:
    """A product as a history needs it; amounts in steps, `content` in the ledger's."""

    id: int
    name: str
    maker: str
    content: int
    is_powder: bool
    is_diluent: bool
    is_shared: bool
    opened_for: timedelta | None
    mixed_for: timedelta | None
    mixed_with: int | None
    strength: tuple[int, int] | None
    measured_in: str
    fact: facts.Product

    def dose(self, volume: int) -> Quantity | None:
        """What so many nL hold of the ingredient; None while the strength is not known."""
        if self.strength is None:
            return None
        amount, per = self.strength
        return Quantity(amount, dimension(self.measured_in)) * volume / per


def read_wares() -> tuple[Ware, ...]:
    """Every product that can be part of a history, by name; refuses a catalogue with too few of them."""
    rows = db.session.scalars(db.select(Product).join(Product.ingredient).where(*_CAN).order_by(Product.name))
    found = [row for row in rows.unique() if _keeps(row)]
    known = catalogue.products(row.id for row in found)
    wares = tuple(_ware(row, known[row.id]) for row in found)
    usable = len(actives(wares))
    if usable < NEEDED or not any(ware.is_diluent for ware in wares):
        reason = (
            f"Of the catalogue's solutions {usable} can be mixed and have vials that are known; "
            f"a history takes {NEEDED} of them and a diluent."
        )
        raise refuse("history.no_catalogue", "catalogue", reason, "Run: formulary seed.")
    return wares


_CAN = (
    Product.content.is_not(None),
    Product.container.in_((SHARED, *FOR_ONE)),
    Product.status.not_in(NOT_USED),
    Ingredient.do_not_mix.is_(False),
    Ingredient.role.in_(("active", "diluent")),
)


def _keeps(row: Product) -> bool:
    """Whether its clocks are known once it is opened or mixed."""
    if row.form == "lyophilised":
        return bool(row.after_reconstitution_h and row.reconstitution_volume and row.container in FOR_ONE)
    return row.container in FOR_ONE or bool(row.after_puncture_h)


def _ware(row: Product, fact: facts.Product) -> Ware:
    pair = row.strength_amount, row.strength_volume
    return Ware(
        id=row.id,
        name=row.name,
        maker=row.maker,
        content=row.content or 0,
        is_powder=row.form == "lyophilised",
        is_diluent=row.ingredient.role == "diluent",
        is_shared=row.container == SHARED,
        opened_for=_hours(row.after_puncture_h),
        mixed_for=_hours(row.after_reconstitution_h),
        mixed_with=row.reconstitution_volume,
        strength=(pair[0], pair[1]) if pair[0] and pair[1] else None,
        measured_in=row.dimension,
        fact=fact,
    )


def _hours(hours: int | None) -> timedelta | None:
    return timedelta(hours=hours) if hours else None


def actives(wares: Sequence[Ware]) -> list[Ware]:
    """The solutions among them that are no diluents."""
    return [ware for ware in wares if not (ware.is_diluent or ware.is_powder)]
