"""What a preparation draws from: lots, vials and places, diluents, opened vials, the last container."""

from formulary.catalogue.models import Device, Ingredient, Product
from formulary.db import Missing, db
from formulary.db.objects import known
from formulary.preparations.models import Attempt
from formulary.stock import queries as shelf
from formulary.stock.models import Balance, Lot, Movement, Place, Vial


def lot(lot_id: int) -> Lot:
    """One lot that a step or a draw names."""
    return db.session.get_one(Lot, lot_id)


def vial(vial_id: int) -> Vial:
    """One vial that a step or a draw names."""
    return shelf.vial(vial_id)


def device(device_id: int) -> Device:
    """One syringe that a step or a draw names."""
    return known(Device, device_id)


def place(place_id: int) -> Place:
    """One place that a step or an attempt names."""
    return known(Place, place_id)


def place_of(vial: Vial) -> Place:
    """Where an opened vial stands, or stood while it held anything: the site's place of open vials."""
    query = db.select(Place).join(Balance, Balance.place_id == Place.id).where(Balance.vial_id == vial.id)
    return db.session.scalars(query.order_by(Balance.quantity.desc()).limit(1)).one()


def last_movement(vial_id: int) -> int:
    """The newest ledger row of a vial."""
    return db.session.scalar(db.select(db.func.max(Movement.id)).where(Movement.vial_id == vial_id)) or 0


def movement(movement_id: int) -> Movement:
    """One ledger row."""
    return db.session.get_one(Movement, movement_id)


def place_holding(site_id: int, lot_id: int) -> Place:
    """A storage place of the site that holds the lot; Missing when none does."""
    query = db.select(Place).join(Balance, Balance.place_id == Place.id)
    here = (Place.site_id == site_id, Place.kind == "storage", Balance.lot_id == lot_id, Balance.quantity > 0)
    found = db.session.scalars(query.where(*here).order_by(Balance.quantity.desc()).limit(1)).first()
    if found is None:
        raise Missing(f"No shelf holds lot {lot_id}")
    return found


def others_open(vial: Vial) -> list[Vial]:
    """Other vials of the same lot that stand open at the site; none that is on its way to another."""
    same = db.select(Vial).filter_by(site_id=vial.site_id, lot_id=vial.lot_id, state="open")
    return list(db.session.scalars(same.where(Vial.id != vial.id, ~shelf.ON_ITS_WAY).order_by(Vial.id)))


def open_rests(attempt: Attempt) -> list[Vial]:
    """The vials opened for this attempt, its diluents too, that still hold something."""
    drawn_from = {row.vial_id for row in (*attempt.planned, *attempt.draws) if row.vial_id}
    for_it = db.and_(Vial.opened_for_id == attempt.patient_id, Vial.opened_at >= attempt.claimed_at)
    query = db.select(Vial).where(Vial.site_id == attempt.site_id, Vial.state == "open")
    return list(db.session.scalars(query.where(db.or_(Vial.id.in_(drawn_from), for_it)).order_by(Vial.id)))


def final_device(total: int) -> tuple[Device | None, int]:
    """The smallest syringe that holds the whole, or how many of the largest do; none while none is known."""
    devices = list(db.session.scalars(db.select(Device).order_by(Device.capacity)))
    if not devices:
        return None, 1
    fitting = next((d for d in devices if d.capacity >= total), None)
    if fitting is not None:
        return fitting, 1
    return devices[-1], -(-total // devices[-1].capacity)


def diluents(product: Product, site_id: int) -> list[Lot]:
    """The lots of diluents on the shelves of a site that a label names; all of them where it names none."""
    query = db.select(Lot).join(Product, Lot.product_id == Product.id)
    query = query.join(Ingredient, Product.ingredient_id == Ingredient.id)
    query = query.join(Balance, Balance.lot_id == Lot.id).join(Place, Balance.place_id == Place.id)
    on_shelf = (Place.site_id == site_id, Place.kind == "storage", Balance.quantity > 0)
    lots = set(db.session.scalars(query.where(Ingredient.role == "diluent", *on_shelf)).unique())
    allowed = (lot for lot in lots if may_dissolve(product, lot))
    return sorted(allowed, key=lambda lot: (not is_named(product, lot), lot.expires_on, lot.id))


def is_named(product: Product, diluent: Lot) -> bool:
    """Whether the label of a powder names this diluent."""
    return shelf.is_named(product, diluent.product)


def may_dissolve(product: Product, diluent: Lot) -> bool:
    """Whether a powder may be mixed with it: its label names it, or names none."""
    return shelf.may_dissolve(product, diluent.product)
