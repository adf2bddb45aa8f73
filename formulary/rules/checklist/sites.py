"""D4: how much at one point, how many points, how much in one area.

What labels state limits; what trials used (tranexamic acid 0.05 mL a point, hyaluronic acid 0.01 to 0.05 mL)
is a published figure and limits nothing. Where nobody knows a limit an approved formula answers for doses its
approver signed. What was injected can always be recorded: what is wrong with it is said, and stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from formulary.rules.checklist.rule import CO_SIGN, Case, not_applicable, passed, unknown
from formulary.rules.checklist.substances import Substance, accepted_by, limits_of, substances
from formulary.rules.facts import Limit, LimitPer, Points, Strength
from formulary.rules.findings import Finding, Level, capital, joined
from formulary.rules.formulation import about
from formulary.rules.units import VOLUME, Quantity, total

PLACES = frozenset({LimitPer.POINT, LimitPer.CM2, LimitPer.AREA})
PER = {LimitPer.POINT: "at one point", LimitPer.CM2: "per cm2", LimitPer.AREA: "in one area"}


@dataclass(frozen=True)
class Measure:
    """One figure of a limit beside what comes to it: "at one point 0.3 mL of 0.2 mL"."""

    limit: Limit
    where: str
    shown: str
    most: str
    above: bool


def places(case: Case) -> Sequence[Finding]:
    """D4: nothing above what one point, one area or all points may get, as far as these are known."""
    asked = [x for x in substances(case) if not x.ingredient.is_diluent]
    if not asked:
        return [not_applicable("site.none", "injection sites", "No line has a limit of place.")]
    limited = [(x, _of_place(case, x)) for x in asked]
    found = [answer for x, limits in limited if limits for answer in _answers(case, x, limits)]
    return [*found, *_unlimited(case, [x for x, limits in limited if not limits])]


def _of_place(case: Case, substance: Substance) -> list[Limit]:
    return [
        x
        for x in limits_of(case, substance)
        if (x.per in PLACES and (x.dose is not None or x.volume is not None))
        or x.points is not None
        or (x.volume is not None and x.per is LimitPer.SESSION)
    ]


def _answers(case: Case, substance: Substance, limits: Sequence[Limit]) -> Iterator[Finding]:
    """What is too much; what cannot be told while nobody said where it goes; else that it is fine.

    How large the area is nobody records, so a limit by it is named beside what could be compared.
    """
    measures = [m for limit in limits for m in _measures(case, substance, limit)]
    above = [m for m in measures if m.above]
    if above:
        yield from (_above(substance, m) for m in above)
    untold = [limit for limit in limits if not _can_tell(case, limit)]
    if untold:
        yield _untold(case, substance, untold)
    blind = [x for x in limits if x not in untold and not _adds_up(substance, x)]
    if blind:
        yield _not_comparable(case, substance, blind)
    elif not above and len(untold) < len(limits) and all(x.per is LimitPer.CM2 for x in untold):
        inputs = [(m.where, f"{m.shown} of {m.most}") for m in measures]
        reason = f"{capital(substance.name)} is within what its label allows at one place."
        yield passed("site.within_max", substance.name, reason, inputs, line=substance.largest.number)


def _can_tell(case: Case, limit: Limit) -> bool:
    """Whether it can be compared: how many cm2 were treated nobody records."""
    by_volume = limit.per is LimitPer.SESSION and limit.points is None
    return limit.per is not LimitPer.CM2 and (by_volume or bool(case.cocktail.points))


def _adds_up(substance: Substance, limit: Limit) -> bool:
    """Whether a dose at one place can be told: of known strength, in the unit of the limit."""
    held = None if substance.concentration is None else substance.concentration.amount.dimension
    return limit.per not in PLACES or limit.dose is None or limit.dose.dimension == held


def _measures(case: Case, substance: Substance, limit: Limit) -> Iterator[Measure]:
    points = [p for p in case.cocktail.points if limit.area in ("", p.area)]
    if limit.per is LimitPer.POINT:
        for p in points:
            yield from _amounts(case, substance, limit, p.each, f"at one point ({p.area})")
    elif limit.per is LimitPer.AREA:
        for area in dict.fromkeys(p.area for p in points):
            there = [p for p in points if p.area == area]
            yield from _amounts(case, substance, limit, _volume(there), f"in {area}")
            yield from _number(limit, there, f"points in {area}")
    elif limit.per is LimitPer.SESSION:
        whole = _volume(points) if points else case.solution.target
        if limit.volume is not None and whole is not None:
            yield _measure(case, limit, whole, limit.volume, "in one session")
        yield from _number(limit, points, "points")


def _amounts(
    case: Case, substance: Substance, limit: Limit, volume: Quantity, where: str
) -> Iterator[Measure]:
    if limit.volume is not None:
        yield _measure(case, limit, volume, limit.volume, where)
    dose = _held(substance.concentration, volume)
    if limit.dose is not None and dose is not None and dose.dimension == limit.dose.dimension:
        yield _measure(case, limit, dose, limit.dose, where)


def _measure(case: Case, limit: Limit, value: Quantity, most: Quantity, where: str) -> Measure:
    return Measure(limit, where, about(value, case.mark), about(most, case.mark), value > most)


def _number(limit: Limit, points: Sequence[Points], where: str) -> Iterator[Measure]:
    count = sum(p.count for p in points)
    if limit.points is not None and count:
        yield Measure(limit, where, str(count), str(limit.points), count > limit.points)


def _volume(points: Sequence[Points]) -> Quantity:
    return total((p.each * p.count for p in points), VOLUME)


def _held(concentration: Strength | None, volume: Quantity) -> Quantity | None:
    """What a volume of the mixture holds: overfill and dead space change nothing in it."""
    if concentration is None:
        return None
    return Quantity(volume.steps * concentration.ratio, concentration.amount.dimension)


def _above(substance: Substance, measure: Measure) -> Finding:
    limit, where = measure.limit, measure.where
    mild = limit.exceeded <= Level.WARN
    return Finding(
        "site.above_max",
        substance.name,
        f"{capital(substance.name)}: {measure.shown} {where}, and the most is {measure.most}.",
        "Give a reason to go on, or spread it." if mild else f"Spread it over more points, {CO_SIGN}",
        level=Level.WARN if mild else Level.STOP,
        line=substance.largest.number,
        source=limit.source,
        inputs=((where, measure.shown), ("limit", measure.most)),
    )


def _untold(case: Case, substance: Substance, limits: Sequence[Limit]) -> Finding:
    words = joined(list(dict.fromkeys(_words(case, limit) for limit in limits)))
    area = all(limit.per is LimitPer.CM2 for limit in limits)
    why = "how large the area is" if area else "where it goes"
    return unknown(
        "site.area_not_told" if area else "site.not_told",
        substance.name,
        f"Nobody has said {why}, so the limit of {substance.name} cannot be compared ({words}).",
        "" if area else "Give a reason to go on, and keep to the label.",
        level=Level.INFO if area else None,
        line=substance.largest.number,
        source=limits[0].source,
        inputs=(("limit", words),),
        accepted=accepted_by(case, substance),
    )


def _not_comparable(case: Case, substance: Substance, limits: Sequence[Limit]) -> Finding:
    words = joined(list(dict.fromkeys(_words(case, limit) for limit in limits)))
    known = substance.concentration is not None
    why = "is measured in another unit than its limit" if known else "is of unknown strength"
    return unknown(
        "site.dose_unknown",
        substance.name,
        f"{capital(substance.name)} {why}, so the dose at one place cannot be compared ({words}).",
        "Give a reason to go on, and keep to the label.",
        line=substance.largest.number,
        source=limits[0].source,
        inputs=(("dose", why), ("limit", words)),
        accepted=accepted_by(case, substance),
    )


def _words(case: Case, limit: Limit) -> str:
    parts = [about(q, case.mark) for q in (limit.volume, limit.dose) if q is not None]
    parts = [f"{part} {PER[limit.per]}" if limit.per in PER else part for part in parts]
    if limit.points is not None:
        parts.append(f"{limit.points} points")
    return joined(parts)


def _unlimited(case: Case, without: Sequence[Substance]) -> Iterator[Finding]:
    """All ingredients nobody knows such a limit of in one answer, those a formula answers for in another."""
    accepted = {x.ingredient.id: accepted_by(case, x) for x in without}
    for answered in (False, True):
        group = [x for x in without if bool(accepted[x.ingredient.id]) is answered]
        if group:
            names = joined([x.name for x in group])
            yield unknown(
                "site.limit_unknown",
                names,
                f"How much {names} one point or one area may get by this route is not on record.",
                "" if answered else "Give a reason to go on, or follow an approved formula.",
                inputs=tuple((x.name, "unknown") for x in group),
                accepted=accepted[group[0].ingredient.id] if answered else "",
            )
