"""What the trail holds, for whoever may see how much of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from formulary.audit.models import AccessEntry, AuditEntry
from formulary.db import db
from formulary.web.paging import Page, Window, page

RECENT = 5000
OF_CASES = "recalls."


@dataclass(frozen=True)
class Whose:
    """Whose entries one may see: everybody's, or one's own, with those of recall cases or without."""

    person_id: int
    everybody: bool = False
    cases: bool = False

    def condition(self) -> ColumnElement[bool]:
        """The condition that every query of the trail carries."""
        if self.everybody:
            return true()
        of_cases = AuditEntry.action.startswith(OF_CASES, autoescape=True) if self.cases else false()
        return or_(AuditEntry.person_id == self.person_id, of_cases)


@dataclass(frozen=True)
class Filter:
    """Which of them; None leaves a question open."""

    person_id: int | None = None
    act: str | None = None
    outcome: str | None = None
    kind: str | None = None
    object_id: int | None = None
    since: datetime | None = None
    before: datetime | None = None


def trail(whose: Whose, wanted: Filter, window: Window) -> Page:
    """One page of entries, the newest first."""
    query = _between(select(AuditEntry).where(whose.condition()), AuditEntry, wanted)
    asked = {
        AuditEntry.outcome: wanted.outcome,
        AuditEntry.object_kind: wanted.kind,
        AuditEntry.object_id: wanted.object_id,
        AuditEntry.action: wanted.act,
    }
    for column, value in asked.items():
        query = query.where(column == value) if value is not None else query
    return page(query, (AuditEntry.id,), window=window)


def access_log(wanted: Filter, window: Window) -> Page:
    """One page of who saw patients, the newest first."""
    return page(_between(select(AccessEntry), AccessEntry, wanted), (AccessEntry.id,), window=window)


def entries_about(kind: str, object_id: int, limit: int = 50) -> list[AuditEntry]:
    """The newest entries about one row."""
    query = db.select(AuditEntry).filter_by(object_kind=kind, object_id=object_id)
    return list(db.session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)))


def last_change(kind: str, object_id: int) -> AuditEntry | None:
    """The newest entry of something done to one row."""
    query = db.select(AuditEntry).filter_by(object_kind=kind, object_id=object_id, outcome="done")
    return db.session.scalar(query.order_by(AuditEntry.id.desc()).limit(1))


def recent_acts(whose: Whose) -> tuple[list[str], list[str]]:
    """The acts and the kinds of objects of the last entries one may see: what a filter offers."""
    last = select(AuditEntry.action, AuditEntry.object_kind).where(whose.condition())
    recent = last.order_by(AuditEntry.id.desc()).limit(RECENT).subquery()
    pairs = db.session.execute(select(recent).distinct()).all()
    return sorted({act for act, _ in pairs}), sorted({kind for _, kind in pairs if kind})


def people_in(whose: Whose) -> list[tuple[int, str]]:
    """Who acted in the last entries one may see, by name."""
    last = select(AuditEntry.person_id, AuditEntry.person_name)
    last = last.where(whose.condition(), AuditEntry.person_id.is_not(None))
    recent = last.order_by(AuditEntry.id.desc()).limit(RECENT).subquery()
    found = {number: name for number, name in db.session.execute(select(recent).distinct())}
    return sorted(found.items(), key=lambda pair: pair[1])


def _between(query: Select[Any], table: type[AuditEntry | AccessEntry], wanted: Filter) -> Select[Any]:
    if wanted.person_id is not None:
        query = query.where(table.person_id == wanted.person_id)
    if wanted.since is not None:
        query = query.where(table.at >= wanted.since)
    return query.where(table.at < wanted.before) if wanted.before is not None else query
