"""C5: pH (see `acidity`) and osmolality of the mixture, estimated from its lines, and said to be estimates.

The osmolality is the mean of the lines' measured or printed ones, weighed by volume; a line without one
leaves it unknown, and adds nothing to the least that it can be. Source: subcutaneous not above 600 mOsm/kg
(USACH, not confirmed by a second read). For the dermis no ceiling is known: the subcutaneous one is taken as
the upper bound, and below it nothing is passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from formulary.rules.checklist.acidity import acidity
from formulary.rules.checklist.rule import Case, not_applicable, passed, unknown
from formulary.rules.facts import Line
from formulary.rules.findings import Finding, Level, capital, joined
from formulary.rules.formulation import Solved, name_of
from formulary.rules.units import VOLUME, round_fraction, total

CEILING = Fraction(600)
DERMIS = frozenset({"id", "intradermal"})
UNDER_THE_SKIN = DERMIS | {"sc", "subcutaneous"}
OSMOLALITY_SOURCE = "USACH (Adv Ther 2019;36:2986): subcutaneous not above 600 mOsm/kg; unconfirmed"
REMEDY = "This is an estimate: give a reason to go on, or dilute more."


def estimates(case: Case) -> Sequence[Finding]:
    """C5: a pH and an osmolality that skin is given, as far as the lines tell: estimates that say so."""
    return [*acidity(case), *_osmolality(case)]


@dataclass(frozen=True)
class Osmolality:
    """The least and the most it can be, in mOsm/kg; the most is None while a line's own is not on record."""

    least: Fraction
    most: Fraction | None
    missing: tuple[Line, ...]


def _osmolality(case: Case) -> Iterator[Finding]:
    found = estimated(case.counted)
    if found is None:
        yield not_applicable("osmolality.none", "estimated osmolality", "Nothing has a volume yet.")
        return
    bounded = case.cocktail.route.casefold() in UNDER_THE_SKIN
    inputs = _inputs(case, found)
    if bounded and found.least > CEILING:
        yield _too_high(found, inputs, "is")
    elif found.most is None:
        yield _osmolality_unknown(found, inputs)
    elif bounded and found.most > CEILING:
        yield _too_high(found, inputs, "may be")
    elif case.cocktail.route.casefold() in UNDER_THE_SKIN - DERMIS:
        reason = f"Estimated at {_figure(found)}, not above {CEILING} mOsm/kg."
        yield passed("osmolality.in_range", "estimated osmolality", reason, inputs)
    else:
        yield _no_ceiling(case, found, inputs)


def estimated(lines: Sequence[Solved]) -> Osmolality | None:
    """The mean of the lines' osmolalities by volume, as a range; None where there is no volume.

    An ideal mixture is assumed: volumes add up, and nothing reacts.
    """
    whole = total((x.achieved_volume for x in lines), VOLUME)
    if whole.is_zero:
        return None
    held = [(x, x.achieved_volume / whole) for x in lines if not x.achieved_volume.is_zero]
    missing = tuple(x.line for x, _ in held if x.line.product.osmolality_high is None)
    least = sum((share * (x.line.product.osmolality_low or 0) for x, share in held), start=Fraction(0))
    most = sum((share * (x.line.product.osmolality_high or 0) for x, share in held), start=Fraction(0))
    return Osmolality(least, None if missing else most, missing)


def _figure(found: Osmolality) -> str:
    least, most = round_fraction(found.least), None if found.most is None else round_fraction(found.most)
    if most is None:
        return f"at least {least} mOsm/kg"
    return f"{least} mOsm/kg" if least == most else f"{least} to {most} mOsm/kg"


def _inputs(case: Case, found: Osmolality) -> tuple[tuple[str, str], ...]:
    each = tuple((name_of(x.line), _own(x.line)) for x in case.counted)
    return (*each, ("estimate", _figure(found) if not found.missing else f"unknown; {_figure(found)}"))


def _own(line: Line) -> str:
    low, high = line.product.osmolality_low, line.product.osmolality_high
    if low is None or high is None:
        return "unknown"
    one, other = round_fraction(low), round_fraction(high)
    return f"{one} mOsm/kg" if one == other else f"{one} to {other} mOsm/kg"


def _too_high(found: Osmolality, inputs: tuple[tuple[str, str], ...], verb: str) -> Finding:
    return Finding(
        "osmolality.above_max",
        "estimated osmolality",
        f"By an estimate the mixture {verb} above {CEILING} mOsm/kg ({_figure(found)}).",
        REMEDY,
        level=Level.WARN,
        source=OSMOLALITY_SOURCE,
        inputs=inputs,
    )


def _osmolality_unknown(found: Osmolality, inputs: tuple[tuple[str, str], ...]) -> Finding:
    names = joined([name_of(line) for line in found.missing])
    least = f"; the others make {_figure(found)}" if found.least else ""
    reason = f"{capital(names)}: not known, so the osmolality of the mixture is unknown{least}."
    return unknown("osmolality.unknown", "estimated osmolality", reason, inputs=inputs)


def _no_ceiling(case: Case, found: Osmolality, inputs: tuple[tuple[str, str], ...]) -> Finding:
    route = case.cocktail.route
    bound = f"; it is below the subcutaneous one of {CEILING}" if route.casefold() in DERMIS else ""
    reason = f"Estimated at {_figure(found)}; no ceiling for {route} use is known{bound}."
    return unknown(
        "osmolality.no_ceiling", "estimated osmolality", reason, source=OSMOLALITY_SOURCE, inputs=inputs
    )
