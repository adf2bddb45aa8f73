"""What entitles people to prescribe, prepare and inject."""

from datetime import date, datetime

from formulary.accounts.models import Credential, Person
from formulary.db import Missing, db


def person(person_id: int) -> Person:
    """A human being of the organisation."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise Missing(f"No person {person_id}")
    return found


def credential(credential_id: int) -> Credential:
    """One credential, ended or not."""
    found = db.session.get(Credential, credential_id)
    if found is None:
        raise Missing(f"No credential {credential_id}")
    return found


def credentials_of(person_id: int) -> list[Credential]:
    """All that was ever recorded of a person: what counts first, by kind, the longest valid first."""
    query = db.select(Credential).filter_by(person_id=person_id)
    ordered = (Credential.ended_at.is_not(None), Credential.kind, Credential.valid_to.desc(), Credential.id)
    return list(db.session.scalars(query.order_by(*ordered)))


def kinds_valid_on(day: date) -> dict[int, list[str]]:
    """What each person is entitled to on this day, by person, in one query."""
    valid = Credential.ended_at.is_(None) & (Credential.valid_from <= day) & (Credential.valid_to >= day)
    query = db.select(Credential.person_id, Credential.kind).where(valid).distinct()
    found: dict[int, list[str]] = {}
    for person_id, kind in db.session.execute(query.order_by(Credential.kind)):
        found.setdefault(person_id, []).append(kind)
    return found


def credentials_at(person_id: int, at: datetime) -> list[Credential]:
    """What was on record of a person by `at` and not ended by then."""
    query = db.select(Credential).filter_by(person_id=person_id).where(Credential.recorded_at <= at)
    stands = Credential.ended_at.is_(None) | (Credential.ended_at > at)
    return list(db.session.scalars(query.where(stands).order_by(Credential.id)))
