"""The clinic's own protocols: written by a person with a source, changed with a reason, retired."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.catalogue import queries
from formulary.catalogue.models import Protocol
from formulary.db import db, expect_version, once
from formulary.rules.findings import Finding, Level, Refused, refuse


@dataclass(frozen=True)
class Plan:
    """What a protocol asks for; None where the clinic leaves it open."""

    indication: str
    sessions_low: int | None
    sessions_high: int | None
    least: int | None
    most: int | None
    unit: str
    upkeep_least: int | None
    upkeep_most: int | None
    upkeep_unit: str
    source: str
    note: str = ""


RANGES = (("sessions_low", "sessions_high"), ("least", "most"), ("upkeep_least", "upkeep_most"))


@once
def write_protocol(name: str, plan: Plan, *, at: datetime, by: Actor) -> Protocol:
    """A protocol of the clinic's own; those that came with the files stay as their sources state them."""
    by.must(Permission.AUTHOR)
    _check(plan)
    if queries.protocols_called(name) is not None:
        told = f"There is a protocol called “{name}” already."
        raise refuse("protocol.name_taken", name, told, "Give it another name.", field="name")
    who = {"author_id": by.person_id, "written_at": at, "evidence": "the clinic's own"}
    row = Protocol(name=name, **asdict(plan), **who)
    db.session.add(row)
    db.session.flush()
    record("catalogue.write_protocol", row, by=by, at=at, new={"name": name, **asdict(plan)})
    return row


@once
def change_protocol(
    protocol_id: int, plan: Plan, *, reason: str, version: int | None = None, at: datetime, by: Actor
) -> Protocol:
    """Change a protocol of the clinic's own; courses that are open follow it."""
    by.must(Permission.AUTHOR)
    row = _own(protocol_id, version)
    _check(plan)
    old = _content(row)
    for name, value in asdict(plan).items():
        setattr(row, name, value)
    db.session.flush()
    record("catalogue.change_protocol", row, by=by, at=at, old=old, new=asdict(plan), reason=reason)
    return row


@once
def retire_protocol(
    protocol_id: int, *, reason: str, version: int | None = None, at: datetime, by: Actor
) -> Protocol:
    """Offer a protocol of the clinic's own no more; courses that are open keep it."""
    by.must(Permission.AUTHOR)
    row = _own(protocol_id, version)
    row.is_retired = True
    db.session.flush()
    record("catalogue.retire_protocol", row, by=by, at=at, new={"is_retired": True}, reason=reason)
    return row


def _own(protocol_id: int, version: int | None) -> Protocol:
    row = queries.protocol(protocol_id)
    expect_version(row, version)
    if row.author_id is None:
        told = "It is written as its source states it."
        raise refuse("protocol.published", row.name, told, "Write one of the clinic's own.")
    if row.is_retired:
        raise refuse("protocol.retired", row.name, "It is retired.", "Write another one.")
    return row


def _content(row: Protocol) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Plan.__dataclass_fields__}


def _check(plan: Plan) -> None:
    faults = [_crossed(high) for low, high in RANGES if _is_crossed(getattr(plan, low), getattr(plan, high))]
    if faults:
        raise Refused(*faults)


def _is_crossed(low: int | None, high: int | None) -> bool:
    return low is not None and high is not None and low > high


def _crossed(field: str) -> Finding:
    told = "The most is less than the least."
    return Finding(
        "protocol.range_crossed", "this protocol", told, "Change one of them.", Level.BLOCK, field=field
    )
