"""Formulas as the rules see them: what a version says, how two differ, another volume, another product."""

from formulary.rules.formulas.content import (
    UNKNOWN,
    Content,
    Figures,
    Scaling,
    Written,
    content_of_lines,
    figures,
    lines_of,
)
from formulary.rules.formulas.deviation import deviations
from formulary.rules.formulas.difference import Change, Kind, difference, excipients_between
from formulary.rules.formulas.fitting import misfits
from formulary.rules.formulas.scaling import Scaled, Unscaled, scale
from formulary.rules.formulas.substitution import Substitution, put_in, said, substitute

__all__ = [
    "UNKNOWN",
    "Change",
    "Content",
    "Figures",
    "Kind",
    "Scaled",
    "Scaling",
    "Substitution",
    "Unscaled",
    "Written",
    "content_of_lines",
    "deviations",
    "difference",
    "excipients_between",
    "figures",
    "lines_of",
    "misfits",
    "put_in",
    "said",
    "scale",
    "substitute",
]
