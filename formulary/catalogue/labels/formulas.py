"""The words of formulas: lines with all that follows from them, ranges, pairs, what one is based on."""

from collections.abc import Mapping
from dataclasses import dataclass

from formulary.accounts import Actor, Permission
from formulary.catalogue.models import FormulaPair, FormulaVersion
from formulary.rules.facts import Strength
from formulary.rules.formulas import Content, Scaling, Written, figures
from formulary.rules.units import VOLUME, Quantity

ONE_ML = Quantity.of(1, "mL")
PINS = {
    "dose": "dose",
    "volume": "volume",
    "concentration": "concentration",
    "qs": "makes up to the volume",
    "unknown": "",
}
STATES = {"published": ("info", "published, not approved here")}


@dataclass(frozen=True)
class Line:
    """One line of a formula: what is pinned, all that follows, and what the approver accepted."""

    number: int
    ingredient: str
    product: str
    in_catalogue: bool
    pin: str
    pinned: str
    dose: Quantity | None
    volume: Quantity | None
    concentration: Strength | None
    scaling: str
    accepted_dose: tuple[Quantity, Quantity] | None
    accepted_concentration: tuple[Strength, Strength] | None
    basis: str
    reason: str
    evidence: str


def lines(content: Content) -> list[Line]:
    """The lines of a version in the order of addition, with what follows from their pins."""
    found = figures(content)
    return [
        Line(
            number=line.number,
            ingredient=line.substance,
            product=line.product.name if line.product else "",
            in_catalogue=line.ingredient is not None or line.product is not None,
            pin=line.pin,
            pinned=PINS[line.pin],
            dose=found[line.number].dose,
            volume=found[line.number].volume,
            concentration=found[line.number].concentration,
            scaling=_scaling(line),
            accepted_dose=line.dose,
            accepted_concentration=line.mixture,
            basis=line.basis,
            reason=line.reason,
            evidence=line.evidence,
        )
        for line in content.lines
    ]


def _scaling(line: Written) -> str:
    if line.pin in ("qs", "unknown"):
        return ""
    return "stays as it is" if line.scaling is Scaling.FIXED else "scales with the volume"


def acts(row: FormulaVersion, by: Actor) -> frozenset[str]:
    """What this person may do with a version as it stands; the actions ask again."""
    author, own = by.may(Permission.AUTHOR), row.author_id == by.person_id
    approve = by.may(Permission.APPROVE)
    able = {
        "edit": author and own and row.status == "draft",
        "submit": author and own and row.status == "draft",
        "give_back": author and row.status == "in_review",
        "approve": approve and row.status == "in_review",
        "retire": approve and row.status in ("draft", "in_review", "approved"),
        "copy": author and row.formula.is_published,
        "patients": by.may(Permission.SEE_STOCK),
        "next": author and row.status in ("approved", "superseded", "retired"),
    }
    return frozenset(name for name, may in able.items() if may)


def pair(row: FormulaPair, names: Mapping[int, str]) -> tuple[str, str, str]:
    """An accepted pair: one substance, the other, why."""
    return names.get(row.a_id, ""), names.get(row.b_id, ""), row.reason


def target(version: FormulaVersion) -> Quantity | None:
    """The volume that a formula makes, or None where its source does not say."""
    return None if version.target is None else Quantity(version.target, VOLUME)
