"""The page that opens a container: the scan of its pack fills in the serial, and tells another pack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from formulary import clock
from formulary.db import db, transaction
from formulary.rules.lot_status import NOT_ON_RECORD
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Lot, Vial
from tests.stock.doing import lies, opened, somebody
from tests.support.builders import a_code, a_lot, a_product, a_site, act, gtin_of, the_place, the_site
from tests.support.client import Client
from tests.support.pages import Page

# What a page says does not depend on the database.
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def pharmacist(clients: Callable[[str], Client]) -> Client:
    return clients("pharmacist")


def page_of(lot: Lot) -> str:
    return f"/stock/lots/{lot.id}/open"


def captured(code: str) -> dict[str, str]:
    """What the page sends for a code that was scanned."""
    return {"scan": code, "scan-captured": "1"}


def sent(client: Client, lot: Lot, typed: dict[str, str], press: str, status: int = 200) -> Page:
    """The page of a lot after this was typed on it and a button pressed, where it comes back."""
    answer = client.submit(client.get_ok(page_of(lot)), typed, press=press)
    return client.read(answer, page_of(lot), status)


def labelled(lot: Lot) -> Vial:
    """A sealed vial of the lot that has a label of ours."""
    with transaction():
        told = {"place": the_place(), "count": 1, "at": clock.now(), "by": somebody()}
        stock.label_vials(queries.lot(lot.id), **told)
    return queries.labelled_vials(lot.id, the_site().id)[-1]


def serial_of(page: Page) -> list[str]:
    return page.form(page.url, "Open it").fields["serial"]


def open_codes() -> list[str]:
    db.session.rollback()
    return [vial.code for vial in queries.open_vials(the_site().id)]


def test_a_scan_of_the_pack_fills_in_its_serial_and_opens_nothing_yet(pharmacist: Client) -> None:
    lot = a_lot(a_product(), number="L2231")
    code = a_code(lot.product, level="box", containers=10)
    late = "2026-11-24T12:00"
    typed = captured(f"]d201{code.gtin}10L22-31\x1d21SN0001") | {"opened_at": late}
    page = sent(pharmacist, lot, typed, "Read")
    form = page.form(page_of(lot), "Open it")
    assert (form.fields["serial"], form.fields["opened_at"]) == (["SN0001"], [late])
    assert "a pack of this lot" in page.text
    assert lies(lot, "in_use") == 0
    pharmacist.submit(page, {"late_reason": "forgotten"}, press="Open it")
    assert [vial.serial for vial in queries.open_vials(the_site().id)] == ["SN0001"]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("]d201{gtin}10L9", "This code is not of a pack of lot L2231."),
        ("]d201{other}10L2231", "This code is not of a pack of lot L2231."),
        ("]d201{gtin}21SN1", "This code is not of a pack of lot L2231."),
        (
            "]d201{gtin}1728113010L2231",
            "The code says that the pack expires 30 Nov 2028; lot L2231 of this page expires 30 Nov 2027.",
        ),
        ("FML1:V-999", "No vial of this site has the label V-999."),
        ("FML1:C-0001", "C-0001 is not the label of a vial."),
        ("]d20109520000000500", "so one digit is wrong."),
    ],
    ids=["other lot", "other product", "no lot", "other expiry", "unknown label", "cocktail", "unreadable"],
)
@pytest.mark.parametrize("press", ["Read", "Open it"])
def test_a_pack_of_something_else_is_not_opened(pharmacist: Client, code: str, why: str, press: str) -> None:
    lot, other = a_lot(a_product(), number="L2231"), a_product()
    shown = captured(code.format(gtin=gtin_of(lot.product), other=gtin_of(other)))
    page = sent(pharmacist, lot, shown | {"serial": "SN7"}, press, 422)
    assert [why in said for said in page.errors] == [True]
    assert serial_of(page) == ["SN7"]
    assert lies(lot, "in_use") == 0


@pytest.mark.parametrize("on_record", [date(2028, 11, 30), NOT_ON_RECORD], ids=["the same", "nobody knows"])
def test_an_expiry_on_the_code_is_that_of_the_lot_where_it_is_known(
    pharmacist: Client, on_record: date
) -> None:
    product = a_product()
    a_lot(product, number="L2231")
    lot = a_lot(product, number="L2231", expires_on=on_record)
    code = f"]d201{gtin_of(product)}1728113010L2231\x1d21SN2"
    assert serial_of(sent(pharmacist, lot, captured(code), "Read")) == ["SN2"]


def test_reading_nothing_says_that_nothing_was_scanned(pharmacist: Client) -> None:
    page = sent(pharmacist, a_lot(), {}, "Read", 422)
    assert ["Nothing was scanned." in said for said in page.errors] == [True]


def test_a_code_sent_with_enter_is_read_first(pharmacist: Client) -> None:
    lot = a_lot()
    page = sent(pharmacist, lot, {"scan": f"[01]{gtin_of(lot.product)}[10]{lot.number}[21]SN3"}, "Open it")
    assert (serial_of(page), "Nothing is opened yet." in page.text) == (["SN3"], True)
    assert open_codes() == []


def test_our_own_label_of_a_sealed_vial_opens_that_vial(pharmacist: Client) -> None:
    lot = a_lot()
    vial = labelled(lot)
    page = sent(pharmacist, lot, captured(f"FML1:{vial.code}"), "Read")
    assert f"vial {vial.code} of this lot" in page.text
    assert open_codes() == []
    answer = pharmacist.submit(page, press="Open it")
    assert answer.location.endswith(f"/stock/vials/{vial.id}")
    assert open_codes() == [vial.code]


def test_a_label_of_ours_sent_twice_opens_its_vial_once(pharmacist: Client) -> None:
    lot = a_lot()
    vial = labelled(lot)
    page = sent(pharmacist, lot, captured(f"FML1:{vial.code}"), "Read")
    answers = [pharmacist.submit(page, press="Open it") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert open_codes() == [vial.code]


@pytest.mark.parametrize("press", ["Read", "Open it"])
def test_the_label_of_a_vial_that_is_open_is_told_as_such(pharmacist: Client, press: str) -> None:
    lot = a_lot()
    vial = opened(lot)
    page = sent(pharmacist, lot, captured(f"FML1:{vial.code}"), press, 422)
    assert [f"Vial {vial.code} is open." in said for said in page.errors] == [True]
    assert open_codes() == [vial.code]


def test_the_label_of_a_vial_of_another_lot_is_told_with_its_lot(pharmacist: Client) -> None:
    product = a_product(name="tranexamic acid")
    lot, vial = a_lot(product, number="L1"), labelled(a_lot(product, number="L2"))
    page = sent(pharmacist, lot, captured(f"FML1:{vial.code}"), "Open it", 422)
    why = f"Vial {vial.code} is of another lot: tranexamic acid, lot L2, expires 30 Nov 2027."
    assert [why in said for said in page.errors] == [True]
    assert open_codes() == []


def test_the_label_of_another_sites_vial_is_not_known_here(pharmacist: Client) -> None:
    lot = a_lot()
    vial = labelled(lot)
    with act():
        db.session.get_one(Vial, vial.id).site_id = a_site().id
    page = sent(pharmacist, lot, captured(f"FML1:{vial.code}"), "Open it", 422)
    assert [f"No vial of this site has the label {vial.code}." in said for said in page.errors] == [True]
