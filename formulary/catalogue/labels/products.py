"""A product's values as a page shows them; None is unknown."""

import re
from decimal import Decimal

from formulary.catalogue.labels.words import FIELDS
from formulary.catalogue.models import Product
from formulary.rules.units import VOLUME, Quantity, dimension
from formulary.web import site

_FIGURE = re.compile(r"(unknown|[0-9.]+) ([^/]*/(mL|vial)|unknown) ?")


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
