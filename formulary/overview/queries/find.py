"""What a scan or a few letters may mean: lots, vials, cocktails, patients, products one may see."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.administrations.models import Reaction
from formulary.catalogue import queries as catalogue
from formulary.cocktails import queries as cocktails
from formulary.db import Missing, db
from formulary.patch_tests.models import PatchTest
from formulary.patients import queries as patients
from formulary.patients.models import Patient
from formulary.recalls import queries as recalls
from formulary.recalls.queries import FoundLot
from formulary.rules.lot_status import day_words
from formulary.stock import queries as stock
from formulary.stock.models import Hold, Place, TemperatureEvent, Vial

OWN = re.compile(
    r"([VCPTHSEX]|TR|PO)-?([0-9]{1,9})(?:/[0-9]{1,3}(?:\.[0-9]{1,3})?)?", re.ASCII | re.IGNORECASE
)
PADDED = {"V": 4, "C": 4}
AT_BENCH = ("verified", "in_preparation", "prepared", "released")
LEAST_LETTERS, MOST = 3, 8
GTIN_LENGTHS = (8, 12, 13, 14)
Page = tuple[str, tuple[tuple[str, int], ...]]
Pages = tuple[Page, ...]


@dataclass(frozen=True)
class Hit:
    """Something that may be meant: its kind, code and words, and the pages about it, the likeliest first.

    `exact` is what can be gone to at once: a code of ours or a lot's very number; the rest is offered.
    """

    kind: str
    code: str
    words: str
    pages: Pages
    exact: bool = False


def own_code(text: str) -> str | None:
    """Our own code in its full form, however it was typed; None for any other text."""
    found = OWN.fullmatch(text.strip())
    if found is None:
        return None
    letter = found[1].upper()
    return f"{letter}-{found[2].lstrip('0').zfill(PADDED.get(letter, 1))}"


def of_code(code: str, *, by: Actor, at: datetime) -> list[Hit]:
    """What lies under one of our codes, as far as the asker may see it."""
    return list(LOOKS[code.partition("-")[0]](code, by, at))


def of_pack(gtin: str, number: str, *, by: Actor) -> list[Hit]:
    """The lot that a scanned pack names; else the lots of its product, and the product itself."""
    found = recalls.find_lots(number, gtin=gtin)
    lots = [_lot(lot, exact=True) for lot in found.exact] if by.may(Permission.SEE_STOCK) else []
    if lots:
        return lots
    offered = [_lot(lot) for lot in found.similar[:MOST]] if by.may(Permission.SEE_STOCK) else []
    code = catalogue.code(gtin)
    return offered if code is None else [*offered, _product(code.product_id, code.product.name)]


def of_words(text: str, *, by: Actor, at: datetime) -> list[Hit]:
    """Lots with this number or one that looks alike, products called so, and patients, where one may."""
    hits = [*_lots(text, by), *_packed(text), *_products(text)]
    return hits if any(hit.exact for hit in hits) else [*hits, *_patients(text, by, at)]


def _vial(code: str, by: Actor, at: datetime) -> Iterator[Hit]:
    vial = db.session.scalar(db.select(Vial).where(Vial.code == code))
    if vial is not None and by.may(Permission.SEE_STOCK):
        own = (_page("stock.vial", vial_id=vial.id),) if vial.site_id == by.site_id else ()
        words = f"{vial.lot.product.name}, lot {vial.lot.number}"
        yield Hit("vial", code, words, (*own, *_pages_of_lot(vial.lot_id)), exact=True)


def _cocktail(code: str, by: Actor, at: datetime) -> Iterator[Hit]:
    try:
        found = cocktails.by_code(code, by)
    except Missing:
        return
    bench = _page("preparations.cocktail", cocktail_id=found.id)
    paper = _page("cocktails.cocktail", cocktail_id=found.id)
    start = (_page("administrations.start"),) if found.state == "released" else ()
    pages = (bench, paper) if found.state in AT_BENCH else (paper, bench)
    yield Hit("cocktail", code, found.shown_state.replace("_", " "), (*start, *pages), exact=True)


def _patient(code: str, by: Actor, at: datetime) -> Iterator[Hit]:
    if not by.may(Permission.SEE_PATIENTS):
        return
    try:
        found = patients.patient_by_code(code, by=by, at=at)
    except Missing:
        return
    yield _person(found, exact=True)


def _test(code: str, by: Actor, at: datetime) -> Iterator[Hit]:
    if by.may(Permission.SEE_PATIENTS):
        seen = patients.may_see(PatchTest.patient_id, by=by, at=at)
        for test_id in db.session.scalars(db.select(PatchTest.id).where(PatchTest.code == code, seen)):
            yield Hit("patch test", code, "", (_page("patch_tests.test", test_id=test_id),), exact=True)


def _reaction(code: str, by: Actor, at: datetime) -> Iterator[Hit]:
    if by.may(Permission.SEE_PATIENTS):
        seen = patients.may_see(Reaction.patient_id, by=by, at=at)
        for key in db.session.scalars(db.select(Reaction.id).where(Reaction.code == code, seen)):
            yield Hit("reaction", code, "", (_page("reactions.reaction", reaction_id=key),), exact=True)


def _hold(code: str, by: Actor, at: datetime) -> Iterator[Hit]:
    hold = db.session.scalar(db.select(Hold).where(Hold.code == code))
    if hold is not None and by.may(Permission.SEE_STOCK):
        on_lot = hold.object_kind == "lot"
        pages = _pages_of_lot(hold.object_id) if on_lot else (_page("recalls.index"),)
        yield Hit("hold", code, hold.words, pages, exact=True)


def _excursion(code: str, by: Actor, at: datetime) -> Iterator[Hit]:
    query = db.select(TemperatureEvent.id, Place.name).join(Place, Place.id == TemperatureEvent.place_id)
    query = query.where(TemperatureEvent.code == code, Place.site_id == by.site_id)
    for number, place in db.session.execute(query) if by.may(Permission.SEE_STOCK) else ():
        yield Hit("excursion", code, place, (_page("stock.excursion", event_id=number),), exact=True)


def _transfer(code: str, by: Actor, at: datetime) -> Iterator[Hit]:
    found = stock.transfer_by_code(code, by.site_id) if by.may(Permission.SEE_STOCK) else None
    if found is not None:
        page = _page("stock.transfer", transfer_id=found.id)
        yield Hit("transfer", code, found.state.replace("_", " "), (page,), exact=True)


def _order(code: str, by: Actor, at: datetime) -> Iterator[Hit]:
    number = int(code.removeprefix("PO-"))
    found = stock.order_numbered(number, by.site_id) if by.may(Permission.SEE_STOCK) else None
    if found is not None:
        words = f"to {found.supplier.name}, {found.state.replace('_', ' ')}"
        yield Hit("order", code, words, (_page("stock.order", order_id=found.row.id),), exact=True)


def _place(code: str, by: Actor, at: datetime) -> Iterator[Hit]:
    query = db.select(Place).filter_by(id=int(code.removeprefix("S-")), site_id=by.site_id)
    place = db.session.scalar(query) if by.may(Permission.SEE_STOCK) else None
    if place is not None:
        yield Hit("place", code, place.name, (_page("stock.index", place=place.id),), exact=True)


def _lots(text: str, by: Actor) -> Iterator[Hit]:
    if not by.may(Permission.SEE_STOCK):
        return
    found = recalls.find_lots(text)
    yield from (_lot(lot, exact=True) for lot in found.exact)
    yield from map(_lot, found.similar[:MOST])


def _packed(text: str) -> Iterator[Hit]:
    if text.isascii() and text.isdecimal() and len(text) in GTIN_LENGTHS:
        code = catalogue.code(text.zfill(14))
        if code is not None:
            yield _product(code.product_id, code.product.name)


def _products(text: str) -> Iterator[Hit]:
    if len(text.strip()) >= LEAST_LETTERS:
        for row in catalogue.ingredients(text)[:MOST]:
            words = f"{row.name}, {row.klass}" if row.klass else row.name
            yield Hit("ingredient", "", words, (_page("catalogue.ingredient", ingredient_id=row.id),))


def _patients(text: str, by: Actor, at: datetime) -> Iterator[Hit]:
    if by.may(Permission.SEE_PATIENTS) and len(text.strip()) >= LEAST_LETTERS:
        yield from map(_person, patients.found(text, None, by=by, at=at)[:MOST])


def _person(row: Patient, exact: bool = False) -> Hit:
    return Hit("patient", row.code, row.name, (_page("patients.patient", patient_id=row.id),), exact)


def _lot(lot: FoundLot, exact: bool = False) -> Hit:
    words = f"{lot.product}, expires {day_words(lot.expires_on)}"
    return Hit("lot", lot.number, words, _pages_of_lot(lot.id), exact)


def _product(product_id: int, name: str) -> Hit:
    pages = (_page("catalogue.product", product_id=product_id), _page("stock.receive"))
    return Hit("product", "", name, pages)


def _pages_of_lot(lot_id: int) -> Pages:
    return _page("stock.lot", lot_id=lot_id), _page("recalls.answer", lot=lot_id)


def _page(endpoint: str, **own: int) -> Page:
    return endpoint, tuple(own.items())


LOOKS = {
    "V": _vial, "C": _cocktail, "P": _patient, "T": _test, "H": _hold, "S": _place, "E": _reaction,
    "X": _excursion, "TR": _transfer, "PO": _order,
}  # fmt: skip
