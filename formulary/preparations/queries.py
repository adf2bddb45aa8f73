"""The doors to preparations: the bench of the asker's site, and each attempt with its steps."""

from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from formulary.accounts import Actor, Permission
from formulary.catalogue.models import Device, Ingredient, Product
from formulary.cocktails.models import Cocktail
from formulary.db import Missing, db
from formulary.preparations.models import Attempt, CloseCall, Draw, PlannedDraw, Syringe
from formulary.stock.models import Balance, Lot, Movement, Place, Vial

SEEING = (Permission.PREPARE, Permission.RELEASE, Permission.ADMINISTER)


def visible(by: Actor) -> Select[tuple[Attempt]]:
    """The attempts of the asker's site, for those who prepare, release or give."""
    query = db.select(Attempt).where(Attempt.site_id == by.site_id)
    return query if any(by.may(p) for p in SEEING) else query.where(db.false())


def attempt(attempt_id: int, by: Actor) -> Attempt:
    """One attempt with its planned draws and draws; Missing for strangers."""
    query = (
        visible(by)
        .where(Attempt.id == attempt_id)
        .options(selectinload(Attempt.planned), selectinload(Attempt.draws))
    )
    found = db.session.scalars(query).first()
    if found is None:
        raise Missing(f"No preparation {attempt_id}")
    return found


def latest(cocktail_id: int, by: Actor) -> Attempt:
    """The attempt under way, or the last one, of a cocktail."""
    query = visible(by).where(Attempt.cocktail_id == cocktail_id).order_by(Attempt.number.desc())
    found = db.session.scalars(
        query.options(selectinload(Attempt.planned), selectinload(Attempt.draws)).limit(1)
    ).first()
    if found is None:
        raise Missing(f"Cocktail {cocktail_id} was not prepared")
    return found


def numbers(cocktail_id: int) -> int:
    """How many attempts a cocktail has had."""
    return (
        db.session.scalar(db.select(db.func.count()).select_from(Attempt).filter_by(cocktail_id=cocktail_id))
        or 0
    )


def planned(attempt: Attempt, position: int) -> PlannedDraw:
    """One step of the worksheet; Missing when there is none of this number."""
    found = next((step for step in attempt.planned if step.position == position), None)
    if found is None:
        raise Missing(f"No step {position}")
    return found


def next_step(attempt: Attempt) -> PlannedDraw | None:
    """The first step that is not drawn yet, or None when all are."""
    return next((step for step in attempt.planned if step.state == "planned"), None)


def draws(attempt_id: int) -> list[Draw]:
    """What was drawn for an attempt and not undone, in order."""
    return list(
        db.session.scalars(db.select(Draw).filter_by(attempt_id=attempt_id, undone=False).order_by(Draw.id))
    )


def draw(draw_id: int, by: Actor) -> Draw:
    """One draw of an attempt that the asker may see."""
    mine = visible(by).with_only_columns(Attempt.id)
    found = db.session.scalars(db.select(Draw).where(Draw.id == draw_id, Draw.attempt_id.in_(mine))).first()
    if found is None:
        raise Missing(f"No draw {draw_id}")
    return found


def at_bench(by: Actor) -> list[Cocktail]:
    """The cocktails that wait to be prepared, are being prepared, or wait for release, soonest first."""
    waiting = ("verified", "in_preparation", "prepared", "released")
    query = db.select(Cocktail).where(Cocktail.site_id == by.site_id, Cocktail.state.in_(waiting))
    return list(
        db.session.scalars(
            query.order_by(Cocktail.planned_for.is_(None), Cocktail.planned_for, Cocktail.id).limit(50)
        )
    )


def close_calls(attempt_id: int) -> list[CloseCall]:
    """The scans that were refused for an attempt."""
    return list(
        db.session.scalars(db.select(CloseCall).filter_by(attempt_id=attempt_id).order_by(CloseCall.id))
    )


def syringes(attempt_id: int) -> list[Syringe]:
    """The final containers of a released attempt."""
    return list(
        db.session.scalars(db.select(Syringe).filter_by(attempt_id=attempt_id).order_by(Syringe.number))
    )


def syringe(code: str, by: Actor) -> Syringe:
    """The container whose label was scanned; Missing for strangers and unknown codes."""
    query = db.select(Syringe).join(Attempt, Syringe.attempt_id == Attempt.id)
    found = db.session.scalars(query.where(Syringe.code == code, Attempt.site_id == by.site_id)).first()
    if found is None:
        raise Missing(f"No label {code}")
    return found


def locked(attempt_id: int, by: Actor) -> Attempt:
    """One attempt, its cocktail locked first: the first lock of every act at the bench."""
    found = attempt(attempt_id, by)
    db.session.execute(db.select(Cocktail.id).where(Cocktail.id == found.cocktail_id).with_for_update())
    db.session.refresh(found)
    return found


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


def open_rests(attempt: Attempt) -> list[Vial]:
    """The vials opened for this attempt that still hold something."""
    vial_ids = {step.vial_id for step in attempt.planned if step.vial_id}
    left = db.select(Balance.vial_id).where(Balance.vial_id.in_(vial_ids), Balance.quantity > 0)
    return list(
        db.session.scalars(db.select(Vial).where(Vial.id.in_(left), Vial.state == "open").order_by(Vial.id))
    )


def final_device(total: int) -> tuple[Device | None, int]:
    """The smallest syringe that holds the whole, or how many of the largest do; none where no device is on
    record.
    """
    devices = list(db.session.scalars(db.select(Device).order_by(Device.capacity)))
    if not devices:
        return None, 1
    fitting = next((d for d in devices if d.capacity >= total), None)
    if fitting is not None:
        return fitting, 1
    return devices[-1], -(-total // devices[-1].capacity)


def diluents(product: Product, site_id: int) -> list[Lot]:
    """The lots of diluents on the shelves of a site; those that the product's label names come first."""
    query = (
        db.select(Lot)
        .join(Product, Lot.product_id == Product.id)
        .join(Ingredient, Product.ingredient_id == Ingredient.id)
    )
    query = query.join(Balance, Balance.lot_id == Lot.id).join(Place, Balance.place_id == Place.id)
    here = (
        Ingredient.role == "diluent",
        Place.site_id == site_id,
        Place.kind == "storage",
        Balance.quantity > 0,
    )
    named = db.case((Ingredient.name == product.diluent, 0), else_=1)
    lots = db.session.scalars(query.where(*here).order_by(named, Lot.expires_on, Lot.id)).unique()
    return list(dict.fromkeys(lots))
