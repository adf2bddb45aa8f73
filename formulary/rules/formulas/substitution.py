"""Another product of the same substance in the place of one: what that changes, and where it may not be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from formulary.rules.compatibility import ANY, keys_of
from formulary.rules.facts import Compatibility, Line, Pin, Product, Strength
from formulary.rules.findings import Finding, Level, Refused, capital, joined
from formulary.rules.formulas.difference import excipients_between
from formulary.rules.formulation import amount, strength_words
from formulary.rules.units import VOLUME, Quantity, show, show_percent


@dataclass(frozen=True, slots=True)
class Substitution:
    """One product for another, at the same dose.

    `ratio` is the volume of the new product that holds what 1 of the old one holds; None while a strength is
    unknown. `excipients_listed`: both sources list them all. `rules_gained` and `rules_lost` are rows of the
    compatibility table with the other lines. `signed_anew`: strength or excipients differ, or may.
    """

    old: Product
    new: Product
    route: str
    ratio: Fraction | None
    dose: Quantity | None
    volume: Quantity | None
    new_volume: Quantity | None
    excipients_gained: tuple[str, ...]
    excipients_lost: tuple[str, ...]
    excipients_listed: bool
    rules_gained: tuple[Compatibility, ...]
    rules_lost: tuple[Compatibility, ...]

    @property
    def signed_anew(self) -> bool:
        """Whether it needs a signature of its own; what is not known counts as different."""
        same = self.ratio == 1 and self.excipients_listed
        return not same or bool(self.excipients_gained or self.excipients_lost)

    @property
    def labelled(self) -> bool | None:
        """Whether the new product's label names the route; None while no route of it is on record."""
        return self.new.labelled_for(self.route)


def substitute(
    line: Line,
    new: Product,
    *,
    route: str,
    others: Sequence[Product] = (),
    rules: Sequence[Compatibility] = (),
    whole: Quantity | None = None,
) -> Substitution:
    """What changes when `new` takes the place of a line's product, beside the `others`, in `whole`.

    Refused for another substance, for a product measured in units of its own (they never convert), and for
    the product that is there already.
    """
    old = line.product
    _must_be_another(old, new)
    dose = _dose(line, whole)
    gained, lost, listed = excipients_between(old, new)
    was, becomes = _speaking(old, others, rules), _speaking(new, others, rules)
    return Substitution(
        old,
        new,
        route,
        _ratio(line.drawn_at, new.strength),
        dose,
        _volume(dose, line.drawn_at),
        _volume(dose, new.strength),
        tuple(gained),
        tuple(lost),
        listed,
        tuple(rule for rule in becomes if rule not in was),
        tuple(rule for rule in was if rule not in becomes),
    )


def put_in(line: Line, new: Product, whole: Quantity | None = None) -> Line:
    """The line with another product of its substance at the same dose; a pinned volume becomes the dose it
    held.

    Refused as `substitute` is, and where a volume is pinned and the old strength is unknown. Everything about
    the cocktail must be checked anew.
    """
    _must_be_another(line.product, new)
    if line.pin is not Pin.VOLUME:
        return replace(line, product=new, strength=None)
    dose = _dose(line, whole)
    if dose is None:
        raise _refused(
            "strength_unknown",
            line.product,
            f"The strength of {line.product.name} is not known, so its volume holds an unknown dose.",
            "Type the dose that is meant, then take the other product.",
        )
    return replace(line, product=new, pin=Pin.DOSE, quantity=dose.to_step(), strength=None)


def said(found: Substitution, mark: str = ".") -> tuple[str, ...]:
    """The difference in sentences, the figures first; cost is left out until the stock keeps prices."""
    return tuple(filter(None, (_of_strength(found, mark), _of_volume(found, mark), *_of_excipients(found))))


def _of_strength(found: Substitution, mark: str) -> str:
    old, new = found.old.strength, found.new.strength
    if old is None or new is None or found.ratio is None:
        unknown = [product.name for product in (found.old, found.new) if product.strength is None]
        return f"The strength of {joined(unknown)} is unknown, so no volume answers to the other."
    if found.ratio == 1:
        return f"Both hold {strength_words(new, mark)}."
    return (
        f"{strength_words(old, mark)} becomes {strength_words(new, mark)}: the same dose takes "
        f"{show_percent(found.ratio, mark)} of the volume."
    )


def _of_volume(found: Substitution, mark: str) -> str:
    if found.dose is None or found.volume is None or found.new_volume is None or found.ratio == 1:
        return ""
    was, becomes = show(found.volume, mark=mark), show(found.new_volume, mark=mark)
    return f"{show(found.dose, mark=mark)} is {becomes} instead of {was}."


def _of_excipients(found: Substitution) -> tuple[str, ...]:
    gained, lost = joined(found.excipients_gained), joined(found.excipients_lost)
    same = "The excipients are the same." if found.excipients_listed and not (gained or lost) else ""
    absent = "does not hold" if found.old.excipients_known else "is not known to hold"
    without = (
        f"It does not hold {lost}." if found.new.excipients_known else f"Whether it holds {lost} is unknown."
    )
    return (
        f"It brings {gained}, which the other {absent}." if gained else "",
        without if lost else "",
        same,
        "" if found.excipients_listed else "Not all excipients are known: a source does not list them.",
    )


def _must_be_another(old: Product, new: Product) -> None:
    if new.ingredient.id != old.ingredient.id:
        raise _refused(
            "other_substance",
            new,
            f"{capital(new.name)} is {new.ingredient.name}, and the line is {old.ingredient.name}.",
            "Only another product of the same substance takes its place.",
        )
    if new.id == old.id:
        reason = f"{capital(new.name)} is the product of the line already."
        raise _refused("same_product", new, reason, "Choose another one.")
    if new.ingredient.dimension != old.ingredient.dimension:
        raise _refused(
            "other_units",
            new,
            f"{capital(new.name)} is measured in units of its own, which never convert into others.",
            "Write a line of its own with a dose of its own.",
        )


def _refused(code: str, product: Product, reason: str, remedy: str) -> Refused:
    return Refused(
        Finding(f"substitution.{code}", product.name, reason, remedy, level=Level.BLOCK, field="product")
    )


def _speaking(
    product: Product, others: Sequence[Product], rules: Sequence[Compatibility]
) -> tuple[Compatibility, ...]:
    """The rows of the table whose two sides are this product and one of the others, whatever they ask."""
    mine = keys_of(product) - {ANY}
    theirs = frozenset[str]().union(*(keys_of(other) for other in others))
    return tuple(r for r in rules if (r.a in mine and r.b in theirs) or (r.b in mine and r.a in theirs))


def _dose(line: Line, whole: Quantity | None) -> Quantity | None:
    if line.pin is Pin.DOSE:
        return line.quantity
    if line.pin is Pin.VOLUME and line.quantity is not None:
        return amount(line.quantity, line.drawn_at)
    if line.pin is Pin.CONCENTRATION and line.concentration is not None and whole is not None:
        return line.concentration.amount * (whole / line.concentration.volume)
    return None


def _ratio(old: Strength | None, new: Strength | None) -> Fraction | None:
    return None if old is None or new is None or new.amount.is_zero else old.ratio / new.ratio


def _volume(dose: Quantity | None, strength: Strength | None) -> Quantity | None:
    if dose is None or strength is None or strength.amount.is_zero:
        return None
    return Quantity(dose.steps / strength.ratio, VOLUME)
