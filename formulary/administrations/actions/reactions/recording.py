"""Recording a reaction, correcting and withdrawing it: every time a further report, none is ever changed."""

from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.accounts.actions import next_code
from formulary.administrations.actions.reactions.felt import Felt, checked
from formulary.administrations.actions.reactions.showing import keep_photo
from formulary.administrations.models import Reaction, ReactionReport, ReactionSign
from formulary.administrations.queries import reactions as queries
from formulary.administrations.queries.reactions import Treatment
from formulary.audit import record
from formulary.db import db, expect_version, once
from formulary.rules.findings import refuse

KEPT = (
    "onset", "onset_at", "severity", "outcome", "serious", "serious_reason", "other", "remark",
    "reported_by", "reporter", "told_at", "late_reason", "follow_up_on",
)  # fmt: skip
"""What a report keeps under the name it was said by."""


@once
def record_after_session(
    administration_id: int, felt: Felt, *, photo: bytes = b"", at: datetime, by: Actor
) -> Reaction:
    """Record what was felt after a session, or in one that is under way; Refused where nothing was given.

    However late it is told, and whatever became of the lots, it is recorded: nothing but what cannot be true
    stands in its way. A `photo` of it is kept with the patient's, drawn anew without EXIF.
    """
    by.must(Permission.ADMINISTER)
    return _recorded(queries.after_session(administration_id, by=by, at=at), felt, photo, at=at, by=by)


@once
def record_after_test(test_id: int, felt: Felt, *, photo: bytes = b"", at: datetime, by: Actor) -> Reaction:
    """The same after a patch test; what is read at its spots stays a reading."""
    by.must(Permission.ADMINISTER)
    return _recorded(queries.after_test(test_id, by=by, at=at), felt, photo, at=at, by=by)


@once
def correct_reaction(
    reaction_id: int,
    felt: Felt,
    *,
    reason: str,
    photo: bytes = b"",
    version: int | None,
    at: datetime,
    by: Actor,
) -> Reaction:
    """Correct what was said by a further report that says why; the earlier ones stay on record."""
    row = standing(reaction_id, version, at=at, by=by)
    _must_say_why(row, reason)
    treatment = queries.treatment_of(row, by=by, at=at)
    kept = _checked(felt, treatment, before=row, at=at, by=by)
    _add(row, kept, "reactions.correct", reason=reason.strip(), at=at, by=by)
    keep_photo(row, photo, row.report.told_at, at=at, by=by)
    return row


@once
def withdraw_reaction(
    reaction_id: int, *, reason: str, version: int | None, at: datetime, by: Actor
) -> Reaction:
    """Withdraw what was recorded by mistake: it stays on record with the reason, and counts nowhere."""
    row = standing(reaction_id, version, at=at, by=by)
    _must_say_why(row, reason)
    last = row.report
    felt = Felt(kinds=last.kind_ids, **{name: getattr(last, name) for name in KEPT if name != "follow_up_on"})
    row.state = "withdrawn"
    return _add(row, felt, "reactions.withdraw", reason=reason.strip(), at=at, by=by)


def standing(reaction_id: int, version: int | None, *, at: datetime, by: Actor) -> Reaction:
    """A reaction that stands, locked; Refused once it is withdrawn, Stale where somebody was faster."""
    by.must(Permission.ADMINISTER)
    row = queries.reaction(reaction_id, by=by, at=at, locked=True)
    expect_version(row, version)
    if row.state == "withdrawn":
        told = f"{row.code} is withdrawn; its record stands as it is."
        raise refuse("reaction.withdrawn", row.code, told, "Record a new one where there was one.")
    return row


def _recorded(treatment: Treatment, felt: Felt, photo: bytes, *, at: datetime, by: Actor) -> Reaction:
    if nothing := treatment.was_nothing:
        remedy = "Record it on the treatment that the patient got."
        raise refuse("reaction.nothing_given", treatment.code, nothing, remedy)
    kept = _checked(felt, treatment, at=at, by=by)
    row = _reaction(treatment, at=at, by=by)
    db.session.add(row)
    _add(row, kept, "reactions.record", at=at, by=by)
    keep_photo(row, photo, row.report.told_at, at=at, by=by)
    return row


def _checked(
    felt: Felt, treatment: Treatment, *, before: Reaction | None = None, at: datetime, by: Actor
) -> Felt:
    known = [kind.id for kind in queries.kinds()]
    return checked(felt, treatment, known, before=before, at=at, today=accounts.day_at(by.site_id, at))


def _reaction(treatment: Treatment, *, at: datetime, by: Actor) -> Reaction:
    session, test = treatment.session, treatment.test
    return Reaction(
        code=next_code("E"),
        administration_id=session.id if session else None,
        test_id=test.id if test else None,
        cocktail_id=session.cocktail_id if session else None,
        patient_id=treatment.patient_id,
        site_id=treatment.site_id,
        treated_at=treatment.at,
        state="standing",
        report_number=0,
        created_at=at,
        created_by_id=by.person_id,
    )


def _add(row: Reaction, felt: Felt, action: str, *, reason: str = "", at: datetime, by: Actor) -> Reaction:
    """One more report: from now on it is the one that counts."""
    row.report_number, row.due_on = row.report_number + 1, felt.follow_up_on
    report = ReactionReport(number=row.report_number, state=row.state, reason=reason, entered_at=at)
    report.by_id = by.person_id
    for name in KEPT:
        setattr(report, name, getattr(felt, name))
    report.signs = [ReactionSign(kind_id=kind_id) for kind_id in sorted(set(felt.kinds))]
    row.reports.append(report)
    db.session.flush()
    record(action, row, by=by, at=at, new=_told(row, report), reason=reason or felt.late_reason)
    return row


def _told(row: Reaction, report: ReactionReport) -> dict[str, Any]:
    """What the trail keeps: whose and after what, and the whole report."""
    after = {"administration": row.administration_id, "test": row.test_id, "patient": row.patient_id}
    return {"code": row.code, **after, "report": report.told}


def _must_say_why(row: Reaction, reason: str) -> None:
    if not reason.strip():
        told = "Nobody said why."
        raise refuse("reaction.reason_missing", row.code, told, "Say why in a few words.", field="reason")
