"""The page that opens a container: the scan of its pack fills in the serial, and tells another pack."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from formulary.stock import queries
from tests.stock.doing import lies
from tests.support.builders import a_code, a_lot, a_product, gtin_of, the_site
from tests.support.client import Client

# What a page says does not depend on the database.
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def pharmacist(clients: Callable[[str], Client]) -> Client:
    return clients("pharmacist")


def test_a_scan_of_the_pack_fills_in_its_serial_and_opens_nothing_yet(pharmacist: Client) -> None:
    lot = a_lot(a_product(), number="L2231")
    code = a_code(lot.product, level="box", containers=10)
    path, late = f"/stock/lots/{lot.id}/open", "2026-11-24T12:00"
    typed = {"scan": f"]d201{code.gtin}10L22-31\x1d21SN0001", "scan-captured": "1", "opened_at": late}
    answer = pharmacist.submit(pharmacist.get_ok(path), typed, press="Read")
    page = pharmacist.read(answer, path, 200)
    form = page.form(path, "Open it")
    assert (form.fields["serial"], form.fields["opened_at"]) == (["SN0001"], [late])
    assert lies(lot, "in_use") == 0
    pharmacist.submit(page, {"late_reason": "forgotten"}, press="Open it")
    assert [vial.serial for vial in queries.open_vials(the_site().id)] == ["SN0001"]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("]d201{gtin}10L9", "This code is not of a pack of lot L2231."),
        ("]d201{other}10L2231", "This code is not of a pack of lot L2231."),
        ("]d201{gtin}21SN1", "This code is not of a pack of lot L2231."),
        ("FML1:V-0001", "This code is not of a pack of lot L2231."),
        ("]d20109520000000500", "so one digit is wrong."),
    ],
    ids=["other lot", "other product", "no lot", "our own label", "unreadable"],
)
@pytest.mark.parametrize("press", ["Read", "Open it"])
def test_a_pack_of_something_else_is_not_opened(pharmacist: Client, code: str, why: str, press: str) -> None:
    lot, other = a_lot(a_product(), number="L2231"), a_product()
    path = f"/stock/lots/{lot.id}/open"
    typed = {"scan": code.format(gtin=gtin_of(lot.product), other=gtin_of(other)), "scan-captured": "1"}
    answer = pharmacist.submit(pharmacist.get_ok(path), typed | {"serial": "SN7"}, press=press)
    page = pharmacist.read(answer, path, 422)
    assert [why in said for said in page.errors] == [True]
    assert page.form(path, "Open it").fields["serial"] == ["SN7"]
    assert lies(lot, "in_use") == 0
