"""Who a side of a rule is about: a substance, a group, or anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from formulary.rules.facts import Compatibility, Line, Product

ANY = "any"
Holders = Mapping[str, Sequence[Line]]
MOST_KEPT = 4_096


@lru_cache(maxsize=MOST_KEPT)
def keys_of(product: Product) -> frozenset[str]:
    """Every selector that a product answers to: its ingredient, its excipients and the groups of both."""
    ingredients = (product.ingredient.id, *(excipient.ingredient_id for excipient in product.excipients))
    groups = product.ingredient.groups.union(*(excipient.groups for excipient in product.excipients))
    return frozenset(
        {ANY, *(f"ingredient:{id}" for id in ingredients), *(f"group:{word}" for word in groups)}
    )


def holders_of(lines: Iterable[Line]) -> Holders:
    """The lines that answer to each selector, in their order."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        for key in keys_of(line.product):
            found.setdefault(key, []).append(line)
    return found


def is_active(selector: str, line: Line) -> bool:
    """Whether the active of a line answers to a selector, and not only something beside it in the vial."""
    if selector == ANY:
        return True
    ingredient, (what, _, word) = line.product.ingredient, selector.partition(":")
    return word in ingredient.groups if what == "group" else selector == f"ingredient:{ingredient.id}"


def speaks_of(rule: Compatibility, a: Line, b: Line) -> bool:
    """Whether a rule is about two lines whose vials hold its sides.

    What goes together speaks of actives, never of excipients. An acid that falls out does so by what the
    other line brings; a diluent has no acid or base to bring.
    """
    if rule.onset is not None and b.product.ingredient.is_diluent:
        return False
    if rule.kind != "compatible" and not rule.actives_only:
        return True
    return is_active(rule.a, a) and is_active(rule.b, b)
