"""Receiving: a delivery enters as a lot on a shelf, or in quarantine where a second person must look first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.catalogue.models import Product
from formulary.db import Missing, db, once
from formulary.rules.findings import Finding, Level, Refused, refuse
from formulary.rules.lot_status import receivable
from formulary.stock import labels, queries
from formulary.stock.actions.codes import learn_code
from formulary.stock.actions.ledger import Entry, write
from formulary.stock.actions.vials import content_of
from formulary.stock.models import Delivery, Lot, Place

MOST_CONTAINERS = 100_000


@dataclass(frozen=True)
class Typed:
    """What the pack says, as scanned or typed."""

    product: Product
    maker: str
    number: str
    expires_on: date


@once
def receive_lot(
    site_id: int,
    *,
    product_id: int,
    number: str,
    expires_on: date,
    containers: int,
    place_id: int,
    at: datetime,
    by: Actor,
    maker: str = "",
    supplier: str = "",
    note_number: str = "",
    remark: str = "",
    gtin: str = "",
    per_pack: int = 1,
    raw: str = "",
    grade: str = "typed",
    witness: Actor | None = None,
    second_record: bool = False,
    overrides: Mapping[str, str] | None = None,
) -> Lot:
    """Book containers of a lot in at a shelf or in quarantine; a lot that is known already gets more of the
    same.

    Refuses expired or same-day goods on a shelf, a number or expiry that no pack prints, a lot that is
    known with something else different (until `second_record` says that it is another), a GTIN of another
    product, a typed entry without the `witness` that the site's policy asks for, and warnings without a
    reason in `overrides`. The first receipt of a product or from a supplier goes to quarantine unless the
    site's policy says otherwise.
    """
    product = db.session.get(Product, product_id)
    if product is None:
        raise Missing(f"No product {product_id}")
    place = _entrance(place_id, site_id)
    typed = Typed(product, maker or product.maker, number, expires_on)
    reasons = _may_enter(typed, place, at, overrides or {})
    _witnessed(site_id, grade, witness, by, at)
    if not 1 <= containers <= MOST_CONTAINERS:
        raise refuse(
            "quantity.not_positive",
            "containers",
            f"{containers} containers cannot be received.",
            "Count them again.",
            field="packs",
        )
    known = _known_lot(typed, second_record)
    first = _first_receipt(product, supplier, site_id, at)
    lot = known or _new_lot(typed, grade, at)
    if first and place.kind == "storage":
        place = queries.place(site_id, "quarantine")
        lot.status = lot.status if known else "quarantined"
    if gtin:
        learn_code(product, gtin, per_pack, at=at)
    delivery = _delivery(site_id, supplier, note_number, remark, at, by)
    quantity = containers * content_of(lot)
    entry = Entry(
        lot,
        None,
        queries.place(site_id, "supplier"),
        place,
        quantity,
        "received",
        ("delivery", delivery.id),
        at,
    )
    movements = write([entry], at=at, by=by)
    new = {
        "lot": number, "product": product.name, "expires_on": str(expires_on), "containers": containers, "place": place.name,
        "supplier": supplier, "note": note_number, "gtin": gtin, "scan": raw, "grade": grade, "first_receipt": first,
        "witness": witness.name if witness else "", "second_record": second_record, "reasons": reasons,
    }  # fmt: skip
    record("stock.receive", lot, by=by, at=at, new=new, movements=movements)
    return lot


def _entrance(place_id: int, site_id: int) -> Place:
    place = queries.place_by_id(place_id, site_id)
    if place.kind not in {"storage", "quarantine"} or not place.is_active:
        raise refuse(
            "place.wrong_kind",
            place.name,
            f"Goods are not received at {place.name}.",
            "Choose a shelf or quarantine.",
            field="place_id",
        )
    return place


def _may_enter(typed: Typed, place: Place, at: datetime, overrides: Mapping[str, str]) -> dict[str, str]:
    """The reasons given for warnings; raises Refused with everything that stands against it."""
    zone = accounts.site(place.site_id).zone
    found = list(
        receivable(typed.number, typed.expires_on, at=at, zone=zone, quarantine=place.kind == "quarantine")
    )
    found += _swallowed(typed)
    reasons = {f.code: overrides[f.key] for f in found if f.level == Level.WARN and overrides.get(f.key)}
    stops = [f for f in found if f.level == Level.BLOCK or (f.level == Level.WARN and f.code not in reasons)]
    if stops:
        raise Refused(*stops)
    return reasons


def _swallowed(typed: Typed) -> list[Finding]:
    """A lot number that holds the expiry, the GTIN, or a known lot and a serial behind it was read too
    long.
    """
    number = typed.number.upper()
    date_field = f"17{typed.expires_on:%y%m%d}"
    codes = [code.gtin for code in typed.product.codes]
    shorter = [
        lot.number
        for lot in queries.lots_of([typed.product.id])
        if number.startswith(f"{lot.number.upper()}21")
    ]
    if date_field not in number and not shorter and not any(code in number for code in codes):
        return []
    meant = f" Lot {shorter[0]} of this product is known." if shorter else ""
    reason = f"“{typed.number}” looks as if it has swallowed another field of the code.{meant}"
    remedy = "Compare it with the pack and correct it, or say why it is right."
    return [Finding("lot.swallowed", "lot", reason, remedy, level=Level.WARN, field="number")]


def _witnessed(site_id: int, grade: str, witness: Actor | None, by: Actor, at: datetime) -> None:
    if grade == "scanned" or not accounts.policy(site_id, "manual_entry_second_person", at):
        return
    if witness is None or witness.person_id == by.person_id:
        reason = "The pack was not scanned, and this site has a second person compare what was typed."
        raise refuse(
            "entry.second_person_needed", "entry", reason, "Let a second person sign here.", field="signer"
        )


def _known_lot(typed: Typed, second_record: bool) -> Lot | None:
    """The lot that is on record just so; refuses one that is nearly so, until a person says that it is
    another.
    """
    same = queries.lots_with_number(typed.number, typed.product.id)
    for lot in same:
        if (lot.maker, lot.number, lot.expires_on) == (typed.maker, typed.number, typed.expires_on):
            return lot
    if second_record:
        return None
    if same:
        raise Refused(*(labels.known_otherwise(lot, typed.number, typed.expires_on) for lot in same))
    if similar := queries.similar_lots(typed.number, typed.product.id):
        raise Refused(*(labels.looks_like(lot, typed.number) for lot in similar))
    return None


def _first_receipt(product: Product, supplier: str, site_id: int, at: datetime) -> str:
    """Why a second person must look before use: "product", "supplier", or nothing."""
    decided = accounts.policy(site_id, "first_receipt_quarantine", at)
    if decided is not None and not decided.get("required", True):
        return ""
    if db.session.scalar(db.select(Lot.id).filter_by(product_id=product.id).limit(1)) is None:
        return "product"
    from_them = db.select(Delivery.id).where(db.func.lower(Delivery.supplier) == supplier.lower()).limit(1)
    return "" if db.session.scalar(from_them) else "supplier"


def _new_lot(typed: Typed, grade: str, at: datetime) -> Lot:
    lot = Lot(
        product=typed.product, maker=typed.maker, number=typed.number, expires_on=typed.expires_on, grade=grade, created_at=at
    )  # fmt: skip
    db.session.add(lot)
    db.session.flush()
    return lot


def _delivery(
    site_id: int, supplier: str, note_number: str, remark: str, at: datetime, by: Actor
) -> Delivery:
    delivery = Delivery(
        site_id=site_id,
        supplier=supplier,
        note_number=note_number,
        received_at=at,
        received_by_id=by.person_id,
        remark=remark,
    )
    db.session.add(delivery)
    db.session.flush()
    return delivery
