"""What the catalogue knows of ingredients, products, their limits, and what does not go together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from formulary.rules.facts.bases import Factor
from formulary.rules.findings import Level
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
    """What a figure of the catalogue is; only what is LIMITING, of the same route, limits."""

    LABEL_LIMIT = "label_limit"
    CLINIC_LIMIT = "clinic_limit"
    HIGHEST_PUBLISHED = "highest_published"
    PRODUCT_STRENGTH = "product_strength"
    OTHER_ROUTE = "other_route"
    UNKNOWN = "unknown"


LIMITING = frozenset({LimitKind.LABEL_LIMIT, LimitKind.CLINIC_LIMIT})
"""The label's own limits, and what a clinic has decided beside them or, governed, in their place."""


@dataclass(frozen=True)
class Strength:
    """How much is in how much: a pair, never a quotient. `amount` and `volume` keep their own dimensions."""

    amount: Quantity
    volume: Quantity

    @cached_property
    def ratio(self) -> Fraction:
        """Smallest steps of amount per smallest step of volume (for mass in volume: ng per nL)."""
        return self.amount.steps / self.volume.steps


class LimitPer(StrEnum):
    """What the figures of a limit are for: each session, any stretch of time, the whole course, or a place.

    SESSION is one cocktail given; WINDOW all that is given within any stretch of `Limit.within`; COURSE all
    that is ever given; POINT one injection; CM2 one square centimetre of skin; AREA one treated area.
    """

    SESSION = "session"
    WINDOW = "window"
    COURSE = "course"
    POINT = "point"
    CM2 = "cm2"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Limit:
    """What one source says of how much: a row of the catalogue, in a version that a second person approved.

    **Whether it limits.** Only a LABEL_LIMIT and a CLINIC_LIMIT do, by their own `route` (compared as a word,
    "any" holds for all), and from the day `valid_from` on (None: from ever). Every other kind is a published
    figure: it is shown and never passes or fails anything. Superseded versions, those nobody approved and
    those that a governance entry sets aside are not fed to the rules. `jurisdiction` and `edition` say whose
    text it is and which ("US", "label of 10/2024"); they are shown and narrow nothing, so where two countries
    differ the stricter one limits.

    **Which figures.** Those that are None say nothing; one row may carry several, all for the same `per`:
    - `dose`: the most of the substance. `per_kg` (of body weight) beside it means the lower of the two;
      alone it is the whole limit, unknown without a weight. 0 means: must not be used that way.
    - `minimum`: less than this is below what has an effect.
    - `volume`: the most volume of the mixture injected (POINT: at one point; SESSION, AREA: in all).
    - `points`: how many points at most (per SESSION or AREA).
    - `concentration`: the highest final concentration, whatever `per` is.

    **Of what.** `basis` is what the figures count where that is not what the product's strength counts; a
    `factor` says that they were converted from it. Without one on record they are None.

    **Per what.** `per` as in LimitPer. A WINDOW needs `within`, rolling: 24 hours, or for "3 months" 92 days,
    the longest the words can mean. What may be given in any window or in a course is also the most that one
    session may hold. `area` narrows a row to one area of the body (the word that injection sites use;
    "": all of them).

    **How far it stops.** Above a `hard` limit nobody can pass; above another a second person may co-sign.
    `level` says it where a source makes it milder (procaine: WARN from 350 mg, STOP from 600 mg); soft and
    hard maximum of one substance are two rows.
    """

    kind: LimitKind
    route: str
    source: str
    dose: Quantity | None = None
    per_kg: Quantity | None = None
    concentration: Strength | None = None
    hard: bool = True
    version: int = 1
    per: LimitPer = LimitPer.SESSION
    within: timedelta | None = None
    minimum: Quantity | None = None
    volume: Quantity | None = None
    points: int | None = None
    area: str = ""
    level: Level | None = None
    jurisdiction: str = ""
    edition: str = ""
    valid_from: date | None = None
    basis: str = ""
    factor: Factor | None = None

    def __hash__(self) -> int:
        """By what few rows have in common: every check asks for the different ones among hundreds."""
        return hash((self.kind, self.source, self.per))

    @property
    def exceeded(self) -> Level:
        """What going beyond it does: what the row says, else BLOCK where it is hard and STOP where not."""
        return self.level or (Level.BLOCK if self.hard else Level.STOP)


@dataclass(frozen=True, slots=True)
class Excipient:
    """Something else in the vial that can matter: an allergen, a sulfite, a chelator.

    `amount` is how much of it a volume of the product holds (None: its source does not say); `limits` are
    those of the excipient itself, whatever it comes in.
    """

    ingredient_id: int
    name: str
    groups: frozenset[str] = frozenset()
    synonyms: tuple[str, ...] = ()
    amount: Strength | None = None
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A substance of the catalogue. `groups` are words such as sulfite, thiol, local_anaesthetic.

    `factors` lead from one basis of it to another: from the salt to the base, or to the element.
    """

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
    factors: tuple[Factor, ...] = ()

    def __hash__(self) -> int:
        """By its key: equal ones have equal keys, and all fields take fifty times as long."""
        return hash(self.id)


@dataclass(frozen=True, slots=True)
class Product:
    """One product of an ingredient: what is in its vial, how long it keeps, what else is in it.

    `strength` is None while unknown; a powder's is that of its label after reconstitution, until the bench
    records one. `after_puncture_h` 0 means the remainder is discarded; None is unknown. `routes` are the
    codes that its label names, `route_words` how its source says it. `basis` is what its strength and every
    dose of it count ("zinc", not the sulfate); "" is not on record. Osmolality is in mOsm/kg as measured or
    printed for the product as it is drawn; None is unknown, and never 0.
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
    basis: str = ""
    osmolality_low: Fraction | None = None
    osmolality_high: Fraction | None = None

    def __hash__(self) -> int:
        """By its key, as an ingredient's."""
        return hash(self.id)

    def labelled_for(self, route: str) -> bool | None:
        """Whether its label names this route; None while no route of it is on record."""
        if not self.routes:
            return None
        return route.casefold() in (named.casefold() for named in self.routes)
