"""Every builder's defaults make a valid row, on both databases."""

from flask import Flask

from formulary.db import db
from formulary.stock.models import Balance
from tests.support import builders
from tests.support.world import Cast


def test_the_builders_make_valid_rows(app: Flask, cast: Cast) -> None:
    product = builders.a_product(
        builders.an_ingredient(groups=("thiol",)), excipients=(builders.an_ingredient(),)
    )
    lot = builders.a_lot(product, number="L-2231")
    patient = builders.a_patient()
    builders.an_allergy(patient, "sulfite")
    builders.a_limit(product, "500 mg")
    builders.a_formula(product)
    balance = db.session.scalars(db.select(Balance).filter_by(lot_id=lot.id)).one()
    assert (balance.quantity, builders.on_hand(lot)) == (15_000_000, 15_000_000)
    assert builders.gtin_of(product).startswith("0952")
    assert builders.a_powder().ledger == "mass"
