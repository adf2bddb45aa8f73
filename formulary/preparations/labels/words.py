"""The words of the bench: storages, routes, what a cocktail waits for, how an attempt is called elsewhere."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from formulary.catalogue.models import Product
from formulary.cocktails.labels.drawn import Drawn, tells_what_was_drawn
from formulary.cocktails.models import Cocktail
from formulary.db import db
from formulary.preparations.models import Attempt, Draw
from formulary.rules.units import VOLUME, Quantity, dimension, show_concentration
from formulary.stock.labels import Named, names_documents

STORAGES = {"room": "room temperature", "fridge": "refrigerator"}
KEEP = {"room": "Keep at room temperature", "fridge": "Keep in the refrigerator"}
ROUTES = {"ID": "intradermal", "SC": "subcutaneous", "IM": "intramuscular", "infiltration": "infiltration"}
STATES = {
    "in_preparation": "being prepared",
    "verified": "to prepare",
    "prepared": "waits for release",
    "released": "ready to give",
}


@dataclass(frozen=True)
class Waiting:
    """The cocktails of the bench that wait for the same thing, each with its newest attempt."""

    state: str
    title: str
    rows: list[tuple[Cocktail, Attempt | None]]


def waiting(found: Iterable[tuple[Cocktail, Attempt | None]]) -> list[Waiting]:
    """The bench in the order in which one works: what is in hand, what comes, what is to be looked at."""
    rows = list(found)
    return [
        Waiting(state, title[0].upper() + title[1:], mine)
        for state, title in STATES.items()
        if (mine := [row for row in rows if row[0].state == state])
    ]


def product_words(product: Product, mark: str = ".") -> str:
    """A product with its strength, as people tell two apart: "tranexamic acid 100 mg/mL"."""
    amount, volume = product.strength_amount, product.strength_volume
    is_known = amount is not None and volume is not None and product.ingredient.role == "active"
    if not is_known or product.form == "lyophilised":
        return product.name
    held = Quantity(amount or 0, dimension(product.dimension))
    return f"{product.name} {show_concentration(held, Quantity(volume or 0, VOLUME), mark)}"


@tells_what_was_drawn
def _drawn(cocktail_id: int) -> list[Drawn]:
    rows = db.session.scalars(
        db.select(Draw).filter_by(cocktail_id=cocktail_id, undone=False).order_by(Draw.id)
    )
    return [Drawn(row.line_number, row.lot_id, row.quantity, row.drawn_at) for row in rows]


@names_documents("attempt")
def _named(attempt_ids: Collection[int]) -> dict[int, Named]:
    rows = db.session.scalars(db.select(Attempt).where(Attempt.id.in_(attempt_ids)))
    return {
        row.id: Named(row.cocktail.code, "preparations.attempt", (("attempt_id", row.id),)) for row in rows
    }
