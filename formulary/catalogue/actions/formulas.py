"""Formulas: written by one person, approved by another, never changed afterwards."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.accounts.actions import sign
from formulary.audit import record
from formulary.catalogue import queries
from formulary.catalogue.models import Formula, FormulaLine, FormulaPair, FormulaVersion, Ingredient
from formulary.db import db, expect_version, once
from formulary.rules.findings import Finding, Level, Refused, inputs_hash, refuse
from formulary.rules.units import Quantity


@dataclass(frozen=True)
class DraftLine:
    """One line as written: steps of the product's dimension; concentrations accepted are steps per mL."""

    ingredient_id: int
    pin: str
    product_id: int | None = None
    amount: int | None = None
    volume: int | None = None
    unit: str = ""
    dose_low: int | None = None
    dose_high: int | None = None
    concentration_low: int | None = None
    concentration_high: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class DraftPair:
    """A pair without data that the approver is to accept, with the reason."""

    a_id: int
    b_id: int
    reason: str


@once
def draft_formula(
    name: str,
    *,
    lines: Sequence[DraftLine],
    pairs: Sequence[DraftPair] = (),
    target: Quantity,
    route: str,
    indication: str = "",
    evidence: str = "",
    source: str = "",
    note: str = "",
    at: datetime,
    by: Actor,
) -> FormulaVersion:
    """Write the next version of the clinic's formula; it may be used once somebody else has approved it."""
    by.must(Permission.AUTHOR)
    formula = _formula(name, indication=indication, evidence=evidence, source=source)
    _may_be_mixed(lines)
    version = FormulaVersion(
        formula=formula,
        number=1 + max((v.number for v in formula.versions), default=0),
        status="draft",
        target=target.whole(),
        route=route,
        author_id=by.person_id,
        note=note,
    )
    version.lines = [_line(number, line) for number, line in enumerate(lines, start=1)]
    version.pairs = [FormulaPair(a_id=pair.a_id, b_id=pair.b_id, reason=pair.reason) for pair in pairs]
    db.session.add(version)
    db.session.flush()
    record(
        "catalogue.draft_formula",
        version,
        by=by,
        at=at,
        new={"formula": name, "content": content_of(version)},
    )
    return version


@once
def approve_formula(
    version_id: int, *, version: int | None = None, at: datetime, by: Actor
) -> FormulaVersion:
    """Answer for a formula: its ranges, its unknown limits and its pairs without data; signed.

    Refused for its author (on a solo site it is marked SELF-CHECKED) and for what is no draft; the version
    approved before is superseded.
    """
    by.must(Permission.APPROVE)
    row = queries.formula_version(version_id)
    expect_version(row, version)
    self_checked = _another_person(row, by)
    for other in row.formula.versions:
        if other.status == "approved":
            other.status = "superseded"
    row.status, row.approver_id, row.approved_at = "approved", by.person_id, at
    db.session.flush()
    signed = inputs_hash(content_of(row))
    sign(by, meaning="approved", subject=row, signed_hash=signed, at=at, self_checked=self_checked)
    new = {"formula": str(row), "signed": signed, "self_checked": self_checked}
    record("catalogue.approve_formula", row, by=by, at=at, old={"status": "draft"}, new=new)
    return row


def content_of(version: FormulaVersion) -> dict[str, Any]:
    """Everything that the approver signs, as plain values."""
    columns = [c.key for c in FormulaLine.__table__.columns if c.key not in ("id", "version_id")]
    return {
        "target": version.target,
        "route": version.route,
        "lines": [{name: getattr(line, name) for name in columns} for line in version.lines],
        "pairs": sorted([pair.a_id, pair.b_id, pair.reason] for pair in version.pairs),
    }


def _formula(name: str, **columns: str) -> Formula:
    found = db.session.scalars(db.select(Formula).filter_by(name=name)).one_or_none()
    if found is None:
        found = Formula(name=name, is_published=False, **columns)
        db.session.add(found)
    elif found.is_published:
        raise refuse(
            "formula.published",
            name,
            f"{name} is the protocol as others published it.",
            "Give the clinic's own copy another name.",
            field="name",
        )
    return found


def _line(number: int, line: DraftLine) -> FormulaLine:
    values = asdict(line)
    accepted = {
        f"accepted_{name}": values.pop(name) for name in tuple(values) if name.endswith(("_low", "_high"))
    }
    return FormulaLine(number=number, accepted_reason=values.pop("reason"), **values, **accepted)


def _may_be_mixed(lines: Sequence[DraftLine]) -> None:
    several = [queries.ingredient(line.ingredient_id) for line in lines]
    stops = [_never_mixed(found) for found in several if found.do_not_mix and len(several) > 1]
    if stops:
        raise Refused(*stops)


def _never_mixed(found: Ingredient) -> Finding:
    reason = f"{found} is never mixed: {found.do_not_mix_source}."
    return Finding("mix.do_not_mix", str(found), reason, "Leave it out.", level=Level.BLOCK)


def _another_person(row: FormulaVersion, by: Actor) -> bool:
    """Whether author and approver are one, which only a solo site allows."""
    if row.status != "draft":
        raise refuse("formula.not_draft", str(row), f"{row} is {row.status}.", "Write a new version.")
    if row.author_id != by.person_id:
        return False
    if not accounts.site(by.site_id).solo:
        reason = f"You wrote {row}, so another person approves it."
        raise refuse("formula.same_person", str(row), reason, "Ask another pharmacist or practitioner.")
    return True
