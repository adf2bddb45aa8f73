"""What stands of a patient's reactions: how many, and which are grave, that is not known to be harmless."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.administrations.models import Reaction, ReactionFollowUp, ReactionReport
from formulary.administrations.models.reactions import FATAL
from formulary.administrations.queries.reactions.rows import whole
from formulary.db import db
from formulary.patients import queries as patients

MOST = 20
HARMLESS = {
    "serious": ("no",),
    "severity": ("mild", "moderate"),
    "outcome": ("resolved", "recovering", "ongoing"),
}
"""A reaction of which all three are said is not grave; whatever is not known is not harmless."""


@dataclass(frozen=True)
class Standing:
    """The reactions that stand: the newest of the grave ones, how many those are, and the others' count."""

    grave: tuple[Reaction, ...]
    grave_in_all: int
    others: int
    last_other_at: datetime | None


def standing_of(patient_id: int) -> Standing:
    """What stands of a patient who was asked for before; none is left out, withdrawn ones count nowhere."""
    grave = _grave()
    other = db.case((db.not_(grave), Reaction.treated_at))
    counts = _of(patient_id, db.select(db.func.count(Reaction.id), db.func.count(other), db.func.max(other)))
    in_all, others, last = db.session.execute(counts).one()
    newest = _of(patient_id, whole()).where(grave)
    newest = newest.order_by(Reaction.treated_at.desc(), Reaction.id.desc()).limit(MOST)
    rows = tuple(db.session.scalars(newest)) if in_all > others else ()
    return Standing(rows, in_all - others, others, last)


def _of(patient_id: int, query: Any) -> Any:
    """Narrowed to a patient's reactions that stand, each with the report that counts."""
    last = db.and_(ReactionReport.reaction_id == Reaction.id, ReactionReport.number == Reaction.report_number)
    query = query.select_from(Reaction).join(ReactionReport, last)
    return query.where(patients.own(Reaction.patient_id, patient_id), Reaction.state == "standing")


def _grave() -> Any:
    """That it is not known to be harmless, by the report that counts and the latest look since."""
    looks = db.select(ReactionFollowUp.outcome).where(
        ReactionFollowUp.reaction_id == Reaction.id,
        ReactionFollowUp.report_number == Reaction.report_number,
    )
    died = looks.where(ReactionFollowUp.outcome == FATAL).correlate(Reaction).exists()
    looks = looks.where(ReactionFollowUp.seen_at >= ReactionReport.told_at)
    looks = looks.order_by(ReactionFollowUp.seen_at.desc(), ReactionFollowUp.id.desc()).limit(1)
    last = looks.correlate(Reaction, ReactionReport).scalar_subquery()
    outcome = db.func.coalesce(last, ReactionReport.outcome)
    return db.or_(
        died,
        ReactionReport.outcome == FATAL,
        ReactionReport.serious.not_in(HARMLESS["serious"]),
        ReactionReport.severity.not_in(HARMLESS["severity"]),
        outcome.not_in(HARMLESS["outcome"]),
    )
