"""Which of some rows the access log has seen somebody fetch."""

from collections.abc import Collection
from datetime import datetime

from formulary.audit.models import AccessEntry
from formulary.db import db


def opened(
    what: str, kind: str, ids: Collection[int], *, people: Collection[int], since: datetime
) -> set[int]:
    """Those of these rows that one of these people was given under `what`, from `since` on."""
    query = db.select(AccessEntry.object_id).where(AccessEntry.what == what, AccessEntry.at >= since)
    query = query.where(AccessEntry.object_kind == kind, AccessEntry.object_id.in_(ids))
    found = db.session.scalars(query.where(AccessEntry.person_id.in_(people)).distinct())
    return {number for number in found if number is not None}
