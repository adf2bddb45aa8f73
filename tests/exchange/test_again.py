"""The same list brought again: what is on record is passed over, and what was undone or corrected is not."""

from __future__ import annotations

from datetime import date

import pytest

from formulary import clock
from formulary.db import StoredFile, db, transaction
from formulary.exchange import actions
from formulary.exchange.labels import KINDS
from formulary.patients.models import Exposure
from formulary.rules.findings import Refused
from formulary.rules.lot_status import NOT_ON_RECORD
from formulary.stock import actions as stock
from formulary.stock.actions.receiving import first_receipt
from formulary.stock.models import Lot
from formulary.web.words import SPACE
from tests.exchange.doing import DELIVERIES, HISTORY, STOCK, a_list, looked, recorded, why
from tests.exchange.test_goods import came, lies, shelved
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
    with transaction():
        number = stock.undoable_now(cast.actor("pharmacist"), clock.now()).id
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


def test_what_was_given_is_known_again_after_the_catalogue_was_corrected(cast: Cast, ware) -> None:
    rows = [use(), use(quantity="50", unit="mg")]
    recorded(cast, "history", a_list(HISTORY, *rows))
    with transaction() as session:
        session.info["audited"] = True
        product = session.get_one(type(ware), ware.id)
        product.content, product.strength_amount = 2 * product.content, 2 * product.strength_amount
    longer = recorded(cast, "history", a_list(HISTORY, *rows, use(date="2024-04-01")))
    assert (counts(longer), db.session.scalar(db.select(db.func.count(Exposure.id)))) == ((1, 2), 3)


def test_a_history_file_that_was_recorded_here_holds_nothing_new(cast: Cast, ware) -> None:
    raw = a_list(HISTORY, use(), use(lot=""))
    recorded(cast, "history", raw)
    with transaction() as session:
        session.info["audited"] = True
        session.get_one(type(ware), ware.id).name = "Another name"
    assert (looked(cast, "history", raw).known, counts(recorded(cast, "history", raw))) == (2, (0, 2))


def stored(cast: Cast, raw: bytes) -> StoredFile:
    with transaction():
        told = {"at": clock.now(), "by": cast.actor("pharmacist")}
        return actions.store_file(KINDS["history"], "list.csv", raw, **told)


def test_a_list_of_patients_that_lies_for_a_day_is_gone(cast: Cast, watch: Watch) -> None:
    file = stored(cast, a_list(HISTORY, use()))
    watch.move(hours=24)
    assert actions.content_of(file, at=clock.now()) is not None
    watch.move(minutes=1)
    assert actions.content_of(file, at=clock.now()) is None
    with pytest.raises(Refused, match="recorded or left meanwhile"), transaction():
        actions.record_list(KINDS["history"], file, at=clock.now(), by=cast.actor("pharmacist"), key="5" * 32)
    recorded(cast, "history", a_list(HISTORY, use()))
    db.session.expire_all()
    assert db.session.get_one(StoredFile, file.id).content is None


def test_opening_stock_with_another_amount_is_counted_and_not_added(cast: Cast) -> None:
    two = [lies(), lies(quantity="4")]
    recorded(cast, "stock", a_list(STOCK, *two))
    assert [(line, column) for line, column, _ in why(cast, "stock", a_list(STOCK, *two))] == []
    [(line, column, said)] = why(cast, "stock", a_list(STOCK, lies(quantity="7"), lies(quantity="4")))
    place = lies()["place"]
    assert (line, column, said.replace(SPACE, " ")) == (
        2, "quantity", f"This lot is on record at {place} with 6 vials and 4 vials, brought over before."
    )  # fmt: skip


def test_another_lot_is_another_although_the_known_one_has_no_expiry(cast: Cast) -> None:
    recorded(cast, "history", a_list(HISTORY, use(lot="A1")))
    another = use(date="2024-04-01", lot="A1", expiry="2025-11") | {"another lot": "yes"}
    recorded(cast, "history", a_list((*HISTORY, "another lot"), another, another | {"date": "2024-05-01"}))
    found = db.session.scalars(db.select(Lot.expires_on).filter_by(number="A1").order_by(Lot.id)).all()
    assert found == [NOT_ON_RECORD, date(2025, 11, 30)]
