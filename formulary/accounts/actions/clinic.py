"""The clinic: organisation, sites with their switches, policies; each change keeps its old and new value."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from formulary import audit
from formulary.accounts import queries
from formulary.accounts.actions.people import By
from formulary.accounts.actions.signing import sign
from formulary.accounts.models import Organisation, Policy, Site
from formulary.accounts.permissions import Actor
from formulary.accounts.queries.clinic import UNDECIDED
from formulary.db import db, expect_version, once
from formulary.rules.findings import Finding, Level, Refused, inputs_hash, refuse

Opener = Callable[..., None]
FACTS = ("name", "zone", "decimal_mark", "verify", "release", "solo")
_openers: list[Opener] = []


def at_opening(opener: Opener) -> Opener:
    """Register `(site, *, at, by)` to run in the act that opens a site, such as making its places."""
    _openers.append(opener)
    return opener


@once
def found_organisation(name: str, *, at: datetime, by: By) -> Organisation:
    """The one organisation of this database."""
    if queries.organisation_name():
        reason = f"This database belongs to {queries.organisation_name()}."
        raise refuse("organisation.exists", "organisation", reason, "Set FORMULARY_DATABASE_URL to another.")
    organisation = Organisation(name=name)
    db.session.add(organisation)
    db.session.flush()
    audit.record("accounts.found_organisation", organisation, by=by, at=at, new={"name": name})
    return organisation


@once
def add_site(
    *,
    name: str,
    zone: str,
    decimal_mark: str = ".",
    at: datetime,
    by: By,
    is_demo: bool = False,
    **switches: bool,
) -> Site:
    """A new site with its standard places; a second person verifies and releases until decided otherwise."""
    _check_site(None, name, zone)
    site = Site(
        organisation_id=queries.organisation().id,
        name=name,
        zone=zone,
        decimal_mark=decimal_mark,
        is_demo=is_demo,
        **switches,
    )
    db.session.add(site)
    db.session.flush()
    for opener in _openers:
        opener(site, at=at, by=by)
    audit.record("accounts.add_site", site, by=by, at=at, new=_facts(site))
    return site


@once
def change_site_facts(
    site: Site, changes: dict[str, Any], *, by: Actor, at: datetime, version: int | None = None
) -> Site:
    """Change what a site is and which second persons it asks for, signed by an administrator."""
    expect_version(site, version)
    before = _facts(site)
    _check_site(site.id, changes.get("name", site.name), changes.get("zone", site.zone))
    for name in FACTS:
        setattr(site, name, changes.get(name, before[name]))
    after = _facts(site)
    sign(by, meaning="policy", subject=site, signed_hash=inputs_hash(before, after), at=at)
    audit.record("accounts.change_site_facts", site, by=by, at=at, old=before, new=after)
    return site


@once
def set_policy(
    site_id: int,
    kind: str,
    value: Any,
    *,
    edition: str,
    source: str,
    valid_from: date,
    at: datetime,
    by: By,
) -> Policy:
    """What a site decides on this from a day on; None undoes the decision, which is unknown again. Signed."""
    site = queries.site(site_id)
    before = queries.policy(site_id, kind, at)
    row = Policy(
        site_id=site_id,
        kind=kind,
        value=UNDECIDED if value is None else value,
        edition=edition,
        source=source,
        valid_from=valid_from,
        entered_by_id=by.person_id,
    )
    db.session.add(row)
    db.session.flush()
    if isinstance(by, Actor):
        signed = inputs_hash(site_id, kind, value, edition, source, valid_from)
        sign(by, meaning="policy", subject=row, signed_hash=signed, at=at)
    new = {"site": site.name, "kind": kind, "value": value, "edition": edition, "from": valid_from}
    audit.record("accounts.set_policy", row, by=by, at=at, old={"value": before}, new=new)
    return row


def _facts(site: Site) -> dict[str, Any]:
    return {name: getattr(site, name) for name in FACTS}


def _check_site(site_id: int | None, name: str, zone: str) -> None:
    if any(other.name.casefold() == name.casefold() and other.id != site_id for other in queries.sites()):
        raise _at("name", "site.name_taken", f"There is a site “{name}” already.", "Add a street or a town.")
    if zone not in available_timezones():
        raise _at("zone", "site.unknown_zone", f"“{zone}” is no zone.", "Type one such as Europe/Paris.")
    ZoneInfo(zone)


def _at(field: str, code: str, reason: str, remedy: str) -> Refused:
    return Refused(Finding(code, field, reason, remedy, level=Level.BLOCK, field=field))
