"""The whole road through the doors of the rooms: from a delivered vial to a recall answer, on both databases."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from formulary import clock
from formulary.administrations import actions as administrations
from formulary.catalogue import queries as catalogue
from formulary.catalogue.models import Formula, FormulaLine, FormulaPair, FormulaVersion
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries as cocktail_queries
from formulary.cocktails.actions.signing import TOTAL, asked_lines
from formulary.config import seed_folder
from formulary.db import db, transaction
from formulary.patch_tests import actions as patch_tests
from formulary.preparations import actions as preparations
from formulary.preparations import facts as bench_facts
from formulary.preparations import queries as bench
from formulary.recalls import actions as recall_actions
from formulary.recalls import queries as recalls
from formulary.rules.findings import Refused, Stage
from formulary.rules.formulation import solve_cocktail
from formulary.rules.units import Quantity
from formulary.seed.catalogue import load_catalogue
from formulary.seed.formulas import formula_columns, line_columns, lines_of, version_columns
from formulary.seed.shelf import read_shelf
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from tests.support.builders import a_consent, a_patient, a_policy, a_weight, act, no_known_allergies, saved

PRODUCTS = {
    "tranexamic acid": "TXA-2231",
    "ascorbic acid (unapproved marketed vial)": "ASC-5007",
    "glutathione (reduced) lyophilised 600 mg": "GSH-0600",
    "sodium chloride 0.9%": "NACL-1",
    "water for injections": "WFI-1",
}
POLICIES = {
    "preparation_limit": {"name": "Category 1, ISO 5 device", "room_h": "12", "source": "USP <797>"},
    "patch_test": {"required": True, "bound_to_lot": False, "valid_days": "180"},
    "consent": {"procedure": "mesotherapy", "version": "2026-01"},
    "allergy_asked_within_days": "90",
    "tolerances": {"dose": "0.05", "volume": "0.05", "smallest_fill": "0.2"},
    "first_receipt_quarantine": {"required": False},
}


@pytest.fixture
def clinic(app, cast):
    """The real catalogue, the clinic's policies, five lots on the shelf."""
    with transaction():
        load_catalogue(read_shelf(seed_folder()), at=clock.now())
    for kind, value in POLICIES.items():
        a_policy(cast.site, kind=kind, value=value)
    by = cast.actor("pharmacist")
    for name, number in PRODUCTS.items():
        product = next(p for p in catalogue.products() if p.name == name)
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


@pytest.fixture
def patient(clinic, watch):
    """A patient of the clinic who may be treated: tested, asked, weighed, consenting."""
    row = a_patient(site=clinic.site)
    a_weight(row)
    no_known_allergies(row)
    a_consent(row, procedure="mesotherapy", version="2026-01", covers_off_label=True)
    by = clinic.actor("practitioner")
    products = {p.name: p.id for p in catalogue.products()}
    spots = [patch_tests.Spot(products[name], volume=Quantity.of("0.02", "mL")) for name in list(PRODUCTS)[:3]]
    with transaction():
        test = patch_tests.apply_test(
            row.id, spots=spots, applied_at=clock.now() - timedelta(days=5), late_reason="entered later", at=clock.now(), by=by
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
    version.lines = [FormulaLine(**line_columns(line, ingredients, products)) for line in lines_of(row, files)]
    for pair in files.formula_pairs:
        ids = {"a_id": ingredients[pair.a].id, "b_id": ingredients[pair.b].id}
        version.pairs.append(FormulaPair(reason=pair.reason, **ids))
    return saved(version)


def test_from_a_delivered_vial_to_a_recall_answer(clinic, patient):
    doctor, pharmacist, technician = (clinic.actor(n) for n in ("practitioner", "pharmacist", "technician"))
    formula = the_formula(doctor, pharmacist)
    with transaction():
        drafted = cocktails.create_draft(patient.id, formula_version_id=formula.id, at=clock.now(), by=doctor)
    checked = cocktails.check(drafted, Stage.SIGN, at=clock.now())
    assert [(f.code, f.reason) for f in checked.report.open] == []
