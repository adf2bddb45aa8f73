"""The holds that stand now, on whatever they stop, for the first page of the recalls."""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts.models import Person
from formulary.catalogue.models import Formula, FormulaVersion, Product
from formulary.db import db
from formulary.stock.models import Hold, Lot, Place, Vial

MOST = 100


@dataclass(frozen=True)
class Standing:
    """One hold: its code, what it stops in words, why, since when and by whom; `lot_id` where it is a lot."""

    id: int
    code: str
    kind: str
    what: str
    product: str
    words: str
    at: datetime
    by: str
    lot_id: int | None = None


def standing_holds() -> list[Standing]:
    """Every hold that stands, at every site, the newest first; at most a hundred, in one query."""
    on = {
        kind: db.and_(Hold.object_kind == kind, table.id == Hold.object_id)
        for kind, table in (
            ("lot", Lot),
            ("vial", Vial),
            ("place", Place),
            ("formula_version", FormulaVersion),
        )
    }
    query = db.select(
        Hold, Person.name, Lot.id, Lot.number, Product.name, Vial.code, Place.name, Formula.name
    )
    query = query.join(Person, Person.id == Hold.placed_by_id)
    query = query.outerjoin(Lot, on["lot"]).outerjoin(Vial, on["vial"]).outerjoin(Place, on["place"])
    query = query.outerjoin(FormulaVersion, on["formula_version"])
    query = query.outerjoin(Formula, Formula.id == FormulaVersion.formula_id)
    query = query.outerjoin(
        Product,
        db.or_(
            Product.id == Lot.product_id, db.and_(Hold.object_kind == "product", Product.id == Hold.object_id)
        ),
    )
    query = query.where(Hold.released_at.is_(None)).order_by(Hold.id.desc()).limit(MOST)
    return [_of(*row) for row in db.session.execute(query)]


def _of(hold: Hold, by: str, *named: int | str | None) -> Standing:
    lot_id, number, product, vial, place, formula = named
    what = str(number or vial or place or formula or product or "")
    words = hold.source or hold.reason
    return Standing(
        hold.id,
        hold.code,
        hold.object_kind.replace("_", " "),
        what,
        str(product or ""),
        words,
        hold.placed_at,
        by,
        lot_id,
    )  # type: ignore[arg-type]
