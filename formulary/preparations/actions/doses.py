"""Where the lots of a line differ in strength, its dose is found: each lot gives its own volume of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from formulary.cocktails.labels.sources import MAY_SPLIT, smallest_draw
from formulary.preparations.actions.planning import down, on_marks
from formulary.rules.allocation import Allocation, Pick, allocate, left_before
from formulary.rules.facts import Cocktail, Line, Pin, Stock, Strength
from formulary.rules.formulation import amount, limits
from formulary.rules.units import VOLUME, Quantity, Rounding

PRESCRIBED = (Pin.DOSE, Pin.CONCENTRATION)


def is_by_dose(line: Line) -> bool:
    """Whether an amount of a solution is prescribed, which stays the same whatever lot it comes from."""
    product = line.product
    is_amount = line.pin in PRESCRIBED and product.ingredient.dimension != VOLUME
    return is_amount and not product.is_powder and product.strength is not None


def strength_in(stock: Stock, line: Line) -> Strength:
    """What its certificate says of a lot of a solution, else the label of its product."""
    found = stock.strength or line.product.strength
    assert found is not None  # noqa: S101 - the caller asked
    return found


def differ(stocks: Iterable[Stock], line: Line, strength: Strength | None) -> bool:
    """Whether one of them is of another strength than the line is planned with, so that volumes differ."""
    if not is_by_dose(line) or strength is None:
        return False
    return any(strength_in(stock, line).ratio != strength.ratio for stock in stocks)


def allocate_dose(
    dose: Quantity, stocks: Sequence[Stock], line: Line, told: Cocktail, taken: Sequence[Pick] = ()
) -> Allocation:
    """Choose where so much of the ingredient comes from; each pick is the volume that holds its share, on a
    mark. What is `taken` by other lines is gone.

    What is needed and what is missing are told as amounts of the ingredient.
    """
    own = {_key(stock): stock for stock in stocks}
    found = allocate(
        dose.to_step(),
        [_in_doses(stock, line) for stock in stocks],
        at=told.at,
        for_patient=told.patient.id if told.patient else None,
        may_split=line.product.container in MAY_SPLIT,
        policies=told.policies,
        for_ref=told.ref,
        smallest=_smallest(stocks, line, told),
        taken=[_taken_in_doses(pick, line) for pick in taken if _key(pick.stock) in own],
    )
    return replace(
        found,
        picks=tuple(_in_volume(pick, own[_key(pick.stock)], line, told, taken) for pick in found.picks),
        refusals=tuple(replace(each, stock=own[_key(each.stock)]) for each in found.refusals),
        spare=tuple(own[_key(each)] for each in found.spare),
    )


def _key(stock: Stock) -> tuple[int | None, ...]:
    return stock.lot_id, stock.vial_id, stock.place_id


def _smallest(stocks: Sequence[Stock], line: Line, told: Cocktail) -> Quantity:
    """What the smallest draw holds of the strongest."""
    strongest = max((strength_in(s, line) for s in stocks), key=lambda s: s.ratio, default=line.drawn_at)
    return _held(smallest_draw(told), strongest, Rounding.CEILING)


def _held(volume: Quantity, strength: Strength | None, mode: Rounding = Rounding.FLOOR) -> Quantity:
    found = amount(volume, strength)
    assert found is not None  # noqa: S101 - the caller asked
    return found.to_step(mode)


def _in_doses(stock: Stock, line: Line) -> Stock:
    """A source counted in its ingredient, by its own strength."""
    strength, whole, kept = strength_in(stock, line), stock.one_container, stock.reserved
    return replace(
        stock,
        remaining=_held(stock.remaining, strength),
        one_container=None if whole is None else _held(whole, strength),
        reserved=None if kept is None else _held(kept, strength, Rounding.CEILING),
    )


def _taken_in_doses(pick: Pick, line: Line) -> Pick:
    """What another line takes of a source, counted in its ingredient."""
    strength, left = strength_in(pick.stock, line), pick.left
    return replace(
        pick,
        stock=_in_doses(pick.stock, line),
        quantity=_held(pick.quantity, strength, Rounding.CEILING),
        left=None if left is None else _held(left, strength),
    )


def _in_volume(pick: Pick, stock: Stock, line: Line, told: Cocktail, taken: Sequence[Pick]) -> Pick:
    """The volume of a source that holds its share, on a mark, and never more than its container."""
    exact = Quantity(pick.quantity.steps / strength_in(stock, line).ratio, VOLUME).to_step()
    read = on_marks(exact, told, ties_down=limits.has_hard_maximum(line.product, told.route)).volume
    left = left_before(stock, pick.container, taken)
    own = replace(pick, stock=stock, quantity=read, left=left)
    return own if read <= own.holds else replace(own, quantity=down(exact, told))
