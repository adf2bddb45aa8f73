"""What every proposal of the catalogue goes through: another person answers for it, or it is withdrawn."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.accounts.actions import sign
from formulary.audit import record
from formulary.catalogue.labels import refusals
from formulary.catalogue.models import Limit, Statement, WashoutDecision
from formulary.db import db
from formulary.rules.findings import inputs_hash

DECIDED = ("status", "approver_id", "approved_at", "valid_until", "row_version", "id")
Proposal = Limit | Statement | WashoutDecision


def content_of(row: Proposal) -> dict[str, Any]:
    """Everything that the approver signs, as plain values."""
    return {c.key: getattr(row, c.key) for c in row.__table__.columns if c.key not in DECIDED}


def another_person(row: Proposal, by: Actor, *, always: bool, what: str) -> bool:
    """Whether author and approver are one: where every site is solo, and never where it is `always` two.

    Refused for what does not wait, and for its author elsewhere.
    """
    if row.status != "proposed":
        raise refusals.not_waiting(row.status, what)
    if row.author_id != by.person_id:
        return False
    if always or not accounts.all_solo():
        raise refusals.same_person(what)
    return True


def approve(row: Proposal, act: str, *, self_checked: bool, at: datetime, by: Actor) -> None:
    """Write down and sign that this person answers for what is proposed."""
    row.status, row.approver_id, row.approved_at = "approved", by.person_id, at
    db.session.flush()
    signed = inputs_hash(content_of(row))
    sign(by, meaning="approved", subject=row, signed_hash=signed, at=at, self_checked=self_checked)
    new = {"content": content_of(row), "signed": signed, "self_checked": self_checked}
    record(act, row, by=by, at=at, old={"status": "proposed"}, new=new)


def withdraw(row: Proposal, act: str, *, reason: str, what: str, at: datetime, by: Actor) -> None:
    """Write down that what waits is not wanted; it stays in sight."""
    if row.status != "proposed":
        raise refusals.not_waiting(row.status, what)
    row.status, row.reason = "withdrawn", f"{row.reason} Withdrawn: {reason}".strip()
    db.session.flush()
    old: Mapping[str, str] = {"status": "proposed"}
    record(act, row, by=by, at=at, old=old, new={"status": "withdrawn"}, reason=reason)
