"""Barcodes as pictures that can stand in a page: our own codes and GS1, both as DataMatrix."""

import io
import re
from datetime import date

import zxingcpp
from markupsafe import Markup

from formulary.web.gs1 import gtin14

_PICTURE = re.compile(r'<svg width="(\d+)" height="(\d+)".*?<path d="([^"]+)"', re.DOTALL)
_SVG = Markup(
    '<svg class="barcode" viewBox="0 0 {0} {1}" role="img" aria-label="{2}" shape-rendering="crispEdges">'
    '<rect width="{0}" height="{1}" fill="#fff"/><path fill="#000" d="{3}"/></svg>'
)


def own(code: str) -> Markup:
    """The DataMatrix of a code of ours, such as V-0417 or C-1842."""
    made = zxingcpp.create_barcode(f"FML1:{code}", zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    return _picture(made, f"Barcode {code}")


def gs1(gtin: str, expires_on: date | None, lot: str, serial: str = "") -> Markup:
    """The GS1 DataMatrix of a pack; Refused where the GTIN is wrong: the library would draw it."""
    return of_elements(element_string(gtin, expires_on, lot, serial))


def of_elements(text: str) -> Markup:
    """The GS1 DataMatrix of an element string that is known to be sound."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, gs1=True, force_square=True)
    return _picture(made, f"GS1 barcode {text}")


def element_string(gtin: str, expires_on: date | None, lot: str, serial: str = "") -> str:
    """What the code of a pack says, with square brackets: a lot may hold round ones."""
    fields = [
        ("01", gtin14(gtin)),
        ("17", f"{expires_on:%y%m%d}" if expires_on else ""),
        ("10", lot),
        ("21", serial),
    ]
    return "".join(f"[{ai}]{value}" for ai, value in fields if value)


def _picture(made: zxingcpp.Barcode, label: str) -> Markup:
    found = _PICTURE.search(made.to_svg())
    if found is None:
        raise ValueError("The barcode library drew nothing that can be embedded")
    width, height, path = found.groups()
    return _SVG.format(width, height, label, path)


def decode(picture: bytes) -> bytes:
    """The bytes of the first barcode in a picture, separators included; LookupError without one."""
    from PIL import Image  # noqa: PLC0415 - only tests and uploads look at pictures

    with Image.open(io.BytesIO(picture)) as opened:
        found = zxingcpp.read_barcodes(opened.convert("L"))
    if not found:
        raise LookupError("No barcode in this picture")
    return bytes(found[0].bytes)
