"""What was recorded after it was done, and what of it still waits for a second signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from formulary.accounts import Actor
from formulary.administrations.models import AfterRecord, AfterSignature
from formulary.cocktails import queries as cocktails
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import Missing, db
from formulary.patients import queries as patients
from formulary.patients.models import Patient
from formulary.preparations import queries as preparations
from formulary.preparations.models import Attempt
from formulary.stock import queries as shelf
from formulary.stock.models import Vial

MOST = 200
ENTERED_FROM = ("verified", "in_preparation", "prepared", "released")
NEVER_VERIFIED = ("draft", "prescribed", "cancelled")


def after_record(record_id: int, by: Actor) -> AfterRecord:
    """One record of the site; Missing for another's."""
    return _found(db.select(AfterRecord).filter_by(id=record_id, site_id=by.site_id), record_id)


def after_record_locked(record_id: int, by: Actor) -> AfterRecord:
    """The same, locked until the act ends."""
    query = db.select(AfterRecord).filter_by(id=record_id, site_id=by.site_id)
    return _found(query.with_for_update(of=AfterRecord), record_id)


def after_record_of_session(administration_id: int) -> AfterRecord | None:
    """The record that says a session was recorded afterwards; None where it was recorded as it happened."""
    return db.session.scalars(db.select(AfterRecord).filter_by(administration_id=administration_id)).first()


def after_records_of(patient_id: int) -> list[AfterRecord]:
    """What was recorded afterwards of a patient who was asked for before, the newest act first."""
    query = db.select(AfterRecord).where(patients.own(AfterRecord.patient_id, patient_id))
    return list(db.session.scalars(query.order_by(AfterRecord.done_at.desc(), AfterRecord.id.desc())))


def afterwards(by: Actor, *, at: datetime) -> list[tuple[AfterRecord, Patient]]:
    """What the site recorded afterwards, what waits for its signature first, then the newest."""
    unsigned = AfterSignature.id.is_(None)
    query = (
        db.select(AfterRecord, Patient)
        .join(Patient, Patient.id == AfterRecord.patient_id)
        .outerjoin(AfterSignature, AfterSignature.record_id == AfterRecord.id)
        .where(AfterRecord.site_id == by.site_id)
        .order_by(unsigned.desc(), AfterRecord.recorded_at.desc())
    )
    return [(row, patient) for row, patient in db.session.execute(query.limit(MOST))]


def unsigned_afterwards(by: Actor) -> list[tuple[AfterRecord, Patient]]:
    """What the site recorded afterwards and nobody has signed for, the oldest first."""
    query = (
        db.select(AfterRecord, Patient)
        .join(Patient, Patient.id == AfterRecord.patient_id)
        .outerjoin(AfterSignature, AfterSignature.record_id == AfterRecord.id)
        .where(AfterRecord.site_id == by.site_id, AfterSignature.id.is_(None))
        .order_by(AfterRecord.done_at, AfterRecord.id)
    )
    return [(row, patient) for row, patient in db.session.execute(query)]


def cocktail_of(row: AfterRecord) -> Cocktail:
    """The cocktail that was given."""
    return db.session.get_one(Cocktail, row.cocktail_id)


@dataclass(frozen=True)
class OnPaper:
    """A cocktail with the lines that its worksheet on paper has, and their products' names.

    `record` is what was entered from it already, `attempt` how far the system saw it prepared, with the
    numbers of the lines that were `drawn` there. `standing` are the vials of each line's product that stand
    open at the site.
    """

    cocktail: Cocktail
    revision: Revision
    products: dict[int, str]
    record: AfterRecord | None = None
    attempt: Attempt | None = None
    drawn: frozenset[int] = frozenset()
    standing: Mapping[int, Sequence[Vial]] = field(default_factory=dict)

    @property
    def is_prepared(self) -> bool:
        """Whether the system saw it prepared, so that no line is asked for."""
        return self.attempt is not None and self.attempt.prepared_at is not None

    @property
    def is_released(self) -> bool:
        """Whether the system saw it released."""
        return self.attempt is not None and self.attempt.releaser_id is not None

    @property
    def is_waiting(self) -> bool:
        """Whether a worksheet on paper may still be of it."""
        return self.cocktail.state in ENTERED_FROM


def on_paper(cocktail_id: int, by: Actor) -> OnPaper:
    """What a worksheet on paper is of; Missing for what was never verified at the asker's site."""
    cocktail = cocktails.cocktail(cocktail_id, by)
    if cocktail.state in NEVER_VERIFIED:
        raise Missing(f"{cocktail.code} is not verified")
    revision = cocktails.revision(cocktail)
    done = db.session.scalars(db.select(AfterRecord).filter_by(cocktail_id=cocktail.id)).first()
    products = {line.number: line.product.name for line in revision.lines}
    standing = _standing(revision, cocktail.site_id)
    if cocktail.state == "verified" or not preparations.numbers(cocktail.id):
        return OnPaper(cocktail, revision, products, done, standing=standing)
    attempt = preparations.latest(cocktail.id, by)
    drawn = frozenset(draw.line_number for draw in preparations.draws(attempt.id))
    return OnPaper(cocktail, revision, products, done, attempt, drawn, standing)


def _standing(revision: Revision, site_id: int) -> dict[int, list[Vial]]:
    """The vials that stand open at a site, by the lines whose product they hold."""
    stands = shelf.open_vials(site_id)
    lines = {line.number: line.product_id for line in revision.lines}
    return {number: [v for v in stands if v.lot.product_id == key] for number, key in lines.items()}


def _found(query, record_id: int) -> AfterRecord:  # type: ignore[no-untyped-def]
    row = db.session.scalars(query).unique().first()
    if row is None:
        raise Missing(f"No record {record_id} of this site")
    return row
