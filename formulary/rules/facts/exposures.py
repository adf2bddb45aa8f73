"""What a patient got of a substance before, and what a clinic usually gives of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from formulary.rules.facts.substances import Product
from formulary.rules.units import Quantity

ADDITIVE = "local_anaesthetic"
"""The group whose members add up with one another: an account holds all of them where a cocktail has one."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """So much of an ingredient that reached the patient at one time, in a session or a patch test.

    `amount` None: it got something, and nobody knows how much. A correction is a further one, below zero.
    `what` says what it was, in a word ("session", "patch test"), `basis` what the amount counts ("zinc");
    `is_top_up` that it tops up the session before, `is_imported` that earlier records say so, and no cocktail
    of this application.
    """

    ingredient_id: int
    product_id: int
    amount: Quantity | None
    at: datetime
    what: str = "session"
    basis: str = ""
    is_top_up: bool = False
    is_imported: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What is on record of a patient's exposure to the ingredients of a cocktail, of every product of them,
    and of all that adds up with one of them: `additive` are the ingredients of ADDITIVE, where the cocktail
    has one, and `products` those of them that were given, with their limits.

    It is what this organisation gave or imported, of all records of one person that were merged. What other
    clinics gave is in it only where it was imported; whether they gave any is in `Course.elsewhere`, and only
    a plain no makes a sum over more than one session complete. What is under way is in `Course.orders`.

    It is **incomplete** for an ingredient where an amount is not known, where one was measured in units that
    do not add up with these (of another product), or counts another
    basis (the salt and not the base), where another cocktail with it is released or being
    given and not closed, or where `truncated` (more is on record than was read). Nothing given is nothing
    counted: a session that was not given has no exposure, one partly given that part, and a top-up is
    part of the session that it tops up.
    """

    exposures: tuple[Exposure, ...] = ()
    truncated: bool = False
    additive: frozenset[int] = frozenset()
    products: tuple[Product, ...] = ()


@dataclass(frozen=True, slots=True)
class Usual:
    """The median of what this clinic gave of an ingredient in its latest sessions, and of how many."""

    ingredient_id: int
    median: Quantity
    sessions: int
