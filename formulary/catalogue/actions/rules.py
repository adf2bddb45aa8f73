"""Rules that a clinic adds to the compatibility table: written by one person, in use once another approved.

A change is a new version; the old one is superseded and kept. What is looser than a shipped row stands in
its place only as a governance entry: it names the row, says why, and is signed like every other.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.accounts.actions import next_code, sign
from formulary.audit import record
from formulary.catalogue import queries
from formulary.catalogue.labels import rule_refusals as refusals
from formulary.catalogue.labels.rules import crossing
from formulary.catalogue.models import CompatibilityRule
from formulary.db import db, expect_version, once
from formulary.rules.findings import inputs_hash

ANY = "any"
KINDS = ("pair", "alone", "compatible", "handling", "superseded")
RANKS = {"info": 0, "warn": 1, "stop": 2, "block": 3}
GOES_TOGETHER = -1


@dataclass(frozen=True)
class RuleTerms:
    """What a rule says: its sides as selectors, how far it stops, on which conditions, by whose word.

    Concentrations are steps of mass in 1 mL; bare figures are text with a point. `loosens` is the number of
    the shipped row in whose place it stands. Kind "superseded" means: the clinic's rule no longer holds.
    """

    kind: str
    a: str
    b: str
    level: str
    mechanism: str
    source: str
    confidence: str
    condition: str = ""
    concentration_from: int | None = None
    concentration_below: int | None = None
    ratio_from: str | None = None
    ratio_below: str | None = None
    ph_from: str | None = None
    ph_below: str | None = None
    kept_above_h: int | None = None
    first: str = ""
    loosens: str = ""
    reason: str = ""


@once
def propose_rule(
    terms: RuleTerms, *, in_place_of: int | None = None, at: datetime, by: Actor
) -> CompatibilityRule:
    """Write a rule of the clinic, or the next version of one; it is asked once another person approved it.

    Refused without a citation, for sides that cannot be, for a change of a shipped row, where another version
    waits, and where it is looser than the shipped rows of its sides without naming one of them and a reason.
    """
    by.must(Permission.AUTHOR)
    old = None if in_place_of is None else queries.rule(in_place_of)
    _check(terms, old)
    row = CompatibilityRule(
        **asdict(terms) | {"b": ANY if terms.kind == "alone" else terms.b, "level": _level(terms)},
        number=next_code("clinic") if old is None else old.number,
        version=1 if old is None else 1 + max(each.version for each in queries.versions_of_rule(old)),
        decidable=True,
        origin="clinic",
        status="draft",
        author_id=by.person_id,
    )
    db.session.add(row)
    db.session.flush()
    record("catalogue.propose_rule", row, by=by, at=at, new=rule_content(row), reason=terms.reason)
    return row


@once
def approve_rule(rule_id: int, *, version: int | None = None, at: datetime, by: Actor) -> CompatibilityRule:
    """Answer for a rule: signed. From now on it is asked, and the version before it no longer is.

    Refused for its author (where every site is solo it is marked SELF-CHECKED, unless it loosens a
    shipped row) and for what does not wait.
    """
    by.must(Permission.APPROVE)
    row = queries.rule(rule_id)
    expect_version(row, version)
    self_checked = _another_person(row, by)
    for other in queries.versions_of_rule(row):
        if other.status == "in_use":
            other.status = "superseded"
    row.status, row.approver_id, row.approved_at = "in_use", by.person_id, at
    db.session.flush()
    signed = inputs_hash(rule_content(row))
    sign(by, meaning="approved", subject=row, signed_hash=signed, at=at, self_checked=self_checked)
    new = {"content": rule_content(row), "signed": signed, "self_checked": self_checked}
    record("catalogue.approve_rule", row, by=by, at=at, old={"status": "draft"}, new=new)
    return row


@once
def withdraw_rule(
    rule_id: int, *, reason: str, version: int | None = None, at: datetime, by: Actor
) -> CompatibilityRule:
    """Take back or turn down what waits for approval; it stays in sight."""
    by.must(Permission.AUTHOR)
    row = queries.rule(rule_id)
    expect_version(row, version)
    if row.status != "draft":
        raise refusals.not_waiting(str(row))
    row.status, row.reason = "withdrawn", f"{row.reason} Withdrawn: {reason}".strip()
    db.session.flush()
    old, new = {"status": "draft"}, {"status": "withdrawn"}
    record("catalogue.withdraw_rule", row, by=by, at=at, old=old, new=new, reason=reason)
    return row


def rule_content(row: CompatibilityRule) -> dict[str, Any]:
    """Everything that the approver signs, as plain values."""
    columns = {c.key for c in CompatibilityRule.__table__.columns}
    left = {"id", "row_version", "status", "approver_id", "approved_at"}
    return {name: getattr(row, name) for name in sorted(columns - left)}


def _level(terms: RuleTerms) -> str:
    return "info" if terms.kind in ("compatible", "superseded") else terms.level


def _check(terms: RuleTerms, old: CompatibilityRule | None) -> None:
    if old is not None:
        _check_changed(old)
    if terms.kind == "superseded":
        if old is None:
            raise refusals.nothing_to_end()
        return
    if not terms.source.strip():
        raise refusals.no_citation()
    _check_sides(terms)
    if crossed := next(crossing(terms), None):
        raise refusals.never_applies(*crossed)
    _check_looseness(terms)


def _check_changed(old: CompatibilityRule) -> None:
    """Only a rule of the clinic that is asked now is changed, and one version at a time waits."""
    if old.origin != "clinic":
        raise refusals.shipped(str(old))
    if any(row.status == "draft" for row in queries.versions_of_rule(old)):
        raise refusals.another_waits(str(old))
    if old.status != "in_use" or old.kind == "superseded":
        raise refusals.not_in_use(str(old))


def _check_sides(terms: RuleTerms) -> None:
    if terms.a == ANY:
        raise refusals.no_side()
    if terms.kind == "pair" and terms.b == ANY:
        raise refusals.pair_with_any()
    if terms.kind == "compatible" and ANY in (terms.a, terms.b):
        raise refusals.pair_with_any()
    for selector in {terms.a, terms.b} - {ANY}:
        if not queries.is_selector(selector):
            raise refusals.unknown_side(selector)


def _check_looseness(terms: RuleTerms) -> None:
    """Looser than every shipped row of the same sides: only in the place of one of its kind that it names."""
    rank = GOES_TOGETHER if terms.kind == "compatible" else RANKS[terms.level]
    b = ANY if terms.kind == "alone" else terms.b
    stricter = {row.number: row for row in queries.shipped_between(terms.a, b)}
    ranks = {number: RANKS[row.level] for number, row in stricter.items() if row.kind != "compatible"}
    if not terms.loosens:
        if ranks and rank < min(ranks.values()):
            raise refusals.looser([str(stricter[number]) for number in ranks])
        return
    if terms.loosens not in ranks or (
        terms.kind == stricter[terms.loosens].kind and rank >= ranks[terms.loosens]
    ):
        raise refusals.loosens_nothing(terms.loosens)
    if terms.kind != stricter[terms.loosens].kind:
        raise refusals.another_kind(terms.loosens)
    if not terms.reason.strip():
        raise refusals.governance_without_reason()


def _another_person(row: CompatibilityRule, by: Actor) -> bool:
    """Whether author and approver are one: where every site is solo, and never for a governance entry."""
    if row.status != "draft":
        raise refusals.not_waiting(str(row))
    if row.author_id != by.person_id:
        return False
    loosens = row.loosens and row.kind != "superseded"
    if loosens or not accounts.all_solo():
        raise refusals.same_person(str(row))
    return True
