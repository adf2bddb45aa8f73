"""One patient of the demo in the middle of a course: a session given, a time missed, a time booked."""

from datetime import datetime, timedelta

from formulary.administrations import actions as giving
from formulary.administrations.actions import appointments
from formulary.administrations.models import Administration
from formulary.catalogue import queries as catalogue
from formulary.catalogue.models import Protocol
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries as orders
from formulary.cocktails.actions.signing import TOTAL, asked_lines
from formulary.cocktails.models import Cocktail
from formulary.db import db, transaction
from formulary.patients import actions as patients
from formulary.patients import queries as records
from formulary.patients.models import Course, Patient
from formulary.preparations import actions as bench
from formulary.preparations import facts as sources
from formulary.preparations import queries as attempts
from formulary.preparations.models import Attempt, PlannedDraw
from formulary.rules.findings import Stage
from formulary.rules.formulation import solve_cocktail
from formulary.rules.units import Quantity
from formulary.seed.demo import Demo
from formulary.seed.demo_patients import DILUENT, NOT_KEPT
from formulary.stock import actions as stock
from formulary.stock import queries as shelf

MINUTE, HOUR, VOLUME = timedelta(minutes=1), timedelta(hours=1), Quantity.of("1", "mL").dimension


def run(demo: Demo) -> None:
    """Open the course, book and give its first session, note who did not come, book today."""
    told = demo.clinic.settings["course"]
    patient = db.session.scalars(db.select(Patient).filter_by(name=told["patient"])).one()
    course = _opened(demo, patient, told["protocol"], told["sessions"], told["opened_days_ago"])
    given, missed = (_quarter(demo.ago(told[name])) for name in ("given_days_ago", "missed_days_ago"))
    for time in (given, missed, _quarter(demo.at + HOUR)):
        _booked(demo, patient, course, time)
    _given(demo, patient, given, told["points"])
    _missed(demo, patient, missed)


def _quarter(at: datetime) -> datetime:
    """The quarter of an hour that an instant lies in, as people are booked."""
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)


def _opened(demo: Demo, patient: Patient, protocol: str, sessions: int, days: int) -> Course:
    plan = db.session.scalars(db.select(Protocol).filter_by(name=protocol)).one()
    by = demo.actor("practitioner")
    with transaction():
        agreed = patients.Agreed(sessions=sessions)
        return patients.open_course(patient.id, protocol_id=plan.id, agreed=agreed, at=demo.ago(days), by=by)


def _booked(demo: Demo, patient: Patient, course: Course, starts_at: datetime) -> None:
    """A time that was asked for when the course was opened."""
    with transaction():
        appointments.book(
            patient.id,
            starts_at=starts_at,
            course_id=course.id,
            at=course.opened_at,
            by=demo.actor("practitioner"),
        )


def _missed(demo: Demo, patient: Patient, at: datetime) -> None:
    row = next(row for row in records.appointments_of(patient.id) if row.starts_at == at)
    with transaction():
        appointments.close(row.id, state="no_show", at=at + 30 * MINUTE, by=demo.actor("practitioner"))


def _given(demo: Demo, patient: Patient, at: datetime, points: int) -> Administration:
    """Composed from the clinic's formula, verified, prepared, released, given and closed within the hour."""
    cocktail = _verified(demo, _signed(demo, patient, at), at + 5 * MINUTE)
    attempt = _prepared(demo, cocktail, at + 10 * MINUTE)
    doctor, start = demo.actor("practitioner"), at + 30 * MINUTE
    [syringe] = attempts.syringes(attempt.id)
    told = {"patient_code": patient.code, "born_on": patient.born_on}
    with transaction():
        session = giving.start(syringe.code, **told, anything_new=False, at=start, by=doctor)
    drop = Quantity.of("0.05", "mL")
    how = giving.How(layer="dermis", depth=Quantity.of("2", "mm"), device="syringe", gauge=30)
    for area in ("Left cheek", "Right cheek"):
        laid = giving.Laid(area, points, drop, Quantity.of("8", "mm"))
        with transaction():
            giving.add_points(session.id, laid=laid, how=how, at=start + 10 * MINUTE, by=doctor)
    left = Quantity(session.released - session.dead_space, VOLUME) - drop * (2 * points)
    with transaction():
        return giving.close(session.id, outcome="given", leftover=left, at=start + 15 * MINUTE, by=doctor)


def _signed(demo: Demo, patient: Patient, at: datetime) -> Cocktail:
    doctor, [version] = demo.actor("practitioner"), catalogue.approved_formulas()
    with transaction():
        draft = cocktails.create_draft(patient.id, formula_version_id=version.id, at=at, by=doctor)
    checked = cocktails.check(draft, Stage.SIGN, at=at, by=doctor)
    with transaction():
        return cocktails.sign(draft.id, seen_hash=checked.report.inputs_hash, at=at, by=doctor)


def _verified(demo: Demo, cocktail: Cocktail, at: datetime) -> Cocktail:
    """The pharmacist enters total and doses blind, and right."""
    by = demo.actor("pharmacist")
    checked = cocktails.check(orders.cocktail(cocktail.id, by), Stage.VERIFY, at=at, by=by)
    solved = solve_cocktail(checked.gathered.cocktail)
    doses = {line.number: solved.line(line.number).dose for line in asked_lines(checked)}
    with transaction():
        cocktails.verify(cocktail.id, answers={TOTAL: solved.target} | doses, at=at, by=by)
    return cocktail


def _prepared(demo: Demo, cocktail: Cocktail, at: datetime) -> Attempt:
    by = demo.actor("technician")
    with transaction():
        attempt = bench.claim(cocktail.id, at=at, by=by)
    for position in [step.position for step in attempts.steps(attempt)]:
        _drawn(demo, attempt.id, position, at)
    with transaction():
        bench.finish(attempt.id, at=at + 8 * MINUTE, by=by)
    _cleared(demo, at + 9 * MINUTE)
    looked = dict.fromkeys(bench.INSPECTED, True)
    with transaction():
        return bench.release(attempt.id, inspection=looked, at=at + 12 * MINUTE, by=demo.actor("pharmacist"))


def _cleared(demo: Demo, at: datetime) -> None:
    """What is left in the opened vials is thrown away, as after a test."""
    by = demo.actor("technician")
    with transaction():
        for vial in shelf.open_vials(by.site_id):
            stock.waste_vial(vial, reason=NOT_KEPT, at=at, by=by)


def _drawn(demo: Demo, attempt_id: int, position: int, at: datetime) -> None:
    """One step: the vial scanned, mixed where it is a powder, drawn as planned."""
    by = demo.actor("technician")
    attempt = attempts.attempt(attempt_id, by)
    step = attempts.planned(attempt, position)
    with transaction():
        shown = _shown(step, attempt.cocktail_id, at)
        bench.scan_vial(attempt_id, position, shown=shown, at=at, by=by)
    if catalogue.product(step.product_id).ledger != "volume":
        [water] = shelf.lots_with_number(DILUENT)
        told = {"diluent_lot_id": water.id, "volume": Quantity.of("4", "mL")}
        with transaction():
            bench.mix_powder(attempt_id, position, **told, at=at, by=by)
    planned = attempts.planned(attempts.attempt(attempt_id, by), position).volume
    with transaction():
        bench.confirm_draw(attempt_id, position, measured=Quantity(planned, VOLUME), at=at, by=by)


def _shown(step: PlannedDraw, cocktail_id: int, at: datetime) -> bench.Shown:
    """What the scanner reads off the vial that the step wants."""
    source = sources.source_of(step, at, f"cocktail:{cocktail_id}")
    product = catalogue.product(step.product_id)
    return bench.Shown(
        "scan", gtin=product.codes[0].gtin, lot=source.lot, expires_on=source.expires_on, vial=source.vial
    )
