"""The organisation, its sites, and what they have decided."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Integer, Row, Text, bindparam, type_coerce

from formulary.accounts.models import Organisation, Policy, Site
from formulary.db import Missing, db, rows_of
from formulary.db.objects import by_key
from formulary.rules.units import CURRENCIES, Currency

UNDECIDED: dict[str, Any] = {}


def organisation() -> Organisation:
    """The organisation of this database; Missing before `formulary init`."""
    found: Organisation | None = db.session.scalar(db.select(Organisation))
    if found is None:
        raise Missing("There is no organisation yet")
    return found


def organisation_name() -> str:
    """What the organisation is called, or nothing before it was founded."""
    return db.session.scalar(db.select(Organisation.name)) or ""


def site(site_id: int) -> Site:
    """One site of the organisation."""
    found = by_key(Site, site_id)
    if found is None:
        raise Missing(f"No site {site_id}")
    return found


def site_as_read(site_id: int) -> Site:
    """One site as it is now, apart from the session: it stays as it was read for the whole request."""
    found = site(site_id)
    db.session.expunge(found)
    return found


def sites() -> list[Site]:
    """Every site, by name."""
    return list(db.session.scalars(db.select(Site).order_by(Site.name)))


def all_solo() -> bool:
    """Whether every site of the organisation is one person's, so that nobody else could approve for it."""
    return all(db.session.scalars(db.select(Site.solo)))


def policies_in_force(site_id: int, at: datetime) -> dict[str, Any]:
    """What the site has decided by `at`, by kind, in one query; what it has not decided is not in it."""
    return {kind: row.value for kind, row in decided_rows(site_id, at).items()}


def decided_rows(site_id: int, at: datetime) -> dict[str, Row[Any]]:
    """What the site has decided by `at` and on whose word, by kind, in one query."""
    asked = {"site_id": site_id, "today": day_at(site_id, at)}
    return in_force(rows_of(DECIDED, **asked))


def decided_as_written(site_id: int, at: datetime) -> tuple[Row[Any], ...]:
    """The same rows as they lie there, in their order, each value the text of its JSON, in one query."""
    return tuple(rows_of(DECIDED_AS_WRITTEN, site_id=site_id, today=day_at(site_id, at)))


def in_force(rows: Iterable[Any]) -> dict[str, Any]:
    """The last of each kind, where it decides anything."""
    return {kind: row for kind, row in {row.kind: row for row in rows}.items() if row.value != UNDECIDED}


def policy(site_id: int, kind: str, at: datetime) -> Any:
    """What the site has decided on this by `at`; None while it is undecided, which is unknown."""
    return policies_in_force(site_id, at).get(kind)


def currency(site_id: int, at: datetime) -> Currency | None:
    """The currency in which the site keeps its prices; None while it has not decided, which is unknown."""
    return CURRENCIES.get(str(policy(site_id, "currency", at)))


def policy_rows(site_id: int, at: datetime) -> dict[str, Policy]:
    """The row in force for each kind: the one with the newest day, and of that day the last one entered."""
    rows = db.session.scalars(IN_FORCE, {"site_id": site_id, "today": day_at(site_id, at)})
    return {row.kind: row for row in rows}


IN_FORCE = (
    db.select(Policy)
    .where(Policy.site_id == bindparam("site_id", type_=Integer))
    .where(Policy.valid_from <= bindparam("today", type_=Date))
    .order_by(Policy.valid_from, Policy.id)
)
DECIDED = IN_FORCE.with_only_columns(Policy.kind, Policy.value, Policy.edition, Policy.source)
DECIDED_AS_WRITTEN = IN_FORCE.with_only_columns(
    Policy.kind, type_coerce(Policy.value, Text).label("value"), Policy.edition, Policy.source
)
"""Made once: every check asks it."""


def policy_history(site_id: int, kind: str) -> list[Policy]:
    """Every decision of the site on this, the newest first."""
    query = db.select(Policy).filter_by(site_id=site_id, kind=kind)
    return list(db.session.scalars(query.order_by(Policy.valid_from.desc(), Policy.id.desc())))


def day_at(site_id: int, at: datetime) -> date:
    """The day that the site's calendar shows at this instant."""
    return at.astimezone(ZoneInfo(site(site_id).zone)).date()
