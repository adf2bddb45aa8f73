"""What was really drawn, in the place of what was planned: the figures of the final check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from formulary.rules.facts import Draw, Strength
from formulary.rules.formulation.problems import strength_of
from formulary.rules.formulation.solution import Solution, Solved, share_given
from formulary.rules.formulation.solve import amount
from formulary.rules.units import VOLUME, Quantity, total


def achieved(planned: Solution, draws: Sequence[Draw]) -> Solution:
    """The solution with what the draws achieved, each at its own vial's strength.

    Lines without a draw hold nothing. Dose and volume planned stay beside them, so that the two can be
    compared.
    """
    whole = total((draw.measured for draw in draws), VOLUME)
    given = share_given(whole, whole if planned.target is None else planned.target, planned.dead_space)
    lines = tuple(_line(solved, draws, whole, given) for solved in planned.lines)
    return replace(planned, lines=lines, achieved_total=whole)


def _line(solved: Solved, draws: Sequence[Draw], whole: Quantity, given: Fraction) -> Solved:
    own = [draw for draw in draws if draw.line == solved.number]
    volume = total((draw.measured for draw in own), VOLUME)
    held = _held(solved, own)
    return replace(
        solved,
        achieved_volume=volume,
        achieved_dose=held,
        achieved_concentration=None if held is None or whole.is_zero else Strength(held, whole),
        delivered_dose=None if held is None else held * given,
        deviation=_deviation(solved, volume, held),
    )


def _held(solved: Solved, draws: Sequence[Draw]) -> Quantity | None:
    amounts = [amount(draw.measured, draw.stock.strength or strength_of(solved.line)) for draw in draws]
    if solved.dose is None or any(one is None for one in amounts):
        return None
    return total((one for one in amounts if one is not None), solved.dose.dimension)


def _deviation(solved: Solved, volume: Quantity, held: Quantity | None) -> Fraction:
    """Achieved over planned, less 1: of the dose where it is known, since vials differ in strength."""
    planned = amount(solved.draw_volume, strength_of(solved.line))
    if held is not None and planned is not None and not planned.is_zero:
        return held / planned - 1
    return Fraction(0) if solved.draw_volume.is_zero else volume / solved.draw_volume - 1
