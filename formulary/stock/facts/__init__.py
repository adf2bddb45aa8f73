"""What the rules are told of stock: sealed lots and open vials, their clocks, holds and reservations."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, Select

from formulary.accounts import queries as accounts
from formulary.accounts.facts import site_policies
from formulary.db import db, rows_of
from formulary.rules.allocation import is_shared
from formulary.rules.beyond_use import opened_until
from formulary.rules.facts import Container, Diluent, Stock, Strength
from formulary.rules.findings import Finding, Level, Refused, capital
from formulary.rules.lot_status import free, name_of, usable
from formulary.rules.units import VOLUME, Quantity
from formulary.rules.units import dimension as measured_as
from formulary.stock.facts.lying import (
    DRAWN_FROM,
    OF_A_SHELF,
    OF_A_VIAL,
    OF_LOTS,
    OF_PRODUCTS,
    OF_VIALS,
    SOURCES,
)
from formulary.stock.models import Lot, Place, Vial, measured_in
from formulary.stock.queries import Holds, open_holds
from formulary.stock.queries.reserved import Kept, beside, reserved_of

USED_AT = frozenset({"in_use", "preparation", "patient", "patch_test"})
AWAY = frozenset({"quarantine", "waste", "returned", "destroyed", "lost_or_found"})
STOPS_A_MOVE = frozenset({"lot.held", "lot.quarantined", "lot.expired"})
UNLESS_SHARED = frozenset({"vial.other_patient", "vial.not_kept"})


def candidates(
    site_id: int, product_ids: Iterable[int], at: datetime, *, for_ref: str | None = None
) -> tuple[Stock, ...]:
    """All that lies at the site of these products, sealed by place and open by vial, usable or not; three
    queries.

    Reservations of others are told, those of `for_ref` are left out.
    """
    return _stocks(at, for_ref, OF_PRODUCTS, site_id=site_id, wanted=list(set(product_ids)))


def at_site(site_id: int, lot_ids: Iterable[int], at: datetime) -> tuple[Stock, ...]:
    """All that lies at the site of these lots, usable or not; three queries."""
    return _stocks(at, None, OF_LOTS, site_id=site_id, wanted=list(set(lot_ids)))


def nowhere(lot: Lot, zone: str) -> Stock:
    """A lot of which nothing lies at the site, so that its state can still be told."""
    stopped = open_holds().on(lot_id=lot.id, product_id=lot.product_id, vial_id=None, place_id=None)
    return Stock(
        lot_id=lot.id,
        lot=lot.number,
        product_id=lot.product_id,
        expires_on=lot.expires_on,
        zone=zone,
        remaining=lot.quantity(0),
        status=lot.status,
        held=tuple(hold.words for hold in stopped),
    )


def stock_of(
    lot: Lot, vial: Vial | None, place: Place, at: datetime, *, for_ref: str | None = None
) -> Stock | None:
    """One source as the rules see it; None where nothing of it ever lay there."""
    rows = rows_of(_of_one(vial, place), **_named(lot, vial, place))
    return _stock(rows[0], open_holds(), beside(lot.id, at, for_ref)) if rows else None


def of_vials(vial_ids: Collection[int], at: datetime, *, for_ref: str | None = None) -> dict[int, Stock]:
    """Opened vials as the rules see them, empty ones too, each where its most lies or lay; three queries."""
    return fullest(_stocks(at, for_ref, OF_VIALS, wanted=sorted(set(vial_ids))) if vial_ids else ())


def sources(
    lot_ids: Iterable[int], place_ids: Iterable[int], vial_ids: Iterable[int], at: datetime, *, for_ref: str
) -> tuple[Stock, ...]:
    """Sealed lots at these places, and these vials wherever they are, as the rules see them, empty ones too;
    three queries.
    """
    wanted = {"lots": list(set(lot_ids)), "places": list(set(place_ids)), "vials": list(set(vial_ids))}
    return _stocks(at, for_ref, SOURCES, **wanted)


def fullest(stocks: Iterable[Stock]) -> dict[int, Stock]:
    """The vials among these, each where its most lies or lay."""
    rising = sorted(stocks, key=lambda stock: stock.remaining.steps)
    return {stock.vial_id: stock for stock in rising if stock.vial_id is not None}


def as_opened(lot: Lot, vial: Vial, place: Place) -> Stock | None:
    """A vial with its clocks and nothing of what holds or keeps it, in one query; None where it never lay."""
    row = db.session.execute(_of_one(vial, place), _named(lot, vial, place)).first()
    return None if row is None else _stock(row, Holds(()), {})


def _of_one(vial: Vial | None, place: Place) -> Select[Any]:
    return OF_A_SHELF if vial is None or place.kind == "storage" else OF_A_VIAL


def _named(lot: Lot, vial: Vial | None, place: Place) -> dict[str, int]:
    """The parameters of these two; a parameter that a statement does not have is passed over."""
    return {"lot": lot.id, "place": place.id, "vial": vial.id if vial else 0}


def allow(use: "Use", at: datetime) -> None:
    """Refuse to use or move what may not be; stock that is stopped may go to quarantine, waste or return
    only, and what is in transit nowhere but where it arrives.
    """
    if use.source.kind == "in_transit":
        raise Refused(_on_its_way(use))
    if use.source.kind not in DRAWN_FROM or use.target.kind in AWAY:
        return
    stock = stock_of(use.lot, use.vial, use.source, at, for_ref=use.for_ref)
    if stock is None:
        return
    stops = _stops_moving(stock, at) if use.is_a_move else _stops_using(stock, use, at)
    if stops:
        raise Refused(*stops)


@dataclass(frozen=True)
class Use:
    """What is about to be done with a source, for whom: what the one guard looks at."""

    lot: Lot
    vial: Vial | None
    source: Place
    target: Place
    quantity: int
    for_patient: int | None = None
    for_ref: str | None = None

    @property
    def is_a_move(self) -> bool:
        """Whether it stays stock: from shelf to shelf, or an open vial from one fridge to another."""
        return self.target.kind not in USED_AT or self.source.kind == self.target.kind


def _stops_moving(stock: Stock, at: datetime) -> tuple[Finding, ...]:
    return tuple(f for f in usable_as_is(stock, at) if f.code in STOPS_A_MOVE)


def usable_as_is(stock: Stock, at: datetime) -> tuple[Finding, ...]:
    """What stands against it for the patient and in the act it was opened for: how it stands by itself."""
    return usable(stock, at=at, for_patient=stock.opened_for, for_ref=stock.opened_for_ref)


def _stops_using(stock: Stock, use: Use, at: datetime) -> tuple[Finding, ...]:
    found = usable(stock, at=at, for_patient=use.for_patient, for_ref=use.for_ref)
    if any(f.code in UNLESS_SHARED for f in found):
        decided = site_policies(accounts.site(use.source.site_id), at)
        found = usable(stock, at=at, for_patient=use.for_patient, policies=decided, for_ref=use.for_ref)
    if not found and stock.remaining.steps >= use.quantity > free(stock, use.for_ref).steps:
        found = () if _is_opened_to_share(stock, use, at) else (_reserved_for_another(stock),)
    return found


def _on_its_way(use: "Use") -> Finding:
    name = f"vial {use.vial.code}" if use.vial else f"lot {use.lot.number}"
    reason = f"{capital(name)} is on its way to another site."
    remedy = "Have it received there, or call the transfer back first."
    return Finding("stock.in_transit", name, reason, remedy, level=Level.BLOCK, rule="L1")


def _is_opened_to_share(stock: Stock, use: Use, at: datetime) -> bool:
    """Whether a container is opened whose rest serves those for whom it is kept: it follows into the vial."""
    if (use.source.kind, use.target.kind) != ("storage", "in_use"):
        return False
    return is_shared(stock.container, site_policies(accounts.site(use.source.site_id), at))


def _reserved_for_another(stock: Stock) -> Finding:
    reason = f"{capital(name_of(stock))} holds enough only with what is reserved for another preparation."
    return Finding(
        "stock.reserved", name_of(stock), reason, "Take another vial.", level=Level.BLOCK, rule="L6"
    )


def _stocks(at: datetime, for_ref: str | None, query: Select[Any], **asked: object) -> tuple[Stock, ...]:
    rows = rows_of(query, **asked)
    if not rows:
        return ()
    holds, reserved = open_holds(), reserved_of({row.lot_id for row in rows}, at, for_ref)
    return tuple(_stock(row, holds, reserved) for row in rows)


def as_held(stocks: Iterable[Stock], holds: Holds) -> tuple[Stock, ...]:
    """The same sources, stopped by these holds alone: by those that stood when something was done."""
    return tuple(replace(stock, held=_held(stock, holds)) for stock in stocks)


def _held(stock: Stock, holds: Holds) -> tuple[str, ...]:
    named = {"lot_id": stock.lot_id, "product_id": stock.product_id}
    stopped = holds.on(**named, vial_id=stock.vial_id, place_id=stock.place_id)
    return (*(hold.words for hold in stopped), *_held_with(stock.diluent, holds))


def _stock(row: Row[Any], holds: Holds, reserved: dict[tuple[int, int, int | None], Kept]) -> Stock:
    dimension = measured_in(row)
    kept = reserved.get((row.lot_id, row.place_id, row.vial_id))
    stopped = holds.on(
        lot_id=row.lot_id, product_id=row.product_id, vial_id=row.vial_id, place_id=row.place_id
    )
    diluent = _diluent(row)
    return Stock(
        lot_id=row.lot_id,
        lot=row.number,
        product_id=row.product_id,
        expires_on=row.expires_on,
        zone=row.zone,
        remaining=Quantity(row.quantity, dimension),
        place=row.name,
        vial_id=row.vial_id,
        vial=row.code,
        container=Container(row.container),
        after_puncture_h=_hours(row.after_puncture_h),
        after_reconstitution_h=_hours(row.after_reconstitution_h),
        opened_at=row.opened_at,
        reconstituted_at=row.reconstituted_at,
        beyond_use_at=row.beyond_use_at,
        status="quarantined" if row.kind == "quarantine" else row.status,
        held=(*(hold.words for hold in stopped), *_held_with(diluent, holds)),
        reserved=Quantity(kept.quantity, dimension) if kept else None,
        reserved_for=kept.ref if kept else None,
        opened_for=row.opened_for_id,
        opened_for_ref=row.opened_for_ref,
        diluent=diluent,
        one_container=None if row.content is None else Quantity(row.content, dimension),
        strength=_strength(row),
        place_id=row.place_id,
    )


def _diluent(row: Row[Any]) -> Diluent | None:
    """What the vial was mixed with."""
    if row.diluent_lot_id is None:
        return None
    return Diluent(row.diluent_lot_id, row.diluent_lot, row.diluent_product_id, row.diluent_expires_on)


def _held_with(diluent: Diluent | None, holds: Holds) -> list[str]:
    """What stops a vial because its diluent is stopped, by its lot or its product."""
    if diluent is None:
        return []
    stopped = holds.on(lot_id=diluent.lot_id, product_id=diluent.product_id, vial_id=None, place_id=None)
    return [f"its diluent, {hold.words}" for hold in stopped]


def _strength(row: Row[Any]) -> Strength | None:
    """What was mixed in the vial, or what the certificate of the lot says of a solution; else the label's."""
    if row.assay_amount is not None and row.assay_volume and row.ledger == "volume":
        assay = Quantity(row.assay_amount, measured_as(row.dimension))
        return Strength(assay, Quantity(row.assay_volume, VOLUME))
    if not row.mixed_volume or not row.mixed_content:
        return None
    return Strength(Quantity(row.mixed_content, measured_in(row)), Quantity(row.mixed_volume, VOLUME))


def _hours(hours: int | None) -> Fraction | None:
    return None if hours is None else Fraction(hours)


@dataclass(frozen=True)
class BeyondUse:
    """Until when an open vial may be used, and which term says so; None while a term that decides is not
    known.
    """

    at: datetime | None
    limit: str


def beyond_use(stock: Stock, opened_at: datetime) -> BeyondUse:
    """The earliest term of an open vial as its label says it (`rules.beyond_use.opened_until`)."""
    until = opened_until(
        stock,
        opened_at=opened_at,
        expires_on=stock.expires_on,
        zone=stock.zone,
        reconstituted_at=stock.reconstituted_at,
        diluent=stock.diluent,
        name=name_of(stock),
    )
    if until.unknown or until.limited_by is None:
        once = "opened" if stock.reconstituted_at is None else "reconstituted"
        return BeyondUse(None, f"how long it keeps once {once} is not known")
    return BeyondUse(until.at, until.limited_by.on_label or f"expiry of lot {stock.lot}")
