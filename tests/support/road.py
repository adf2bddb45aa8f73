"""A clinic with the real catalogue, its policies and stock, and one patient who may be treated; the road by
its doors.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from formulary import clock
from formulary.administrations import actions as administrations
from formulary.administrations.actions import reactions
from formulary.catalogue import queries as catalogue
from formulary.catalogue.models import Formula, FormulaLine, FormulaPair, FormulaVersion
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries as cocktail_queries
from formulary.cocktails.actions.signing import TOTAL, asked_lines
from formulary.config import seed_folder
from formulary.db import db, transaction
from formulary.patch_tests import actions as patch_tests
from formulary.patients.actions import set_condition_kinds
from formulary.patients.models import Patient
from formulary.preparations import actions as preparations
from formulary.preparations import facts as bench_facts
from formulary.preparations import queries as bench
from formulary.rules.findings import Stage
from formulary.rules.formulation import solve_cocktail
from formulary.rules.units import Quantity
from formulary.seed.catalogue import load_catalogue
from formulary.seed.formulas import formula_columns, line_columns, lines_of, version_columns
from formulary.seed.questions import read_questions, read_reaction_kinds
from formulary.seed.shelf import read_shelf
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from tests.support.builders import (
    a_code,
    a_consent,
    a_patient,
    a_policy,
    a_weight,
    act,
    no_known_allergies,
    saved,
)
from tests.support.builders.accounts import TESTS
from tests.support.snapshots import reach
from tests.support.world import Cast

PRODUCTS = {
    "tranexamic acid": "TXA-2231",
    "ascorbic acid (unapproved marketed vial)": "ASC-5007",
    "glutathione (reduced) lyophilised 600 mg": "GSH-0600",
    "sodium chloride 0.9%": "NACL-1",
    "water for injections": "WFI-1",
}
POLICIES = {
    "preparation_limit": {
        "name": "Category 1, ISO 5 device",
        "room_h": "12",
        "limits_products": False,
    },
    "patch_test": {"required": True, "bound_to_lot": False, "valid_days": "180"},
    "consent": {"procedure": "mesotherapy", "version": "2026-01"},
    "allergy_asked_within_days": "90",
    "weighed_within_days": "90",
    "conditions_asked_within_days": "90",
    "tolerances": {"dose": "0.05", "volume": "0.05", "smallest_fill": "0.2"},
    "first_receipt_quarantine": {"required": False},
}
EDITIONS = {"preparation_limit": "USP <797>"}


@pytest.fixture
def ready(app, database):
    """The ids of what stands ready: the clinic, its patient and its formula, made once and put back after."""
    return reach(app, database, "ready", make_ready)


@pytest.fixture
def clinic(ready):
    """The people of the two sites, over the real catalogue, the clinic's policies, five lots on the shelf."""
    return Cast()


@pytest.fixture
def patient(ready):
    """A patient of the clinic who may be treated: tested, asked, weighed, consenting."""
    return db.session.get_one(Patient, ready["patient"])


@pytest.fixture
def formula(ready):
    """The clinic's approved melasma formula, signed by two people."""
    return db.session.get_one(FormulaVersion, ready["formula"])


def make_ready():
    """Nothing is composed yet: the clinic, its stock, its formula and its patient, by their ids."""
    cast = a_clinic(Cast())
    formula = the_formula(cast.actor("practitioner"), cast.actor("pharmacist"))
    return {"patient": a_treatable_patient(cast).id, "formula": formula.id}


def a_clinic(cast):
    """The real catalogue, the clinic's policies, five lots on the shelf."""
    with transaction():
        load_catalogue(read_shelf(seed_folder()), at=clock.now())
        set_condition_kinds(read_questions(seed_folder()), at=clock.now(), by=TESTS)
        reactions.set_reaction_kinds(read_reaction_kinds(seed_folder()), at=clock.now(), by=TESTS)
    for kind, value in POLICIES.items():
        a_policy(cast.site, kind=kind, value=value, edition=EDITIONS.get(kind, "test"))
    by = cast.actor("pharmacist")
    for name, number in PRODUCTS.items():
        product = next(p for p in catalogue.products() if p.name == name)
        a_code(product)
        with transaction():
            stock.receive_lot(
                cast.site.id,
                product_id=product.id,
                number=number,
                expires_on=date(2027, 11, 30),
                containers=10,
                place_id=shelf.place(cast.site.id, "storage").id,
                maker="Demo Pharma",
                at=clock.now(),
                by=by,
            )
    return cast


def a_treatable_patient(clinic):
    """Tested, asked, weighed, consenting."""
    row = a_patient(site=clinic.site)
    a_weight(row)
    no_known_allergies(row)
    a_consent(row, procedure="mesotherapy", version="2026-01", covers_off_label=True)
    by = clinic.actor("practitioner")
    products = {p.name: p.id for p in catalogue.products()}
    tested = list(PRODUCTS)[:3]
    lots = {lot.product_id: lot.id for lot in shelf.lots_of([products[name] for name in tested])}
    drop = Quantity.of("0.02", "mL")
    spots = [patch_tests.Spot(products[name], lots[products[name]], volume=drop) for name in tested]
    with transaction():
        test = patch_tests.apply_test(
            row.id,
            spots=spots,
            applied_at=clock.now() - timedelta(days=5),
            late_reason="entered later",
            at=clock.now(),
            by=by,
        )
    for hours in (24, 48, 96):
        with transaction():
            grades = {item.id: "-" for item in test.items}
            read_at = test.applied_at + timedelta(hours=hours)
            patch_tests.read_test(test.id, grades=grades, read_at=read_at, at=clock.now(), by=by)
    return row


@act()
def the_formula(author, approver):
    """The clinic's approved copy of the melasma protocol, as its file states it."""
    files = read_shelf(seed_folder())
    row = next(f for f in files.formulas if f.status == "approved")
    products = {p.name: p for p in catalogue.products()}
    ingredients = {p.ingredient.name: p.ingredient for p in products.values()}
    formula = saved(Formula(name=row.name, **formula_columns(row, files)))
    who = {"author_id": author.person_id, "approver_id": approver.person_id, "approved_at": clock.now()}
    version = FormulaVersion(formula_id=formula.id, number=row.number, **version_columns(row) | who)
    version.lines = [
        FormulaLine(**line_columns(line, ingredients, products)) for line in lines_of(row, files)
    ]
    for pair in files.formula_pairs:
        ids = {"a_id": ingredients[pair.a].id, "b_id": ingredients[pair.b].id}
        version.pairs.append(FormulaPair(reason=pair.reason, **ids))
    return saved(version)


def a_prescription(clinic, patient, formula):
    """A melasma cocktail, composed from the formula and signed."""
    doctor = clinic.actor("practitioner")
    with transaction():
        drafted = cocktails.create_draft(patient.id, formula_version_id=formula.id, at=clock.now(), by=doctor)
    checked = cocktails.check(drafted, Stage.SIGN, at=clock.now(), by=doctor)
    with transaction():
        return cocktails.sign(drafted.id, seen_hash=checked.report.inputs_hash, at=clock.now(), by=doctor)


def a_verified_cocktail(clinic, patient, formula):
    """The same, verified blind by the pharmacist."""
    by, signed = clinic.actor("pharmacist"), a_prescription(clinic, patient, formula)
    checked = cocktails.check(cocktail_queries.cocktail(signed.id, by), Stage.VERIFY, at=clock.now())
    with transaction():
        entry = cocktails.verify(signed.id, answers=blind_answers(checked), at=clock.now(), by=by)
    assert entry.agreed, entry.mismatches
    return cocktail_queries.cocktail(signed.id, by)


def blind_answers(checked):
    """What a verifier who works it out right enters."""
    solution = solve_cocktail(checked.gathered.cocktail)
    return {TOTAL: solution.target} | {n.number: solution.line(n.number).dose for n in asked_lines(checked)}


def a_claimed_attempt(clinic, patient, formula):
    """The same, claimed by the technician."""
    verified = a_verified_cocktail(clinic, patient, formula)
    with transaction():
        return preparations.claim(verified.id, at=clock.now(), by=clinic.actor("technician"))


def a_prepared_attempt(clinic, patient, formula):
    """The same, with every step drawn and finished."""
    attempt, by = a_claimed_attempt(clinic, patient, formula), clinic.actor("technician")
    for position in [step.position for step in attempt.planned]:
        draw_step(attempt.id, position, by)
    with transaction():
        return preparations.finish(attempt.id, at=clock.now(), by=by)


def a_released_attempt(clinic, patient, formula):
    """The same, inspected and released by the pharmacist."""
    attempt = a_prepared_attempt(clinic, patient, formula)
    looked = {what: True for what in preparations.INSPECTED}
    with transaction():
        return preparations.release(
            attempt.id, inspection=looked, at=clock.now(), by=clinic.actor("pharmacist")
        )


def a_started_session(clinic, patient, formula):
    """The same, its giving begun by the practitioner."""
    [syringe] = bench.syringes(a_released_attempt(clinic, patient, formula).id)
    with transaction():
        return administrations.start(
            syringe.code,
            patient_code=patient.code,
            born_on=patient.born_on,
            anything_new=False,
            at=clock.now(),
            by=clinic.actor("practitioner"),
        )


def a_closed_session(clinic, patient, formula, points=90):
    """The same, given in so many points of 0.05 mL, the rest wasted."""
    given, doctor = a_started_session(clinic, patient, formula), clinic.actor("practitioner")
    per_point = Quantity.of("0.05", "mL")
    with transaction():
        administrations.add_site(
            given.id, area="Left cheek", points=points, per_point=per_point, at=clock.now(), by=doctor
        )
    left = Quantity(given.released - given.dead_space, per_point.dimension) - per_point * points
    with transaction():
        return administrations.close(given.id, outcome="given", leftover=left, at=clock.now(), by=doctor)


def draw_step(attempt_id, position, by):
    """One step as the technician does it: scan, mix where it is a powder, draw what is planned."""
    attempt = bench.attempt(attempt_id, by)
    step = bench.planned(attempt, position)
    source = bench_facts.source_of(step, clock.now(), f"cocktail:{attempt.cocktail_id}")
    product = catalogue.product(step.product_id)
    shown = preparations.Shown(
        "scan", gtin=None, lot=source.lot, expires_on=source.expires_on, vial=source.vial
    )
    shown = replace(shown, gtin=product.codes[0].gtin)
    with transaction():
        preparations.scan_vial(attempt_id, position, shown=shown, at=clock.now(), by=by)
    if product.form == "lyophilised":
        with transaction():
            water = next(lot for lot in bench.diluents(product, attempt.site_id) if lot.number == "WFI-1")
            preparations.mix_powder(
                attempt_id,
                position,
                diluent_lot_id=water.id,
                volume=Quantity.of("4", "mL"),
                at=clock.now(),
                by=by,
            )
    planned = bench.planned(bench.attempt(attempt_id, by), position).volume
    with transaction():
        measured = Quantity(planned, Quantity.of("1", "mL").dimension)
        preparations.confirm_draw(attempt_id, position, measured=measured, at=clock.now(), by=by)
