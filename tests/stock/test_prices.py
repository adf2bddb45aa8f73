"""What was paid: recorded with a delivery or later, corrected by a further entry, and what is left of it."""

from fractions import Fraction

import pytest

from formulary import clock
from formulary.accounts import Forbidden
from formulary.audit.models import AuditEntry
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.rules.units import Money, currency
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Price
from tests.stock.doing import opened, received, refused_codes, undone
from tests.support.builders import a_policy, a_product, the_site

EUR = currency("EUR")
URL = "/stock/receive"
BY_HAND = {
    "number": "L2231", "number_again": "L2231", "expires_on": "2027-11-30", "expires_on_again": "2027-11-30",
    "packs": "2", "per_pack": "5", "supplier": "Medisud", "note_number": "DN-88120",
}  # fmt: skip
TWELVE = {"price": "12", "per_pack": "5"}


def euros(text):
    return Money(Fraction(text) * 100, EUR)


@pytest.fixture
def product(cast):
    """A vial of 5 mL, in a house that keeps its prices in EUR and puts first receipts on the shelf."""
    a_policy(the_site(), "first_receipt_quarantine", {"required": False})
    a_policy(the_site(), "currency", "EUR")
    return a_product(name="tranexamic acid 100 mg per mL")


def delivery(lot):
    return queries.receipts(lot.id, the_site().id)[0].delivery.id


def priced(cast, lot, text, *, by="pharmacist", **more):
    given = {"per_pack": 5, "at": clock.now(), "by": cast.actor(by)} | more
    with transaction():
        return stock.record_price(delivery(lot), price=euros(text), **given)


def paid(*lots, products=()):
    found = queries.prices(the_site().id, clock.now(), lots={lot.id for lot in lots}, products=products)
    return {lot.number: found.by_lot[lot.id].of(1_000_000) for lot in lots if lot.id in found.by_lot}


def test_a_delivery_keeps_what_a_pack_cost_how_warm_and_how_whole_it_came(product, cast):
    lot = received(product.id, price=euros("12.50"), per_pack=5, arrived_at_tenths=45, damage="one box wet")
    [receipt] = queries.receipts(lot.id, cast.site.id)
    price = receipt.price
    assert (price.minor, price.currency, price.per_pack, price.pack) == (1250, "EUR", 5, 25_000_000)
    assert (receipt.delivery.arrived_at_tenths, receipt.delivery.damage) == (45, "one box wet")
    entry = db.select(AuditEntry).filter_by(action="stock.receive", object_id=lot.id, outcome="done")
    told = db.session.scalars(entry).one().new
    assert (told["price"], told["currency"], told["arrived_at_tenths"]) == ("12.50", "EUR", 45)


def test_a_price_can_be_recorded_later_by_whoever_receives(product, cast):
    lot = received(product.id)
    assert paid(lot) == {}
    priced(cast, lot, "12.50", by="technician")
    assert paid(lot) == {lot.number: euros("0.50")}


def test_a_correction_supersedes_and_the_first_stays(product, cast):
    lot = received(product.id, price=euros("12.50"), per_pack=5)
    first = queries.receipts(lot.id, cast.site.id)[0].price
    second = priced(cast, lot, "10", reason="the note says 10", seen_id=first.id)
    assert second.supersedes_id == first.id
    assert [(p.minor, p.reason) for p in queries.receipts(lot.id, cast.site.id)[0].prices] == [
        (1000, "the note says 10"), (1250, ""),
    ]  # fmt: skip
    assert paid(lot) == {lot.number: euros("0.40")}


def test_only_a_pharmacist_corrects_a_price(product, cast):
    lot = received(product.id, price=euros("12.50"), per_pack=5)
    with pytest.raises(Forbidden):
        priced(cast, lot, "10", by="technician", reason="a slip")


@pytest.mark.parametrize(
    ("text", "more", "code"),
    [
        ("10", {}, "price.reason_missing"),
        ("10", {"reason": " "}, "price.reason_missing"),
        ("12.50", {"reason": "again"}, "price.same"),
        ("10", {"reason": "late", "seen_id": 4711}, "price.changed_meanwhile"),
        ("10", {"reason": "late", "seen_id": None}, "price.changed_meanwhile"),
        ("10", {"reason": "late", "per_pack": 0}, "quantity.not_a_count"),
    ],
)
def test_a_correction_that_is_none_is_refused(product, cast, text, more, code):
    lot = received(product.id, price=euros("12.50"), per_pack=5)
    seen = queries.receipts(lot.id, cast.site.id)[0].price.id
    with pytest.raises(Refused) as refused:
        priced(cast, lot, text, **{"seen_id": seen} | more)
    assert refused_codes(refused) == [code]
    assert db.session.scalar(db.select(db.func.count(Price.id))) == 1


def test_a_price_is_in_the_currency_that_the_site_has_decided(product, cast):
    lot = received(product.id)
    with pytest.raises(Refused) as refused, transaction():
        stock.record_price(
            delivery(lot), price=Money(Fraction(9), currency("USD")), per_pack=1, at=clock.now(),
            by=cast.actor("pharmacist"),
        )  # fmt: skip
    assert refused_codes(refused) == ["price.other_currency"]


def test_a_price_of_before_the_currency_changed_is_not_taken_for_the_new_one(product, cast):
    lot = received(product.id, price=euros("12.50"), per_pack=5)
    a_policy(the_site(), "currency", "USD")
    assert paid(lot) == {}


def test_two_deliveries_of_a_lot_cost_what_was_paid_for_both(product, cast):
    lot = received(product.id, containers=5, price=euros("10"), per_pack=5)
    received(product.id, containers=15, price=euros("20"), per_pack=5)
    assert paid(lot) == {lot.number: euros("0.70")}


def test_a_delivery_that_was_undone_costs_nothing_more(product, cast):
    lot = received(product.id, containers=5, price=euros("10"), per_pack=5)
    received(product.id, containers=15, price=euros("20"), per_pack=5)
    undone(queries.last_receipt(lot.id, cast.site.id))
    assert paid(lot) == {lot.number: euros("0.40")}


def test_the_last_known_price_of_a_product_is_that_of_its_newest_priced_delivery(product, cast, watch):
    late = received(product.id, "A1", price=euros("10"), per_pack=5)
    watch.move(days=3)
    received(product.id, "B1", price=euros("20"), per_pack=5)
    received(product.id, "C1")
    priced(cast, late, "11", reason="a slip", seen_id=queries.receipts(late.id, cast.site.id)[0].price.id)
    found = queries.prices(cast.site.id, clock.now(), lots=(), products={product.id})
    assert (found.last[product.id].lot, found.last[product.id].money) == ("B1", euros("20"))


def test_the_last_known_price_of_a_product_is_never_that_of_a_delivery_that_was_undone(product, cast):
    received(product.id, "A1", price=euros("10"), per_pack=5)
    slip = received(product.id, "B1", price=euros("9999"), per_pack=5)
    undone(queries.last_receipt(slip.id, cast.site.id))
    found = queries.prices(cast.site.id, clock.now(), lots=(), products={product.id})
    assert (found.last[product.id].lot, found.last[product.id].money) == ("A1", euros("10"))


def test_the_prices_of_a_day_are_those_of_what_had_come_by_then_as_corrected_since(product, cast, watch):
    lot = received(product.id, "A1", price=euros("10"), per_pack=5)
    first, then = queries.receipts(lot.id, cast.site.id)[0], clock.now()
    watch.move(days=3)
    received(product.id, "A1", price=euros("100"), per_pack=5)
    with transaction():
        stock.record_price(
            first.delivery.id, price=euros("11"), per_pack=5, reason="a slip", seen_id=first.price.id,
            at=clock.now(), by=cast.actor("pharmacist"),
        )  # fmt: skip
    of = {"lots": {lot.id}, "products": {product.id}, "came_by": then}
    found = queries.prices(cast.site.id, clock.now(), **of)
    assert (found.by_lot[lot.id].money, found.last[product.id].money) == (euros("11"), euros("11"))


def test_the_lot_page_says_what_came_with_it_and_what_is_left_of_it_in_money(product, cast, clients):
    lot = received(
        product.id, containers=3, price=euros("12.50"), per_pack=5, supplier="Medisud", note_number="DN-1",
        arrived_at_tenths=-5, damage="one box wet",
    )  # fmt: skip
    opened(lot)
    page = clients("pharmacist").get_ok(f"/stock/lots/{lot.id}").text.replace("\xa0", " ")
    assert "15 mL × 12.50 EUR ÷ 25 mL = 7.50 EUR" in page
    for words in ("3 vials from Medisud", "DN-1", "arrived at -0.5 °C", "damage: one box wet",
        "12.50 EUR for a pack of 5 vials", "Correct the price"):  # fmt: skip
        assert words in page


def test_a_lot_without_a_price_says_so_and_leads_to_where_it_is_recorded(product, cast, clients):
    lot, technician = received(product.id), clients("technician")
    page = technician.get_ok(f"/stock/lots/{lot.id}")
    assert "price unknown" in page.text
    page = technician.get_ok(page.links["Record the price"])
    technician.submit(page, {"price": "0", "per_pack": "5"}, press="Record it")
    assert "0.00\xa0EUR for a pack of 5 vials" in technician.get_ok(f"/stock/lots/{lot.id}").text
    assert paid(lot) == {lot.number: euros("0")}


def test_a_pharmacist_corrects_a_price_on_its_page(product, cast, clients):
    lot, pharmacist = received(product.id, price=euros("12.50"), per_pack=5), clients("pharmacist")
    page = pharmacist.get_ok(f"/stock/deliveries/{delivery(lot)}/price")
    pharmacist.submit(page, {"price": "10", "reason": "the note says 10"}, press="Correct it")
    shown = pharmacist.get_ok(f"/stock/lots/{lot.id}").text.replace("\xa0", " ")
    assert "10.00 EUR for a pack of 5 vials" in shown
    assert "the note says 10" in shown
    assert clients("technician").get(f"/stock/deliveries/{delivery(lot)}/price").status_code == 403


def test_a_price_recorded_meanwhile_is_shown_and_is_then_what_is_corrected(product, cast, clients):
    lot, pharmacist = received(product.id), clients("pharmacist")
    url = f"/stock/deliveries/{delivery(lot)}/price"
    page = pharmacist.get_ok(url)
    priced(cast, lot, "10")
    page = pharmacist.read(pharmacist.submit(page, TWELVE, press="Record it"), url, 422)
    assert "10.00 EUR for a pack of 5 vials" in page.text.replace("\xa0", " ")
    pharmacist.submit(page, {"price": "12", "reason": "the note says 12"}, press="Correct it")
    assert paid(lot) == {lot.number: euros("0.48")}


# What a form refuses is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("price", "-1", "“-1” has a sign"),
        ("price", "twelve", "“twelve” is not a plain number."),
        ("price", "12,50", "“12,50” has a comma"),
        ("price", "1e9", "“1e9”"),
        ("price", "1.005", "“1.005” has more decimals than EUR, which has 2 decimals."),
        ("arrived_at_tenths", "300", "“300” is no temperature of a delivery. Type -100 to 100."),
        ("arrived_at_tenths", "4.55", "“4.55” has more than one decimal."),
        ("arrived_at_tenths", "warm", "“warm” is not a plain number."),
    ],
)
def test_a_figure_that_cannot_be_is_answered_at_its_field_and_nothing_is_booked(
    product, clients, field, typed, words
):
    client = clients("pharmacist")
    page = client.get_ok(f"{URL}?by=hand")
    answer = client.submit(page, BY_HAND | {"product_id": str(product.id), field: typed}, press="Receive")
    page = client.read(answer, URL, 422)
    assert [error for error in page.errors if error.startswith(words)] == page.errors
    assert page.form(URL, "Receive").fields[field] == [typed]
    assert queries.lots_of([product.id]) == []


def test_what_was_typed_with_a_delivery_is_on_record(product, cast, clients):
    client = clients("pharmacist")
    page = client.get_ok(f"{URL}?by=hand")
    told = {"product_id": str(product.id), "price": "12.50", "arrived_at_tenths": "-18", "damage": "wet"}
    client.submit(page, BY_HAND | told, press="Receive")
    [lot] = queries.lots_of([product.id])
    [receipt] = queries.receipts(lot.id, cast.site.id)
    assert (receipt.price.minor, receipt.delivery.arrived_at_tenths, receipt.delivery.damage) == (
        1250, -180, "wet",
    )  # fmt: skip


def test_without_a_currency_no_price_is_asked_for_and_the_page_says_where_it_is_decided(cast, clients):
    lot = received(a_product().id)
    clients("admin").get_ok(f"/accounts/sites/{cast.site.id}/policies/currency")
    for client, url in (
        (clients("pharmacist"), f"{URL}?by=hand"),
        (clients("pharmacist"), f"/stock/deliveries/{delivery(lot)}/price"),
    ):
        page = client.get_ok(url)
        assert "under Policies, Currency" in page.text
        assert "price" not in {name for form in page.forms for name in form.names}
