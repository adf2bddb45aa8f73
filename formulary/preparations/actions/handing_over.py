"""Hand-over: whoever goes on with a preparation claims it anew, and signs for that."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import actions as accounts_actions
from formulary.audit import record
from formulary.cocktails.actions import must_be_answered
from formulary.db import db, once
from formulary.preparations import facts, queries
from formulary.preparations.actions.acts import words
from formulary.preparations.actions.finishing import content_hash, content_words
from formulary.preparations.models import Attempt
from formulary.rules import checklist
from formulary.rules.findings import Stage, refuse


@once
def take_over(attempt_id: int, *, reason: str, at: datetime, by: Actor) -> Attempt:
    """Go on with what another person is preparing: signed over what is in it by now.

    A vial that was scanned is scanned anew, by who draws. Whoever drew something does not release it.
    Refused for what is not being prepared, for one's own, and without what entitles to prepare.
    """
    by.must(Permission.PREPARE)
    attempt = queries.locked(attempt_id, by)
    _may_be_taken(attempt, by)
    told = facts.gather_attempt(attempt, at=at, by=by).cocktail
    must_be_answered(checklist.ask(told, Stage.CLAIM, ["P3"]), queries.revision(attempt))
    before, attempt.preparer_id = attempt.preparer_id, by.person_id
    for step in queries.steps(attempt):
        if step.state == "planned":
            step.scanned_at = None
    db.session.flush()
    signed = {"signed_hash": content_hash(attempt), "shown": content_words(attempt)}
    accounts_actions.sign(by, meaning="took over", subject=attempt, at=at, **signed)
    old, new = {"preparer": before}, {"preparer": by.person_id}
    record("preparations.take_over", attempt, by=by, at=at, old=old, new=new, reason=reason)
    return attempt


def _may_be_taken(attempt: Attempt, by: Actor) -> None:
    code = attempt.cocktail.code
    if attempt.state != "in_preparation":
        reason = f"{code} is not being prepared any more: it is {words(attempt.state)}."
        raise refuse("attempt.not_under_way", code, reason, "Load the page again to see what it waits for.")
    if attempt.preparer_id == by.person_id:
        raise refuse("attempt.already_yours", code, f"{code} is yours already.", "Go on with the step shown.")
