"""What the catalogue knows of ingredients, products, their limits, and what does not go together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from formulary.rules.units import Dimension, Quantity


class Container(StrEnum):
    """How a product is packed, which decides for whom and how long an opened one may serve."""

    SINGLE_DOSE = "single_dose"
    MULTI_DOSE = "multi_dose"
    AMPOULE = "ampoule"
    BULK = "bulk"
    DEVICE = "device"
    UNKNOWN = "unknown"


class LimitKind(StrEnum):
    """What a figure of the catalogue is; only a LABEL_LIMIT of the same route limits."""

    LABEL_LIMIT = "label_limit"
    HIGHEST_PUBLISHED = "highest_published"
    PRODUCT_STRENGTH = "product_strength"
    OTHER_ROUTE = "other_route"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Strength:
    """How much is in how much: a pair, never a quotient. `amount` and `volume` keep their own dimensions."""

    amount: Quantity
    volume: Quantity

    @property
    def ratio(self) -> Fraction:
        """Smallest steps of amount per smallest step of volume (for mass in volume: ng per nL)."""
        return self.amount.steps / self.volume.steps


@dataclass(frozen=True, slots=True)
class Limit:
    """The most per session (`dose`) or the highest concentration for a route, with its source.

    `per_kg` (per kg of body weight) beside `dose` means the lower of the two; a limit of 0 means: must not
    be used that way. `route` is compared as a word, "any" holds for all. Above a `hard` limit nobody can
    pass; above another a second person may co-sign.
    """

    kind: LimitKind
    route: str
    source: str
    dose: Quantity | None = None
    per_kg: Quantity | None = None
    concentration: Strength | None = None
    hard: bool = True
    version: int = 1


@dataclass(frozen=True, slots=True)
class Excipient:
    """Something else in the vial that can matter: an allergen, a sulfite, a chelator."""

    ingredient_id: int
    name: str
    groups: frozenset[str] = frozenset()
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A substance of the catalogue. `groups` are words such as sulfite, thiol, local_anaesthetic."""

    id: int
    name: str
    dimension: Dimension
    synonyms: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset()
    do_not_mix: bool = False
    do_not_mix_source: str = ""
    high_alert: bool = False
    is_diluent: bool = False
    patch_test_required: bool = True


@dataclass(frozen=True, slots=True)
class Product:
    """One product of an ingredient: what is in its vial, how long it keeps, what else is in it.

    `strength` is None while unknown; a powder's is that of its label after reconstitution, until the bench
    records one. `after_puncture_h` 0 means the remainder is discarded; None is unknown. `routes` are the
    codes that its label names, `route_words` how its source says it.
    """

    id: int
    name: str
    ingredient: Ingredient
    strength: Strength | None
    container: Container = Container.UNKNOWN
    is_powder: bool = False
    routes: tuple[str, ...] = ()
    route_words: str = ""
    excipients: tuple[Excipient, ...] = ()
    excipients_known: bool = False
    limits: tuple[Limit, ...] = ()
    after_puncture_h: Fraction | None = None
    after_reconstitution_h: Fraction | None = None
    mixture_stability_h: Fraction | None = None
    ph_low: Fraction | None = None
    ph_high: Fraction | None = None

    def labelled_for(self, route: str) -> bool | None:
        """Whether its label names this route; None while no route of it is on record."""
        if not self.routes:
            return None
        return route.casefold() in (named.casefold() for named in self.routes)


@dataclass(frozen=True, slots=True)
class Compatibility:
    """A rule of the compatibility table. A selector is `ingredient:<id>`, `group:<word>` or `any`.

    Selectors also see excipients. `level` is INFO, WARN, STOP or BLOCK as a word. `kind` is pair, alone
    (side a with any other line), compatible (a pair of actives known to go together) or handling (said, and
    no data on the pair). A narrowing field that is None does not narrow: `concentration_above` is about the
    final concentration of side a, `ph_below` and `ph_above` about the mixture. `condition` says in words
    what nobody can compute; a compatible pair with such words is not counted as known.
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
    concentration_above: Strength | None = None
    ph_below: Fraction | None = None
    ph_above: Fraction | None = None
