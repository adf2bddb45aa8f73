"""What does not go together, and on which conditions: one row of the compatibility table."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from formulary.rules.facts.substances import Strength


@dataclass(frozen=True, slots=True)
class Onset:
    """From which pH down the acid of side a falls out of solution.

    `pka` of the acid, the `solubility` of its un-ionised form in mg/mL, and how much acid one part of what
    side a counts makes (`share`).
    """

    pka: Fraction
    solubility: Fraction
    share: Fraction


@dataclass(frozen=True)
class Compatibility:
    """A rule of the compatibility table. A selector is `ingredient:<id>`, `group:<word>` or `any`.

    Selectors also see components and excipients, unless `actives_only`. `level` is INFO, WARN, STOP or BLOCK
    as a word. `kind` is pair, alone (side a with any other line), compatible (a pair of actives known to go
    together), handling (said, and no data on the pair), mixture (the cocktail as a whole) or substitution
    (not one in the place of the other, nor both in one syringe). A field that is None does not narrow:

    - `concentration_from`, `concentration_below`: the final concentration of side a, all its lines together;
    - `also`: a third substance that must be in it, `also_from` its concentration;
    - `ratio_from`, `ratio_below`: parts of side a, by volume, to one part of side b;
    - `ph_below`, `ph_above`, `ph_from`: the pH of the mixture; `onset`: below the pH where an acid falls out;
    - `ph_gap`: how many units the declared ranges of two lines lie apart, at least;
    - `kept_above_h`, `kept_up_to_h`: for how many hours the mixture may be kept.

    `condition` says in words what nobody can compute; a compatible pair with such words is not counted as
    known. Where only those words could decide, it is not `decidable`. `first` is the side that goes into the
    syringe before the other ("a" or "b"), or "unknown" where the order matters and no source says which.
    `loosens` is the number of the stricter rule in whose place it stands, between two lines and where its own
    conditions are known to hold; elsewhere that one is asked.
    """

    number: str
    kind: str
    a: str
    b: str
    level: str
    mechanism: str
    source: str
    version: int = 1
    condition: str = ""
    concentration_from: Strength | None = None
    concentration_below: Strength | None = None
    also: str = ""
    also_from: Strength | None = None
    ratio_from: Fraction | None = None
    ratio_below: Fraction | None = None
    ph_below: Fraction | None = None
    ph_above: Fraction | None = None
    ph_from: Fraction | None = None
    ph_gap: Fraction | None = None
    onset: Onset | None = None
    kept_above_h: Fraction | None = None
    kept_up_to_h: Fraction | None = None
    actives_only: bool = False
    decidable: bool = True
    first: str = ""
    loosens: str = ""

    @cached_property
    def narrowed_by(self) -> tuple[str, ...]:
        """Which kinds of condition it has: one without any holds wherever its two sides meet."""
        given = {
            "concentration": (self.concentration_from, self.concentration_below),
            "also": (self.also or None,),
            "ratio": (self.ratio_from, self.ratio_below),
            "ph": (self.ph_below, self.ph_above, self.ph_from),
            "onset": (self.onset,),
            "kept": (self.kept_above_h, self.kept_up_to_h),
            "words": (None if self.decidable or self.kind == "handling" else self.condition,),
        }
        return tuple(kind for kind, figures in given.items() if any(x is not None for x in figures))
