"""The shelf, lots, vials, holds and places as people see them; who may open what; GET writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from formulary.audit.models import AuditEntry
from formulary.db import db
from formulary.stock import queries
from formulary.stock.models import Hold, Lot, Movement, Place, Vial
from tests.stock.doing import drawn, held, lies, opened, posted, received, reconstituted
from tests.support.builders import (
    a_code,
    a_lot,
    a_powder,
    a_product,
    an_ingredient,
    gtin_of,
    saved,
    some_stock,
    the_place,
    the_site,
)
from tests.support.client import Client
from tests.support.counting import counting_queries
from tests.support.pages import Page
from tests.support.watch import Watch
from tests.support.world import Cast

As = Callable[[str], Client]


@pytest.fixture
def pharmacist(clients: As) -> Client:
    return clients("pharmacist")


def words(page: Page) -> str:
    """All words of a page with ordinary spaces."""
    return page.text.replace("\xa0", " ")


def found(client: Client, q: str, **more: str) -> list[str]:
    """The lots that the shelf shows for a search."""
    page = client.get_ok("/stock/?" + "&".join(f"{k}={v}" for k, v in {"q": q, **more}.items()))
    return [words for words, href in page.links.items() if "/stock/lots/" in href]


def test_the_shelf_shows_what_lapses_first(pharmacist: Client) -> None:
    a_lot(number="LATE", expires_on=date(2028, 1, 1))
    a_lot(number="SOON", expires_on=date(2026, 12, 1))
    assert found(pharmacist, "")[:2] == ["SOON", "LATE"]
    assert "expires 1 Dec" in words(pharmacist.get_ok("/stock/"))


@pytest.mark.parametrize("typed", ["tranex", "TRANEX", "hexapromin", "L-22 31", "l2231", "Shelf"])
def test_a_lot_is_found_by_product_other_name_number_and_place(pharmacist: Client, typed: str) -> None:
    ingredient = an_ingredient("tranexamic acid", synonyms=("Hexapromin",))
    a_lot(a_product(ingredient, name="tranexamic acid 100 mg per mL"), number="L2231")
    assert "L2231" in found(pharmacist, typed)
    if typed != "Shelf":
        assert found(pharmacist, "something else") == []


def test_a_lot_is_found_by_the_code_of_its_pack_and_by_a_scan(pharmacist: Client) -> None:
    product = a_product()
    a_lot(product, number="L2231")
    a_lot(product, number="L2260")
    box = a_code(product, containers=10)
    assert (
        sorted(found(pharmacist, gtin_of(product)))
        == sorted(found(pharmacist, box.gtin))
        == ["L2231", "L2260"]
    )
    assert found(pharmacist, f"[01]{box.gtin}[17]271130[10]L2260") == ["L2260"]


def test_another_sites_stock_is_not_on_the_shelf(pharmacist: Client, cast: Cast) -> None:
    a_lot(number="ELSEWHERE", site=cast.other_site)
    assert "ELSEWHERE" not in found(pharmacist, "")


def test_a_used_up_lot_keeps_its_page_and_is_found_when_asked_for(pharmacist: Client) -> None:
    lot = a_lot(number="GONE1", containers=1)
    posted(lot, "storage", "waste", 5_000_000, reason="broken")
    assert found(pharmacist, "GONE1") == []
    assert found(pharmacist, "GONE1", used_up="y") == ["GONE1"]
    assert "nothing left" in pharmacist.get_ok(f"/stock/lots/{lot.id}").h1


def test_how_a_lot_stands_is_computed_at_the_moment(client: Client, watch: Watch) -> None:
    lot = a_lot(number="L2231", expires_on=date(2026, 11, 24))
    watch.set(watch.now().replace(hour=22, minute=59))
    pharmacist = client.login("pharmacist")
    assert "expires 24 Nov" in words(pharmacist.get_ok("/stock/"))
    watch.set(watch.now().replace(hour=23, minute=0))
    assert "expired 24 Nov" in words(pharmacist.get_ok("/stock/"))
    held("lot", lot.id, source="recall R-7")
    assert "held: recall R-7" in words(pharmacist.get_ok("/stock/"))


def test_fifty_lots_a_page_in_as_many_queries_as_five(pharmacist: Client) -> None:
    product = a_product()
    for number in range(5):
        a_lot(product, number=f"A{number}")
    with counting_queries() as few:
        pharmacist.get("/stock/")
    for number in range(55):
        a_lot(product, number=f"B{number:02}")
    with counting_queries() as many:
        page = pharmacist.get_ok("/stock/")
    assert len(many) <= len(few), many
    assert len([href for href in page.links.values() if "/stock/lots/" in href]) == 50
    older = pharmacist.get_ok(page.links["Older"])
    assert len([href for href in older.links.values() if "/stock/lots/" in href]) == 10
    assert "Newer" in older.links


@pytest.mark.parametrize(
    "typed", ["%", "_", "'", '"', "\\", "a" * 400, "]d2", "FML1:V-0417", "\u202e", "   "]
)
def test_whatever_is_typed_into_the_search_is_answered(pharmacist: Client, typed: str) -> None:
    a_lot()
    page = pharmacist.get("/stock/", query_string={"q": typed, "after": typed, "used_up": typed})
    assert page.status_code in {200, 422}


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_lot_page_shows_a_sheet_that_balances(pharmacist: Client) -> None:
    lot = a_lot(number="L2231", containers=20)
    drawn(opened(lot), "0.51 mL")
    page = pharmacist.get_ok(f"/stock/lots/{lot.id}")
    shown = words(page)
    assert page.h1.startswith("Lot L2231")
    for row in (
        "Received, 20 vials 100 mL",
        "Sealed, Shelf 95 mL",
        "Open, In use 4.49 mL",
        "In cocktails not yet given 0.51 mL",
    ):
        assert row in shown
    assert "Accounted for 100 mL" in shown
    assert "Unaccounted balances 0 mL" in shown


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_sheet_of_a_powder_is_in_its_own_unit(pharmacist: Client) -> None:
    lot = a_lot(a_powder(), containers=2)
    assert "Received, 2 vials 1,200 mg" in words(pharmacist.get_ok(f"/stock/lots/{lot.id}"))


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_lot_page_tells_of_vials_movements_holds_and_look_alikes(pharmacist: Client) -> None:
    product = a_product()
    lot = a_lot(product, number="L2231")
    a_lot(product, number="L223I")
    vial = opened(lot)
    held("lot", lot.id, source="recall R-7")
    shown = words(pharmacist.get_ok(f"/stock/lots/{lot.id}"))
    for told in (
        vial.code,
        "held: recall R-7",
        "L223I",
        "not the same lot",
        "Expires at the end of 30 Nov 2027",
    ):
        assert told in shown


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_lot_page_of_another_site_tells_how_much_lies_there(pharmacist: Client, cast: Cast) -> None:
    lot = a_lot(site=cast.other_site)
    shown = words(pharmacist.get_ok(f"/stock/lots/{lot.id}"))
    assert "Elsewhere15 mLLes Tilleuls, Lyon" in shown
    assert "nowhere here" in shown


def test_the_movements_of_a_lot_are_paged(pharmacist: Client) -> None:
    lot = a_lot(containers=30)
    for _ in range(25):
        some_stock(lot, 1)
    page = pharmacist.get_ok(f"/stock/lots/{lot.id}")
    assert "Older" in page.links
    assert "Newer" in pharmacist.get_ok(page.links["Older"]).links


def test_opening_a_container_leads_to_its_vial(pharmacist: Client) -> None:
    lot = a_lot(number="L2231")
    page = pharmacist.post_ok(f"/stock/lots/{lot.id}/open", {})
    vial = db.session.scalars(db.select(Vial).filter_by(lot_id=lot.id)).one()
    assert page.h1.startswith(f"Vial {vial.code}")
    assert "open until" in words(page)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_late_opening_asks_why(pharmacist: Client) -> None:
    lot = a_lot()
    late = {"opened_at": "2026-11-24T09:00"}
    page = pharmacist.post_refused(f"/stock/lots/{lot.id}/open", late)
    assert "Say why it is late." in page.errors[0]
    page = pharmacist.post_ok(f"/stock/lots/{lot.id}/open", late | {"late_reason": "the power was out"})
    assert "entered late: the power was out" in words(page)


def test_a_held_lot_is_not_opened_from_a_page_that_was_open_before(pharmacist: Client) -> None:
    lot = a_lot()
    page = pharmacist.get_ok(f"/stock/lots/{lot.id}/open")
    held("lot", lot.id)
    answer = pharmacist.read(pharmacist.submit(page, {}, press="Open it"), "open", 422)
    assert "is on hold" in answer.errors[0]
    assert lies(lot, "in_use") == 0


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_vials_label_is_a_pdf_with_our_own_code(pharmacist: Client) -> None:
    vial = opened(a_lot())
    answer = pharmacist.get(f"/stock/vials/{vial.id}/label.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF")


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_labels_for_sealed_vials_are_made_and_printed(pharmacist: Client) -> None:
    lot = a_lot()
    pharmacist.post_ok(f"/stock/lots/{lot.id}/labels", {"count": "2"})
    assert len(queries.labelled_vials(lot.id, the_site().id)) == 2
    assert pharmacist.get(f"/stock/lots/{lot.id}/labels.pdf").data.startswith(b"%PDF")


def test_reconstituting_is_recorded_with_diluent_lot_and_volume(pharmacist: Client) -> None:
    vial = opened(a_lot(a_powder()))
    diluent = a_lot(
        a_product(an_ingredient("water for injections", role="diluent"), content="10 mL"), number="WFI1"
    )
    url = f"/stock/vials/{vial.id}/reconstitute"
    offered = pharmacist.get_ok(url).form(url).options("diluent")
    assert [value for value in offered.values() if value] == [f"lot-{diluent.id}-{the_place().id}"]
    values = {"diluent": f"lot-{diluent.id}-{the_place().id}", "volume": "4", "displacement": "0.3"}
    page = pharmacist.post_ok(url, values)
    assert "4.3 mL" in words(page)
    assert "WFI1" in words(page)


# What a form refuses is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("volume", ["0", "-1", "0.0000001", "4,0", "4 cc", "", "1e3"])
def test_a_volume_that_cannot_be_read_is_refused(pharmacist: Client, volume: str) -> None:
    vial = opened(a_lot(a_powder()))
    a_lot(a_product(an_ingredient("water", role="diluent")))
    url = f"/stock/vials/{vial.id}/reconstitute"
    choice = next(v for v in pharmacist.get_ok(url).form(url).options("diluent").values() if v)
    assert pharmacist.post_refused(url, {"diluent": choice, "volume": volume}).errors
    assert queries.vial(vial.id).mixed_volume is None


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_wasting_a_vial_asks_for_a_reason_and_takes_all_of_it(pharmacist: Client) -> None:
    vial = opened(a_lot())
    url = f"/stock/vials/{vial.id}/waste"
    assert pharmacist.post_refused(url, {}).errors == ["Choose why."]
    assert "Say what happened." in pharmacist.post_refused(url, {"reason": "other"}).errors[0]
    page = pharmacist.post_ok(url, {"reason": "past_beyond_use"})
    assert "wasted" in page.h1


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_part_of_a_vial_is_wasted(pharmacist: Client) -> None:
    vial = opened(a_lot())
    pharmacist.post_ok(f"/stock/vials/{vial.id}/waste", {"reason": "dead_space", "volume": "0.4"})
    assert queries.volume_left(queries.vial(vial.id)) == 4_600_000


def test_containers_are_moved_and_wasted_from_the_lot_page(pharmacist: Client) -> None:
    lot = a_lot()
    quarantine = str(the_place("quarantine").id)
    pharmacist.post_ok(f"/stock/lots/{lot.id}/move", {"target_id": quarantine, "containers": "1"})
    pharmacist.post_ok(f"/stock/lots/{lot.id}/waste", {"containers": "1", "reason": "broken"})
    assert (lies(lot, "storage"), lies(lot, "quarantine")) == (5_000_000, 5_000_000)
    refused = pharmacist.post_refused(f"/stock/lots/{lot.id}/waste", {"containers": "9", "reason": "broken"})
    assert "Shelf holds 5 mL" in refused.errors[0].replace("\xa0", " ")


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_an_open_vial_is_moved_to_quarantine(pharmacist: Client) -> None:
    vial = opened(a_lot())
    target = {"target_id": str(the_place("quarantine").id)}
    assert "in quarantine" in pharmacist.post_ok(f"/stock/vials/{vial.id}/move", target).h1


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_hold_page_lists_what_will_stop_and_the_release_ends_it(pharmacist: Client) -> None:
    lot = a_lot()
    opened(lot)
    url = f"/stock/hold/lot/{lot.id}"
    assert "1 open vials" in words(pharmacist.get_ok(url))
    assert pharmacist.post_refused(url, {}).errors == ["Say what was seen."]
    page = pharmacist.post_ok(url, {"reason": "turbid", "source": "the maker"})
    assert "held: the maker" in page.h1
    hold = db.session.scalars(db.select(Hold)).one()
    page = pharmacist.post_ok(f"/stock/holds/{hold.id}/release", {"reason": "a shadow on the photo"})
    assert "released: a shadow on the photo" in words(page)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("kind", ["vial", "place", "product"])
def test_other_things_can_be_held_too(pharmacist: Client, kind: str) -> None:
    vial = opened(a_lot())
    number = {"vial": vial.id, "place": the_place().id, "product": vial.lot.product_id}[kind]
    pharmacist.post_ok(f"/stock/hold/{kind}/{number}", {"reason": "a logger alarm"})
    assert db.session.scalars(db.select(Hold)).one().object_kind == kind


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_second_pharmacist_releases_from_the_lot_page(clients: As) -> None:
    lot = received(a_product().id)
    first = clients("pharmacist").post_refused(f"/stock/lots/{lot.id}/release", {"remark": "seals"})
    assert "Hugo Petit may." in first.errors[0]
    page = clients("pharmacist2").post_ok(f"/stock/lots/{lot.id}/release", {"remark": "seals"})
    assert "usable" in page.h1


def test_places_are_added_and_changed_by_the_administrator(clients: As) -> None:
    admin = clients("admin")
    admin.post_ok("/stock/places/add", {"name": "Cabinet A", "kind": "storage", "temperature": "15 to 25 °C"})
    place = db.session.scalars(db.select(Place).filter_by(name="Cabinet A")).one()
    assert "Cabinet A" in words(admin.get_ok("/stock/places"))
    admin.post_ok(f"/stock/places/{place.id}", {"name": "Cabinet B"})
    assert queries.place_by_id(place.id, the_site().id).name == "Cabinet B"
    assert "Choose another name." in admin.post_refused("/stock/places/add", {"name": "Cabinet B"}).errors[0]


PAGES = {
    "/stock/": {"pharmacist", "technician", "practitioner", "recall", "auditor"},
    "/stock/receive": {"pharmacist", "technician"},
    "/stock/lots/{lot}": {"pharmacist", "technician", "practitioner", "recall", "auditor"},
    "/stock/lots/{lot}/open": {"pharmacist", "technician"},
    "/stock/lots/{lot}/move": {"pharmacist", "technician"},
    "/stock/lots/{lot}/waste": {"pharmacist", "technician"},
    "/stock/lots/{lot}/labels": {"pharmacist", "technician"},
    "/stock/lots/{lot}/release": {"pharmacist"},
    "/stock/vials/{vial}": {"pharmacist", "technician", "practitioner", "recall", "auditor"},
    "/stock/vials/{vial}/reconstitute": {"pharmacist", "technician"},
    "/stock/vials/{vial}/waste": {"pharmacist", "technician", "practitioner"},
    "/stock/vials/{vial}/move": {"pharmacist", "technician"},
    "/stock/hold/lot/{lot}": {"pharmacist", "technician", "practitioner", "recall"},
    "/stock/holds/{hold}/release": {"pharmacist", "recall"},
    "/stock/places": {"admin"},
    "/stock/places/add": {"admin"},
    "/stock/places/{place}": {"admin"},
}
ROLES = ("pharmacist", "technician", "practitioner", "recall", "auditor", "admin")


# Who may enter is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", ROLES)
def test_who_opens_which_page_and_no_look_writes_anything(clients: As, who: str) -> None:
    vial = reconstituted(opened(a_lot(a_powder())), a_lot())
    hold = held("lot", a_lot().id)
    numbers = {"lot": vial.lot_id, "vial": vial.id, "hold": hold.id, "place": the_place().id}
    client, before = clients(who), rows()
    for pattern, allowed in PAGES.items():
        url = pattern.format(**numbers)
        client.get_page(url, 200 if who in allowed else 403)
    assert rows() == before


def rows() -> list[int]:
    tables = (Movement, AuditEntry, Lot, Vial, Hold, Place)
    return [db.session.scalar(db.select(db.func.count(table.id))) or 0 for table in tables]


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "pattern",
    ["vials/{vial}", "vials/{vial}/waste", "vials/{vial}/move", "vials/{vial}/label.pdf", "hold/vial/{vial}"],
)
def test_a_vial_of_another_site_is_not_there(pharmacist: Client, cast: Cast, pattern: str) -> None:
    elsewhere = Vial(code="V-9999", lot=a_lot(site=cast.other_site), site_id=cast.other_site.id)
    saved(elsewhere)
    assert pharmacist.get("/stock/" + pattern.format(vial=elsewhere.id)).status_code == 404


@pytest.mark.parametrize(
    "url",
    ["lots/0", "lots/2147483648", "lots/x", "vials/99999999999999999999", "hold/site/1", "hold/lot/99999"],
)
def test_what_is_not_there_is_not_found(pharmacist: Client, url: str) -> None:
    assert pharmacist.get(f"/stock/{url}").status_code == 404


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
def test_nobody_enters_without_signing_in(client: Client) -> None:
    for url in ("/stock/", "/stock/receive", "/stock/places"):
        assert client.get(url).status_code in {302, 303}


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_site_that_writes_a_comma_is_shown_commas(clients: As, cast: Cast) -> None:
    lot = a_lot(a_product(content="2.5 mL"), containers=1, site=cast.other_site)
    assert "2,5 mL" in words(clients("practitioner3").get_ok(f"/stock/lots/{lot.id}"))
