"""The pages of counts: by keyboard and scanner, blind until all is counted, on paper, within reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from formulary.db import db
from formulary.stock.models import CountEntry, CountLine, StockCount
from tests.stock.counting import closed, counted, line, lines, sheet
from tests.stock.doing import lies, opened
from tests.support.builders import a_code, a_lot, a_product, the_place
from tests.support.client import Client
from tests.support.pages import Page

As = Callable[[str], Client]
# What a page says does not depend on the database; test_counts asks both of the acts behind it.
pytestmark = [pytest.mark.usefixtures("cast"), pytest.mark.databases("sqlite")]
both = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture
def technician(clients: As) -> Client:
    return clients("technician")


def words(page: Page) -> str:
    """All words of a page with ordinary spaces."""
    return page.text.replace("\xa0", " ")


def at(count, about) -> str:  # type: ignore[no-untyped-def]
    """The address of the line about a lot or a vial."""
    return f"/stock/counts/{count.id}/lines/{line(count, about).row.id}"


@both
def test_a_number_and_enter_lead_from_line_to_line_and_back_to_the_sheet(technician: Client) -> None:
    product = a_product()
    first, second = a_lot(product, number="A1", containers=3), a_lot(product, number="A2", containers=2)
    page = technician.post_ok("/stock/counts/open", {"places": str(the_place().id)})
    count_id = int(page.url.rpartition("/")[2])
    page = technician.get_ok(page.links["Count the next line"])
    assert "A1" in page.h1
    page = technician.post_ok(page.url, {"containers": "3"})
    assert "A2" in page.h1
    page = technician.post_ok(page.url, {"containers": "2"})
    assert page.url == f"/stock/counts/{count_id}"
    assert "Every line is answered." in words(page)
    page = technician.post_ok(f"/stock/counts/{count_id}/close", {})
    assert (lies(first, "storage"), lies(second, "storage")) == (15_000_000, 10_000_000)
    assert "closed" in page.h1


def test_the_sheet_says_nothing_of_the_ledger_until_all_is_counted(technician: Client, clients: As) -> None:
    lot, other = a_lot(containers=17), a_lot(containers=2)
    count = sheet()
    counted(count, lot, 16)
    url = f"/stock/counts/{count.id}"
    for page in (
        technician.get_ok(url),
        technician.get_ok(f"{url}/close"),
        technician.get_ok(at(count, lot)),
    ):
        assert [said for said in ("17 vials", "16 vials", "Expected") if said in words(page)] == []
    counted(count, other, 2)
    assert "1 line to be counted again by another person" in words(technician.get_ok(url))
    assert "1 vial fewer" not in words(technician.get_ok(url))
    again = clients("pharmacist2").post_ok(at(count, lot), {"containers": "16"})
    assert "1 vial fewer" in words(again)
    assert "before: Tom Girard 16 vials" in words(again)
    page = clients("pharmacist").post_ok(f"{url}/close", {"reason": "one was broken"})
    assert "one was broken" in words(page)
    assert "too much by" in words(clients("pharmacist").get_ok("/stock/discrepancies"))
    told = words(technician.get_ok(f"/stock/lots/{lot.id}"))
    assert "1 vial counted: less than was on record" in told
    assert f"count {count.id}" in told


def test_none_found_and_not_counted_are_buttons(technician: Client) -> None:
    lot, other = a_lot(), a_lot()
    count = sheet()
    technician.post_ok(at(count, lot), press="None found")
    page = technician.post_ok(at(count, other), press="Not counted")
    assert {one.last.outcome for one in lines(count) if one.last} == {"none", "not_counted"}
    assert "count again" in words(page)


# What a form refuses is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("containers", "-1", "“-1” is not taken here. Type a whole number from 0 to 1000000."),
        ("containers", "two", "“two” is not taken here. Type a whole number from 0 to 1000000."),
        ("containers", "2000000", "“2000000” is not taken here. Type a whole number from 0 to 1000000."),
        ("containers", "0", "0 is not taken as a number. Press “None found” if there is none;"),
        ("containers", "", "No number is given. Type what is there, or choose “none found”"),
        ("part", "1,5", "comma"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_nothing_is_kept(
    technician: Client, field: str, typed: str, said: str
) -> None:
    lot = a_lot()
    count = sheet()
    page = technician.post_refused(at(count, lot), {field: typed})
    assert said in page.errors[0]
    assert db.session.scalars(db.select(CountEntry)).all() == []


@both
def test_the_same_line_twice_offers_to_keep_what_was_typed(technician: Client) -> None:
    lot = a_lot()
    count = sheet()
    counted(count, lot, 3, "pharmacist")
    page = technician.post_refused(at(count, lot), {"containers": "2"})
    assert "Claire Morel answered for lot" in words(page)
    answer = technician.submit(page, press="Keep what I typed instead", to=at(count, lot))
    assert answer.status_code == 302
    assert [entry.found for entry in line(count, lot).entries] == [15_000_000, 10_000_000]


def test_a_scan_goes_to_the_line_of_its_lot_or_vial(technician: Client) -> None:
    product = a_product()
    a_lot(product, number="L1")
    lot = a_lot(product, number="L2231")
    vial = opened(lot)
    pack = a_code(product, containers=10)
    count = sheet("storage", "in_use")
    sealed, stands = at(count, lot), at(count, vial)
    find = {"place_id": str(the_place().id)}
    for scan, url in (
        (f"[01]{pack.gtin}[17]271130[10]L2231", sealed),
        ("l-2231", sealed),
        (f"FML1:{vial.code}", stands),
        (vial.code.lower(), stands),
    ):
        page = technician.post_ok(
            f"/stock/counts/{count.id}/find", {"scan": scan} | find, at=f"/stock/counts/{count.id}"
        )
        assert page.url == url


def test_what_no_line_expects_is_offered_to_be_added_and_what_nobody_knows_is_not(technician: Client) -> None:
    lot = a_lot(number="FOUND1", containers=0)
    count = sheet()
    url, here = f"/stock/counts/{count.id}/find", f"/stock/counts/{count.id}"
    page = technician.post_refused(url, {"scan": "NEVER"}, at=here)
    assert page.errors == [
        "No lot or vial here is called “NEVER”. Scan it again; a new lot is received first."
    ]
    page = technician.post_refused(url, {"scan": "found1"}, at=here)
    assert technician.submit(page, press=f"Add {lot} to this count", to=url).status_code == 302
    assert [row.lot_id for row in db.session.scalars(db.select(CountLine).filter_by(added=True))] == [lot.id]
    assert "found on top" in words(technician.get_ok(here))


def test_the_paper_sheet_is_a_pdf_for_shelf_and_vial(technician: Client) -> None:
    product = a_product()
    a_code(product)
    opened(a_lot(product))
    a_lot(product, number="A[1")
    answer = technician.get(f"/stock/counts/{sheet('storage', 'in_use').id}/sheet.pdf")
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")


def test_the_paper_sheet_holds_no_quantity_of_the_ledger(
    technician: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_lot(containers=17)
    printed = []
    monkeypatch.setattr("formulary.web.pdf.of_html", lambda html: printed.append(html) or b"%PDF-")
    technician.get(f"/stock/counts/{sheet().id}/sheet.pdf")
    assert "17 vial" not in printed[0]


def test_the_stock_and_its_places_lead_to_the_counts(technician: Client, clients: As) -> None:
    place = the_place()
    clients("admin").post_ok(f"/stock/places/{place.id}", {"count_every": "30"})
    assert technician.get_ok("/").links["Count it: Count Shelf"] == f"/stock/counts/open?place={place.id}"
    page = technician.get_ok("/stock/")
    assert "never counted" in words(page)
    page = technician.get_ok(technician.get_ok(f"/stock/?place={place.id}").links["Count this place"])
    technician.submit(page, to="/stock/counts/open")
    listed = technician.get_ok(technician.get_ok("/stock/").links["Counts"])
    assert "Shelf" in words(listed)
    [count] = db.session.scalars(db.select(StockCount))
    closed(count, "technician", reason="")
    assert "never counted" not in words(technician.get_ok("/stock/"))


def test_who_only_sees_stock_reads_a_count_and_answers_nothing(clients: As) -> None:
    lot = a_lot()
    count = sheet()
    page = clients("practitioner").get_ok(f"/stock/counts/{count.id}")
    assert [href for href in page.links.values() if "/lines/" in href] == []
    assert clients("practitioner").get(at(count, lot)).status_code == 403


def test_what_was_entered_since_the_review_is_shown_before_it_is_closed(technician: Client) -> None:
    lot = a_lot(containers=3)
    count = sheet()
    counted(count, lot, 3)
    page = technician.get_ok(f"/stock/counts/{count.id}/close")
    counted(count, lot, 3, "pharmacist", again=1)
    answer = technician.submit(page, to=page.url)
    page = technician.read(answer, page.url, 422)
    assert page.errors[0].startswith("Somebody entered a line since you opened this page.")
    assert technician.submit(page, to=page.url).status_code == 302
    assert technician.get(page.url).location.endswith(f"/stock/counts/{count.id}")


def test_cancelling_says_why_and_moves_nothing(technician: Client) -> None:
    lot = a_lot()
    count = sheet()
    url = f"/stock/counts/{count.id}/cancel"
    assert technician.post_refused(url, {"reason": ""}).errors == ["Say why."]
    page = technician.post_ok(url, {"reason": "the fridge broke"})
    assert "the fridge broke" in words(page)
    assert lies(lot, "storage") == 15_000_000
