"""From draft to approved: submitted by its author, answered for by another person, retired with a reason."""

from collections.abc import Iterator
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.accounts.actions import sign
from formulary.audit import record
from formulary.catalogue import queries
from formulary.catalogue.actions.formulas import content_of
from formulary.catalogue.models import FormulaVersion
from formulary.db import db, expect_version, once
from formulary.rules.findings import Finding, Level, Refused, inputs_hash, refuse

RETIRABLE = ("draft", "in_review", "approved")


@once
def submit_formula(version_id: int, *, version: int | None = None, at: datetime, by: Actor) -> FormulaVersion:
    """Hand a draft over for approval; from here on nobody changes what it says.

    Refused with every line that is not whole yet, and for anybody but its author.
    """
    by.must(Permission.AUTHOR)
    row = _in("draft", version_id, version)
    if row.author_id != by.person_id:
        reason = f"Somebody else is writing {row}."
        raise refuse("formula.not_author", str(row), reason, "Its author submits it.")
    if missing := tuple(_unfinished(row)):
        raise Refused(*missing)
    return _move(row, "in_review", "catalogue.submit_formula", at=at, by=by)


@once
def give_back_formula(
    version_id: int, *, reason: str, version: int | None = None, at: datetime, by: Actor
) -> FormulaVersion:
    """Give a version in review back to its author, with a reason; it is a draft again."""
    by.must(Permission.AUTHOR)
    row = _in("in_review", version_id, version)
    return _move(row, "draft", "catalogue.give_back_formula", reason=reason, at=at, by=by)


@once
def approve_formula(
    version_id: int, *, version: int | None = None, at: datetime, by: Actor
) -> FormulaVersion:
    """Answer for a formula: its ranges, its unknown limits and its pairs without data; signed.

    Refused for its author (where every site is solo it is marked SELF-CHECKED) and for what is not in
    review; the version approved before is superseded, and satisfies no check from here on.
    """
    by.must(Permission.APPROVE)
    row = _in("in_review", version_id, version)
    self_checked = _self_checked(row, by)
    for other in row.formula.versions:
        if other.status == "approved":
            other.status = "superseded"
    row.status, row.approver_id, row.approved_at = "approved", by.person_id, at
    db.session.flush()
    signed = inputs_hash(content_of(row))
    sign(by, meaning="approved", subject=row, signed_hash=signed, at=at, self_checked=self_checked)
    new = {"formula": str(row), "signed": signed, "self_checked": self_checked}
    record("catalogue.approve_formula", row, by=by, at=at, old={"status": "in_review"}, new=new)
    return row


@once
def retire_formula(
    version_id: int, *, reason: str, version: int | None = None, at: datetime, by: Actor
) -> FormulaVersion:
    """Take a version out of use, with a reason; what follows it has no approved formula any more."""
    by.must(Permission.APPROVE)
    row = queries.formula_version(version_id)
    expect_version(row, version)
    if row.status not in RETIRABLE:
        words = f"{row} is {row.status}."
        raise refuse("formula.not_in_use", str(row), words, "There is nothing to take out of use.")
    return _move(row, "retired", "catalogue.retire_formula", reason=reason, at=at, by=by)


def _in(status: str, version_id: int, version: int | None) -> FormulaVersion:
    row = queries.formula_version(version_id)
    expect_version(row, version)
    if row.status != status:
        words = f"{row} is {row.status.replace('_', ' ')}, not {status.replace('_', ' ')}."
        remedies = {"draft": "Write a new version.", "in_review": "Its author submits it first."}
        raise refuse(f"formula.not_{status}", str(row), words, remedies[status])
    return row


def _move(
    row: FormulaVersion, status: str, act: str, *, reason: str = "", at: datetime, by: Actor
) -> FormulaVersion:
    was, row.status, row.closed_reason = row.status, status, reason
    db.session.flush()
    record(act, row, by=by, at=at, old={"status": was}, new={"formula": str(row)}, reason=reason)
    return row


def _self_checked(row: FormulaVersion, by: Actor) -> bool:
    """Whether author and approver are one, which is allowed where every site is solo."""
    if row.author_id != by.person_id:
        return False
    if not accounts.all_solo():
        reason = f"You wrote {row}, so another person approves it."
        raise refuse("formula.same_person", str(row), reason, "Ask another pharmacist or practitioner.")
    return True


def _unfinished(row: FormulaVersion) -> Iterator[Finding]:
    """What an approver could not answer for yet."""
    if not row.lines:
        yield _missing("no_lines", str(row), f"{row} has no line.", "Add what goes into it.")
    if row.target is None:
        yield _missing("no_target", str(row), f"{row} states no volume.", "Type the volume it makes.")
    for line in row.lines:
        if line.ingredient_id is None:
            why = f"Line {line.number} is {line.named}, which the catalogue does not hold."
            yield _missing("not_in_catalogue", line.named, why, "Choose an ingredient, or remove the line.")
        elif line.pin == "unknown":
            why = f"Line {line.number}, {line.substance}, has no amount."
            yield _missing("no_amount", line.substance, why, "Type its dose, volume or concentration.")


def _missing(code: str, subject: str, reason: str, remedy: str) -> Finding:
    return Finding(f"formula.{code}", subject, reason, remedy, level=Level.BLOCK)
