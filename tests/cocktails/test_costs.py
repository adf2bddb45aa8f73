"""What a cocktail costs: exact from the lots it is drawn from, waste apart, and what has no price is said."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from formulary import clock
from formulary.cocktails import actions as cocktails
from formulary.cocktails.labels.costs import costs
from formulary.cocktails.labels.waste import waste_today
from formulary.db import transaction
from formulary.rules import checklist
from formulary.rules.facts import Container
from formulary.rules.findings import Stage
from formulary.rules.formulation import solve_cocktail
from formulary.rules.units import Money, currency
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.queries import Paid, Prices
from tests.rules.builders import ASCORBIC, GLUTATHIONE, SALINE, TRANEXAMIC, a_cocktail, a_line, a_stock, q
from tests.support.builders import a_policy

EUR = currency("EUR")
SPACE = "\N{NO-BREAK SPACE}"
DAY = datetime(2026, 11, 3, tzinfo=UTC)


def paid(euros, for_what, lot="L1231", deliveries=1):
    return Paid(lot, Money(Fraction(euros) * 100, EUR), Fraction(q(for_what).steps), deliveries, DAY)


def a_vial(product, whole, **more):
    return a_stock(product, one_container=q(whole), **more)


SHELF = (
    a_vial(TRANEXAMIC, "5 mL"),
    a_vial(ASCORBIC, "50 mL", container=Container.MULTI_DOSE),
    a_vial(GLUTATHIONE, "600 mg"),
    a_vial(SALINE, "10 mL"),
)
TXA, ASC, GSH, SAL = (source.lot_id for source in SHELF)
ALL = {
    TXA: paid("5", "5 mL"),
    ASC: paid("10", "50 mL"),
    GSH: paid("12", "600 mg"),
    SAL: paid("1", "10 mL"),
}


def told(by_lot=ALL, last=(), *, of=EUR, shelf=SHELF, **more):
    cocktail = a_cocktail(stock=shelf, **more)
    return costs(cocktail, solve_cocktail(cocktail), Prices(of, by_lot, dict(last)))


def plain(words):
    return words.replace(SPACE, " ")


def test_each_line_costs_what_is_drawn_for_it_and_the_rests_are_counted_apart():
    found = told()
    assert [plain(line.words) for line in found.lines] == ["0.20 EUR", "0.06 EUR", "2.01 EUR", "0.38 EUR"]
    assert (plain(found.words), plain(found.wasted_words)) == ("2.65 EUR", "15.41 EUR")
    assert found.state == "info"


def test_the_number_explains_itself():
    assert [plain(words) for words in told().lines[0].why] == [
        "tranexamic acid: 0.2 mL × 5.00 EUR ÷ 5 mL = 0.20 EUR (lot L1231); "
        "thrown away: 4.8 mL × 5.00 EUR ÷ 5 mL = 4.80 EUR."
    ]


def test_a_vial_that_others_may_share_wastes_nothing():
    assert told().lines[1].wasted == Money.nothing(EUR)


def test_the_sum_is_exact_though_every_line_is_rounded():
    third = {lot: replace(each, money=Money(Fraction(100, 3), EUR)) for lot, each in ALL.items()}
    found = told(third)
    shares = Fraction(2, 50) + Fraction(3, 500) + Fraction("100.5") / 600 + Fraction("3.83") / 10
    assert sum((line.drawn.minor for line in found.lines), Fraction(0)) == Fraction(100, 3) * shares


def test_a_line_without_a_price_is_said_and_the_total_is_at_least():
    some = {TXA: ALL[TXA], SAL: ALL[SAL]}
    found = told(some)
    assert [plain(line.words) for line in found.lines] == [
        "0.20 EUR", "price unknown", "price unknown", "0.38 EUR",
    ]  # fmt: skip
    assert plain(found.words) == "at least 0.58 EUR, 2 lines without price"
    assert plain(found.wasted_words) == "at least 5.42 EUR"
    assert (found.state, found.unpriced) == ("unknown", 2)
    assert "glutathione, lot L3231: no price in EUR is on record." in found.why


def test_nothing_priced_is_unknown_and_never_nothing():
    found = told({})
    assert (found.words, found.wasted_words) == ("unknown, 4 lines without price", "worth unknown")


def test_a_lot_without_a_price_takes_the_last_one_known_of_its_product_and_says_so():
    last = {TRANEXAMIC.id: paid("4", "5 mL", "L0001")}
    found = told({}, last)
    assert plain(found.lines[0].words) == "0.16 EUR"
    assert "(last known price of the product, lot L0001, 3 Nov 2026)" in plain(found.lines[0].why[0])


def test_a_line_that_is_not_in_stock_costs_its_last_known_price_and_wastes_nobody_knows_what():
    last = {TRANEXAMIC.id: paid("4", "5 mL", "L0001")}
    found = told(ALL, last, shelf=SHELF[1:])
    assert plain(found.lines[0].words) == "0.16 EUR"
    assert found.lines[0].wasted is None
    assert plain(found.wasted_words) == "at least 10.61 EUR"


def test_free_of_charge_is_a_price():
    found = told(ALL | {TXA: paid("0", "5 mL")})
    assert (plain(found.lines[0].words), found.unpriced) == ("0.00 EUR", 0)


def test_several_deliveries_of_a_lot_are_told_together():
    found = told(ALL | {TXA: paid("14", "100 mL", deliveries=2)})
    assert "14.00 EUR (2 deliveries together) ÷ 100 mL" in plain(found.lines[0].why[0])


def test_without_a_currency_everything_is_unknown_and_the_page_says_where_it_is_decided():
    found = told({}, of=None)
    assert (found.words, found.wasted_words, found.state) == ("unknown", "", "unknown")
    assert found.why == (
        "This site has not decided its currency. "
        "An administrator decides it on the page of the clinic, under Policies, Currency.",
    )


@pytest.fixture
def draft(clinic, patient, formula):
    with transaction():
        return cocktails.create_draft(
            patient.id, formula_version_id=formula.id, at=clock.now(), by=clinic.actor("practitioner")
        )


def test_the_page_shows_the_cost_of_each_line_and_prices_change_no_check(clinic, draft, clients):
    page = clients("practitioner").get_ok(f"/cocktails/{draft.id}/compose")
    before = page.form(button="Sign").fields["inputs_hash"]
    assert "price unknown" in page.text
    a_policy(clinic.site, "currency", "EUR")
    for number, cents in (("TXA-2231", 500), ("GSH-0600", 1200)):
        [lot] = queries.lots_with_number(number)
        with transaction():
            stock.record_price(
                queries.receipts(lot.id, clinic.site.id)[0].delivery.id,
                price=Money(Fraction(cents), EUR), per_pack=1, at=clock.now(),
                by=clinic.actor("pharmacist"),
            )  # fmt: skip
    page = clients("practitioner").get_ok(f"/cocktails/{draft.id}/compose")
    buttons = [button.get("aria-label") for button in page.all("button", class_="explain-number")]
    assert next(plain(label) for label in buttons if label.startswith("cost")) == (
        "cost of tranexamic acid: cost 0.10 EUR, explained"
    )
    assert "at least" in buttons[-1]
    assert "2 lines without price" in buttons[-1]
    assert page.form(button="Sign").fields["inputs_hash"] == before


def test_costs_are_no_part_of_what_a_report_rests_on():
    cocktail = a_cocktail(stock=SHELF)
    before = checklist.run(cocktail, Stage.SIGN)
    costs(cocktail, solve_cocktail(cocktail), Prices(EUR, ALL, {}))
    assert checklist.run(cocktail, Stage.SIGN) == before


def test_two_lines_of_one_ampoule_open_it_once_and_waste_its_rest_once():
    lines = (a_line(1, TRANEXAMIC, "20 mg"), a_line(2, TRANEXAMIC, "30 mg"), a_line(3, SALINE, "qs"))
    cocktail = a_cocktail(stock=SHELF, lines=lines)
    solution = solve_cocktail(cocktail)
    first, second, _ = waste_today(cocktail, solution).lines
    assert plain(first).endswith("opens one of lot L1231, and nothing is thrown away")
    assert "from the one of lot L1231 that is open then, and" in plain(second)
    txa = [line.wasted for line in told(lines=lines).lines[:2]]
    drawn = [line.drawn for line in told(lines=lines).lines[:2]]
    assert sum((m.minor for m in [*txa, *drawn]), Fraction(0)) == 500
