"""The words of the catalogue: kinds, rules, selectors and formulas as a page says them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from formulary.catalogue.labels.formulas import ONE_ML, Line, line, pair, target
from formulary.catalogue.models import CompatibilityRule, Limit, Product, SubstanceGroup
from formulary.rules.units import VOLUME, Quantity, dimension
from formulary.web import site

__all__ = ["ONE_ML", "Line", "line", "pair", "target"]

ROLES = {"active": "active", "diluent": "diluent", "excipient": "excipient"}
KINDS = {
    "label_limit": "limit of the label",
    "highest_published": "highest published, no limit",
    "product_strength": "strength of the product, no limit",
    "other_route": "for another route, no limit here",
    "unknown": "unknown",
}
CONTAINERS = {
    "single_dose": "single-dose vial: one patient",
    "multi_dose": "multi-dose vial",
    "ampoule": "ampoule: one patient, never kept",
    "bulk": "pharmacy bulk package",
    "device": "prefilled device",
}
RULE_KINDS = {
    "pair": "pair",
    "alone": "never with anything",
    "compatible": "known to go together",
    "route": "not by this route",
    "handling": "handling",
    "storage": "not in one bin",
    "substitution": "not interchangeable",
    "mixture": "whole mixture",
    "superseded": "superseded",
}
CONFIDENCES = {"high": "high", "medium": "medium", "low": "low", "H": "high", "M": "medium", "L": "low"}
FIELDS = {
    "strength": "strength",
    "content": "content",
    "container": "container",
    "after_puncture_h": "time after opening",
    "ph": "pH",
    "storage": "storage",
    "light_sensitive": "light",
}
STATUSES = {"published": "published", "draft": "draft", "approved": "approved", "superseded": "superseded"}


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


@dataclass(frozen=True)
class Rule:
    """One row of the compatibility table in words."""

    number: str
    kind: str
    level: str
    a: str
    b: str
    mechanism: str
    condition: str
    figures: str
    source: str
    confidence: str
    version: int


_FIGURE = re.compile(r"(unknown|[0-9.]+) ([^/]*/(mL|vial)|unknown) ?")


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
    low, high = (_figure(end) for end in product.ph)
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


def rule(row: CompatibilityRule, names: Mapping[int, str], meanings: Mapping[str, str]) -> Rule:
    """A row of the table with its selectors in words."""
    return Rule(
        number=row.number,
        kind=RULE_KINDS[row.kind],
        level="superseded" if row.kind == "superseded" else row.level,
        a=selector(row.a, names, meanings),
        b=selector(row.b, names, meanings),
        mechanism=row.mechanism[:1].upper() + row.mechanism[1:],
        condition=row.condition,
        figures=_narrowed(row),
        source=row.source,
        confidence=CONFIDENCES.get(row.confidence, row.confidence),
        version=row.version,
    )


def selector(text: str, names: Mapping[int, str], meanings: Mapping[str, str]) -> str:
    """Who a side of a rule is about."""
    kind, _, name = text.partition(":")
    if kind == "ingredient":
        return names.get(int(name), "an ingredient that is gone")
    if kind == "group":
        return meanings.get(name, name.replace("_", " "))
    return f"by route {name}" if kind == "route" else "anything"


def meanings(groups: Iterable[SubstanceGroup]) -> dict[str, str]:
    """What each group's word means."""
    return {group.word: group.meaning for group in groups}


def _narrowed(row: CompatibilityRule) -> str:
    """The figures a machine can test, in words."""
    below = f"pH below {_figure(Decimal(row.ph_below))}" if row.ph_below else ""
    above = f"pH above {_figure(Decimal(row.ph_above))}" if row.ph_above else ""
    return " and ".join(filter(None, (below, above)))


def _figure(value: Decimal) -> str:
    """A bare figure with the site's decimal mark and no trailing zero."""
    return format(value.normalize(), "f").replace(".", site.mark())
