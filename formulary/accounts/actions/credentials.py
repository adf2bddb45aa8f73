"""Credentials: what entitles a person to prescribe, prepare or inject, recorded by an administrator."""

from datetime import date, datetime

from formulary import audit
from formulary.accounts import queries
from formulary.accounts.models import Credential
from formulary.accounts.permissions import Actor, Operator, Permission
from formulary.db import db, once
from formulary.rules.findings import refuse

By = Actor | Operator


@once
def record_credential(
    person_id: int,
    *,
    kind: str,
    authority: str,
    number: str = "",
    valid_from: date,
    valid_to: date,
    at: datetime,
    by: By,
) -> Credential:
    """Put on record what entitles a person from a day through another one."""
    _may(by)
    queries.person(person_id)
    if valid_to < valid_from:
        reason = "It ends before it begins."
        raise refuse(
            "credential.ends_first", "credential", reason, "Correct one of the days.", field="valid_to"
        )
    row = Credential(
        person_id=person_id,
        kind=kind,
        authority=authority,
        number=number,
        valid_from=valid_from,
        valid_to=valid_to,
        recorded_at=at,
        recorded_by_id=by.person_id,
    )
    db.session.add(row)
    db.session.flush()
    audit.record("accounts.record_credential", row, by=by, at=at, new=_told(row))
    return row


@once
def end_credential(credential_id: int, *, reason: str, at: datetime, by: By) -> Credential:
    """Let a credential count no more from now on: withdrawn, or recorded by mistake."""
    _may(by)
    row = queries.credential(credential_id)
    if row.ended_at is not None:
        raise refuse(
            "credential.ended", "credential", "It was ended already.", "Look at the list as it is now."
        )
    row.ended_at, row.ended_why = at, reason
    audit.record("accounts.end_credential", row, by=by, at=at, old=_told(row), reason=reason)
    return row


def _may(by: By) -> None:
    if isinstance(by, Actor):
        by.must(Permission.MANAGE_CLINIC)


def _told(row: Credential) -> dict[str, object]:
    days = {"valid_from": row.valid_from.isoformat(), "valid_to": row.valid_to.isoformat()}
    return {
        "person": row.person_id,
        "kind": row.kind,
        "authority": row.authority,
        "number": row.number,
    } | days
