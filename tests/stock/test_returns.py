"""Returns to the supplier: from a shelf, from quarantine, of an opened vial, with what is expected for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pypdfium2
import pytest

from formulary import clock
from formulary.db import Missing, db, transaction
from formulary.rules.findings import Refused
from formulary.rules.units import Money, currency
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Lot, SupplierReturn
from formulary.stock.queries import proof
from tests.stock.doing import (
    held,
    lies,
    opened,
    posted,
    received,
    reconstituted,
    refused_codes,
    somebody,
)
from tests.support.builders import a_lot, a_policy, a_powder, a_product, the_place, the_site
from tests.support.client import Client

pytestmark = pytest.mark.usefixtures("cast")
ONE = 5_000_000


def returned(lot: Lot, kind: str = "storage", containers: int = 1, **more: Any) -> SupplierReturn:
    given = {"reason": "defect", "at": clock.now(), "by": somebody()} | more
    with transaction():
        row = queries.lot(lot.id)
        return stock.return_lot(row, place=the_place(kind), quantity=containers * ONE, **given)


def test_what_goes_back_is_gone_and_the_sheet_says_where() -> None:
    lot = a_lot()
    row = returned(lot, containers=2, number="RMA-7", remark="crystals")
    sheet = queries.balance_sheet(lot.id)
    assert (row.code, row.number, lies(lot, "storage")) == ("RT-1", "RMA-7", ONE)
    assert (sheet.returned, sheet.balances) == (2 * ONE, True)
    assert list(proof.ledger_faults()) == []


@pytest.mark.parametrize("kind", ["storage", "quarantine"])
def test_held_and_expired_goods_go_back_from_shelf_and_quarantine(kind: str) -> None:
    lot = a_lot(expires_on=date(2026, 11, 1))
    if kind == "quarantine":
        posted(lot, "storage", "quarantine", 3 * ONE, reason="quarantined")
    held("lot", lot.id)
    returned(lot, kind, 3)
    assert (lies(lot, kind), queries.lot(lot.id).status) == (0, "exhausted")


def test_an_opened_vial_goes_back_with_its_diluent() -> None:
    vial = reconstituted(opened(a_lot(a_powder()), opened_for_id=7), a_lot())
    with transaction():
        row = queries.vial(vial.id)
        made = stock.return_vial(row, reason="defect", at=clock.now(), by=somebody())
    assert (vial.state, queries.contents(vial_id=vial.id), made.vial_id) == ("returned", [], vial.id)
    assert queries.volume_left(vial) == 0


def test_it_keeps_its_delivery_its_supplier_and_the_credit_that_is_expected() -> None:
    a_policy(the_site(), "currency", "EUR")
    lot = received(a_product().id, supplier="Medisud", note_number="DN-1")
    [receipt] = queries.receipts(lot.id, the_site().id)
    credit = Money(Fraction(1250), currency("EUR"))
    row = returned(lot, "quarantine", delivery_id=receipt.delivery.id, credit=credit)
    assert (row.supplier, row.delivery_id, row.minor, row.currency) == (
        "Medisud", receipt.delivery.id, 1250, "EUR",
    )  # fmt: skip


def with_reservation(lot: Lot) -> dict[str, Any]:
    with transaction() as session:
        session.info["audited"] = True
        pick = stock.Pick(lot.id, 3 * ONE, the_place().id)
        stock.reserve("cocktail:1", [pick], at=clock.now(), by=somebody())
    return {}


def with_other_delivery(lot: Lot) -> dict[str, Any]:
    other = received(a_product().id, "L9")
    return {"delivery_id": queries.receipts(other.id, the_site().id)[0].delivery.id}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (lambda _: {"reason": ""}, "return.reason_missing"),
        (lambda _: {"reason": "left_over"}, "return.reason_missing"),
        (lambda _: {"reason": "other_return"}, "return.remark_missing"),
        (lambda _: {"containers": 4}, "stock.short"),
        (lambda _: {"containers": 0}, "quantity.not_positive"),
        (lambda _: {"kind": "in_use"}, "place.wrong_kind"),
        (lambda _: {"credit": Money(Fraction(1), currency("EUR"))}, "return.other_currency"),
        (with_other_delivery, "return.other_delivery"),
        (with_reservation, "stock.reserved"),
    ],
)
def test_what_is_no_return_is_refused_and_nothing_moves(
    given: Callable[[Lot], dict[str, Any]], code: str
) -> None:
    lot = a_lot()
    more = given(lot)
    with pytest.raises(Refused) as refusal:
        returned(lot, **more)
    assert (refused_codes(refusal), lies(lot, "storage")) == ([code], 3 * ONE)


def test_no_more_goes_back_with_a_delivery_than_it_brought() -> None:
    a_policy(the_site(), "first_receipt_quarantine", {"required": False})
    product = a_product()
    lot = received(product.id)
    received(product.id, containers=20)
    first = {"delivery_id": queries.receipts(lot.id, the_site().id)[-1].delivery.id}
    returned(lot, containers=2, **first)
    with pytest.raises(Refused) as refusal:
        returned(lot, containers=2, **first)
    assert refused_codes(refusal) == ["return.more_than_came"]
    returned(lot, containers=1, **first)
    assert queries.went_back_with(first["delivery_id"]) == 3 * ONE


def test_a_return_on_record_is_never_altered() -> None:
    row = returned(a_lot())
    with pytest.raises(Exception, match="append-only"):
        behind(f"UPDATE supplier_return SET quantity = 1 WHERE id = {row.id}")  # noqa: S608 - a test's own words


def behind(words: str) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql(words)


def test_the_return_is_made_on_the_lot_page_and_its_note_is_printed(
    clients: Callable[[str], Client],
) -> None:
    pharmacist, lot = clients("pharmacist"), a_lot(number="L2231")
    url = pharmacist.get_ok(f"/stock/lots/{lot.id}").links["Return"]
    refused = pharmacist.post_refused(url, {"containers": "1"})
    assert refused.errors == ["Choose why."]
    page = pharmacist.post_ok(url, {"containers": "1", "reason": "wrong_goods", "number": "RMA-7"})
    assert "RT-1" in page.h1
    assert "not what was ordered" in pharmacist.get_ok("/stock/returns").text
    assert pharmacist.get("/stock/returns/1/note.pdf").data[:5] == b"%PDF-"


def test_what_goes_to_one_supplier_on_one_day_goes_with_one_note(clients: Callable[[str], Client]) -> None:
    alone, product = returned(a_lot()), a_product()
    lots = [received(product.id, number, supplier="Pharma Gros") for number in ("LOT1", "LOT2", "LOT3")]
    kept = [returned(lot, "quarantine", delivery_id=receipt_of(lot)) for lot in lots]
    undo_the_last_return()
    client = clients("pharmacist")
    links = client.get_ok(f"/stock/returns/{kept[0].id}").links
    paper = pypdfium2.PdfDocument(client.get(links["One note for all 2 of that day"]).data)
    shown = " ".join(page.get_textpage().get_text_range() for page in paper)
    assert [lot.number in shown for lot in lots] == [True, True, False]
    assert "One note" not in " ".join(client.get_ok(f"/stock/returns/{alone.id}").links)


def receipt_of(lot: Lot) -> int:
    return queries.receipts(lot.id, the_site().id)[0].delivery.id


def undo_the_last_return() -> None:
    with transaction():
        own = stock.undoable_now(somebody(), clock.now())
        assert own is not None
        assert own.action == "stock.return"
        stock.undo(own.id, at=clock.now(), by=somebody())


def test_an_opened_vial_is_returned_from_its_page(clients: Callable[[str], Client]) -> None:
    vial = opened(a_lot())
    page = clients("technician").post_ok(f"/stock/vials/{vial.id}/return", {"reason": "defect"})
    assert f"open vial {vial.code}" in page.text.replace("\N{NO-BREAK SPACE}", " ")


def test_another_sites_return_is_not_there(cast: Any) -> None:
    row = returned(a_lot())
    with pytest.raises(Missing):
        queries.supplier_return(row.id, cast.other_site.id)
