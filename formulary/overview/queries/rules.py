"""How the findings of the rules were answered at a site: in how many cocktails shown, and overridden."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.cocktails.models import Override, Revision, ShownFinding
from formulary.db import db


@dataclass(frozen=True)
class RuleCount:
    """One rule, or one code of it, within the window: counted by cocktails, each once."""

    rule: str
    code: str
    shown: int
    overridden: int


def answered_rules(site_id: int, since: datetime) -> tuple[list[RuleCount], list[RuleCount]]:
    """The counts of each rule (code is empty), and of each code, since an instant: two queries."""
    by_rule = _counts(site_id, since, ShownFinding.rule)
    by_code = _counts(site_id, since, ShownFinding.rule, ShownFinding.code)
    return [RuleCount(rule, "", *n) for rule, *n in by_rule], [RuleCount(*row) for row in by_code]


def _counts(site_id: int, since: datetime, *by: Any) -> list[Any]:
    shown, overridden = ShownFinding.cocktail_id, db.case((_answered(), ShownFinding.cocktail_id))
    query = db.select(*by, db.func.count(shown.distinct()), db.func.count(overridden.distinct()))
    window = query.where(ShownFinding.site_id == site_id, ShownFinding.at >= since)
    return [tuple(row) for row in db.session.execute(window.group_by(*by).order_by(*by))]


def _answered() -> Any:
    """Whether a finding of this rule and code was answered with a reason when its cocktail was signed."""
    said = db.select(Override.id).join(Revision, Revision.id == Override.revision_id)
    return said.where(
        Revision.cocktail_id == ShownFinding.cocktail_id,
        Override.code == ShownFinding.code,
        Override.finding_key.startswith(ShownFinding.rule + ":"),
    ).exists()
