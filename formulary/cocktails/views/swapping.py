"""Another product of its substance in a line being composed: the dose stays, all is checked anew."""

import re
from collections.abc import Mapping, Sequence

from formulary.catalogue import facts as catalogue
from formulary.catalogue import labels
from formulary.cocktails.facts import TypedLine, line_facts
from formulary.cocktails.forms import LineForm
from formulary.cocktails.labels import entry
from formulary.rules.facts import Cocktail, Pin, Product
from formulary.rules.formulas import content_of_lines, put_in

SWAP = re.compile(r"swap-([1-9][0-9]?)-([1-9][0-9]{0,8})", re.ASCII)


def asked(act: str) -> tuple[int, int] | None:
    """The line and the product that a button asks for, or None for another button."""
    found = SWAP.fullmatch(act)
    return (int(found[1]), int(found[2])) if found else None


def swap(line: LineForm, typed: TypedLine, old: Product, new: Product, mark: str) -> None:
    """Put the product into the line as it stands on the form; Refused for what is no substitute."""
    put = put_in(line_facts(typed, old), new)
    line.product_id.data = new.id
    if put.pin is Pin.DOSE and typed.pin == Pin.VOLUME and put.quantity is not None:
        unit = entry.options(new)[0].code
        written = entry.Entry(Pin.DOSE, put.quantity.whole(), None, unit, "")
        line.value.data, line.unit.data = entry.written(written, new, mark), unit


def others(cocktail: Cocktail, mark: str) -> Mapping[int, Sequence[labels.Other]]:
    """The other products of each line's substance with what they would change, by the line's number."""
    content = content_of_lines(cocktail.lines, name="", target=cocktail.target, route=cocktail.route)
    found = labels.substitutes(content, catalogue.products_like(content), cocktail.compatibilities, mark)
    return {line.number: offered for line, offered in found if offered}
