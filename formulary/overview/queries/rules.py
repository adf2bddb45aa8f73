"""How the findings of the rules were answered at a site, and whether a reaction followed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.administrations.models import GIVEN, Administration, Reaction
from formulary.cocktails.models import Override, Revision, ShownFinding
from formulary.db import db


@dataclass(frozen=True)
class RuleCount:
    """One rule, or one code of it, within the window: counted by cocktails, each once.

    `given` are those of the cocktails that showed it which were given, whole or in part, and `followed` those
    of `given` after whose session a reaction is on record that was not withdrawn, whenever it was recorded.
    The last two are the same of the cocktails in which it was overridden. What followed is not what was
    caused: nothing here says why.
    """

    rule: str
    code: str
    shown: int
    overridden: int
    given: int = 0
    followed: int = 0
    overridden_given: int = 0
    overridden_followed: int = 0


def answered_rules(site_id: int, since: datetime) -> tuple[list[RuleCount], list[RuleCount]]:
    """The counts of each rule (code is empty), and of each code, since an instant: two queries."""
    by_rule = _counts(site_id, since, ShownFinding.rule)
    by_code = _counts(site_id, since, ShownFinding.rule, ShownFinding.code)
    return [RuleCount(rule, "", *n) for rule, *n in by_rule], [RuleCount(*row) for row in by_code]


def _counts(site_id: int, since: datetime, *by: Any) -> list[Any]:
    """Each finding with whether it was answered, given and followed, asked once and then counted."""
    told = (_answered().label("answered"), _given().label("given"), _followed().label("followed"))
    found = db.select(ShownFinding.cocktail_id, *by, *told)
    one = found.where(ShownFinding.site_id == site_id, ShownFinding.at >= since).subquery().c
    keys = [one[column.key] for column in by]
    query = db.select(
        *keys,
        _cocktails(one, db.true()),
        _cocktails(one, one.answered),
        _cocktails(one, one.given),
        _cocktails(one, one.given, one.followed),
        _cocktails(one, one.answered, one.given),
        _cocktails(one, one.answered, one.given, one.followed),
    )
    return [tuple(row) for row in db.session.execute(query.group_by(*keys).order_by(*keys))]


def _cocktails(one: Any, *such: Any) -> Any:
    """How many cocktails there are of which all this holds."""
    return db.func.count(db.case((db.and_(*such), one.cocktail_id)).distinct())


def _answered() -> Any:
    """Whether a finding of this rule and code was answered with a reason when its cocktail was signed."""
    said = db.select(Override.id).join(Revision, Revision.id == Override.revision_id)
    return said.where(
        Revision.cocktail_id == ShownFinding.cocktail_id,
        Override.code == ShownFinding.code,
        Override.finding_key.startswith(ShownFinding.rule + ":"),
    ).exists()


def _given() -> Any:
    """Whether the cocktail that showed it was given, whole or in part."""
    session = db.select(Administration.id).where(Administration.cocktail_id == ShownFinding.cocktail_id)
    return session.where(Administration.state == "closed", Administration.outcome.in_(GIVEN)).exists()


def _followed() -> Any:
    """Whether a reaction that stands is on record after its session."""
    felt = db.select(Reaction.id).where(Reaction.cocktail_id == ShownFinding.cocktail_id)
    return felt.where(Reaction.state == "standing").exists()
