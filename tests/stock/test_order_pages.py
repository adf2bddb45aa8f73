"""The pages of suppliers, levels, the purchase list and orders, and receiving against an order."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from formulary import clock
from formulary.rules.units import Money, currency
from formulary.stock import queries
from formulary.stock.actions import NewLine
from tests.stock.doing import opened, received
from tests.stock.ordering import a_shelf_product, a_supplier, came, drafted, keeps, line_of, read, sent, ten
from tests.support.builders import a_policy, a_product, gtin_of, the_site
from tests.support.client import Client
from tests.support.pages import Page

As = Callable[[str], Client]
SCANNED = {"scan-captured": "1"}
rows_as_elsewhere = pytest.mark.databases("sqlite")  # its questions are asked of both by the acts' own tests
words_alone = pytest.mark.databases("sqlite")  # what a field answers is decided before any table is asked


@pytest.fixture
def product(cast: Any) -> Any:
    """A vial that comes singly and in boxes of ten, at a site that keeps prices in EUR."""
    a_policy(the_site(), "currency", "EUR")
    return a_shelf_product()


@pytest.fixture
def technician(clients: As) -> Client:
    return clients("technician")


def words(page: Page) -> str:
    """All words of a page with ordinary spaces."""
    return page.text.replace("\xa0", " ")


def in_days(days: int) -> str:
    return (clock.now().date() + timedelta(days=days)).isoformat()


def euros(text: str) -> Money:
    return Money(Fraction(text) * 100, currency("EUR"))


def test_a_level_that_nobody_has_set_is_unknown_and_is_set_on_its_page(
    technician: Client, product: Any
) -> None:
    received(product.id, containers=4)
    url = f"/stock/supply/{product.id}"
    page = technician.get_ok(technician.get_ok("/stock/supply").links[product.name])
    assert "No minimum is set, so nothing is suggested." in words(page)
    assert "not set" in words(page)
    page = technician.get_ok(page.links["Set levels"])
    answers = {"minimum": "10", "target": "30", "lead_days": "7", "per_pack": "10"}
    technician.submit(page, answers | {"supplier_id": str(a_supplier().id)}, press="Save")
    page = technician.get_ok(url)
    assert "To order: 3 packs of 10 vials" in words(page)
    assert [one for one in (
        "Usable now: 4 vials.",
        "Use until a delivery: unknown, because the use is unknown. Nothing is taken off for it.",
        "That leaves 4 vials, against a minimum of 10 vials.",
        "Up to the target of 30 vials, 26 vials are missing.",
        "In whole packs: 3 packs of 10 vials, 30 vials.",
    ) if one not in words(page)] == []  # fmt: skip
    page = technician.get_ok(f"{url}/level")
    technician.submit(page, {"minimum": "", "target": ""}, press="Save")
    assert queries.level(the_site().id, product.id).minimum is None


@words_alone
@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("minimum", "-1", "“-1” is not taken here. Type a whole number from 0 to 100000."),
        ("minimum", "2.5", "“2.5” is not taken here. Type a whole number from 0 to 100000."),
        ("target", "1000000000", "“1000000000” is not taken here. Type a whole number from 1 to 100000."),
        ("target", "5", "The minimum of 10 is above the target of 5. Type a target of 10 or more"),
        ("lead_days", "a week", "“a week” is not taken here. Type a whole number from 0 to 365."),
    ],
)
def test_a_level_that_cannot_be_is_answered_at_its_field(
    technician: Client, product: Any, field: str, typed: str, said: str
) -> None:
    answers = {"minimum": "10", "target": "30"} | {field: typed}
    page = technician.post_refused(f"/stock/supply/{product.id}/level", answers)
    assert page.errors[0].startswith(said)
    assert queries.level(the_site().id, product.id) is None


def a_list(product: Any) -> None:
    """One product of Medisud to order by the last price, and one that nobody has a supplier for."""
    received(product.id, containers=4, price=euros("12.50"), per_pack=10)
    keeps(product, supplier_id=a_supplier().id, lead_days=7)
    keeps(a_product(name="Zincosan"), per_pack=None)


@rows_as_elsewhere
def test_the_purchase_list_is_by_supplier_with_packs_prices_and_sums(
    technician: Client, product: Any
) -> None:
    a_list(product)
    page = technician.get_ok("/stock/purchase-list")
    for said in (
        "Medisud", "3 packs of 10 vials", "12.50 EUR", "37.50 EUR",
        "In all, by what was paid last: 37.50 EUR", "No supplier set", "Zincosan", "30 vials",
        "Why 3 packs of 10 vials",
    ):  # fmt: skip
        assert said in words(page)
    text = technician.get("/stock/purchase-list.csv").get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert rows[1][:5] == ["Medisud", product.name, "3", "10", "30"]
    assert rows[1][6:8] == ["12.50", "EUR"]
    assert (rows[2][0], rows[2][6]) == ("", "")
    assert technician.get("/stock/purchase-list.xlsx").data[:2] == b"PK"
    assert technician.get("/stock/purchase-list.pdf").data[:5] == b"%PDF-"


def test_the_list_leads_to_a_draft_and_the_draft_to_an_order_on_paper(
    technician: Client, product: Any
) -> None:
    a_list(product)
    page = technician.get_ok("/stock/purchase-list")
    page = technician.get_ok(page.links["Draft the order to Medisud"])
    answer = technician.submit(page, {"lines-0-packs": "2"}, press="Draft the order")
    page = technician.get_ok(answer.location)
    assert "PO-1 to Medisud" in words(page)
    assert "2 packs of 10 vials" in words(page)
    assert "expected 1 Dec 2026" not in words(page)
    technician.submit(technician.get_ok(page.links["Send it"]), press="It is sent")
    page = technician.get_ok(answer.location)
    assert "expected 1 Dec 2026" in words(page)
    assert technician.get(page.links["Print"]).data[:5] == b"%PDF-"
    assert "20 vials: PO-1 expected 1 Dec 2026" in words(technician.get_ok("/stock/supply"))
    assert "20 vials on order" in words(technician.get_ok("/stock/"))
    assert "PO-1" in words(technician.get_ok("/stock/orders"))


def test_a_line_is_added_with_one_of_the_packs_of_its_product(technician: Client, product: Any) -> None:
    order = drafted()
    url = f"/stock/orders/{order.id}/add"
    page = technician.get_ok(url)
    page = technician.read(
        technician.submit(page, {"product_id": str(product.id)}, press="Show its packs"), url, 200
    )
    answers = {"per_pack": "10", "packs": "3", "expected_on": in_days(7), "price": "12.50"}
    technician.submit(page, answers, press="Add it")
    line = line_of(order).row
    assert (line.packs, line.per_pack, line.minor, line.currency) == (3, 10, 1250, "EUR")
    page = technician.get_ok(f"/stock/orders/{order.id}")
    assert "In all, as agreed: 37.50 EUR" in words(page)


@words_alone
@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("packs", "0", "“0” is not taken here. Type a whole number from 1 to 10000."),
        ("packs", "1.5", "“1.5” is not taken here. Type a whole number from 1 to 10000."),
        (
            "expected_on",
            "2026-11-23",
            "It is expected on 23 Nov 2026, and that day has passed. Type 24 Nov 2026",
        ),
        ("reason", "", "A change of PO-1, which was sent, needs a reason. Say why."),
        ("price", "-3", "“-3” has a sign"),
    ],
)
def test_a_change_that_cannot_be_is_answered_at_its_field(
    technician: Client, product: Any, field: str, typed: str, said: str
) -> None:
    order = sent(ten(product))
    line = line_of(order).row
    answers = {"packs": "2", "expected_on": in_days(7), "reason": "they have two"} | {field: typed}
    page = technician.post_refused(f"/stock/orders/lines/{line.id}", answers)
    assert page.errors[0].startswith(said)
    assert line_of(order).row.packs == 3


def test_an_order_is_changed_called_off_and_cancelled_with_reasons_that_stay(
    technician: Client, product: Any
) -> None:
    order = sent(ten(product), NewLine(product.id, 5, 1))
    page = technician.get_ok(f"/stock/orders/{order.id}")
    technician.submit(
        technician.get_ok(page.links["Change line 1"]),
        {"packs": "2", "reason": "two left"},
        press="Change it",
    )
    technician.submit(
        technician.get_ok(page.links["Call off line 2"]), {"reason": "too dear"}, press="Call it off"
    )
    technician.submit(
        technician.get_ok(page.links["Cancel"]), {"reason": "closed down"}, press="Cancel the order"
    )
    said = words(technician.get_ok(f"/stock/orders/{order.id}"))
    for told in (
        "line 1: packs 3 × 10 → 2 × 10: two left",
        "line 2: called off, 5 were outstanding: too dear",
        "closed down",
    ):
        assert told in said
    assert read(order).state == "cancelled"


def test_a_scan_finds_the_order_it_fills_and_takes_from_it_what_nobody_typed(
    technician: Client, product: Any
) -> None:
    order = sent(NewLine(product.id, 3, 10, price=euros("12.50")))
    scan = f"]d201{gtin_of(product)}1727113010L2231"
    page = technician.get_ok("/stock/receive")
    page = technician.read(
        technician.submit(page, {"scan": scan} | SCANNED, press="Read"), "/stock/receive", 200
    )
    fields = page.form("/stock/receive", "Receive").fields
    assert fields["order_line_id"] == [str(line_of(order).row.id)]
    assert (fields["supplier"], fields["price"], fields["per_pack"]) == (["Medisud"], ["12.50"], ["1"])
    assert fields["packs"] == [""]
    technician.submit(page, {"packs": "12", "note_number": "DN-1"}, press="Receive")
    assert (line_of(order).received, read(order).state) == (12, "partly_received")
    assert "12 of lot L2231" in words(technician.get_ok(f"/stock/orders/{order.id}"))


@rows_as_elsewhere
def test_what_was_typed_stays_when_an_order_is_chosen(technician: Client, product: Any) -> None:
    order = sent(ten(product))
    sent(ten(product, 1))
    page = technician.get_ok("/stock/receive?by=hand")
    typed = {"product_id": str(product.id), "supplier": "Medisud SA", "per_pack": "6", "packs": "2"}
    page = technician.read(technician.submit(page, typed, press="Count up"), "/stock/receive", 200)
    chosen = {"order_line_id": str(line_of(order).row.id)}
    page = technician.read(technician.submit(page, chosen, press="Count up"), "/stock/receive", 200)
    fields = page.form("/stock/receive", "Receive").fields
    assert (fields["supplier"], fields["per_pack"], fields["packs"]) == (["Medisud SA"], ["6"], ["2"])


def test_another_product_than_the_line_orders_offers_to_receive_it_without_the_order(
    technician: Client, product: Any
) -> None:
    order, other = sent(ten(product)), a_product(name="Zincosan")
    page = technician.get_ok(f"/stock/receive?by=hand&order_line={line_of(order).row.id}")
    typed = {
        "product_id": str(other.id), "number": "Z1", "number_again": "Z1", "expires_on": "2027-11-30",
        "expires_on_again": "2027-11-30", "packs": "2",
    }  # fmt: skip
    page = technician.read(technician.submit(page, typed, press="Receive"), "/stock/receive", 422)
    assert "Line 1 of PO-1 orders tranexamic acid, and what came is Zincosan." in words(page)
    answer = technician.submit(page, press="Receive it without an order")
    page = technician.read(answer, "/stock/receive", 200)
    technician.submit(page, press="Receive")
    assert [lot.number for lot in queries.lots_of([other.id])] == ["Z1"]
    assert line_of(order).received == 0


def test_suppliers_show_what_they_sent_and_how_long_their_orders_took(
    clients: As, product: Any, watch: Any
) -> None:
    order = sent(ten(product))
    watch.move(days=4)
    came(order, product, 30)
    technician = clients("technician")
    page = technician.get_ok("/stock/suppliers")
    assert "4 days" in words(page)
    page = technician.get_ok(page.links["Medisud"])
    assert "4 days, the median of 1 delivery against orders" in words(page)
    assert product.name in words(page)
    technician.submit(technician.get_ok(page.links["Change"]), {"lead_days": "9"}, press="Save")
    assert "9 days" in words(technician.get_ok(page.url))
    page = technician.post_refused("/stock/suppliers/add", {"name": "médisud"})
    assert page.errors == ["Medisud is on record already. Open that supplier."]


@rows_as_elsewhere
def test_open_vials_and_what_is_not_usable_stand_apart_on_the_page_of_a_product(
    clients: As, product: Any, watch: Any
) -> None:
    keeps(product)
    opened(received(product.id, containers=4))
    received(product.id, "OLD", containers=5, expires_on=date(2026, 11, 26))
    watch.move(days=3)
    said = words(clients("technician").get_ok(f"/stock/supply/{product.id}"))
    assert "Not counted: 5 mL in 1 open vial." in said
    assert "Usable now: 3 vials." in said
    assert "25 mL of lot OLD" in said


@rows_as_elsewhere
def test_the_first_page_tells_who_keeps_the_stock_what_runs_out_and_what_has_not_come(
    clients: As, product: Any, watch: Any
) -> None:
    keeps(product)
    assert f"Order {product.name}" in words(clients("pharmacist").get_ok("/"))
    order = sent(ten(product, 1, days=2))
    watch.move(days=3)
    for who, told in (("technician", True), ("practitioner", False)):
        said = words(clients(who).get_ok("/"))
        waits = f"Wait for {product.name}" in said and "Enough is on its way." in said
        assert (waits, "Ask Medisud for PO-1" in said) == (told, told)
    assert f"/stock/orders/{order.id}" in clients("technician").get_ok("/").links.values()


@rows_as_elsewhere
def test_the_number_of_an_order_typed_above_any_page_opens_it(technician: Client, product: Any) -> None:
    order = sent(ten(product))
    answer = technician.submit(technician.get_ok("/stock/"), {"q": "po-1"}, to="/find")
    assert answer.location.endswith(f"/stock/orders/{order.id}")


@rows_as_elsewhere
def test_who_may_not_order_sees_the_pages_and_none_of_their_buttons(clients: As, product: Any) -> None:
    a_list(product)
    order = sent(ten(product))
    page = clients("practitioner").get_ok(f"/stock/orders/{order.id}")
    assert [name for name in ("Cancel", "Add a line", "Change line 1") if name in page.links] == []
    assert "Draft the order to Medisud" not in clients("practitioner").get_ok("/stock/purchase-list").links
    assert clients("practitioner").get(f"/stock/orders/{order.id}/cancel").status_code == 403
