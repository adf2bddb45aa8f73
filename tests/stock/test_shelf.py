"""The shelf by place and by expiry, as a file, and from the label of a place."""

from __future__ import annotations

from datetime import date

import pytest

from formulary import clock
from formulary.db import transaction
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Lot, Place
from tests.overview.test_find import goes_to, hits, offers
from tests.stock.doing import posted, somebody
from tests.stock.test_pages import found, pharmacist
from tests.support.builders import a_lot, a_product, saved, the_place, the_site
from tests.support.client import Client

__all__ = ["pharmacist"]


def in_a_fridge(lot: Lot) -> Place:
    """A second shelf, with a container of the lot."""
    fridge = saved(Place(site_id=the_site().id, kind="storage", name="Fridge"))
    act = {"source": the_place("storage"), "target": queries.place_by_id(fridge.id, fridge.site_id)}
    with transaction():
        stock.move_lot(queries.lot(lot.id), **act, quantity=5_000_000, at=clock.now(), by=somebody())
    return fridge


def lines(client: Client, address: str) -> list[str]:
    """The rows of a CSV."""
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return answer.get_data(as_text=True).removeprefix("\ufeff").split("\r\n")


def test_a_shelf_shows_the_lots_that_lie_on_it(pharmacist: Client) -> None:
    a_lot(number="ROOM")
    fridge = in_a_fridge(a_lot(number="COLD"))
    assert found(pharmacist, "", place=str(fridge.id)) == ["COLD"]
    assert found(pharmacist, "", place=str(the_place("storage").id)) == ["ROOM", "COLD"]


def test_a_shelf_shows_the_lots_that_were_used_up_on_it_when_asked_for(pharmacist: Client) -> None:
    a_lot(number="ROOM")
    fridge = in_a_fridge(a_lot(number="COLD"))
    posted(a_lot(number="GONE", containers=1), "storage", "waste", 5_000_000, reason="broken")
    room = str(the_place("storage").id)
    assert found(pharmacist, "", place=room) == ["ROOM", "COLD"]
    assert found(pharmacist, "", place=room, used_up="y") == ["ROOM", "COLD", "GONE"]
    assert found(pharmacist, "", place=str(fridge.id), used_up="y") == ["COLD"]


@pytest.mark.parametrize(
    ("expires", "lots"),
    [
        ("", ["PAST", "TODAY", "DAY30", "DAY31"]),
        ("expired", ["PAST"]),
        ("30", ["TODAY", "DAY30"]),
        ("90", ["TODAY", "DAY30", "DAY31"]),
    ],
)
def test_lots_are_found_by_the_day_they_expire(pharmacist: Client, expires: str, lots: list[str]) -> None:
    for number, on in {
        "PAST": date(2026, 11, 23),
        "TODAY": date(2026, 11, 24),
        "DAY30": date(2026, 12, 24),
        "DAY31": date(2026, 12, 25),
    }.items():
        a_lot(number=number, expires_on=on)
    assert found(pharmacist, "", expires=expires) == lots


def test_a_shelf_of_another_site_is_no_choice(pharmacist: Client, cast) -> None:
    elsewhere = queries.place(cast.other_site.id, "storage")
    assert pharmacist.get("/stock/", query_string={"place": elsewhere.id}).status_code == 422
    assert pharmacist.get("/stock/shelf.csv", query_string={"place": elsewhere.id}).status_code == 422


def test_the_whole_search_is_a_file_and_not_its_first_page(pharmacist: Client) -> None:
    product = a_product(name="Skinvive")
    for number in range(60):
        a_lot(product, number=f"B{number:02}", containers=2)
    a_lot(number="OTHER")
    rows = lines(pharmacist, "/stock/shelf.csv?q=skinvive")
    assert rows[0] == "Lot,Product,Maker,Expires,Sealed,Unit,Containers,Open vials,Where,How it stands"
    assert len(rows) == 62
    assert rows[1] == "B00,Skinvive,Maker,2027-11-30,10,mL,2 vials,0,Shelf,usable"


def test_the_file_may_be_a_workbook(pharmacist: Client) -> None:
    a_lot()
    assert pharmacist.get("/stock/shelf.xlsx").data.startswith(b"PK")
    assert pharmacist.get("/stock/shelf.exe").status_code == 404


def test_the_label_of_a_shelf_opens_what_lies_there(clients, cast) -> None:
    code = queries.place_code(the_place("storage"))
    assert goes_to(clients("technician"), f"FML1:{code}", captured=True) == f"/stock/?place={code[2:]}"
    assert clients("admin").get("/stock/places/labels.pdf").data.startswith(b"%PDF")


@pytest.mark.parametrize("typed", ["S-999999999", "S-0", "FML1:S-12345"])
def test_a_place_that_is_not_there_opens_nothing(clients, typed: str) -> None:
    assert hits(offers(clients("technician"), typed)) == []
