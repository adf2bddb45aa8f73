"""Barcodes: what is drawn is read back to the byte, separators included, and nothing wrong is drawn."""

import io
import re
from datetime import date

import pytest
import zxingcpp
from PIL import Image

from formulary.rules.findings import Refused
from formulary.web import barcodes
from formulary.web.gs1 import GS, read_scan

GTIN = "09506000134352"


def png(picture: str, scale: int = 6) -> bytes:
    """The picture drawn as pixels, from its squares."""
    size = int(re.search(r'viewBox="0 0 (\d+) \d+"', picture).group(1))
    image = Image.new("L", (size, size), 255)
    squares = re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+Z", re.search(r' d="([^"]+)"', picture).group(1))
    for x, y, w, h in (map(int, square) for square in squares):
        image.paste(0, (x, y, x + w, y + h))
    out = io.BytesIO()
    image.resize((size * scale, size * scale), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("code", ["V-0417", "C-1842", "C-184200", "R-7", "P-123456789"])
def test_our_own_code_is_read_back(code: str) -> None:
    assert barcodes.decode(png(barcodes.own(code))) == f"FML1:{code}".encode()


def test_a_pack_is_read_back_with_its_separators() -> None:
    picture = barcodes.gs1(GTIN, date(2027, 12, 31), "LOT-7/A(1)", "SER99")
    assert barcodes.decode(png(picture)) == f"01{GTIN}1727123110LOT-7/A(1){GS}21SER99".encode()


def test_what_is_drawn_is_a_scan_of_the_same_pack() -> None:
    drawn = barcodes.decode(png(barcodes.gs1("9506000134352", date(2027, 8, 31), "L1", "S"))).decode()
    scan = read_scan("]d2" + drawn, captured=True, today=date(2026, 11, 24))
    assert (scan.gtin, scan.expires_on, scan.lot, scan.serial) == (GTIN, date(2027, 8, 31), "L1", "S")


def test_the_symbol_says_that_it_is_gs1() -> None:
    with Image.open(io.BytesIO(png(barcodes.gs1(GTIN, None, "L1")))) as image:
        assert zxingcpp.read_barcodes(image)[0].symbology_identifier == "]d2"


def test_a_wrong_product_number_is_not_drawn() -> None:
    with pytest.raises(Refused):
        barcodes.gs1(GTIN[:-1] + "3", None, "L1")


def test_a_barcode_can_stand_in_a_page() -> None:
    picture = barcodes.own("V-0417")
    assert picture.startswith('<svg class="barcode" viewBox=')
    assert 'aria-label="Barcode V-0417"' in picture
    assert "style" not in picture


def test_the_bracketed_text_is_what_people_paste() -> None:
    text = barcodes.element_string(GTIN, date(2027, 12, 31), "L1", "S")
    assert text == f"[01]{GTIN}[17]271231[10]L1[21]S"


def test_a_picture_without_a_code_says_so() -> None:
    out = io.BytesIO()
    Image.new("L", (50, 50), 255).save(out, "PNG")
    with pytest.raises(LookupError):
        barcodes.decode(out.getvalue())
