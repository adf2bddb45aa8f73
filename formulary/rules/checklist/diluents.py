"""Open vials that were mixed with what this patient must not have: nobody draws from them for this one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from formulary.rules.checklist.patients import allergic_to_diluent
from formulary.rules.checklist.rule import Case
from formulary.rules.checklist.skin import positive_in
from formulary.rules.facts import Cocktail, Line, Patient, Pin, Product, Stock
from formulary.rules.findings import Result, Stage


def set_aside(cocktail: Cocktail) -> Cocktail:
    """The same, with every vial barred whose diluent the patient is allergic to or tested positive for.

    Another vial serves as well, so nobody is asked to answer for it.
    """
    if cocktail.patient is None or not cocktail.diluents:
        return cocktail
    case, patient = Case(cocktail, Stage.CLAIM), cocktail.patient
    against = {p.id: words for p in cocktail.diluents for words in _against(case, p, patient)}
    return replace(cocktail, stock=tuple(_barred(stock, against) for stock in cocktail.stock))


def _barred(stock: Stock, against: dict[int, str]) -> Stock:
    why = None if stock.diluent is None else against.get(stock.diluent.product_id)
    return stock if why is None else replace(stock, held=(*stock.held, why))


def _against(case: Case, product: Product, patient: Patient) -> Iterator[str]:
    """Why this patient must not have a diluent, in the words of a hold."""
    line = Line(0, product, Pin.QS)
    if any(f.result is Result.FINDING for f in allergic_to_diluent(line, patient)):
        yield f"mixed with {product.name}, and the patient is allergic to it or to what is in it"
    elif any(positive_in(case, line, patient)):
        yield f"mixed with {product.name}, and a patch test of what is in it was positive"
