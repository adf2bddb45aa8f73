"""A product's values and limits as a page shows them; None is unknown."""

import re
from dataclasses import dataclass
from decimal import Decimal

from formulary.catalogue.labels.words import FIELDS
from formulary.catalogue.models import Limit, Product
from formulary.rules.units import VOLUME, Quantity, dimension
from formulary.web import site

KINDS = {
    "label_limit": "limit of the label",
    "highest_published": "highest published, no limit",
    "product_strength": "strength of the product, no limit",
    "other_route": "for another route, no limit here",
    "unknown": "unknown",
}
_FIGURE = re.compile(r"(unknown|[0-9.]+) ([^/]*/(mL|vial)|unknown) ?")


@dataclass(frozen=True)
class Figure:
    """One limit as a page shows it: `amount` per `volume` for a concentration; None is unknown."""

    measure: str
    kind: str
    amount: Quantity | None
    volume: Quantity | None
    per_kg: Quantity | None
    routes: str
    window: str
    limits: bool
    forbids: bool
    hard: bool
    note: str
    source: str
    confidence: str


def figure(limit: Limit, product: Product) -> Figure:
    """A limit in words and quantities."""
    measured_in = dimension(product.dimension)
    is_limit = limit.kind == "label_limit"
    return Figure(
        measure=limit.measure,
        kind=KINDS[limit.kind],
        amount=None if limit.amount is None else Quantity(limit.amount, measured_in),
        volume=None if limit.volume is None else Quantity(limit.volume, VOLUME),
        per_kg=None if limit.per_kg is None else Quantity(limit.per_kg, measured_in),
        routes=limit.route.replace(";", ", "),
        window="" if limit.window == "session" else limit.window,
        limits=is_limit,
        forbids=is_limit and limit.amount == 0,
        hard=limit.hard,
        note=limit.note,
        source=limit.source,
        confidence=limit.confidence,
    )


def figures(product: Product) -> list[Figure]:
    """The limits of a product: doses first, and what limits before what informs."""
    found = [figure(limit, product) for limit in product.limits]
    return sorted(found, key=lambda f: (f.measure != "dose", not f.limits))


def strength(product: Product) -> tuple[Quantity | None, Quantity | None]:
    """Amount and volume of a product's strength, or None and None while it is unknown."""
    if product.strength_amount is None or product.strength_volume is None:
        return None, None
    return (
        Quantity(product.strength_amount, dimension(product.dimension)),
        Quantity(product.strength_volume, VOLUME),
    )


def basis(product: Product) -> str:
    """What the strength counts, in the source's words behind its figure: "elemental Zn", "after 4 mL"."""
    return _FIGURE.sub("", product.strength_text)


def content(product: Product) -> Quantity | None:
    """What one container holds, in what the ledger counts."""
    return None if product.content is None else Quantity(product.content, dimension(product.ledger))


def diluent_volume(product: Product) -> Quantity | None:
    """With how much diluent the label dissolves a powder."""
    steps = product.reconstitution_volume
    return None if steps is None else Quantity(steps, VOLUME)


def hours(value: int | None) -> str | None:
    """ "24 h", "28 days"; 0 means that the rest is discarded; None stays unknown."""
    if value is None:
        return None
    if value == 0:
        return "none: discard the rest"
    days, rest = divmod(value, 24)
    return f"{days} days" if days > 1 and rest == 0 else f"{value} h"


def acidity(product: Product) -> str | None:
    """ "5.5 to 7", one figure where both ends are the same; None is unknown."""
    if product.ph is None:
        return None
    low, high = (plain(end) for end in product.ph)
    return low if low == high else f"{low} to {high}"


def light(product: Product) -> str | None:
    """Whether light harms it; None is unknown."""
    return (
        None if product.light_sensitive is None else "protect from light" if product.light_sensitive else "no"
    )


def said(text: str) -> str | None:
    """Words of a source, or None where it says unknown or nothing."""
    return None if text.lower() in ("", "unknown") else text


def doubts(product: Product) -> list[str]:
    """Which fields rest on background knowledge."""
    return [FIELDS[word] for word in product.unconfirmed.split(";") if word in FIELDS]


def plain(value: Decimal) -> str:
    """A bare figure with the site's decimal mark and no trailing zero."""
    return format(value.normalize(), "f").replace(".", site.mark())
