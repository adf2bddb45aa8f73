"""How a cocktail differs from the formula it follows: with figures where one composes, without where one
verifies.
"""

from collections.abc import Sequence

from formulary.catalogue import facts as catalogue
from formulary.catalogue import queries as formulas
from formulary.rules.facts import Cocktail
from formulary.rules.formulas import Change, deviations


def deviating(formula_version_id: int | None, cocktail: Cocktail, mark: str) -> Sequence[Change]:
    """What makes it patient-specific; nothing without a formula, or where it keeps to it."""
    if formula_version_id is None:
        return ()
    known = {line.product.id: line.product for line in cocktail.lines}
    formula = catalogue.content(formulas.formula_version(formula_version_id), known)
    return deviations(formula, cocktail.lines, target=cocktail.target, route=cocktail.route, mark=mark)


def subjects(changes: Sequence[Change]) -> tuple[str, ...]:
    """What differs, without a figure: whoever verifies blind has not seen one yet."""
    return tuple(dict.fromkeys(change.subject for change in changes))
