"""What was drawn for a cocktail stands on its page in money, exactly, with what has no price said."""

from fractions import Fraction

from formulary import clock
from formulary.audit import record
from formulary.cocktails.labels.drawn import drawn_costs
from formulary.db import transaction
from formulary.rules.units import Money, currency
from formulary.stock import actions as stock
from formulary.stock import queries
from tests.stock.doing import received
from tests.support.builders import a_policy

EUR = currency("EUR")


def priced(road, number, cents):
    [lot] = queries.lots_with_number(number)
    with transaction():
        stock.record_price(
            queries.receipts(lot.id, road.clinic.site.id)[0].delivery.id,
            price=Money(Fraction(cents), EUR), per_pack=1, at=clock.now(), by=road.clinic.actor("pharmacist"),
        )  # fmt: skip


def test_what_was_drawn_costs_its_share_of_the_pack_and_nothing_before_the_first_draw(road, clients):
    attempt = road.claimed()
    assert drawn_costs(attempt.cocktail, at=clock.now(), mark=".") is None
    attempt = road.drawn()
    a_policy(road.clinic.site, "currency", "EUR")
    priced(road, "TXA-2231", 500)
    found = drawn_costs(attempt.cocktail, at=clock.now(), mark=".")
    [tranexamic] = [draw for draw in attempt.draws if draw.line_number == 1]
    assert found.line(1).drawn == Money(Fraction(500 * tranexamic.quantity, 10_000_000), EUR)
    assert (found.unpriced, found.state) == (3, "unknown")
    page = clients("practitioner").get_ok(f"/cocktails/{attempt.cocktail_id}")
    assert "at least 0.10 EUR, 3 lines without price" in page.text.replace("\xa0", " ")


def test_a_later_delivery_of_the_lot_changes_nothing_of_what_was_drawn_before(road, watch):
    attempt = road.drawn()
    a_policy(road.clinic.site, "currency", "EUR")
    priced(road, "TXA-2231", 500)
    before = drawn_costs(attempt.cocktail, at=clock.now(), mark=".").line(1)
    watch.move(hours=1)
    [lot] = queries.lots_with_number("TXA-2231")
    received(
        lot.product_id,
        lot.number,
        price=Money(Fraction(90_000), EUR),
        maker=lot.maker,
        expires_on=lot.expires_on,
    )
    assert len(queries.receipts(lot.id, road.clinic.site.id)) == 2
    assert drawn_costs(attempt.cocktail, at=clock.now(), mark=".").line(1) == before


def test_what_was_taken_back_is_not_paid_for(road):
    attempt = road.drawn()
    with transaction():
        undone = attempt.draws[0]
        undone.undone = True
        record("test.undo", undone, by=road.clinic.actor("technician"), at=clock.now())
    found = drawn_costs(attempt.cocktail, at=clock.now(), mark=".")
    assert found.line(undone.line_number) is None
