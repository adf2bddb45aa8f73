"""The board of open vials: until when, how much, who of today could share it, what is lost if it lapses."""

from datetime import timedelta

import pytest

from formulary import clock
from tests.overview.doing import accesses, words
from tests.recalls.doing import a_cocktail, opened
from tests.stock.doing import received
from tests.stock.test_prices import euros
from tests.support.builders import a_patient, a_policy, a_product


@pytest.fixture(autouse=True)
def house(cast):
    """It keeps its prices in EUR and puts first receipts on the shelf."""
    a_policy(cast.site, "currency", "EUR")
    a_policy(cast.site, "first_receipt_quarantine", {"required": False})


def line(page, vial):
    """What the board says of a vial, by its columns."""
    [row] = [row for row in page.all("tr") if vial.code in words(row) and row.findall("td")]
    return {cell.get("data-label", ""): words(cell).strip() for cell in row.findall("td")}


def board(clients, who="pharmacist"):
    return clients(who).login(who).get_ok("/vials")


def test_how_long_and_how_it_stands_is_told_in_words_what_lapsed_stands_first(clients, watch, cast):
    first, second = opened(received(a_product().id)), None
    watch.set(first.beyond_use_at - timedelta(hours=5, minutes=58))
    second = opened(received(a_product().id))
    told = line(board(clients), first)
    assert (told["Use before"], told["How it stands"]) == ("22 Dec 2026, 13:00in 5 h 58 min", "soon over")
    watch.set(first.beyond_use_at)
    page = board(clients)
    assert words(page.one("h1")) == "2 open vials, 1 to be wasted"
    told = line(page, first)
    assert (told["How it stands"], told["Who could share it"]) == ("beyond use since 13:00", "nobody")
    assert [words(head)[:6] for head in page.all("th", scope="row")] == [first.code, second.code]
    assert [label for label in page.links if first.code in label][1:] == [
        f"Waste {first.code}",
        f"Label of {first.code}",
    ]


def test_what_is_not_kept_is_over_with_the_day_of_its_opening(clients, watch, cast):
    vial = opened(received(a_product(container="single_dose", after_puncture_h=None).id))
    page = board(clients)
    assert words(page.one("h1")) == "1 open vial, 1 soon over"
    told = line(page, vial)
    assert (told["Use before"][:19], told["How it stands"]) == ("25 Nov 2026, 00:00i", "soon over")
    watch.move(hours=24)
    assert words(board(clients).one("h1")) == "1 open vial, 1 to be wasted"


@pytest.mark.parametrize(
    ("container", "policy", "counted"),
    [
        ("multi_dose", None, "2 patients today"),
        ("single_dose", None, "1 patient today"),
        ("single_dose", {"air": "ISO 5", "hours": "6"}, "2 patients today"),
        ("ampoule", {"air": "ISO 5", "hours": "6"}, "1 patient today"),
    ],
)
def test_who_could_share_a_vial_follows_its_container_and_the_policy(
    clients, cast, container, policy, counted
):
    if policy:
        a_policy(cast.site, "shared_single_dose", policy)
    product = a_product(container=container, after_puncture_h=6)
    lot, mine = received(product.id), a_patient()
    for patient in (mine, a_patient()):
        a_cocktail(patient, "prescribed", lines=(lot,), planned_for=clock.now() + timedelta(hours=1))
    vial = opened(lot, opened_for_id=mine.id)
    assert line(board(clients, "technician"), vial)["Who could share it"] == counted


def test_only_todays_cocktails_that_can_still_draw_from_it_are_offered(clients, cast):
    lot = received(a_product(after_puncture_h=6).id)
    vial, now = opened(lot), clock.now()
    for hours, state in (
        (1, "draft"),
        (7, "prescribed"),
        (20, "prescribed"),
        (1, "prepared"),
        (-1, "verified"),
    ):
        a_cocktail(a_patient(), state, lines=(lot,), planned_for=now + timedelta(hours=hours))
    a_cocktail(a_patient(), "draft", lines=(lot,))
    a_cocktail(a_patient(), "prescribed", lines=(received(a_product().id),))
    no_hour = a_cocktail(a_patient(), "verified", lines=(lot,))
    page = board(clients, "technician")
    assert line(page, vial)["Who could share it"] == "3 patients today"
    assert (f"Draw from {vial.code} for {no_hour.code}" in page.links, "C-0001" in words(page)) == (
        False,
        False,
    )
    assert f"Draw from {vial.code} for C-0005" in page.links


def test_names_are_for_those_who_may_see_the_patients_and_seeing_them_is_noted(clients, cast):
    lot, there = received(a_product().id), a_patient(site=cast.other_site, name="Far Away")
    here = a_patient(name="Anna Kovac")
    vial = opened(lot)
    for patient in (here, there):
        a_cocktail(patient, "prescribed", lines=(lot,))
    page = board(clients)
    assert ("Anna Kovac" in words(page), "Far Away" in words(page)) == (True, False)
    assert "1 other patient" in words(page)
    assert accesses("what", "patients") == [("overview.vials", 1)]
    page = board(clients, "technician")
    assert ("Anna Kovac" in words(page), line(page, vial)["Who could share it"]) == (
        False,
        "2 patients today",
    )
    assert len(accesses("what")) == 1


def test_what_lapses_costs_what_its_own_delivery_cost_and_an_unknown_price_stays_unknown(clients):
    product = a_product()
    dear = received(product.id, "DEAR1", price=euros("61.25"), per_pack=5)
    cheap = received(product.id, "FREE1")
    known, unknown = opened(dear), opened(cheap)
    page = board(clients)
    assert line(page, known)["If it lapses"].startswith("12.25 EUR")
    assert "5 mL × 61.25 EUR ÷ 25 mL = 12.25 EUR" in line(page, known)["If it lapses"]
    assert line(page, unknown)["If it lapses"].startswith("unknown")
    assert "If all of it lapses, 12.25 EUR are lost. Of 1 vial nobody knows the price." in words(page)


def test_what_has_lapsed_is_proposed_for_waste_with_its_reason(clients, watch):
    vial = opened(received(a_product().id))
    chosen = {}
    for moment in (vial.opened_at, vial.beyond_use_at):
        watch.set(moment)
        form = (
            clients("pharmacist").login("pharmacist").get_ok(f"/stock/vials/{vial.id}/waste").form("/waste")
        )
        chosen[moment] = form.filled({})["reason"]
    assert list(chosen.values()) == [[""], ["past_beyond_use"]]
