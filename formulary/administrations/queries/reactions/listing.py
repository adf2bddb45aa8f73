"""The reactions behind a rate, for whoever sees codes: newest first, so many at most."""

from dataclasses import dataclass

from formulary.administrations.models import Reaction
from formulary.administrations.queries.reactions.rates import Span, behind, given_of, name_of
from formulary.administrations.queries.reactions.rows import whole
from formulary.db import Missing, db
from formulary.patients.models import Patient

MOST = 100


@dataclass(frozen=True)
class Behind:
    """What stands behind one rate: the reactions with their patients' codes, and the sessions given."""

    name: str
    detail: str
    rows: tuple[tuple[Reaction, str], ...]
    in_all: int
    given: int


def reactions_behind(subject: str, key: int, span: Span) -> Behind:
    """The reactions that stand after sessions which gave one subject; Missing where there is none such."""
    name, detail = name_of(subject, key)
    if not name:
        raise Missing(f"No {subject} {key}")
    among = behind(subject, key, span)
    query = whole().add_columns(Patient.code).join(Patient, Patient.id == Reaction.patient_id).where(among)
    newest = query.order_by(Reaction.treated_at.desc(), Reaction.id.desc()).limit(MOST)
    rows = tuple((row, code) for row, code in db.session.execute(newest))
    in_all = db.session.scalar(db.select(db.func.count(Reaction.id)).where(among)) or 0
    return Behind(name, detail, rows, in_all, given_of(subject, key, span))
