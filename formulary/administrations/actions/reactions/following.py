"""Following a reaction up: how it stands now, and when somebody looks again."""

from datetime import date, datetime

from sqlalchemy.orm.attributes import flag_modified

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.administrations.actions.reactions.felt import day_faults
from formulary.administrations.actions.reactions.recording import standing
from formulary.administrations.actions.reactions.showing import keep_photo
from formulary.administrations.models import Reaction, ReactionFollowUp
from formulary.administrations.models.reactions import OUTCOMES
from formulary.audit import record
from formulary.db import db, once
from formulary.rules.findings import Refused, refuse


@once
def follow_up(
    reaction_id: int,
    *,
    outcome: str,
    seen_at: datetime | None = None,
    remark: str = "",
    next_on: date | None = None,
    photo: bytes = b"",
    version: int | None,
    at: datetime,
    by: Actor,
) -> Reaction:
    """Record how a reaction stands, and the day of the next look; None: nobody has to look again.

    A look that is entered late stays behind those that were newer, and behind a report of what the clinic was
    told later: the latest one says how it stands and when somebody looks again. A `photo` is
    kept with the patient's.
    """
    row = standing(reaction_id, version, at=at, by=by)
    when = _seen(row, seen_at or at)
    _check(row, outcome, when, next_on, at=at, by=by)
    made = ReactionFollowUp(
        report_number=row.report_number, seen_at=when, outcome=outcome, remark=remark, next_on=next_on
    )
    made.entered_at, made.by_id = at, by.person_id
    row.follow_ups.append(made)
    db.session.flush()
    look = row.latest_look
    before, row.due_on = row.due_on, look.next_on if look else row.report.follow_up_on
    flag_modified(row, "due_on")  # its row is another one, and would leave the version as it was
    db.session.flush()
    old = {"due_on": before.isoformat() if before else None}
    record("reactions.follow_up", row, by=by, at=at, old=old, new={"follow_up": made.told})
    keep_photo(row, photo, when, at=at, by=by)
    return row


def _seen(row: Reaction, when: datetime) -> datetime:
    """When it was seen; a time typed to the minute of the report is not before that report."""
    told_at = row.report.told_at
    return max(when, told_at) if when == told_at.replace(second=0, microsecond=0) else when


def _check(
    row: Reaction, outcome: str, when: datetime, next_on: date | None, *, at: datetime, by: Actor
) -> None:
    if outcome not in OUTCOMES:
        told, remedy = f"“{outcome}” is not one of the terms.", "Choose one of the list."
        raise refuse("reaction.outcome_not_known", row.code, told, remedy, field="outcome")
    if when > at:
        told, remedy = "This time has not come yet.", "Type when you asked or looked."
        raise refuse("reaction.seen_in_future", row.code, told, remedy, field="seen_at")
    if when < row.treated_at.replace(second=0, microsecond=0):
        told, remedy = "This is before the treatment.", "Type when you asked or looked."
        raise refuse("reaction.seen_before", row.code, told, remedy, field="seen_at")
    if faults := list(day_faults(next_on, "next_on", accounts.day_at(by.site_id, at))):
        raise Refused(*faults)
