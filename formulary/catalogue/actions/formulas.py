"""Writing formulas: a draft is its author's to change until it is submitted, and never afterwards."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.catalogue import queries
from formulary.catalogue.models import Formula, FormulaLine, FormulaPair, FormulaVersion, Ingredient, Product
from formulary.db import db, expect_version, once
from formulary.rules.findings import Finding, Level, Refused, refuse
from formulary.rules.units import Quantity

OPEN = ("draft", "in_review")
HEADING = ("indication", "evidence", "source")
WORDING = ("note", "instructions", "storage", "beyond_use_h", "beyond_use_source")


@dataclass(frozen=True)
class DraftLine:
    """One line as written: steps of the product's dimension; concentrations accepted are steps per mL.

    A line of no ingredient says in `named` what its source names. `basis` is what the accepted figures count;
    "" is what the strength does, and is written down as that.
    """

    ingredient_id: int | None
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
    named: str = ""
    scaling: str = "with_volume"
    evidence: str = ""
    basis: str = ""


@dataclass(frozen=True)
class DraftPair:
    """A pair without data that the approver is to accept, with the reason."""

    a_id: int
    b_id: int
    reason: str


@dataclass(frozen=True)
class Draft:
    """Everything that is written of one version; the heading belongs to the formula, and is set with its
    first.
    """

    name: str
    lines: Sequence[DraftLine]
    target: Quantity
    route: str
    pairs: Sequence[DraftPair] = ()
    indication: str = ""
    evidence: str = ""
    source: str = ""
    note: str = ""
    instructions: str = ""
    storage: str = ""
    beyond_use_h: int | None = None
    beyond_use_source: str = ""
    based_on_id: int | None = field(default=None)


@once
def draft_formula(name: str, *, at: datetime, by: Actor, **written: Any) -> FormulaVersion:
    """Write the next version of the clinic's formula; it may be used once somebody else has approved it.

    `written` are the fields of `Draft`. Refused under the name of a published protocol, and while another
    version is open.
    """
    by.must(Permission.AUTHOR)
    draft = _counted(Draft(name, **written))
    formula = _formula(draft)
    _none_is_open(formula)
    _may_be_mixed(draft.lines)
    version = FormulaVersion(
        formula=formula,
        number=1 + max((v.number for v in formula.versions), default=0),
        status="draft",
        author_id=by.person_id,
        based_on_id=draft.based_on_id,
    )
    _write(version, draft)
    db.session.add(version)
    db.session.flush()
    new = {"formula": name, "content": content_of(version)}
    record("catalogue.draft_formula", version, by=by, at=at, new=new)
    return version


@once
def revise_formula(
    version_id: int, *, version: int | None = None, at: datetime, by: Actor, **written: Any
) -> FormulaVersion:
    """Keep what was written of a draft; Stale when it was saved meanwhile, Refused once it is submitted.

    Only its author changes it: the approver must be somebody who wrote none of it.
    """
    by.must(Permission.AUTHOR)
    row = queries.formula_version(version_id)
    expect_version(row, version)
    _must_be_own_draft(row, by)
    draft = _counted(Draft(**written))
    _may_be_mixed(draft.lines)
    _rename(row.formula, draft)
    old = content_of(row)
    row.lines.clear()
    row.pairs.clear()
    db.session.flush()
    _write(row, draft)
    flag_modified(row, "note")  # its lines are rows of their own, and would leave its version as it was
    db.session.flush()
    record(
        "catalogue.revise_formula",
        row,
        by=by,
        at=at,
        old={"content": old},
        new={"formula": str(row), "content": content_of(row)},
    )
    return row


def content_of(version: FormulaVersion) -> dict[str, Any]:
    """Everything that the approver signs, as plain values."""
    columns = [c.key for c in FormulaLine.__table__.columns if c.key not in ("id", "version_id")]
    return {
        "target": version.target,
        "route": version.route,
        **{name: getattr(version, name) for name in WORDING},
        "lines": [{name: getattr(line, name) for name in columns} for line in version.lines],
        "pairs": sorted([pair.a_id, pair.b_id, pair.reason] for pair in version.pairs),
    }


def unsaved(
    name: str, *, ingredients: Mapping[int, Ingredient], products: Mapping[int, Product], **written: Any
) -> FormulaVersion:
    """A version as it would be written, in no session: for the figures shown before it is kept."""
    draft = _counted(Draft(name, **written))
    version = FormulaVersion(formula=Formula(name=name), number=1)
    _write(version, draft)
    for line in version.lines:
        line.ingredient = ingredients.get(line.ingredient_id or 0)
        line.product = products.get(line.product_id or 0)
    return version


def _write(version: FormulaVersion, draft: Draft) -> None:
    version.target, version.route = draft.target.whole(), draft.route
    for name in WORDING:
        setattr(version, name, getattr(draft, name))
    version.lines = [_line(number, line) for number, line in enumerate(draft.lines, start=1)]
    version.pairs = [FormulaPair(a_id=pair.a_id, b_id=pair.b_id, reason=pair.reason) for pair in draft.pairs]


def _counted(draft: Draft) -> Draft:
    """What is written, with what each accepted range counts."""
    known = queries.strength_bases(line.ingredient_id for line in draft.lines)
    told = (
        line.basis or _as_its_strength(line, known.get(line.ingredient_id or 0, {})) for line in draft.lines
    )
    return replace(draft, lines=[replace(x, basis=basis) for x, basis in zip(draft.lines, told, strict=True)])


def _line(number: int, line: DraftLine) -> FormulaLine:
    values = asdict(line)
    accepted = {
        f"accepted_{name}": values.pop(name) for name in tuple(values) if name.endswith(("_low", "_high"))
    }
    accepted |= {"accepted_reason": values.pop("reason"), "accepted_basis": values.pop("basis")}
    return FormulaLine(number=number, **values, **accepted)


def _as_its_strength(line: DraftLine, counted: Mapping[int, str]) -> str:
    """What the strength of its product counts; of any product, what all of them do, and else nothing."""
    if line.product_id is not None:
        return counted.get(line.product_id, "")
    alike = set(counted.values())
    return alike.pop() if len(alike) == 1 else ""


def _formula(draft: Draft) -> Formula:
    found = queries.formula_named(draft.name)
    if found is None:
        found = Formula(name=draft.name, is_published=False, **_heading(draft))
        db.session.add(found)
    elif found.is_published:
        raise _published(found.name)
    elif found.name != draft.name:
        raise _taken(found.name)
    return found


def _rename(formula: Formula, draft: Draft) -> None:
    """Name and heading change only while nobody can have seen another version under them."""
    if len(formula.versions) > 1:
        if draft.name != formula.name:
            raise _kept_name(formula.name)
        return
    other = queries.formula_named(draft.name)
    if other is not None and other.id != formula.id:
        raise _published(other.name) if other.is_published else _taken(other.name)
    formula.name = draft.name
    for name, words in _heading(draft).items():
        setattr(formula, name, words)


def _heading(draft: Draft) -> dict[str, str]:
    return {name: getattr(draft, name) for name in HEADING}


def _published(name: str) -> Refused:
    reason = f"{name} is the protocol as others published it."
    return refuse("formula.published", name, reason, "Give the clinic's own copy another name.", field="name")


def _kept_name(name: str) -> Refused:
    reason = f"Other versions are called {name}, so this one is too."
    return refuse("formula.name_kept", name, reason, f"Type {name} here.", field="name")


def _taken(name: str) -> Refused:
    reason = f"Another formula is called {name}; case, spaces and accents make no other name."
    return refuse(
        "formula.name_taken", name, reason, "Write its next version, or choose another name.", field="name"
    )


def _none_is_open(formula: Formula) -> None:
    for other in formula.versions:
        if other.status in OPEN:
            words = "still a draft" if other.status == "draft" else "waiting for approval"
            reason = f"{other} is {words}."
            remedy = "Finish or retire that one, then write the next version."
            raise refuse("formula.open_version", str(other), reason, remedy, field="name")


def _must_be_own_draft(row: FormulaVersion, by: Actor) -> None:
    if row.status != "draft":
        reason = f"{row} is {row.status.replace('_', ' ')}, and what it says is frozen."
        raise refuse("formula.frozen", str(row), reason, "Write the next version.")
    if row.author_id != by.person_id:
        reason = f"Somebody else is writing {row}."
        remedy = "Ask its author, so that you can approve it; or retire it and write another."
        raise refuse("formula.not_author", str(row), reason, remedy)


def _may_be_mixed(lines: Sequence[DraftLine]) -> None:
    wrong = [_never_mixed(found, number) for number, found in _named(lines) if found.do_not_mix]
    if wrong and len(lines) > 1:
        raise Refused(*wrong)


def _named(lines: Iterable[DraftLine]) -> Iterator[tuple[int, Ingredient]]:
    """The catalogue's ingredients among the lines, by their place on the form."""
    for number, line in enumerate(lines):
        if line.ingredient_id is not None:
            yield number, queries.ingredient(line.ingredient_id)


def _never_mixed(found: Ingredient, number: int) -> Finding:
    return Finding(
        "mix.do_not_mix",
        str(found),
        f"{found} is never mixed: {found.do_not_mix_source}.",
        "Leave it out.",
        level=Level.BLOCK,
        field=f"lines-{number}-pin",
    )
