"""What a draft showed as it was saved or signing was tried: counted for those who govern the rules."""

from datetime import datetime

from formulary.cocktails.models import Cocktail, ShownFinding
from formulary.db import db
from formulary.rules.findings import Level, Report


def note_shown(cocktail: Cocktail, report: Report, *, at: datetime) -> None:
    """Note each rule and code that asked for an answer, once per cocktail."""
    asked = {(f.rule, f.code): f.level or Level.INFO for f in reversed(report.at_least(Level.WARN))}
    known = db.select(ShownFinding.rule, ShownFinding.code).filter_by(cocktail_id=cocktail.id)
    noted = {(rule, code) for rule, code in db.session.execute(known)}
    own = {"cocktail_id": cocktail.id, "site_id": cocktail.site_id, "at": at}
    for (rule, code), level in asked.items():
        if (rule, code) not in noted:
            db.session.add(ShownFinding(rule=rule, code=code, level=level.name, **own))
    db.session.flush()
