"""Cumulative doses of a patient against the limits of the catalogue: as a picture, and as its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import groupby
from typing import Any

from formulary.catalogue import facts as catalogue
from formulary.rules.facts import LIMITING, Limit, LimitPer, Product
from formulary.rules.formulation import Ceiling, ceiling
from formulary.rules.units import Quantity, dimension, total
from formulary.web import site
from formulary.web.svg import px

ANY_ROUTE = "any"
LEFT, WIDTH, ROW, TOP, END = 200, 400, 34, 10, Fraction(5, 4)


@dataclass(frozen=True)
class DoseLine:
    """One ingredient: the sum of all on record, and what counts against one limit; None is unknown.

    `limit` None: no limit over time is on record. `unknown` says why a sum or a limit is not known.
    """

    name: str
    in_all: Quantity | None
    times: int
    over: str
    used: Quantity | None
    limit: Quantity | None
    source: str
    unknown: str = ""

    @property
    def share(self) -> Fraction | None:
        """How much of the limit is used."""
        if self.used is None or self.limit is None or self.limit.is_zero:
            return None
        return self.used / self.limit

    @property
    def state(self) -> str:
        """Above, within, or not known."""
        if self.share is None:
            return "unknown"
        return "stop" if self.share > 1 else "pass"


@dataclass(frozen=True)
class Bar:
    """One line of the picture: lengths are ready for it."""

    line: DoseLine
    y: int
    width: str

    @property
    def text(self) -> int:
        """Where its words stand."""
        return self.y + 11


@dataclass(frozen=True)
class DosePicture:
    """The lines that have a limit, as bars; the mark of 100 % stands at the same place in every one."""

    bars: list[Bar]
    mark: str
    height: int
    left: int
    full: str


@dataclass(frozen=True)
class _Given:
    """What is on record of one ingredient, with the route of each session where that is known."""

    rows: Sequence[Any]
    routes: Mapping[int, str]
    in_all: Quantity | None
    times: int
    at: datetime

    @property
    def name(self) -> str:
        """The ingredient."""
        return str(self.rows[0].name)

    def by(self, route: str) -> list[Any]:
        """What may have been given by a route: by it, or in an act whose route nobody knows."""
        return [row for row in self.rows if self._route(row) in (route.casefold(), "")]

    def was_by(self, route: str) -> bool:
        """Whether a limit of that route has anything to say of it; a patch test alone does not make it."""
        return any(row.document_kind != "patch_test" for row in self.by(route))

    def _route(self, row: Any) -> str:
        known = row.document_kind == "administration"
        return self.routes.get(row.document_id, "").casefold() if known else ""


def dose_lines(
    rows: Sequence[Any], routes: Mapping[int, str], weight: Quantity | None, at: datetime
) -> list[DoseLine]:
    """What reached a patient of each ingredient, and of each of its limits, by name.

    A limit of one route counts what was given by that route, and what nobody knows the route of.
    """
    products = catalogue.products({row.product_id for row in rows}, at.astimezone(site.zone()).date())
    told: list[DoseLine] = []
    for _, same in groupby(rows, key=lambda row: (row.name, row.ingredient_id)):
        found = list(same)
        in_all, why = _sum(found, dimension(found[-1].dimension))
        times = len({(row.document_kind, row.document_id) for row in found})
        told += _of(_Given(found, routes, in_all, times, at), why, products, weight)
    return told


def _of(given: _Given, why: str, products: Mapping[int, Product], weight: Quantity | None) -> list[DoseLine]:
    if found := _limits(given, products, weight):
        return [_against(given, one) for one in found]
    unlimited = (given.name, given.in_all, given.times, "", None, None, "")
    return [DoseLine(*unlimited, why or "no limit on record")]


def _limits(given: _Given, products: Mapping[int, Product], weight: Quantity | None) -> list[Ceiling]:
    """The limits of dose that hold for what was given, each once: of a window, a course, a session."""
    told: dict[tuple[Any, ...], Limit] = {}
    for key in dict.fromkeys(row.product_id for row in given.rows):
        for limit in products[key].limits:
            if _limits_doses(limit) and (limit.route == ANY_ROUTE or given.was_by(limit.route)):
                told.setdefault((limit.per, limit.within, limit.route, limit.dose, limit.per_kg), limit)
    return [ceiling(limit, weight) for limit in told.values()]


def _limits_doses(limit: Limit) -> bool:
    states = limit.dose is not None or limit.per_kg is not None
    return states and limit.kind in LIMITING and limit.per in _COUNTED


_COUNTED = (LimitPer.WINDOW, LimitPer.COURSE, LimitPer.SESSION)


def _against(given: _Given, found: Ceiling) -> DoseLine:
    limit, most = found.limit, found.most
    told = (given.name, given.in_all, given.times, _over(limit))
    if most is None or found.needs_weight:
        return DoseLine(*told, None, None, limit.source, "no weight is on record")
    rows = list(given.rows) if limit.route == ANY_ROUTE else given.by(limit.route)
    used, why = _sum(_counted(rows, limit, given.at), most.dimension)
    return DoseLine(*told, used, most, limit.source, why)


def _counted(rows: list[Any], limit: Limit, at: datetime) -> list[Any]:
    """What counts against a limit now: a window back from now, everything, or the largest act (all of them
    where one is of an amount that nobody knows).
    """
    if limit.per is LimitPer.COURSE:
        return rows
    if limit.per is LimitPer.WINDOW:
        return [row for row in rows if limit.within is None or row.at > at - limit.within]
    if any(row.amount is None for row in rows):
        return rows
    acts: dict[Any, list[Any]] = {}
    for row in rows:
        acts.setdefault((row.document_kind, row.document_id), []).append(row)
    return max(acts.values(), key=lambda same: sum(row.amount for row in same))


def _over(limit: Limit) -> str:
    by = "" if limit.route == ANY_ROUTE else f", {limit.route}"
    return f"{_time(limit)}{by}"


def _time(limit: Limit) -> str:
    if limit.per is LimitPer.COURSE:
        return "in all"
    if limit.per is LimitPer.SESSION:
        return "the most in one session"
    hours = int((limit.within.total_seconds() if limit.within else 0) // 3600)
    return f"in the last {hours // 24} days" if hours >= _DAYS else f"in the last {hours} hours"


_DAYS = 48


def _sum(rows: Sequence[Any], measured: Any) -> tuple[Quantity | None, str]:
    """The sum, or None with the reason: an amount that nobody knows, or one that does not add up."""
    if any(row.amount is None for row in rows):
        return None, "an amount is not known"
    if any(dimension(row.dimension) != measured for row in rows):
        return None, "units of different products do not add up"
    if len({row.basis for row in rows}) > 1:
        return None, "amounts count different things (a salt, its base)"
    return total([Quantity(row.amount, measured) for row in rows], measured), ""


def dose_picture(lines: Sequence[DoseLine]) -> DosePicture | None:
    """Those with a sum and a limit, as bars to their share; None where there is none."""
    shown = [line for line in lines if line.share is not None]
    if not shown:
        return None
    bars = [Bar(line, TOP + n * ROW, px(_length(line.share or Fraction(0)))) for n, line in enumerate(shown)]
    mark = px(LEFT + WIDTH / END)
    return DosePicture(bars, mark, TOP + ROW * len(bars), LEFT, px(Fraction(WIDTH)))


def _length(share: Fraction) -> Fraction:
    return WIDTH * min(share, END) / END
