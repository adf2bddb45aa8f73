"""What a test can be drawn from: open vials, sealed lots, and products of which nobody noted the lot."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from formulary.catalogue import queries as catalogue
from formulary.catalogue.models import Product
from formulary.rules.facts import Stock
from formulary.rules.findings import Refused, refuse
from formulary.rules.lot_status import bars, day_words, normalise
from formulary.rules.units import show
from formulary.stock import facts as stock_facts
from formulary.stock import queries as stock
from formulary.stock.models import Lot
from formulary.web.gs1 import Scan

UNKNOWN_LOT = "lot not known"
OUTSIDE = "outside"
CONTROL = "A control that is not kept in the stock (saline, histamine)"


@dataclass(frozen=True)
class Source:
    """One choice of the form: `ref` is what it sends back, `words` what it reads."""

    ref: str
    words: str
    product_id: int | None
    lot_id: int | None = None
    vial_id: int | None = None
    vial: str = ""
    lot: str = ""
    expires_on: date | None = None
    barred: bool = False


def sources(site_id: int, patient_id: int, at: datetime, mark: str) -> list[Source]:
    """Everything at the site: open vials, lots, what is used up, then each product without a lot."""
    products = {product.id: product for product in catalogue.products()}
    here = stock_facts.candidates(site_id, products, at)
    vials = [_vial(one, products, patient_id, at, mark) for one in here if one.vial_id is not None]
    lots = [_lot(one, products, patient_id, at) for one in here if one.vial_id is None]
    seen = {one.lot_id for one in here}
    gone = [_gone(lot) for lot in stock.lots_of(products) if lot.id not in seen]
    unknown = [Source(f"product:{p.id}", f"{p.name} · {UNKNOWN_LOT}", p.id) for p in products.values()]
    outside = Source(OUTSIDE, CONTROL, None)
    return [*_ordered(vials), *_ordered(_once(lots)), *_ordered(gone), *unknown, outside]


def scanned(scan: Scan, offered: Iterable[Source]) -> Source:
    """The source that a code names: a label of ours, or a pack's lot; an open vial before a sealed lot."""
    if scan.own:
        return _one([source for source in offered if source.vial == scan.own], _not_here(scan.own))
    code = catalogue.code(scan.gtin) if scan.gtin else None
    if code is None:
        told = "No product of the catalogue has this code."
        raise refuse("scan.unknown_product", "scan", told, "Choose it from the list.", field="scan")
    found = [s for s in offered if s.product_id == code.product_id and s.lot and _is_lot(s, scan)]
    return _one(sorted(found, key=lambda s: (s.barred, s.vial_id is None)), _never_here(scan))


def _ordered(found: Iterable[Source]) -> list[Source]:
    return sorted(found, key=lambda source: source.words.casefold())


def _once(found: Iterable[Source]) -> list[Source]:
    """A lot that lies at several places stands once in the list."""
    return list({source.ref: source for source in reversed(list(found))}.values())


def _vial(one: Stock, products: dict[int, Product], patient_id: int, at: datetime, mark: str) -> Source:
    left = "" if one.remaining.dimension.name != "volume" else f", {show(one.remaining, mark=mark)} left"
    against, barred = _against(one, patient_id, at)
    told = f"{products[one.product_id].name} · vial {one.vial}, lot {one.lot}{against}{left}"
    ref, code = f"vial:{one.vial_id}", one.vial or ""
    return Source(ref, told, one.product_id, one.lot_id, one.vial_id, code, one.lot, one.expires_on, barred)


def _lot(one: Stock, products: dict[int, Product], patient_id: int, at: datetime) -> Source:
    against, barred = _against(one, patient_id, at)
    told = f"{products[one.product_id].name} · lot {one.lot}, {one.place}{against}"
    ref, lot, until = f"lot:{one.lot_id}", one.lot, one.expires_on
    return Source(ref, told, one.product_id, one.lot_id, lot=lot, expires_on=until, barred=barred)


def _gone(lot: Lot) -> Source:
    told = f"{lot.product.name} · lot {lot.number}, expires {day_words(lot.expires_on)}, none on record here"
    ref, until = f"lot:{lot.id}", lot.expires_on
    return Source(ref, told, lot.product_id, lot.id, lot=lot.number, expires_on=until, barred=True)


def _against(one: Stock, patient_id: int, at: datetime) -> tuple[str, bool]:
    """What stands against using it now, in a few words, and whether anything does."""
    found = bars(one, at=at, for_patient=patient_id)
    return (f" ({found[0].words})", True) if found else (f", expires {day_words(one.expires_on)}", False)


def _is_lot(source: Source, scan: Scan) -> bool:
    same_day = scan.expires_on is None or source.expires_on == scan.expires_on
    return same_day and normalise(source.lot) == normalise(scan.lot)


def _not_here(code: str) -> Refused:
    told = f"{code} is no vial of this site with something left in it."
    return refuse("scan.no_vial", "scan", told, "Choose it from the list.", field="scan")


def _never_here(scan: Scan) -> Refused:
    told = f"Lot {scan.lot or 'without a number'} of this product is not on record."
    remedy = f"Receive it first, or choose the product with “{UNKNOWN_LOT}”."
    return refuse("scan.unknown_lot", "scan", told, remedy, field="scan")


def _one(found: list[Source], otherwise: Refused) -> Source:
    if not found:
        raise otherwise
    return found[0]
