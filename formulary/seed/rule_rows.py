"""The rows of `compatibility.csv`."""

from dataclasses import dataclass
from typing import Annotated

from formulary.seed.cells import Figure, Text, Whole, Words, YesNo, one_of, or_nothing, unit, whole
from formulary.seed.rows import Grade, Level

RULE_KINDS = (
    "pair", "alone", "compatible", "route", "handling", "storage", "substitution", "mixture", "superseded",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of the compatibility table; `level` is what is shown, `level_if_met` what the source asks."""

    number: Text
    kind: Annotated[str, one_of(*RULE_KINDS)]
    a: Text
    b: Text
    level: Level
    level_if_met: Level
    decidable: YesNo
    condition: Words
    concentration_from: Figure
    concentration_below: Figure
    concentration_unit: Annotated[str | None, or_nothing(unit)]
    also: Words
    also_from: Figure
    ratio_from: Figure
    ratio_below: Figure
    ph_below: Figure
    ph_above: Figure
    ph_from: Figure
    ph_gap: Figure
    onset_pka: Figure
    onset_solubility: Figure
    onset_share: Figure
    kept_above_h: Annotated[int | None, or_nothing(whole)]
    kept_up_to_h: Annotated[int | None, or_nothing(whole)]
    actives_only: YesNo
    first: Annotated[str | None, or_nothing(one_of("a", "b", "unknown"))]
    mechanism: Text
    source: Text
    confidence: Grade
    version: Whole
    superseded_by: Words
