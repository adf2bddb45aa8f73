"""Deliveries and opening stock from lists: as receiving by hand would record them, all or nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from formulary.cli.verify import all_faults
from formulary.db import db
from formulary.rules.findings import Refused
from formulary.stock import queries
from formulary.stock.models import Delivery, Lot, Movement, Price, Vial
from tests.exchange.doing import DELIVERIES, STOCK, a_list, looked, recorded, why
from tests.support.builders import a_lot, a_policy, a_product, gtin_of, the_place
from tests.support.world import Cast


@pytest.fixture
def ware(cast: Cast):
    a_policy(cast.site, "first_receipt_quarantine", {"required": False})
    a_policy(cast.site, "currency", "EUR")
    return a_product(name="Skinvive 100")


def came(**more):
    said = {"date": "2026-11-20", "supplier": "Pharma Gros", "note": "LS-1", "product": "Skinvive 100"}
    said |= {
        "lot": "G4405",
        "expiry": "2027-11",
        "packs": "2",
        "per pack": "5",
        "price": "18.20",
        "currency": "EUR",
    }
    return said | {"place": the_place().name} | more


def lies(**more):
    said = {"place": the_place().name, "product": "Skinvive 100", "lot": "G4405", "expiry": "2027-11-30"}
    return said | {"quantity": "6"} | more


def shelved() -> list[tuple[str, date, int]]:
    db.session.expire_all()
    rows = db.session.scalars(db.select(Lot).order_by(Lot.id)).all()
    return [
        (lot.number, lot.expires_on, queries.balance_sheet(lot.id).on_hand // 5_000_000)
        for lot in rows
        if lot.product.name == "Skinvive 100"
    ]


def test_deliveries_are_received_as_by_hand_and_the_same_twice_once(cast: Cast, ware) -> None:
    raw = a_list(DELIVERIES, came(), came(lot="G4406", product=gtin_of(ware), price="", currency=""))
    assert recorded(cast, "deliveries", raw, "technician").rows_new == 2
    assert shelved() == [("G4405", date(2027, 11, 30), 10), ("G4406", date(2027, 11, 30), 10)]
    again = recorded(cast, "deliveries", raw + a_list(DELIVERIES, came(note="LS-2")))
    assert (again.rows_new, again.rows_known) == (1, 2)
    delivery = db.session.scalars(db.select(Delivery).where(Delivery.supplier == "Pharma Gros")).first()
    assert delivery.received_at == datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert [row.minor for row in db.session.scalars(db.select(Price))] == [1820, 1820]
    assert list(all_faults()) == []


BAD_DELIVERIES = {
    "packs": ({"packs": "0"}, "packs", "no whole number"),
    "too many": ({"packs": "9999"}, "packs", "More than 10,000 containers"),
    "expired": ({"expiry": "2026-11-23"}, "lot", "It expired at the end of 23 Nov 2026."),
    "far": ({"expiry": "2039-11-30"}, "lot", "It expires on 30 Nov 2039"),
    "place": ({"place": "Attic"}, "place", "There is no such place here."),
    "currency": ({"currency": "CHF"}, "currency", "This site pays in EUR."),
    "future": ({"date": "2026-11-26"}, "date", "in the future"),
    "nobody": ({"supplier": ""}, "supplier", "It is empty."),
    "on record": ({"lot": "K77", "expiry": "2028-01-31"}, "lot", "K77"),
    "looks like": ({"lot": "K7O"}, "lot", "K70"),
}  # fmt: skip


@pytest.mark.databases("sqlite")  # every reason is found by the same reader on both
def test_a_delivery_that_receiving_by_hand_refuses_is_a_bad_row(cast: Cast, ware) -> None:
    a_lot(ware, number="K77")
    a_lot(ware, number="K70")
    raw = a_list(DELIVERIES, *(came(**more) for more, _, _ in BAD_DELIVERIES.values()), came())
    found = why(cast, "deliveries", raw)
    wanted = [(line, column) for line, (_, column, _) in enumerate(BAD_DELIVERIES.values(), 2)]
    assert [(line, column) for line, column, _ in found] == wanted
    told = dict(zip(BAD_DELIVERIES, found, strict=True))
    assert {name: said for name, (_, _, said) in told.items() if BAD_DELIVERIES[name][2] not in said} == {}
    with pytest.raises(Refused, match="rows cannot be taken"):
        recorded(cast, "deliveries", raw)
    assert db.session.scalars(db.select(Delivery).where(Delivery.supplier == "Pharma Gros")).all() == []


def test_opening_stock_lies_sealed_and_open_and_the_same_twice_once(cast: Cast, ware) -> None:
    in_use = queries.place(cast.site.id, "in_use").name
    opened = lies(place=in_use, quantity="1.5", unit="mL", **{"opened at": "2026-11-20 09:00"})
    raw = a_list(STOCK, lies(), lies(), opened)
    assert recorded(cast, "stock", raw).rows_new == 3
    [lot] = db.session.scalars(db.select(Lot).filter_by(number="G4405")).all()
    sheet = queries.balance_sheet(lot.id)
    assert (sheet.received, sheet.sealed, sheet.opened, sheet.unaccounted) == (
        61_500_000,
        60_000_000,
        1_500_000,
        0,
    )
    assert (lot.grade, lot.status) == ("imported", "available")
    [vial] = db.session.scalars(db.select(Vial).filter_by(lot_id=lot.id)).all()
    assert (vial.opened_at, vial.state) == (datetime(2026, 11, 20, 8, tzinfo=UTC), "open")
    assert vial.beyond_use_at == datetime(2026, 12, 18, 8, tzinfo=UTC)
    longer = recorded(cast, "stock", raw + a_list(STOCK, lies(lot="G9")))
    assert (longer.rows_new, longer.rows_known) == (1, 3)
    assert (
        db.session.scalar(db.select(db.func.count(Movement.id)).where(Movement.reason == "opening_balance"))
        == 4
    )
    assert list(all_faults()) == []


BAD_STOCK = {
    "part": ({"quantity": "1.5", "unit": "mL"}, "quantity", "Sealed stock is whole containers."),
    "open on a shelf": ({"opened at": "2026-11-20", "quantity": "1"}, "quantity", "does not lie at"),
    "tomorrow": ({"opened at": "2026-11-25"}, "opened at", "in the future"),
    "more than there is": ({"quantity": "10001"}, "quantity", "more than 10,000 containers"),
    "nothing": ({"quantity": "0"}, "quantity", "no part of a container"),
    "empty": ({"quantity": ""}, "quantity", "It is empty."),
}  # fmt: skip


@pytest.mark.databases("sqlite")  # every reason is found by the same reader on both
def test_opening_stock_that_cannot_lie_so_is_a_bad_row(cast: Cast, ware) -> None:
    found = why(cast, "stock", a_list(STOCK, *(lies(**more) for more, _, _ in BAD_STOCK.values())))
    wanted = [(line, column) for line, (_, column, _) in enumerate(BAD_STOCK.values(), 2)]
    assert [(line, column) for line, column, _ in found] == wanted
    told = dict(zip(BAD_STOCK, found, strict=True))
    assert {name: said for name, (_, _, said) in told.items() if BAD_STOCK[name][2] not in said} == {}


def test_what_needs_a_second_person_by_hand_waits_in_quarantine(cast: Cast, ware) -> None:
    a_policy(cast.site, "manual_entry_second_person", {"required": True})
    recorded(cast, "deliveries", a_list(DELIVERIES, came()))
    [lot] = db.session.scalars(db.select(Lot).filter_by(number="G4405")).all()
    assert queries.balance_sheet(lot.id).quarantined == 50_000_000


def test_opening_stock_is_a_pharmacists(cast: Cast, ware) -> None:
    with pytest.raises(Exception, match="release from quarantine"):
        looked(cast, "stock", a_list(STOCK, lies()), "technician")
