"""The same list brought again: what is on record is passed over, and what was undone or corrected is not."""

from __future__ import annotations

from datetime import date

import pytest

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.db import db, transaction
from formulary.patients.models import Exposure
from formulary.stock import actions as stock
from formulary.stock.actions.receiving import first_receipt
from tests.exchange.doing import DELIVERIES, HISTORY, a_list, recorded
from tests.exchange.test_goods import came, shelved
from tests.support.builders import a_patient, a_policy, a_product
from tests.support.watch import Watch
from tests.support.world import Cast


@pytest.fixture(autouse=True)
def ware(cast: Cast):
    a_policy(cast.site, "first_receipt_quarantine", {"required": False})
    a_policy(cast.site, "currency", "EUR")
    a_patient(name="Anna Kovac", code="P-777001")
    return a_product(name="Skinvive 100")


def use(**more):
    said = {"date": "2024-03-01", "patient": "P-777001", "product": "Skinvive 100", "lot": "G4405"}
    return said | {"quantity": "1", "unit": "vial"} | more


def counts(file) -> tuple[int, int]:
    return file.rows_new, file.rows_known


def test_a_supplier_is_known_again_with_any_letters(cast: Cast) -> None:
    recorded(cast, "deliveries", a_list(DELIVERIES, came(supplier="Österreich Pharma")))
    again = recorded(cast, "deliveries", a_list(DELIVERIES, came(supplier="ÖSTERREICH  PHARMA")))
    assert (counts(again), shelved()) == ((0, 1), [("G4405", date(2027, 11, 30), 10)])


def test_what_a_supplier_with_any_letters_brings_again_is_no_first_receipt(cast: Cast, ware) -> None:
    recorded(cast, "deliveries", a_list(DELIVERIES, came(supplier="Österreich Pharma")))
    undecided = cast.site.id + 1
    first = [
        first_receipt(ware, name, undecided, clock.now()) for name in ("ÖSTERREICH Pharma", "Nobody Else")
    ]
    assert first == ["", "supplier"]


def test_a_delivery_that_was_undone_comes_again(cast: Cast) -> None:
    raw = a_list(DELIVERIES, came())
    recorded(cast, "deliveries", raw)
    number = db.session.scalar(db.select(db.func.max(AuditEntry.id)).filter_by(action="stock.receive"))
    with transaction():
        stock.undo(number, at=clock.now(), by=cast.actor("pharmacist"))
    again = recorded(cast, "deliveries", raw)
    assert (counts(again), shelved()) == ((1, 0), [("G4405", date(2027, 11, 30), 10)])


def test_what_was_given_this_morning_counts_once(cast: Cast, watch: Watch) -> None:
    watch.move(hours=24 + 7 - clock.now().hour)
    raw = a_list(HISTORY, use(date=str(clock.now().date())))
    recorded(cast, "history", raw)
    watch.move(minutes=5)
    longer = recorded(cast, "history", raw + a_list(HISTORY, use()))
    assert (counts(longer), db.session.scalar(db.select(db.func.count(Exposure.id)))) == ((1, 1), 2)
