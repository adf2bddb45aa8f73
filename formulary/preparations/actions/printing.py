"""Printing the labels of a released cocktail: numbered, and again by who may release."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, once
from formulary.preparations import queries
from formulary.preparations.models import Attempt
from formulary.rules.findings import refuse


@once
def print_labels(attempt_id: int, *, paper: str, at: datetime, by: Actor) -> Attempt:
    """Number the next print of an attempt's labels, one per container.

    The first is whoever's who prepares; again, by who may release: two labels of one syringe are two chances
    to take the wrong one. Missing before release; refused for what is over.
    """
    by.must(Permission.PREPARE)
    attempt = queries.locked(attempt_id, by)
    containers = queries.printable(attempt)
    if attempt.state not in ("released", "administering"):
        code = attempt.cocktail.code
        reason = f"{code} is {attempt.shown_state.replace('_', ' ')}: there is no syringe to put a label on."
        raise refuse("label.over", code, reason, "Its record stands on this page.")
    if any(each.printed for each in containers):
        by.must(Permission.RELEASE)
    for each in containers:
        each.printed += 1
    db.session.flush()
    new = {"print": max(each.printed for each in containers), "paper": paper, "labels": len(containers)}
    record("preparations.print_label", attempt, by=by, at=at, new=new)
    return attempt
