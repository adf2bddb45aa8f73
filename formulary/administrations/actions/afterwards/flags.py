"""What of an entry from paper a second person looks at twice: it went round verification or release."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from formulary.accounts import queries as accounts
from formulary.administrations.actions.afterwards.writing import LATE_AFTER_MINUTES, Found
from formulary.cocktails.labels.rows import answer_row
from formulary.preparations import queries as preparations
from formulary.preparations.models import Attempt
from formulary.rules.findings import Finding, Level

SIGNS = "Whoever signs for it afterwards looks at the paper."


def flagged(attempt: Attempt, done_at: datetime, at: datetime) -> Found:
    """What is odd about an entry, as findings that are kept with it, as of then and as of now."""
    rows = tuple(
        answer_row(Finding(code, attempt.cocktail.code, reason, SIGNS, level=Level.STOP))
        for code, reason in _odd(attempt, done_at, at)
    )
    return Found(rows, rows)


def _odd(attempt: Attempt, done_at: datetime, at: datetime) -> Iterator[tuple[str, str]]:
    verified_at = preparations.revision(attempt).verified_at
    if at - done_at < timedelta(minutes=LATE_AFTER_MINUTES):
        yield "paper.at_once", "It was recorded within the hour of the act, and not when the system was back."
    if verified_at is not None and attempt.claimed_at < verified_at:
        yield "paper.before_verified", "It was prepared before it was verified."
    if attempt.self_released and accounts.site(attempt.site_id).release:
        yield "paper.own_release", "Who prepared it released it, and this site asks for a second person."
