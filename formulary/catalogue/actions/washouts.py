"""The clinic's own time for a wash-out: proposed by one person, approved by another, kept in versions."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.catalogue import queries
from formulary.catalogue.actions import deciding
from formulary.catalogue.labels import refusals
from formulary.catalogue.models import MedicineKind, WashoutDecision
from formulary.db import Missing, db, exclusive, expect_version, once

VERSIONS = "versions of wash-outs"
"""What is written one after the other: a number, who waits, who counts."""


@once
def propose_washout(
    kind_id: int, before: str, *, least: int | None, unit: str, reason: str, at: datetime, by: Actor
) -> WashoutDecision:
    """Write down a time of the clinic's own for this kind before this; None takes back the one that counts.

    It counts once another person has approved it, beside the sources, and never loosens what one of them
    states. Missing where no source says that the kind is to be left off there; refused where another version
    waits, and where there is nothing to take back.
    """
    by.must(Permission.AUTHOR)
    exclusive(VERSIONS)
    kind = queries.medicine_kind(kind_id)
    before_it = [row for row in kind.decisions if row.before == before]
    _check(kind, before, before_it, least)
    row = WashoutDecision(
        kind_id=kind.id,
        before=before,
        least=least,
        unit=unit,
        reason=reason,
        version=1 + max((one.version for one in before_it), default=0),
        status="proposed",
        author_id=by.person_id,
        proposed_at=at,
    )
    db.session.add(row)
    db.session.flush()
    new = deciding.content_of(row) | {"kind": kind.word}
    record("catalogue.propose_washout", row, by=by, at=at, new=new, reason=reason)
    return row


@once
def approve_washout(
    decision_id: int, *, version: int | None = None, at: datetime, by: Actor
) -> WashoutDecision:
    """Answer for it: signed. It counts from now on, for every site, and the version before it is kept.

    Refused for its author (where every site is solo it is marked SELF-CHECKED) and for what does not wait.
    """
    by.must(Permission.APPROVE)
    exclusive(VERSIONS)
    row = queries.washout_decision(decision_id)
    expect_version(row, version)
    self_checked = deciding.another_person(row, by, always=False, what="washout")
    for other in queries.medicine_kind(row.kind_id).decisions:
        if other.before == row.before and other.status == "approved":
            other.status = "superseded"
    db.session.flush()  # one counts at a time: the one before it ends first
    deciding.approve(row, "catalogue.approve_washout", self_checked=self_checked, at=at, by=by)
    return row


@once
def withdraw_washout(
    decision_id: int, *, reason: str, version: int | None = None, at: datetime, by: Actor
) -> WashoutDecision:
    """Take back or turn down what waits for approval; it stays in sight as withdrawn."""
    by.must(Permission.AUTHOR)
    exclusive(VERSIONS)
    row = queries.washout_decision(decision_id)
    expect_version(row, version)
    deciding.withdraw(row, "catalogue.withdraw_washout", reason=reason, what="washout", at=at, by=by)
    return row


def _check(kind: MedicineKind, before: str, versions: list[WashoutDecision], least: int | None) -> None:
    """Where a source asks to confirm with the prescriber alone, no time is anybody's to decide."""
    stated = (row for row in kind.statements if row.before == before)
    if not any(row.is_about_time for row in stated):
        raise Missing(f"No wash-out of {kind.word} before {before}")
    if any(row.status == "proposed" for row in versions):
        raise refusals.washout("another_waits", "Another version waits.", "Approve or withdraw that one.")
    if least is None and not any(row.counts for row in versions):
        raise refusals.washout("nothing_stands", "No time of our own stands.", "Type how long without it.")
