"""Containers in words: how many of what, and what they hold together."""

from formulary.catalogue.models import Product
from formulary.rules.units import VOLUME, Quantity
from formulary.stock.models import measured_in

WORDS = {"ampoule": "ampoule", "device": "syringe"}


def container_word(product: Product) -> str:
    """What one container is called: vial, ampoule, syringe."""
    return WORDS.get(product.container, "vial")


def container_count(product: Product, steps: int) -> str:
    """So many steps as containers: "6 vials", and "" where they are not whole ones or the content is
    unknown.
    """
    if not product.content or steps % product.content:
        return ""
    number, word = steps // product.content, container_word(product)
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def stated_diluent(product: Product) -> Quantity | None:
    """The volume of diluent that the label states, None where it is not known."""
    steps = product.reconstitution_volume
    return None if steps is None else Quantity(steps, VOLUME)


def content(product: Product) -> Quantity | None:
    """What one full container holds, None while the catalogue does not know."""
    return None if product.content is None else Quantity(product.content, measured_in(product))
