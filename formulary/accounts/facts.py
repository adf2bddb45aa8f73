"""What the rules are told of a site: its zone, its decimal mark and what it has decided."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from formulary.accounts.models import Policy, Site
from formulary.accounts.permissions import Actor
from formulary.accounts.queries import credentials_at, decided_as_written, decided_rows, in_force
from formulary.rules import facts
from formulary.rules.patch_test import INTRADERMAL, PATCH, PRICK, PRODUCT

OTHER_KINDS = (PRICK, INTRADERMAL, PRODUCT)
SELF_CHECK_MINUTES = 5
ISO_5 = re.compile(r"\s*ISO[ -]?(class )?5\b", re.IGNORECASE)


def site_policies(site: Site, at: datetime, *, storage: str = "room") -> facts.SitePolicies:
    """The site's decisions in force at `at`, read in one query; what it has not decided stays None.

    `storage` ("room" or "fridge") is where a preparation is kept: each has a limit of its own.
    """
    return _as_decided(decided_as_written(site.id, at), site.zone, site.decimal_mark, storage)


@lru_cache(256)
def _as_decided(
    written: tuple[Row[Any], ...], zone: str, decimal_mark: str, storage: str
) -> facts.SitePolicies:
    """Made once of the same words: most of what reads them finds what was decided long ago."""
    rows = in_force(row._replace(value=json.loads(row.value)) for row in written)
    decided = {kind: row.value for kind, row in rows.items()}
    consent, limit = decided.get("consent") or {}, decided.get("preparation_limit") or {}
    tolerances = decided.get("tolerances") or {}
    return facts.SitePolicies(
        zone=zone,
        decimal_mark=decimal_mark,
        patch_test=patch_test_policy(decided.get("patch_test")),
        allergy_asked_within=_days(decided.get("allergy_asked_within_days")),
        duplicate_order_within=_days(decided.get("duplicate_order_within_days")),
        top_up_within=_days(decided.get("top_up_within_days")),
        weighed_within=_days(decided.get("weighed_within_days")),
        conditions_asked_within=_days(decided.get("conditions_asked_within_days")),
        consent_version=consent.get("version"),
        consent_procedure=consent.get("procedure", "mesotherapy"),
        preparation_limit_h=_fraction(limit.get(f"{storage}_h")),
        preparation_limit_name=_limit_name(limit, storage),
        preparation_limit_source=source_words(rows.get("preparation_limit")),
        preparation_limit_unconfirmed=limit.get("unconfirmed") is True,
        limits_products=limit.get("limits_products"),
        most_products=_count(limit.get("most_products")),
        shared_single_dose_h=shared_hours(decided.get("shared_single_dose")),
        dose_tolerance=_fraction(tolerances.get("dose")),
        volume_tolerance=_fraction(tolerances.get("volume")),
        smallest_fill=_fraction(tolerances.get("smallest_fill")) or facts.SMALLEST_FILL,
    )


def _limit_name(limit: Mapping[str, Any], storage: str) -> str:
    name = str(limit.get("name", ""))
    return f"{name}, refrigerated" if name and storage == "fridge" else name


def source_words(row: Policy | Row[Any] | None) -> str:
    """By whose word a decision holds: its edition, then where that can be read; nothing where none was given.

    A decision of before this release may carry its source inside its value.
    """
    if row is None:
        return ""
    inside = row.value.get("source", "") if isinstance(row.value, dict) else ""
    return ": ".join(dict.fromkeys(filter(None, (row.edition or inside, row.source))))


def self_check_delay(site_id: int, at: datetime) -> timedelta:
    """How long one clinician alone waits before verifying or releasing their own work; 5 minutes unless
    decided.
    """
    decided = decided_rows(site_id, at).get("self_check_after_minutes")
    return timedelta(minutes=SELF_CHECK_MINUTES if decided is None else int(str(decided.value)))


def practitioner(by: Actor, at: datetime) -> facts.Practitioner:
    """Who is about to act, with all that entitles them at `at`, in one query."""
    rows = credentials_at(by.person_id, at)
    return facts.Practitioner(
        by.name,
        tuple(
            facts.Credential(facts.CredentialKind(row.kind), row.authority, row.valid_from, row.valid_to)
            for row in rows
        ),
    )


def patch_test_policy(value: Mapping[str, Any] | None) -> facts.PatchTestPolicy:
    """The site's policy on patch tests; a test is asked for until a site has decided otherwise.

    A patch test clears; another kind does where the site says so.
    """
    decided = value or {}
    return facts.PatchTestPolicy(
        required=decided.get("required", True),
        bound_to_lot=decided.get("bound_to_lot", False),
        valid_for=_days(decided.get("valid_days")),
        source=decided.get("source", ""),
        kinds=frozenset({PATCH}) | {kind for kind in OTHER_KINDS if decided.get(f"{kind}_clears")},
    )


def shared_hours(value: Mapping[str, Any] | None) -> Fraction | None:
    """For how long after opening a single-dose container may be shared, in ISO 5 air and in no other."""
    decided = value or {}
    hours = _fraction(decided.get("hours") or None)
    return hours if hours and ISO_5.match(str(decided.get("air", ""))) else None


def _count(value: object) -> int | None:
    return None if value is None else int(str(value))


def _days(value: object) -> timedelta | None:
    return None if value is None else timedelta(days=int(str(value)))


def _fraction(value: object) -> Fraction | None:
    return None if value is None else Fraction(str(value))
