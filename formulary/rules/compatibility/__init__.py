"""What goes together: the compatibility table matched over the lines, and the pairs nobody has data on.

A pair is known when a rule of the table certainly applies to it. No data is never the same as compatible.
`checklist.examined` does it for a whole cocktail, at the concentrations of its arithmetic.
"""

from formulary.rules.compatibility.acidity import declared, gap, onset_ph, ph_window
from formulary.rules.compatibility.conditions import Applies, Mixture, ph_answer
from formulary.rules.compatibility.matching import examine, relevant, with_diluents
from formulary.rules.compatibility.order import Before, Order, order_of_addition
from formulary.rules.compatibility.pairs import Examined, Match, Pair
from formulary.rules.compatibility.selectors import ANY, keys_of

__all__ = [
    "ANY",
    "Applies",
    "Before",
    "Examined",
    "Match",
    "Mixture",
    "Order",
    "Pair",
    "declared",
    "examine",
    "gap",
    "keys_of",
    "onset_ph",
    "order_of_addition",
    "ph_answer",
    "ph_window",
    "relevant",
    "with_diluents",
]
