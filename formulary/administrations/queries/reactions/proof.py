"""The proof of the reactions: each is of its treatment, its reports are whole, the trail tells the same."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_

from formulary.administrations.models import (
    Administration,
    Reaction,
    ReactionFollowUp,
    ReactionReport,
)
from formulary.administrations.queries.reactions.rows import whole
from formulary.audit.models import AuditEntry
from formulary.audit.queries import Fault
from formulary.db import db
from formulary.patch_tests.models import PatchTest

ACTIONS = ("reactions.record", "reactions.correct", "reactions.withdraw", "reactions.follow_up")
MINUTE = timedelta(minutes=1)
Key = tuple[int, str, int]


def reaction_faults() -> Iterator[Fault]:
    """Every reaction, report or follow-up that does not hold, named; nothing means that all do."""
    for number in db.session.scalars(_of_another_treatment()):
        yield Fault("reaction", f"reaction {number}", "is not of its treatment's patient, cocktail or time")
    told = _told()
    as_written = whole().order_by(Reaction.id).execution_options(populate_existing=True)
    for row in db.session.scalars(as_written):
        yield from _of_itself(row)
        yield from _of_reports(row, told)
        yield from _of_follow_ups(row, told)
    for (reaction_id, what, _), entries in told.items():
        for _ in entries:
            lost = f"a {what.replace('_', '-')} of reaction {reaction_id}"
            yield Fault("reaction", lost, "is not there, and its audit entry has it")


def counted() -> dict[str, int]:
    """How many reactions and reports the proof went through."""
    tables = {"reactions": Reaction, "reports of reactions": ReactionReport, "follow-ups": ReactionFollowUp}
    return {name: db.session.scalar(db.select(db.func.count(t.id))) or 0 for name, t in tables.items()}


def _of_another_treatment() -> Any:
    """Patient, cocktail and time as the session or the patch test has them."""
    query = db.select(Reaction.id).outerjoin(Administration, Administration.id == Reaction.administration_id)
    query = query.outerjoin(PatchTest, PatchTest.id == Reaction.test_id)
    same = {"patient_id": "patient_id", "cocktail_id": "cocktail_id", "treated_at": "started_at"}
    session = _apart(Administration, **same)
    test = or_(
        _apart(PatchTest, patient_id="patient_id", treated_at="applied_at"), Reaction.cocktail_id.is_not(None)
    )
    wrong = or_(
        and_(Reaction.administration_id.is_not(None), session), and_(Reaction.test_id.is_not(None), test)
    )
    return query.where(wrong).order_by(Reaction.id)


def _apart(model: Any, **columns: str) -> Any:
    return or_(*(getattr(Reaction, a).is_distinct_from(getattr(model, b)) for a, b in columns.items()))


def _of_itself(row: Reaction) -> Iterator[Fault]:
    """What the row says of its reports: how many, which state, when somebody looks again."""
    name = f"reaction {row.id}"
    if [report.number for report in row.reports] != list(range(1, row.report_number + 1)):
        yield Fault("reaction", name, "and its reports differ on how many there are")
        return
    if row.state != row.report.state:
        yield Fault("reaction", name, "and its last report differ on whether it stands")
    look = row.latest_look
    if row.due_on != (look.next_on if look else row.report.follow_up_on):
        yield Fault("reaction", name, "and what was said last differ on when somebody looks again")


def _of_reports(row: Reaction, told: dict[Key, list[Any]]) -> Iterator[Fault]:
    for report in row.reports:
        name = f"reaction_report {report.id}"
        if not _takes(told, (row.id, "report", report.number), report.told):
            yield Fault("reaction_report", name, "is not what its audit entry says")
        if report.onset_at is not None and report.onset_at < row.treated_at - MINUTE:
            yield Fault("reaction_report", name, "begins before its treatment")


def _of_follow_ups(row: Reaction, told: dict[Key, list[Any]]) -> Iterator[Fault]:
    for made in row.follow_ups:
        if not _takes(told, (row.id, "follow_up", made.report_number), made.told):
            name = f"reaction_follow_up {made.id}"
            yield Fault("reaction_follow_up", name, "is not what its audit entry says")


def _takes(told: dict[Key, list[Any]], key: Key, said: dict[str, Any]) -> bool:
    """Whether an entry says just this; each entry answers for one row."""
    entries = told.get(key, [])
    if said not in entries:
        return False
    entries.remove(said)
    return True


def _told() -> dict[Key, list[Any]]:
    """What the entries of the trail say, by reaction and number of the report."""
    query = db.select(AuditEntry.object_id, AuditEntry.new).where(
        AuditEntry.action.in_(ACTIONS), AuditEntry.outcome == "done", AuditEntry.object_kind == "reaction"
    )
    found: dict[Key, list[Any]] = {}
    for reaction_id, new in db.session.execute(query.order_by(AuditEntry.id)):
        for what, number in (("report", "number"), ("follow_up", "report_number")):
            if what in new:
                found.setdefault((reaction_id, what, new[what][number]), []).append(new[what])
    return found
