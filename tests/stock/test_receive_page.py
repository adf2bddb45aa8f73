"""The receiving page: scan, look, confirm; by hand twice; refusals that say what would do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from formulary.catalogue.models import Product, ProductCode
from formulary.db import db
from formulary.stock import queries
from formulary.stock.models import Lot, Movement
from tests.stock.doing import lies
from tests.support.builders import a_code, a_lot, a_policy, a_product, gtin_of, the_place, the_site
from tests.support.builders.accounts import PASSWORD
from tests.support.client import Client
from tests.support.world import Cast

# What a page says does not depend on the database; test_receiving asks both of the act behind it.
pytestmark = pytest.mark.databases("sqlite")
both = pytest.mark.databases("sqlite", "postgresql")

GS = "\x1d"
URL = "/stock/receive"
CAME = {"packs": "2", "supplier": "Medisud", "note_number": "DN-88120"}


@pytest.fixture
def product(app: object) -> Product:
    """A vial of 5 mL whose box of ten has a code, in a house that puts first receipts on the shelf."""
    a_policy(the_site(), "first_receipt_quarantine", {"required": False, "source": "house policy"})
    return a_product(name="tranexamic acid 100 mg per mL")


@pytest.fixture
def pharmacist(clients: Callable[[str], Client]) -> Client:
    return clients("pharmacist")


def a_scan(product: Product, lot: str = "L2231", expiry: str = "271130", prefix: str = "]d2") -> str:
    return f"{prefix}01{gtin_of(product)}17{expiry}10{lot}"


def scanned(client: Client, code: str, **more: str):  # type: ignore[no-untyped-def]
    """The page after the code was read."""
    values = {"scan": code, "scan-captured": "1"} | more
    page = client.get_ok(URL)
    return client.read(client.submit(page, values, press="Read"), URL, 200)


def booked(client: Client, page, **values: str):  # type: ignore[no-untyped-def]
    """The page after "Receive" was pressed."""
    return client.submit(page, CAME | values, press="Receive")


def the_lot(number: str = "L2231") -> Lot:
    return db.session.scalars(db.select(Lot).filter_by(number=number)).one()


def movements() -> int:
    return db.session.scalar(db.select(db.func.count(Movement.id))) or 0


def test_the_page_begins_with_the_scan_and_nothing_else(pharmacist: Client) -> None:
    page = pharmacist.get_ok(URL)
    assert page.h1 == "Receive a delivery: scan a pack"
    assert "number" not in page.form(URL).names


def test_a_scan_fills_in_product_lot_and_expiry(pharmacist: Client, product: Product) -> None:
    form = scanned(pharmacist, a_scan(product)).form(URL, "Receive")
    assert form.fields["product_id"] == [str(product.id)]
    assert (form.fields["number"], form.fields["expires_on"]) == (["L2231"], ["2027-11-30"])
    assert "compared_number" not in form.names


def test_a_trusted_scan_is_booked_in_whole(pharmacist: Client, product: Product) -> None:
    answer = booked(pharmacist, scanned(pharmacist, a_scan(product)))
    lot = the_lot()
    assert answer.location.endswith(f"/stock/lots/{lot.id}")
    assert (lot.grade, lies(lot, "storage")) == ("scanned", 10_000_000)
    page = pharmacist.get_ok(f"/stock/lots/{lot.id}")
    assert "2 vials of tranexamic acid 100 mg per mL, lot L2231 lie at Shelf." in page.flashes


def test_one_container_lies_and_more_lie(pharmacist: Client, product: Product) -> None:
    booked(pharmacist, scanned(pharmacist, a_scan(product)), packs="1")
    page = pharmacist.get_ok(f"/stock/lots/{the_lot().id}")
    assert "1 vial of tranexamic acid 100 mg per mL, lot L2231 lies at Shelf." in page.flashes


def test_the_same_note_with_the_same_lot_asks_before_it_counts_again(
    pharmacist: Client, product: Product
) -> None:
    booked(pharmacist, scanned(pharmacist, a_scan(product)))
    before = movements()
    answer = booked(pharmacist, scanned(pharmacist, a_scan(product)), packs="3", supplier="MEDISUD")
    page = pharmacist.read(answer, URL, 422)
    assert page.errors == [
        "Note DN-88120 of Medisud brought lot L2231 already: 2 vials, 24 Nov 2026, 13:00. "
        "If these are the same packs, leave the page. If more came, say so."
    ]
    form = page.form(URL, "Receive")
    assert (form.fields["packs"], form.fields["note_number"]) == (["3"], ["DN-88120"])
    assert (lies(the_lot(), "storage"), movements()) == (10_000_000, before)
    (why,) = [name for name in form.names if name.startswith("override:")]
    again = pharmacist.submit(page, {why: "Further packs of the same delivery"}, press="Receive")
    assert again.location.endswith(f"/stock/lots/{the_lot().id}")
    assert (lies(the_lot(), "storage"), movements()) == (25_000_000, before + 1)


@pytest.mark.parametrize("note", ["dn-88120", "DN 88120", " DN\N{NON-BREAKING HYPHEN}88120", "DN.88120"])
def test_a_note_written_another_way_is_the_same_note(pharmacist: Client, product: Product, note: str) -> None:
    booked(pharmacist, scanned(pharmacist, a_scan(product)))
    answer = booked(pharmacist, scanned(pharmacist, a_scan(product)), note_number=note)
    page = pharmacist.read(answer, URL, 422)
    assert ["Note DN-88120 of Medisud brought lot L2231 already" in said for said in page.errors] == [True]
    assert lies(the_lot(), "storage") == 10_000_000


@pytest.mark.parametrize(
    "other", [{"note_number": "DN-88121"}, {"note_number": ""}, {"supplier": "Depot"}], ids=str
)
def test_another_note_or_supplier_or_none_is_another_delivery(
    pharmacist: Client, product: Product, other: dict[str, str]
) -> None:
    before = movements()
    for note in ("", "", CAME["note_number"]):
        booked(pharmacist, scanned(pharmacist, a_scan(product)), note_number=note)
    booked(pharmacist, scanned(pharmacist, a_scan(product)), **other)
    assert movements() == before + 4


def test_what_was_undone_was_not_brought(pharmacist: Client, product: Product) -> None:
    booked(pharmacist, scanned(pharmacist, a_scan(product)))
    lot = pharmacist.get_ok(f"/stock/lots/{the_lot().id}")
    pharmacist.post_ok(lot.links["Undo the receipt"], {})
    booked(pharmacist, scanned(pharmacist, a_scan(product)))
    assert lies(the_lot(), "storage") == 10_000_000


def test_the_next_pack_of_a_delivery_begins_with_its_supplier_note_and_temperature(
    pharmacist: Client, product: Product
) -> None:
    booked(pharmacist, scanned(pharmacist, a_scan(product)), arrived_at_tenths="4.5")
    page = pharmacist.get_ok(f"/stock/lots/{the_lot().id}")
    href = page.links["Receive the next pack of this delivery"]
    page = pharmacist.get_ok(href)
    assert "The next pack from Medisud, delivery note DN-88120." in page.text
    answer = pharmacist.submit(page, {"scan": a_scan(product, "L9"), "scan-captured": "1"}, press="Read")
    form = pharmacist.read(answer, URL, 200).form(URL, "Receive")
    told = ("supplier", "note_number", "arrived_at_tenths", "number", "packs")
    assert [form.fields[name] for name in told] == [["Medisud"], ["DN-88120"], ["4.5"], ["L9"], [""]]
    by_hand = pharmacist.get_ok(page.links["Type what the pack says"]).form(URL, "Receive")
    assert by_hand.fields["note_number"] == ["DN-88120"]


def test_a_code_that_cannot_be_read_leaves_the_delivery_to_go_on_with(
    pharmacist: Client, product: Product
) -> None:
    booked(pharmacist, scanned(pharmacist, a_scan(product)), arrived_at_tenths="4.5")
    lot = pharmacist.get_ok(f"/stock/lots/{the_lot().id}")
    page = pharmacist.get_ok(lot.links["Receive the next pack of this delivery"])
    answer = pharmacist.submit(page, {"scan": "torn off"}, press="Read")
    page = pharmacist.read(answer, page.url, 422)
    form = pharmacist.get_ok(page.links["Type what the pack says"]).form(URL, "Receive")
    told = ("supplier", "note_number", "arrived_at_tenths")
    assert [form.fields[name] for name in told] == [["Medisud"], ["DN-88120"], ["4.5"]]


def test_only_who_received_last_goes_on_with_a_delivery(
    pharmacist: Client, clients: Callable[[str], Client], product: Product
) -> None:
    booked(pharmacist, scanned(pharmacist, a_scan(product)))
    page = clients("technician").get_ok(f"/stock/lots/{the_lot().id}")
    assert "Receive the next pack of this delivery" not in page.links
    assert "supplier" not in pharmacist.get_ok(f"{URL}?after=999999").form(URL).names


def test_a_box_is_as_many_containers_as_its_code_says(pharmacist: Client, product: Product) -> None:
    box = a_code(product, level="box", containers=10)
    page = scanned(pharmacist, f"]d201{box.gtin}1727113010L2231")
    assert page.form(URL, "Receive").fields["per_pack"] == ["10"]
    booked(pharmacist, page)
    assert lies(the_lot(), "storage") == 100_000_000


def test_the_conversion_is_shown_before_anything_is_saved(pharmacist: Client, product: Product) -> None:
    page = scanned(pharmacist, a_scan(product))
    again = pharmacist.read(pharmacist.submit(page, CAME | {"per_pack": "10"}, press="Count up"), URL, 200)
    assert "2 packs of 10 vials of 5 mL are 20 vials, 100 mL." in again.text.replace("\xa0", " ")


def test_reading_the_same_code_again_leaves_corrections_alone(pharmacist: Client, product: Product) -> None:
    page = scanned(pharmacist, a_scan(product))
    again = pharmacist.read(pharmacist.submit(page, {"number": "L2232"}, press="Read"), URL, 200)
    assert again.form(URL, "Receive").fields["number"] == ["L2232"]
    other = pharmacist.submit(again, {"scan": a_scan(product, "L9"), "scan-captured": "1"}, press="Read")
    assert pharmacist.read(other, URL, 200).form(URL, "Receive").fields["number"] == ["L9"]


def test_a_blank_in_a_code_overwrites_nothing(pharmacist: Client, product: Product) -> None:
    page = pharmacist.get_ok(f"{URL}?by=hand")
    typed = {"number": "L2231", "scan": f"]d201{gtin_of(product)}", "scan-captured": "1"}
    form = pharmacist.read(pharmacist.submit(page, typed, press="Read"), URL, 200).form(URL, "Receive")
    assert (form.fields["number"], form.fields["product_id"]) == (["L2231"], [str(product.id)])


def test_looking_writes_nothing(pharmacist: Client, product: Product) -> None:
    before = movements()
    pharmacist.get_ok(URL)
    scanned(pharmacist, a_scan(product))
    assert movements() == before
    assert queries.lots_of([product.id]) == []


def test_a_scan_without_its_separators_is_compared_field_by_field(
    pharmacist: Client, product: Product
) -> None:
    page = scanned(pharmacist, a_scan(product, prefix=""))
    refused = pharmacist.read(booked(pharmacist, page), URL, 422)
    assert refused.errors == [
        "Compare the product with the pack and tick it.",
        "Compare the lot with the pack and tick it.",
        "Compare the expiry with the pack and tick it.",
    ]
    ticks = dict.fromkeys(("compared_product_id", "compared_number", "compared_expires_on"), "y")
    booked(pharmacist, refused, **ticks)
    assert the_lot().grade == "compared"


def test_one_field_corrected_by_hand_is_compared_and_the_others_not(
    pharmacist: Client, product: Product
) -> None:
    page = scanned(pharmacist, a_scan(product))
    refused = pharmacist.read(booked(pharmacist, page, number="L2232"), URL, 422)
    assert refused.errors == ["Compare the lot with the pack and tick it."]
    booked(pharmacist, refused, compared_number="y")
    assert the_lot("L2232").grade == "compared"


def test_day_00_is_the_last_day_of_the_month_and_says_so(pharmacist: Client, product: Product) -> None:
    page = scanned(pharmacist, a_scan(product, expiry="280200"))
    assert page.form(URL, "Receive").fields["expires_on"] == ["2028-02-29"]
    assert "month and year only" in page.text


@both
def test_an_unknown_code_is_learned_once_for_the_chosen_product(pharmacist: Client, product: Product) -> None:
    page = scanned(pharmacist, "]d2010952123454321317271130" + "10L2231")
    assert "This code is not known yet." in page.text
    answer = booked(pharmacist, page, product_id=str(product.id), per_pack="10", compared_product_id="y")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    code = db.session.scalars(db.select(ProductCode).filter_by(gtin="09521234543213")).one()
    assert (code.product_id, code.containers) == (product.id, 10)
    form = scanned(pharmacist, "]d2010952123454321317271130" + "10L2260").form(URL, "Receive")
    assert (form.fields["product_id"], form.fields["per_pack"]) == ([str(product.id)], ["10"])


# What a form refuses is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("]d2010952123454321417271130" + "10L2231", "should end in 3 and ends in 4"),
        ("]d2010952123454321317271131" + "10L2231", "there is no such day"),
        ("]d2010952123454321317271130" + "10" + "A" * 21, "20"),
        ("FML1:V-0417", "a label of our own"),
        ("hello", ""),
    ],
)
def test_a_code_that_cannot_be_is_told_at_the_scan_field(pharmacist: Client, code: str, said: str) -> None:
    page = pharmacist.get_ok(URL)
    sent = pharmacist.submit(page, {"scan": code, "scan-captured": "1"}, press="Read")
    refused = pharmacist.read(sent, URL, 422)
    assert len(refused.errors) == 1
    assert said in refused.errors[0]


def test_what_expires_before_it_was_made_is_not_booked_in(pharmacist: Client, product: Product) -> None:
    page = scanned(pharmacist, f"]d201{gtin_of(product)}11271201" + "1727113010L2231")
    before = movements()
    refused = pharmacist.read(booked(pharmacist, page), URL, 422)
    assert any("It was made on 1 Dec 2027" in words for words in refused.errors), refused.errors
    assert movements() == before


def test_a_pack_without_a_code_is_typed_twice(pharmacist: Client, product: Product) -> None:
    page = pharmacist.get_ok(f"{URL}?by=hand")
    typed = {"product_id": str(product.id), "number": "L2231", "expires_on": "2027-11-30"}
    refused = pharmacist.read(booked(pharmacist, page, **typed), URL, 422)
    assert len(refused.errors) == 2
    again = {"number_again": "L2231", "expires_on_again": "2027-11-30"}
    booked(pharmacist, refused, **again)
    assert the_lot().grade == "typed"


def by_hand(client: Client, product: Product, number: str, expires_on: str = "2027-11-30", **more: str):  # type: ignore[no-untyped-def]
    page = client.get_ok(f"{URL}?by=hand")
    twice = {
        "number": number,
        "number_again": number,
        "expires_on": expires_on,
        "expires_on_again": expires_on,
    }
    return booked(client, page, product_id=str(product.id), **twice, **more)


def test_a_known_lot_with_another_expiry_is_a_choice_side_by_side(
    pharmacist: Client, product: Product
) -> None:
    a_lot(product, number="L2231")
    page = pharmacist.read(by_hand(pharmacist, product, "L2231", "2028-11-30"), URL, 422)
    assert page.findings == ["lot.known_otherwise"]
    assert "On record" in page.text and "Entered" in page.text
    corrected = pharmacist.read(pharmacist.submit(page, press="It expires 30 Nov 2027"), URL, 200)
    assert corrected.form(URL, "Receive").fields["expires_on_again"] == ["2027-11-30"]
    second = pharmacist.read(pharmacist.submit(page, press="Record it as a second lot"), URL, 200)
    booked(pharmacist, second)
    assert sorted(lot.expires_on.year for lot in queries.lots_of([product.id])) == [2027, 2028]


@both
def test_a_look_alike_offers_the_lot_on_record(pharmacist: Client, product: Product) -> None:
    lot = a_lot(product, number="LO231")
    page = pharmacist.read(by_hand(pharmacist, product, "L0231"), URL, 422)
    assert page.findings == ["lot.looks_like"]
    corrected = pharmacist.read(pharmacist.submit(page, press="It is lot LO231"), URL, 200)
    booked(pharmacist, corrected)
    assert lies(lot, "storage") == 25_000_000


def test_expired_goods_can_be_booked_into_quarantine_with_one_button(
    pharmacist: Client, product: Product
) -> None:
    page = pharmacist.read(by_hand(pharmacist, product, "L2231", "2026-11-24"), URL, 422)
    assert page.findings == ["lot.expired"]
    away = pharmacist.read(pharmacist.submit(page, press="Book it into quarantine for return"), URL, 200)
    booked(pharmacist, away)
    assert lies(the_lot(), "quarantine") == 10_000_000


def test_an_expiry_far_away_needs_a_reason(pharmacist: Client, product: Product) -> None:
    page = pharmacist.read(by_hand(pharmacist, product, "L2231", "2040-01-01"), URL, 422)
    assert page.findings == ["lot.expiry_far"]
    name = next(name for name in page.form(URL, "Receive").names if name.startswith("override:"))
    booked(pharmacist, page, **{name: "Printed so on the pack"})
    assert the_lot().expires_on.year == 2040


# What a form refuses is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"packs": "0"}, "“0” is not taken here."),
        ({"packs": "-1"}, "“-1” is not taken here."),
        ({"packs": "0.0000001"}, "“0.0000001” is not taken here."),
        ({"packs": "1e9"}, "“1e9” is not taken here."),
        ({"packs": "1000000000"}, "“1000000000” is not taken here."),
        ({"packs": "٣"}, "“٣” is not taken here."),
        ({"number": "L٢٢٣١"}, "has a letter that no lot number has"),
        ({"number": "A" * 21}, "a lot number has at most 20"),
        ({"expires_on": "2027-11-31"}, "is no day: November 2027 has 30 days"),
        ({"expires_on": "2199-01-01"}, "has the year 2199"),
        (
            {"expires_on": "1999-01-01", "expires_on_again": "1999-01-01"},
            "It expired at the end of 1 Jan 1999.",
        ),
        ({"supplier": ""}, "Say who delivered it."),
        ({"product_id": ""}, "Choose the product."),
        ({"product_id": "999999"}, "is not offered here any more"),
        ({"place_id": "999999"}, "is not offered here any more"),
    ],
)
def test_wrong_input_is_said_in_words_and_nothing_is_booked(
    pharmacist: Client, product: Product, values: dict[str, str], said: str
) -> None:
    right = {"product_id": str(product.id), "number": "L2231", "number_again": "L2231"}
    right |= {"expires_on": "2027-11-30", "expires_on_again": "2027-11-30"}
    page = pharmacist.get_ok(f"{URL}?by=hand")
    before = movements()
    refused = pharmacist.read(booked(pharmacist, page, **right | values), URL, 422)
    assert any(said in words for words in refused.errors), refused.errors
    assert movements() == before


@both
def test_the_same_page_sent_twice_is_booked_once(pharmacist: Client, product: Product) -> None:
    page = scanned(pharmacist, a_scan(product))
    assert booked(pharmacist, page).status_code == booked(pharmacist, page).status_code == 302
    assert lies(the_lot(), "storage") == 10_000_000


def test_a_first_receipt_says_that_it_waits_for_a_second_pharmacist(pharmacist: Client, app: object) -> None:
    product = a_product()
    answer = booked(pharmacist, scanned(pharmacist, a_scan(product)))
    page = pharmacist.get_ok(answer.location)
    assert "not used before a second pharmacist has looked" in page.flashes[0]
    assert "in quarantine" in page.h1


def test_a_second_person_signs_where_the_site_asks_for_it(pharmacist: Client, product: Product) -> None:
    a_policy(the_site(), "manual_entry_second_person", True)
    refused = pharmacist.read(by_hand(pharmacist, product, "L2231"), URL, 422)
    assert "a second person compare what was typed" in refused.errors[0]
    wrong = {"signer-username": "technician", "signer-secret": "not-the-password"}
    assert booked(pharmacist, refused, **wrong).status_code == 422
    right = {"signer-username": "technician", "signer-secret": PASSWORD}
    assert (
        booked(pharmacist, pharmacist.get_ok(f"{URL}?by=hand"), **_typed(product) | right).status_code == 302
    )


def _typed(product: Product) -> dict[str, str]:
    twice = {"number": "L2231", "number_again": "L2231"}
    return twice | {
        "product_id": str(product.id),
        "expires_on": "2027-11-30",
        "expires_on_again": "2027-11-30",
    }


@pytest.mark.parametrize("who", ["practitioner", "recall", "auditor", "admin"])
def test_who_may_not_receive_is_told_which_right_it_needs(clients: Callable[[str], Client], who: str) -> None:
    page = clients(who).get_page(URL, 403)
    assert "receive" in page.text


def test_a_place_of_another_site_is_not_offered(clients: Callable[[str], Client], product: Product) -> None:
    other = the_place("storage", Cast().other_site)
    client = clients("technician")
    page = client.get_ok(f"{URL}?by=hand")
    assert str(other.id) not in page.form(URL, "Receive").options("place_id").values()
    refused = client.read(booked(client, page, **_typed(product) | {"place_id": str(other.id)}), URL, 422)
    assert refused.errors
