"""The rows of `seed_data/catalogue`: one class per file, its fields the columns, each with how it is read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from formulary.seed.cells import (
    Figure,
    Hours,
    MaybeText,
    MaybeUnit,
    Several,
    Text,
    Unknown,
    Whole,
    Words,
    YesNo,
    cas,
    iso_date,
    number,
    one_of,
    or_nothing,
    or_unknown,
    several,
    unii,
    unit,
    whole,
    yes_no,
)  # fmt: skip

LIMIT_KINDS = ("label_limit", "highest_published", "product_strength", "other_route", "unknown")
CONTAINERS = ("single_dose", "multi_dose", "ampoule", "bulk", "device", "unknown")
Confidence = Annotated[str, one_of("high", "medium", "low")]
Grade = Annotated[str, one_of("H", "M", "L")]
Level = Annotated[str, one_of("info", "warn", "stop", "block")]


@dataclass(frozen=True, slots=True)
class IngredientRow:
    """A substance: its names, its identifiers, what it is measured in. `source_row` only for excipients."""

    name: Text
    source_row: Annotated[int | None, or_nothing(whole)]
    tall_man: Words
    unii: Annotated[str | Unknown | None, or_unknown(unii)]
    cas: Annotated[str | Unknown | None, or_unknown(cas)]
    atc: MaybeText
    klass: Text
    role: Annotated[str, one_of("active", "diluent", "excipient")]
    dimension: Annotated[str, one_of("mass", "iu", "units")]
    do_not_mix: YesNo
    do_not_mix_source: Words
    high_alert: YesNo
    patch_test_required: YesNo
    note: Words
    source: Text
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product: strength as a pair, content, clocks. For solutions the content is a volume.

    `source_row` is its row in the table the catalogue was split from; none for one added from a source of its
    own.
    """

    name: Text
    source_row: Annotated[int | None, or_nothing(whole)]
    ingredient: Text
    form: Annotated[str, one_of("solution", "lyophilised")]
    strength_text: Text
    strength_amount: Figure
    strength_unit: MaybeUnit
    strength_volume_mL: Figure
    content_amount: Figure
    content_unit: MaybeUnit
    reconstitution_mL: Figure
    diluent: Words
    container: Annotated[str, one_of(*CONTAINERS)]
    after_puncture_h: Hours
    after_reconstitution_h: Hours
    mixture_stability_h: Hours
    ph_low: Figure
    ph_high: Figure
    storage: Words
    light_sensitive: Annotated[bool | Unknown | None, or_unknown(yes_no)]
    route: Text
    label_routes: Annotated[tuple[str, ...] | Unknown | None, or_unknown(several())]
    excipients_known: YesNo
    status: Text
    unconfirmed: Several
    note: Words
    source: Text
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A figure with its kind; 0 means: not that way. An empty source is that of the product.

    `window` is what it is for: a session, a point, an area, a cm2, the course, or how long: 24 h, 3 months.
    """

    product: Text
    measure: Annotated[str, one_of("dose", "concentration", "volume", "points")]
    kind: Annotated[str, one_of(*LIMIT_KINDS)]
    amount: Figure
    unit: Annotated[str | None, or_nothing(unit)]
    volume_mL: Figure
    per_kg_amount: Figure
    per_kg_unit: Annotated[str | None, or_nothing(unit)]
    unit_text: Words
    route: Several
    window: Words
    level: Annotated[str | None, or_nothing(one_of("warn", "stop", "block"))]
    note: Words
    source: Words
    valid_from: Annotated[date | None, or_nothing(iso_date)]
    version: Whole
    jurisdiction: Words
    edition: Words
    basis: Words


@dataclass(frozen=True, slots=True)
class SynonymRow:
    """Another name of an ingredient."""

    ingredient: Text
    synonym: Text
    kind: Text


@dataclass(frozen=True, slots=True)
class GroupRow:
    """What the word of a group means."""

    word: Text
    meaning: Text
    allergy: YesNo
    source: Text


@dataclass(frozen=True, slots=True)
class MemberRow:
    """An ingredient is one of a group."""

    ingredient: Text
    word: Text
    source: Text


@dataclass(frozen=True, slots=True)
class ExcipientRow:
    """Something else in a product, or a component of it."""

    product: Text
    ingredient: Text
    amount_text: MaybeText
    source: Text
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class OsmolalityRow:
    """The osmolality of a product as it is drawn, in mOsm/kg; a product without a row is unknown."""

    product: Text
    low: Figure
    high: Figure
    source: Text
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class ContraindicationRow:
    """What follows from an answer yes to the question `word`; `of` is an ingredient, a group, or any."""

    word: Text
    of: Text
    level: Level
    reason: Text
    source: Text
    confidence: Grade
    version: Whole


@dataclass(frozen=True, slots=True)
class CrossReactivityRow:
    """A group whose members may provoke the same allergy, and how good the evidence is."""

    word: Text
    level: Level
    evidence: Text
    source: Text
    confidence: Grade
    version: Whole


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """The least time between sessions of an ingredient, and the most sessions; empty where nobody says."""

    ingredient: Text
    interval: Annotated[int | None, or_nothing(whole)]
    unit: Annotated[str, one_of("days", "months")]
    most_sessions: Annotated[int | None, or_nothing(whole)]
    source: Text
    confidence: Grade
    version: Whole


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A syringe."""

    name: Text
    capacity_mL: Annotated[Decimal, number]
    graduation_mL: Annotated[Decimal, number]
    dead_space_mL: Figure
    source: Text
    other_sources: Words


@dataclass(frozen=True, slots=True)
class FormulaRow:
    """One version of a formula: published by others, or the clinic's own with its two signers."""

    name: Text
    number: Whole
    facts_entry: Whole
    status: Annotated[str, one_of("published", "approved")]
    indication: Text
    evidence: Words
    target_mL: Figure
    route: Text
    sessions: Words
    interval: Words
    result: Words
    note: Words
    author: Words
    approver: Words
    based_on: Words
    source: Text
    confidence: Grade


@dataclass(frozen=True, slots=True)
class FormulaLineRow:
    """A line of a version: doses per session, concentrations per mL; `named`: not in the catalogue."""

    formula: Text
    number: Whole
    line: Whole
    ingredient: Words
    product: Words
    pin: Annotated[str, one_of("dose", "volume", "concentration", "qs", "unknown")]
    amount: Figure
    unit: Annotated[str, unit]
    volume_mL: Figure
    dose_low: Figure
    dose_high: Figure
    concentration_low: Figure
    concentration_high: Figure
    reason: Words
    named: Words


@dataclass(frozen=True, slots=True)
class FormulaPairRow:
    """A pair without data that the approver accepted."""

    formula: Text
    number: Whole
    a: Text
    b: Text
    reason: Text


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What stands behind the short name of a source."""

    code: Text
    text: Text
