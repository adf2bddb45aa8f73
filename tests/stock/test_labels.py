"""Labels of vials on label stock and A4, and the last day on which an opened one is drawn from."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2
import pytest

from tests.stock.doing import opened
from tests.support.builders import a_lot, a_product
from tests.support.client import Client

# What a page says does not depend on the database.
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def pharmacist(clients: Callable[[str], Client]) -> Client:
    return clients("pharmacist")


@pytest.mark.parametrize(
    ("container", "in_use", "until", "limit"),
    [
        ("single_dose", None, "25 Nov 2026, 00:00", "not kept after the session"),
        ("ampoule", 0, "25 Nov 2026, 00:00", "not kept after the session"),
        ("multi_dose", 672, "22 Dec 2026, 13:00", "limited by time after opening"),
    ],
)
def test_a_vial_and_its_label_tell_the_day_on_which_its_rest_is_thrown_away(
    pharmacist: Client, container: str, in_use: int | None, until: str, limit: str
) -> None:
    product = a_product(
        name="hyaluronic acid hybrid complexes with a long name", container=container, after_puncture_h=in_use
    )
    vial = opened(a_lot(product))
    page = pharmacist.get_ok(f"/stock/vials/{vial.id}").text.replace("\xa0", " ")
    assert until in page
    assert limit in page
    for paper in ("vial", "a4"):
        label = printed(pharmacist, f"/stock/vials/{vial.id}/label.pdf?paper={paper}")
        assert len(label) == 1
        assert f"Use before {until}" in label[0]
        assert (limit in label[0]) == (container != "multi_dose")


def printed(client: Client, path: str) -> list[str]:
    """The words on each page of a print."""
    pages = pypdfium2.PdfDocument(client.get(path).data)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pages]


def test_labels_are_a_page_each_on_label_stock_and_one_sheet_of_a4(pharmacist: Client) -> None:
    lot = a_lot()
    pharmacist.post_ok(f"/stock/lots/{lot.id}/labels", {"count": "2"})
    page = pharmacist.get_ok(f"/stock/lots/{lot.id}/labels")
    sheets = [page.links[words] for words in ("Print them", "Print them on A4")]
    assert [len(printed(pharmacist, href)) for href in sheets] == [2, 1]
