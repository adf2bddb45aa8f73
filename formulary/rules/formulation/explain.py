"""Why a number is what it is: formula, inputs, rounding and source in words, for whoever points at it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from formulary.rules.facts import Pin, Strength
from formulary.rules.formulation.problems import about, strength_of
from formulary.rules.formulation.solution import Solution, Solved
from formulary.rules.units import show, show_concentration, show_percent

TYPED = "as typed"
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One number explained; empty parts are left out of `text`."""

    subject: str
    formula: str
    inputs: tuple[tuple[str, str], ...]
    rounding: str = ""
    achieved: str = ""
    source: str = ""

    @property
    def text(self) -> str:
        """The whole explanation as one line: "50 mg ÷ 100 mg/mL = 0.5 mL; rounded to 0.02 mL: 0.5 mL; …"."""
        return "; ".join(part for part in (self.formula, self.rounding, self.achieved) if part)


def explain_dose(solved: Solved, mark: str = ".") -> Explanation:
    """Where a line's dose comes from: what was typed, or volume times strength."""
    subject, strength = f"dose of {solved.name}", strength_of(solved.line)
    if solved.dose is None or strength is None:
        return Explanation(subject, "unknown: the strength is not on record", ())
    dose, volume, per_ml = (
        about(solved.dose, mark),
        about(solved.volume, mark),
        strength_words(strength, mark),
    )
    inputs = (("volume", volume), ("strength", per_ml))
    formula = f"{dose}, {TYPED}" if solved.line.pin is Pin.DOSE else f"{volume} {TIMES} {per_ml} = {dose}"
    return Explanation(subject, formula, inputs, achieved=_achieved(solved, mark), source=source_of(solved))


def explain_volume(solved: Solved, mark: str = ".") -> Explanation:
    """Where a line's volume comes from, what the syringe makes of it, and the dose that achieves."""
    subject, strength = f"volume of {solved.name}", strength_of(solved.line)
    volume = about(solved.volume, mark)
    inputs: tuple[tuple[str, str], ...] = (("volume", volume),)
    formula = f"{volume}, {TYPED}" if solved.line.pin is Pin.VOLUME else f"{volume}, to make up the target"
    if solved.line.pin in (Pin.DOSE, Pin.CONCENTRATION) and strength is not None and solved.dose is not None:
        dose, per_ml = about(solved.dose, mark), strength_words(strength, mark)
        inputs = (("dose", dose), ("strength", per_ml))
        formula = f"{dose} ÷ {per_ml} = {volume}"
    scaled = "" if solved.draw_volume == solved.volume else f"; to prepare: {about(solved.draw_volume, mark)}"
    return Explanation(
        subject, formula + scaled, inputs, _rounding(solved, mark), _achieved(solved, mark), source_of(solved)
    )


def explain_concentration(solved: Solved, mark: str = ".") -> Explanation:
    """Where a line's final concentration comes from: its dose in the volume prescribed."""
    subject, found = f"concentration of {solved.name}", solved.concentration
    if found is None:
        return Explanation(subject, "unknown: the strength is not on record", ())
    dose, whole = about(found.amount, mark), about(found.volume, mark)
    final = strength_words(found, mark)
    formula = f"{final}, {TYPED}" if solved.line.pin is Pin.CONCENTRATION else f"{dose} ÷ {whole} = {final}"
    got = solved.achieved_concentration
    achieved = "" if got is None else f"achieved {strength_words(got, mark)}"
    return Explanation(
        subject, formula, (("dose", dose), ("volume", whole)), achieved=achieved, source=source_of(solved)
    )


def explain_total(solution: Solution, mark: str = ".") -> Explanation:
    """Where the total comes from: the lines, what is prepared on top, and what the devices make of it."""
    inputs = tuple((f"line {x.number}, {x.name}", about(x.volume, mark)) for x in solution.lines)
    formula = (
        f"{' + '.join(shown for _, shown in inputs)} = {about(solution.total, mark)}"
        if inputs
        else "no lines"
    )
    if solution.prepared is not None and solution.prepared != solution.target:
        parts = [("overfill", solution.overfill), ("dead space", solution.dead_space)]
        on_top = " and ".join(f"{show(q, mark=mark)} {word}" for word, q in parts if q is not None)
        formula += f"; with {on_top}: {about(solution.prepared, mark)}"
    achieved = f"achieved {about(solution.achieved_total, mark)}"
    return Explanation("total volume", formula, inputs, achieved=achieved)


@lru_cache(maxsize=4096)
def strength_words(strength: Strength, mark: str) -> str:
    """A strength or concentration as people read it: "100 mg/mL"."""
    return show_concentration(strength.amount, strength.volume, mark)


def source_of(solved: Solved) -> str:
    """Who says the strength: the lot or vial drawn from, or the product's label."""
    if solved.line.strength is not None:
        return f"strength of the lot or vial drawn from ({solved.line.product.name})"
    basis = f", counted as {solved.line.product.basis}" if solved.line.product.basis else ""
    return f"strength on the label of {solved.line.product.name}{basis}"


def _rounding(solved: Solved, mark: str) -> str:
    syringe = solved.syringe
    if syringe is None:
        return "" if solved.volume.is_zero else "not rounded: no syringe is on record"
    got = show(solved.achieved_volume, mark=mark)
    if solved.to_mark:
        return f"drawn to the mark of the {syringe.name}: {about(solved.achieved_volume, mark)}"
    shares = "" if solved.times == 1 else f" in {solved.times} draws"
    return f"rounded to {show(syringe.graduation, mark=mark)} of the {syringe.name}{shares}: {got}"


def _achieved(solved: Solved, mark: str) -> str:
    got = solved.achieved_dose
    if got is None or solved.line.product.ingredient.is_diluent:
        return ""
    return f"achieved {about(got, mark)} ({signed_percent(solved.deviation, mark)})"


def signed_percent(ratio: Fraction, mark: str = ".") -> str:
    """A deviation with its sign: "+0.5 %", "0 %", or with a true minus."""
    shown = show_percent(ratio, mark)
    return f"+{shown}" if ratio > 0 else shown
