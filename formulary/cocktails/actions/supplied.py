"""Given as supplied: one product out of its vial into its patient, on the road of every cocktail, unmixed."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.catalogue import facts as catalogue
from formulary.cocktails.actions.drafts import begin
from formulary.cocktails.facts import Content, TypedLine
from formulary.cocktails.labels import entry
from formulary.cocktails.labels.bounds import ROUTES
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import once
from formulary.rules.facts import Pin, Product
from formulary.rules.findings import refuse


@once
def give_as_supplied(patient_id: int, product_id: int, *, at: datetime, by: Actor) -> Cocktail:
    """Begin a cocktail of one line that is never mixed; a powder still takes its own diluent.

    The route is the first that the label names, to be changed while it is a draft. Refused for what only
    makes up a volume.
    """
    product = catalogue.product(product_id)
    if product.ingredient.is_diluent:
        told = f"{product.name} makes up a volume; by itself it treats nothing."
        raise refuse(
            "supplied.diluent", product.name, told, "Choose what is to be given.", field="product_id"
        )
    line = TypedLine(1, product.id, "dose", unit=entry.options(product)[0].code)
    content = Content(patient_id, (line,), route=_route(product), is_direct=True)
    return begin(content, {"as supplied": product.name}, at=at, by=by)


def must_be_one_line(cocktail: Cocktail, revision: Revision) -> None:
    """Refuse to sign as given as supplied what is more than one line, is made up, or follows a formula."""
    if not cocktail.is_direct:
        return
    pins = [line.pin for line in revision.lines]
    if len(pins) != 1 or Pin.QS in pins or revision.overfill or revision.formula_version_id is not None:
        raise refuse(
            "supplied.not_one_line",
            cocktail.code,
            "What is given as supplied is one product with its dose or volume, and nothing beside it.",
            "Leave one line; to mix, begin another cocktail for this patient.",
        )


def _route(product: Product) -> str:
    """The first of our routes that the label names; intradermal where it names none of them."""
    return next((code for code, _ in ROUTES if product.labelled_for(code)), ROUTES[0][0])
