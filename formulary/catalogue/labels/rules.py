"""A row of the compatibility table in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from formulary.catalogue.labels.products import plain
from formulary.catalogue.labels.words import CONFIDENCES
from formulary.catalogue.models import CompatibilityRule, SubstanceGroup
from formulary.rules.units import MASS, Quantity, show_concentration
from formulary.web import site

ONE_ML = Quantity.of(1, "mL")
MIXED = ("pair", "alone", "compatible", "handling")
RULE_STATUSES = {
    "draft": "waits for approval",
    "in_use": "in use",
    "superseded": "superseded",
    "withdrawn": "withdrawn, and was never asked",
}
CROSSING = {
    "concentration": "its concentrations end below where they begin",
    "ratio": "its parts end below where they begin",
    "ph": "its pH ends below where it begins",
}
ENDS = {"draft": "waits for approval, to end it", "in_use": "ended, and not asked any more"}
RULE_KINDS = {
    "pair": "pair",
    "alone": "never with anything",
    "compatible": "known to go together",
    "route": "not by this route",
    "handling": "handling",
    "storage": "not in one bin",
    "substitution": "not interchangeable",
    "mixture": "whole mixture",
    "superseded": "superseded",
}


@dataclass(frozen=True)
class Rule:
    """One row of the compatibility table in words; `figures` is what a machine compares."""

    id: int
    number: str
    kind: str
    level: str
    a: str
    b: str
    mechanism: str
    condition: str
    figures: str
    order: str
    source: str
    confidence: str
    version: int
    by_clinic: bool
    loosens: str
    status: str
    governs: str = ""
    replaced_by: str = ""
    stands_for: str = ""


def rule(row: CompatibilityRule, names: Mapping[int, str], meanings: Mapping[str, str]) -> Rule:
    """A row of the table with its selectors in words."""
    a, b = (selector(side, names, meanings) for side in (row.a, row.b))
    return Rule(
        id=row.id,
        number=row.number,
        kind="ended" if _ends(row) else RULE_KINDS[row.kind],
        level="superseded" if row.kind == "superseded" else row.level,
        a=a,
        b=b,
        mechanism=row.mechanism[:1].upper() + row.mechanism[1:],
        condition=row.condition,
        figures=" and ".join(_figures(row, selector(row.also, names, meanings))),
        order={"a": f"{a} first", "b": f"{b} first", "unknown": "it matters, and no source says which"}.get(
            row.first, ""
        ),
        source=row.source,
        confidence=CONFIDENCES.get(row.confidence, row.confidence),
        version=row.version,
        by_clinic=row.origin == "clinic",
        loosens=row.loosens,
        status=(ENDS if _ends(row) else RULE_STATUSES).get(row.status, RULE_STATUSES[row.status]),
        governs=_governs(row),
        stands_for=row.loosens if stands(row) or (row.status == "draft" and not _ends(row)) else "",
    )


def _ends(row: CompatibilityRule) -> bool:
    """Whether a version says that a rule of the clinic no longer holds."""
    return row.kind == "superseded" and row.origin == "clinic"


def _governs(row: CompatibilityRule) -> str:
    """What a governance entry does to the stricter row that it names, as it stands."""
    named = f"table row {row.loosens}"
    if not row.loosens:
        return ""
    if _ends(row):
        done = {"in_use": f"It ended the entry in the place of {named}, which is asked again."}
        waits = f"Once approved, {named} is asked again in its own place."
        return done.get(row.status, waits if row.status == "draft" else f"It ends nothing of {named}.")
    elsewhere = "asked wherever its figures do not hold" if any(_figures(row, "")) else "not asked meanwhile"
    return {
        "draft": f"Once approved, it stands in the place of {named}, which is stricter and asked until then.",
        "in_use": f"It stands in the place of {named}, which is stricter and {elsewhere}.",
        "withdrawn": f"It never stood in the place of {named}.",
    }.get(row.status, f"It stood in the place of {named}, and no longer does.")


def crossing(row: Any) -> Iterator[tuple[str, str]]:
    """The figures of a rule between which nothing lies, by the field of the upper one."""
    for name, words in CROSSING.items():
        low, high = getattr(row, f"{name}_from"), getattr(row, f"{name}_below")
        if low is not None and high is not None and Decimal(low) >= Decimal(high):
            yield f"{name}_below", words


def never_applies(
    row: CompatibilityRule, loosened: CompatibilityRule | None, empty: Iterable[str]
) -> list[str]:
    """Why a version that may be asked never would be; `loosened` is the row it names, where that is in use.

    `empty` are its groups to which no substance of the catalogue belongs.
    """
    found = [words for _, words in crossing(row)]
    found += [f"no substance of the catalogue is {words}" for words in empty]
    if row.loosens and loosened is None:
        found.append(f"table row {row.loosens}, which it loosens, is not in use")
    elif loosened is not None and loosened.kind != row.kind:
        found.append(f"table row {row.loosens}, which it loosens, says something of another kind")
    return [] if row.kind == "superseded" or row.status not in ("draft", "in_use") else found


def stands(row: CompatibilityRule) -> bool:
    """Whether a version of a row is in use and says something."""
    return row.status == "in_use" and row.kind != "superseded"


def figure_text(stored: str | None) -> str:
    """A stored figure as it is typed on the site; nothing for none."""
    return "" if stored is None else plain(Decimal(stored))


def selector(text: str, names: Mapping[int, str], meanings: Mapping[str, str]) -> str:
    """Who a side of a rule is about."""
    kind, _, name = text.partition(":")
    if kind == "ingredient":
        return names.get(int(name), "an ingredient that is gone")
    if kind == "group":
        return meanings.get(name, name.replace("_", " "))
    return f"by route {name}" if kind == "route" else "anything"


def meanings(groups: Iterable[SubstanceGroup]) -> dict[str, str]:
    """What each group's word means."""
    return {group.word: group.meaning for group in groups}


def _figures(row: CompatibilityRule, third: str) -> Iterator[str]:
    """The figures a machine can test, in words."""
    yield from _of(row.concentration_from, "from {} of the one side")
    yield from _of(row.concentration_below, "below {} of the one side")
    if row.also:
        yield f"together with {third}"
    yield from _of(row.also_from, "that from {}")
    for figure, words in (
        (row.ratio_from, "{} parts to 1 or more"),
        (row.ratio_below, "fewer than {} parts to 1"),
        (row.ph_from, "pH {} or above"),
        (row.ph_below, "pH below {}"),
        (row.ph_above, "pH above {}"),
        (row.ph_gap, "pH more than {} units apart"),
        (row.onset_pka, "pH below that where the acid of pKa {} falls out"),
        (row.kept_above_h, "kept longer than {} h"),
        (row.kept_up_to_h, "kept up to {} h"),
    ):
        if figure is not None:
            yield words.format(plain(Decimal(figure)))


def _of(steps: int | None, words: str) -> Iterator[str]:
    if steps is not None:
        yield words.format(show_concentration(Quantity(steps, MASS), ONE_ML, mark=site.mark()))
