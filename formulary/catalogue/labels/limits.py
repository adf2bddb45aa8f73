"""Limits as pages show them: the figure, what it is for, whose word it is, and whether it stands."""

from dataclasses import dataclass
from datetime import date

from formulary.catalogue.models import Ingredient, Limit, Product
from formulary.rules.lot_status import day_words
from formulary.rules.units import VOLUME, Quantity, dimension

KINDS = {
    "label_limit": "limit of the label",
    "clinic_limit": "limit of the clinic",
    "highest_published": "highest published, no limit",
    "product_strength": "strength of the product, no limit",
    "other_route": "for another route, no limit here",
    "unknown": "unknown",
}
PER = {
    "session": "in one session",
    "window": "in any stretch of so many days",
    "course": "in the whole course",
    "point": "at one point",
    "cm2": "per square centimetre",
    "area": "in one area",
}
ROUTES = {
    "any": "any route",
    "ID": "intradermal",
    "SC": "subcutaneous",
    "IM": "intramuscular",
    "IV": "intravenous",
    "infiltration": "infiltration",
}
LEVELS = {
    "block": "nobody passes it",
    "stop": "a second person may co-sign",
    "warn": "whoever passes it gives a reason",
}
COUNTED = ("dose", "concentration")
LIMITING = ("label_limit", "clinic_limit")
HOURS_A_DAY = 24


@dataclass(frozen=True)
class Standing:
    """Whether a version counts on a day: the state that is drawn, and its words."""

    state: str
    words: str


@dataclass(frozen=True)
class Figure:
    """One limit as a page shows it: `amount` per `volume` for a concentration; None is unknown."""

    id: int
    measure: str
    kind: str
    amount: Quantity | None
    volume: Quantity | None
    per_kg: Quantity | None
    minimum: Quantity | None
    points: int | None
    routes: str
    window: str
    limits: bool
    forbids: bool
    beyond: str
    governs: bool
    version: int
    note: str
    source: str
    whose: str
    confidence: str
    basis: str
    standing: Standing


def figure(limit: Limit, measured: str, today: date, aside: bool = False) -> Figure:
    """A limit in words and quantities; `measured` is the dimension of its product or substance."""
    measured_in = VOLUME if limit.measure == "volume" else dimension(measured)
    limits, is_count = limit.kind in LIMITING, limit.measure == "points"
    return Figure(
        id=limit.id,
        measure=limit.measure,
        kind=KINDS[limit.kind],
        amount=None if limit.amount is None or is_count else Quantity(limit.amount, measured_in),
        volume=None if limit.volume is None else Quantity(limit.volume, VOLUME),
        per_kg=None if limit.per_kg is None else Quantity(limit.per_kg, measured_in),
        minimum=None if limit.minimum is None else Quantity(limit.minimum, measured_in),
        points=limit.amount if is_count else None,
        routes=", ".join(filter(None, (limit.route.replace(";", ", "), limit.area))),
        window=_stretch(limit),
        limits=limits,
        forbids=limits and limit.amount == 0,
        beyond=LEVELS.get(limit.level, "") if limits and limit.level != "block" else "",
        governs=limit.in_place_of_id is not None,
        version=limit.version,
        note=" ".join(filter(None, (limit.note, limit.reason))),
        source=limit.source,
        whose=", ".join(filter(None, (limit.jurisdiction, limit.edition))),
        confidence=limit.confidence,
        basis=limit.basis or (limit.product.basis if limit.product and limit.measure in COUNTED else ""),
        standing=standing(limit, today, aside),
    )


def standing(limit: Limit, today: date, aside: bool = False) -> Standing:
    """Whether a version is in force on a day, waits, was replaced, or is set aside by a governance entry."""
    if limit.status == "proposed":
        return Standing("in_review", "waits for approval")
    if limit.status == "withdrawn":
        return Standing("info", "withdrawn")
    if limit.valid_until is not None and limit.valid_until <= today:
        return Standing("superseded", f"superseded from {day_words(limit.valid_until)}")
    if limit.valid_from is not None and limit.valid_from > today:
        return Standing("planned", f"from {day_words(limit.valid_from)}")
    if aside:
        return Standing("warn", "set aside by a governance entry")
    return Standing("approved", "in force")


def figures(of: Product | Ingredient, today: date) -> list[Figure]:
    """What stands for a product or a substance: doses first, and what limits before what informs."""
    shown = [row for row in told(of, today) if row.standing.state in ("approved", "warn")]
    return sorted(shown, key=lambda f: (f.measure != "dose", not f.limits))


def other_versions(of: Product | Ingredient, today: date) -> list[Figure]:
    """What does not stand: what waits, what begins later, what was replaced or withdrawn; newest first."""
    shown = [row for row in told(of, today) if row.standing.state not in ("approved", "warn")]
    return sorted(shown, key=lambda f: -f.id)


def told(of: Product | Ingredient, today: date) -> list[Figure]:
    """Every version of every figure of a product or a substance."""
    aside = {row.in_place_of_id for row in of.limits if row.holds_on(today)}
    return [figure(row, of.dimension, today, row.id in aside) for row in of.limits]


def whose(limit: Limit) -> Product | Ingredient:
    """The product or the substance that a limit is of."""
    found = limit.product or limit.ingredient
    assert found is not None  # noqa: S101 - a constraint of the table
    return found


def short(limit: Limit) -> str:
    """A limit in a few words, for a choice: "limit of the label: dose, infiltration, in one session"."""
    stretch = _stretch(limit) or PER["session"]
    return f"{KINDS[limit.kind]}: {limit.measure}, {limit.route.replace(';', ', ')}, {stretch}"


def _stretch(limit: Limit) -> str:
    if limit.per == "session":
        return ""
    if limit.per != "window":
        return PER[limit.per]
    days, rest = divmod(limit.within_h or 0, HOURS_A_DAY)
    return f"in any {days} days" if days > 1 and not rest else f"in any {limit.within_h} h"
