"""Limits: proposed by one person with a source, approved by another; no version is changed afterwards."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.catalogue import queries
from formulary.catalogue.actions import deciding
from formulary.catalogue.actions.deciding import content_of
from formulary.catalogue.actions.loosening import check_loosening
from formulary.catalogue.labels import refusals
from formulary.catalogue.models import Ingredient, Limit, Product
from formulary.db import db, expect_version, once
from formulary.rules.units import Quantity

COUNTED = ("dose", "concentration")
KEPT = ("route", "area", "per", "within_h", "window")


@dataclass(frozen=True)
class Figures:
    """What a limit says: one of dose (with per kg and minimum), concentration per mL, volume and points."""

    dose: Quantity | None = None
    per_kg: Quantity | None = None
    minimum: Quantity | None = None
    concentration: Quantity | None = None
    volume: Quantity | None = None
    points: int | None = None

    @property
    def measures(self) -> list[str]:
        """What is measured, by the figures that were given."""
        of_dose = (self.dose, self.per_kg, self.minimum)
        given = {
            "dose": any(figure is not None for figure in of_dose),
            "concentration": self.concentration is not None,
            "volume": self.volume is not None,
            "points": self.points is not None,
        }
        return [measure for measure, is_given in given.items() if is_given]

    def columns(self, measure: str) -> dict[str, Any]:
        """The columns of the row, in steps."""
        figure = self.points if measure == "points" else _steps(getattr(self, measure))
        return {
            "measure": measure,
            "amount": figure,
            "volume": Quantity.of(1, "mL").whole() if measure == "concentration" else None,
            "per_kg": _steps(self.per_kg),
            "minimum": _steps(self.minimum),
        }


@dataclass(frozen=True)
class Terms:
    """What a limit holds for, how far it stops, and by whose word."""

    kind: str
    source: str
    route: str = "any"
    per: str = "session"
    within_h: int | None = None
    area: str = ""
    basis: str = ""
    level: str = "block"
    edition: str = ""
    jurisdiction: str = ""
    valid_from: date | None = None
    reason: str = ""
    corrects: bool = False


@once
def propose_limit(
    of: Product | Ingredient,
    figures: Figures,
    terms: Terms,
    *,
    in_place_of: int | None = None,
    at: datetime,
    by: Actor,
) -> Limit:
    """Write down a limit; it limits once another person has approved it.

    In place of one of the same kind it is that one's next version, for the same route and the same stretch.
    The clinic's own in place of a label's is a governance entry, each version of which needs a reason. A
    looser label needs another edition and a reason, and a limit of 0 is no figure to loosen. What somebody
    here typed by mistake is corrected (`corrects`) with a reason, whatever it was.
    """
    by.must(Permission.AUTHOR)
    old = None if in_place_of is None else queries.limit(in_place_of)
    _check(of, figures, terms, old)
    row = Limit(
        **_whose(of),
        **figures.columns(figures.measures[0]),
        **_terms(replace(terms, basis=_basis(of, terms)), old),
        **_succeeding(old, terms),
        status="proposed",
        author_id=by.person_id,
        proposed_at=at,
    )
    if old is not None:
        check_loosening(old, row)
    db.session.add(row)
    db.session.flush()
    record("catalogue.propose_limit", row, by=by, at=at, new=content_of(row), reason=terms.reason)
    return row


@once
def end_limit(limit_id: int, *, reason: str, valid_from: date, at: datetime, by: Actor) -> Limit:
    """Propose that a limit of the clinic's own no longer holds from a day on; another person approves it."""
    by.must(Permission.AUTHOR)
    old = queries.limit(limit_id)
    if old.kind != "clinic_limit":
        raise refusals.not_the_clinics_own()
    _nothing_waits(old)
    if not old.holds_on(None):
        raise refusals.not_in_force()
    columns = {name: getattr(old, name) for name in (*KEPT, "product_id", "ingredient_id", "measure")}
    row = Limit(
        **columns,
        kind="unknown",
        source=old.source,
        reason=reason,
        valid_from=valid_from,
        version=_next_version(old),
        series_id=old.series,
        status="proposed",
        author_id=by.person_id,
        proposed_at=at,
    )
    db.session.add(row)
    db.session.flush()
    record("catalogue.end_limit", row, by=by, at=at, new=content_of(row), reason=reason)
    return row


@once
def approve_limit(limit_id: int, *, version: int | None = None, at: datetime, by: Actor) -> Limit:
    """Answer for a limit: signed. It holds from its day on, never before today, and ends the one before it.

    Refused for its author (where every site is solo it is marked SELF-CHECKED, unless it is a
    governance entry or a correction) and for what does not wait.
    """
    by.must(Permission.APPROVE)
    row = queries.limit(limit_id)
    expect_version(row, version)
    governed = row.in_place_of_id is not None or row.corrects
    self_checked = deciding.another_person(row, by, always=governed, what="limit")
    today = accounts.day_at(by.site_id, at)
    row.valid_from = max(row.valid_from or today, today)
    for before in queries.versions_of(row):
        if before.status == "approved":
            before.valid_until = _ends(before, row.valid_from)
    deciding.approve(row, "catalogue.approve_limit", self_checked=self_checked, at=at, by=by)
    return row


@once
def withdraw_limit(
    limit_id: int, *, reason: str, version: int | None = None, at: datetime, by: Actor
) -> Limit:
    """Take back or turn down what waits for approval; it stays in sight as withdrawn."""
    by.must(Permission.AUTHOR)
    row = queries.limit(limit_id)
    expect_version(row, version)
    deciding.withdraw(row, "catalogue.withdraw_limit", reason=reason, what="limit", at=at, by=by)
    return row


def _check(of: Product | Ingredient, figures: Figures, terms: Terms, old: Limit | None) -> None:
    if len(figures.measures) != 1:
        raise refusals.one_figure(figures.measures)
    if isinstance(of, Ingredient) and of.dimension == "units" and figures.measures[0] != "points":
        raise refusals.units_of_a_product(of.name)
    if figures.measures[0] in COUNTED and not terms.basis and _several_bases(of):
        raise refusals.no_basis(of.name)
    if terms.per == "window" and not (old or terms.within_h):
        raise refusals.window_without_length()
    if old is not None:
        _check_replaced(of, figures, terms, old)
    elif terms.corrects:
        raise refusals.corrects_nothing()


def _several_bases(of: Product | Ingredient) -> bool:
    """Whether the strengths of the products of a substance count different things."""
    return isinstance(of, Ingredient) and len({row.basis for row in of.products}) > 1


def _basis(of: Product | Ingredient, terms: Terms) -> str:
    """What a figure counts: "" of a product is what its strength does; of a substance, what all of its do."""
    if terms.basis or isinstance(of, Product):
        return terms.basis
    return next((row.basis for row in of.products), "")


def _check_replaced(of: Product | Ingredient, figures: Figures, terms: Terms, old: Limit) -> None:
    """What may be replaced: a standing figure of the same thing and measure, of which nothing waits yet."""
    if _whose(of).items() - {("product_id", old.product_id), ("ingredient_id", old.ingredient_id)}:
        raise refusals.of_something_else()
    if old.status != "approved" or old.valid_until is not None or old.measure != figures.measures[0]:
        raise refusals.cannot_replace()
    _nothing_waits(old)
    if terms.kind != old.kind and (terms.kind, old.kind) != ("clinic_limit", "label_limit"):
        raise refusals.cannot_replace()


def _nothing_waits(old: Limit) -> None:
    same = (Limit.series_id == old.series, Limit.id == old.series)
    waits = (db.or_(*same, Limit.in_place_of_id == old.id), Limit.status == "proposed")
    query = db.select(Limit.id).where(*waits)
    if db.session.scalar(query.limit(1)) is not None:
        raise refusals.another_waits()


def _whose(of: Product | Ingredient) -> dict[str, int | None]:
    is_product = isinstance(of, Product)
    return {"product_id": of.id if is_product else None, "ingredient_id": None if is_product else of.id}


def _terms(terms: Terms, old: Limit | None) -> dict[str, Any]:
    """The columns of the terms; what replaces something holds for the same route and stretch."""
    columns: dict[str, Any] = {
        "kind": terms.kind,
        "route": terms.route,
        "area": terms.area,
        "basis": terms.basis,
        "per": terms.per,
        "within_h": terms.within_h if terms.per == "window" else None,
        "window": f"{terms.within_h} h" if terms.per == "window" else terms.per,
        "level": terms.level if terms.kind in ("label_limit", "clinic_limit") else "",
        "hard": terms.level == "block",
        "source": terms.source,
        "edition": terms.edition,
        "jurisdiction": terms.jurisdiction,
        "valid_from": terms.valid_from,
        "reason": terms.reason,
        "corrects": terms.corrects,
    }
    return columns if old is None else columns | {name: getattr(old, name) for name in KEPT}


def _succeeding(old: Limit | None, terms: Terms) -> dict[str, Any]:
    """The next version of the same figure, or an entry that sets a label's aside."""
    if old is None:
        return {}
    if terms.kind != old.kind:
        return {"in_place_of_id": old.id}
    return {"version": _next_version(old), "series_id": old.series, "in_place_of_id": old.in_place_of_id}


def _ends(before: Limit, successor_from: date) -> date:
    """The day on which an approved version gives way; one that had not begun by then never holds."""
    gives_way = max(successor_from, before.valid_from or successor_from)
    return min(before.valid_until or gives_way, gives_way)


def _next_version(old: Limit) -> int:
    return 1 + max(row.version for row in (old, *queries.versions_of(old)))


def _steps(quantity: Quantity | None) -> int | None:
    return None if quantity is None else quantity.whole()
