"""A list that names a lot by the number it had until it was corrected: the lot is found, and none is made."""

from __future__ import annotations

from datetime import date

import pytest

from formulary import clock
from formulary.administrations.models import ImportedUse
from formulary.db import db, transaction
from formulary.stock import actions as stock
from formulary.stock.models import Lot
from tests.exchange.doing import DELIVERIES, HISTORY, STOCK, a_list, recorded, why
from tests.exchange.test_goods import came, lies, shelved
from tests.support.builders import a_patient, a_policy, a_product
from tests.support.world import Cast

# What a row of a list means does not depend on the database.
pytestmark = pytest.mark.databases("sqlite")
ON = date(2027, 11, 30)


@pytest.fixture(autouse=True)
def ware(cast: Cast):
    a_policy(cast.site, "first_receipt_quarantine", {"required": False})
    a_policy(cast.site, "currency", "EUR")
    return a_product(name="Skinvive 100")


def corrected(cast: Cast, number: str = "NEW-77") -> None:
    """Two pharmacists read the pack."""
    told = {"second": cast.actor("pharmacist2"), "at": clock.now(), "by": cast.actor("pharmacist")}
    with transaction():
        lot = db.session.scalars(db.select(Lot).filter_by(number="G4405")).one()
        stock.correct_number(lot, number=number, reason="the pack", **told)


@pytest.mark.parametrize(
    ("word", "header", "row"), [("deliveries", DELIVERIES, came), ("stock", STOCK, lies)]
)
def test_goods_of_the_old_number_are_the_lots_and_known_again(cast: Cast, word, header, row) -> None:
    recorded(cast, word, a_list(header, row()))
    before = [containers for _, _, containers in shelved()]
    corrected(cast)
    same = a_list((*header, "another lot"), row() | {"another lot": "yes"})
    for raw in (a_list(header, row()), same):
        again = recorded(cast, word, raw)
        assert (again.rows_new, again.rows_known, shelved()) == (0, 1, [("NEW-77", ON, *before)])


def test_what_comes_later_under_the_old_number_and_under_the_new_is_one_lot(cast: Cast) -> None:
    recorded(cast, "deliveries", a_list(DELIVERIES, came()))
    corrected(cast)
    rows = came(note="LS-2"), came(note="LS-3", lot="NEW-77")
    recorded(cast, "deliveries", a_list(DELIVERIES, *rows))
    assert shelved() == [("NEW-77", ON, 30)]


def test_history_of_the_old_number_is_the_corrected_lots(cast: Cast, ware) -> None:
    patient = a_patient(name="Anna Kovac", code="P-777001")
    use = {
        "patient": patient.code,
        "product": "Skinvive 100",
        "lot": "G4405",
        "quantity": "1",
        "unit": "vial",
    }
    recorded(cast, "history", a_list(HISTORY, use | {"date": "2024-03-01"}))
    corrected(cast)
    rows = use | {"date": "2024-04-01"}, use | {"date": "2024-05-01", "lot": "NEW-77", "expiry": "2025-11"}
    recorded(cast, "history", a_list(HISTORY, *rows))
    [lot] = db.session.scalars(db.select(Lot).filter_by(product_id=ware.id))
    assert (lot.number, lot.expires_on) == ("NEW-77", date(2025, 11, 30))
    assert list(db.session.scalars(db.select(ImportedUse.lot_id))) == [lot.id] * 3


@pytest.mark.parametrize("word", ["deliveries", "history"])
def test_another_expiry_of_the_old_number_is_refused_with_the_lot_named(cast: Cast, word) -> None:
    a_patient(name="Anna Kovac", code="P-777001")
    recorded(cast, "deliveries", a_list(DELIVERIES, came()))
    corrected(cast)
    use = {"date": "2024-04-01", "patient": "P-777001", "product": "Skinvive 100", "lot": "G4405"}
    use |= {"expiry": "2025-11", "quantity": "1", "unit": "vial"}
    raw = a_list(HISTORY, use) if word == "history" else a_list(DELIVERIES, came(expiry="2028-02"))
    [(line, column, said)] = why(cast, word, raw)
    assert (line, column, "NEW-77" in said) == (2, "lot", True), said
