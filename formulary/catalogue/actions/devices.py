"""Syringes: entered and changed by an administrator, signed; a change is a new version, draws keep theirs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import sign
from formulary.audit import record
from formulary.catalogue import queries
from formulary.catalogue.labels import refusals
from formulary.catalogue.models import Device
from formulary.db import db, expect_version, once
from formulary.rules.findings import inputs_hash
from formulary.rules.units import Quantity


@dataclass(frozen=True)
class Marks:
    """What is known of a syringe; dead space None is unknown. `other_sources`: what others say of it."""

    capacity: Quantity
    graduation: Quantity
    dead_space: Quantity | None
    source: str
    other_sources: str = ""

    def columns(self) -> dict[str, Any]:
        """The columns of the row, volumes in nL."""
        told = {"source": self.source, "other_sources": self.other_sources}
        volumes = {name: getattr(self, name) for name in ("capacity", "graduation", "dead_space")}
        return {name: None if q is None else q.whole() for name, q in volumes.items()} | told


@once
def add_device(name: str, marks: Marks, *, at: datetime, by: Actor) -> Device:
    """A syringe that measures from now on; signed."""
    by.must(Permission.MANAGE_CLINIC)
    _check(marks)
    versions = queries.device_versions(name)
    if any(row.status == "in_use" for row in versions):
        raise refusals.name_taken(name)
    return _enter(name, marks, 1 + max((row.version for row in versions), default=0), "", at=at, by=by)


@once
def change_device(
    device_id: int, marks: Marks, *, reason: str, version: int | None = None, at: datetime, by: Actor
) -> Device:
    """The next version of a syringe; the one before stays where it was drawn with. Signed, with a reason."""
    by.must(Permission.MANAGE_CLINIC)
    old = _in_use(device_id, version)
    _check(marks)
    _say_why(reason)
    if marks.columns() == {name: getattr(old, name) for name in marks.columns()}:
        raise refusals.no_change()
    old.status = "superseded"
    db.session.flush()
    return _enter(old.name, marks, old.version + 1, reason, at=at, by=by)


@once
def retire_device(
    device_id: int, *, reason: str, version: int | None = None, at: datetime, by: Actor
) -> Device:
    """A syringe that is not stocked any more measures nothing from now on. Signed, with a reason."""
    by.must(Permission.MANAGE_CLINIC)
    row = _in_use(device_id, version)
    _say_why(reason)
    row.status, row.reason = "retired", f"{row.reason} Retired: {reason}".strip()
    db.session.flush()
    sign(by, meaning="retired", subject=row, signed_hash=inputs_hash(row.id, reason), at=at)
    old, new = {"status": "in_use"}, {"name": row.name, "status": "retired"}
    record("catalogue.retire_device", row, by=by, at=at, old=old, new=new, reason=reason)
    return row


def _enter(name: str, marks: Marks, version: int, reason: str, *, at: datetime, by: Actor) -> Device:
    columns = marks.columns()
    entered = {"entered_by_id": by.person_id, "entered_at": at, "reason": reason}
    row = Device(name=name, version=version, **columns, **entered)
    db.session.add(row)
    db.session.flush()
    sign(by, meaning="entered", subject=row, signed_hash=inputs_hash(name, version, columns), at=at)
    new = {"name": name, "version": version, **columns}
    record("catalogue.enter_device", row, by=by, at=at, new=new, reason=reason)
    return row


def _in_use(device_id: int, version: int | None) -> Device:
    row = queries.device(device_id)
    if row.status != "in_use":
        raise refusals.not_in_use(str(row))
    expect_version(row, version)
    return row


def _say_why(reason: str) -> None:
    if not reason.strip():
        raise refusals.device_without_reason()


def _check(marks: Marks) -> None:
    if marks.graduation > marks.capacity:
        raise refusals.too_coarse()
