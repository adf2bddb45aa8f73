"""What a pack says, held against what may enter and what is on record."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from formulary.accounts import queries as accounts
from formulary.catalogue import queries as catalogue
from formulary.catalogue.models import Product
from formulary.rules.findings import Finding, Level, Refused
from formulary.rules.lot_status import receivable
from formulary.stock import queries
from formulary.stock.labels import refusals
from formulary.stock.labels.apart import never_beside
from formulary.stock.models import Lot, Place


@dataclass(frozen=True)
class Printed:
    """What the pack says, as scanned or typed; without a maker it is the product's."""

    product: Product
    maker: str
    number: str
    expires_on: date
    made_on: date | None = None

    @property
    def made_by(self) -> str:
        """Whose lot it is."""
        return self.maker or self.product.maker

    @property
    def told(self) -> dict[str, str]:
        """The same for the audit trail."""
        return {"lot": self.number, "product": self.product.name, "expires_on": str(self.expires_on)}


def may_enter(printed: Printed, place: Place, at: datetime, overrides: Mapping[str, str]) -> dict[str, str]:
    """The reasons given for warnings; raises Refused with everything that stands against it."""
    zone, for_return = accounts.site(place.site_id).zone, place.kind == "quarantine"
    said = {"zone": zone, "quarantine": for_return, "made_on": printed.made_on}
    found = receivable(printed.number, printed.expires_on, at=at, **said)
    found = (*found, *swallowed(printed), *lies_beside(printed.product, place, "place_id"))
    reasons = {f.code: overrides[f.key] for f in found if f.level == Level.WARN and overrides.get(f.key)}
    stops = [f for f in found if f.level == Level.BLOCK or (f.level == Level.WARN and f.code not in reasons)]
    if stops:
        raise Refused(*stops)
    return reasons


def lies_beside(product: Product, place: Place, field: str) -> Iterator[Finding]:
    """Warn of what lies on a shelf, or among open vials, and must never lie there beside this product."""
    others = queries.never_beside(product.id, place) if place.kind in {"storage", "in_use"} else []
    if others:
        rules = catalogue.kept_apart_by(product.id, others[0].product_id)
        source = "; ".join(f"rule {rule.number}: {rule.source}" for rule in rules)
        yield never_beside(product, place, others, field, source=source)


def keep_apart(product: Product, place: Place, why: str, *, field: str = "remark") -> None:
    """Refuse to put a product there without a word on how it is kept apart."""
    if found := [] if why.strip() else list(lies_beside(product, place, field)):
        raise Refused(*found)


def swallowed(printed: Printed) -> Iterator[Finding]:
    """Ask about a number that holds the expiry, a GTIN, or a known lot with a serial behind it."""
    number = printed.number.upper()
    known = next(_known_before_a_serial(printed.product, number), "")
    codes = [code.gtin for code in printed.product.codes]
    others = [f"17{printed.expires_on:%y%m%d}", *codes]
    if known or any(other in number for other in others):
        yield refusals.swallowed(printed.number, known)


def _known_before_a_serial(product: Product, number: str) -> Iterator[str]:
    """The known lots of the product whose number stands in this one before "21", which begins a serial."""
    for cut in re.finditer("(?=21)", number):
        for lot in queries.lots_with_number(number[: cut.start()], product.id):
            if lot.number.upper() == number[: cut.start()]:
                yield lot.number


def known_lot(printed: Printed, second_record: bool) -> Lot | None:
    """The lot that is on record just so; refuses one that is nearly so, until a person says it is another."""
    same = queries.lots_with_number(printed.number, printed.product.id)
    if (lot := _just_so(printed, same)) is not None or second_record:
        return lot
    if same:
        raise Refused(*(refusals.known_otherwise(lot, printed.number, printed.expires_on) for lot in same))
    if similar := queries.similar_lots(printed.number, printed.product.id):
        raise Refused(*(refusals.looks_like(lot, printed.number) for lot in similar))
    return None


def lot_to_fill(printed: Printed, second_record: bool) -> Lot | None:
    """The same for an act that makes the lot where there is none.

    Of two who read the same pack at one moment, or nearly read it so, the later waits and meets the lot of
    the first: until an act is over nobody else receives a new lot of the product.
    """
    same = queries.lots_with_number(printed.number, printed.product.id)
    if (lot := _just_so(printed, same)) is not None:
        return lot
    queries.lock_lots_of(printed.product.id)
    return known_lot(printed, second_record)


def _just_so(printed: Printed, lots: Iterable[Lot]) -> Lot | None:
    told = (printed.made_by, printed.number, printed.expires_on)
    return next((lot for lot in lots if (lot.maker, lot.number, lot.expires_on) == told), None)
