"""Prints: right paper, readable codes, the same bytes twice, and nothing fetched."""

import io

import pypdfium2
import pytest
from flask import Flask
from markupsafe import Markup
from weasyprint.urls import FatalURLFetchingError

from formulary.web import barcodes, pdf


def made(app: Flask, paper: str = "label", **more: object) -> bytes:
    context = {"name": "OKAFOR Tobias", "barcode": barcodes.own("C-1842"), "outside": "", **more}
    with app.test_request_context():
        return pdf.render("label.html", paper_name=paper, **context)


def drawn(document: bytes, dpi: int) -> bytes:
    opened = pypdfium2.PdfDocument(document)
    out = io.BytesIO()
    opened[0].render(scale=dpi / 72).to_pil().save(out, "PNG")
    opened.close()
    return out.getvalue()


def pages(document: bytes) -> list[tuple[int, int]]:
    opened = pypdfium2.PdfDocument(document)
    sizes = [(round(page.get_width() / 72 * 25.4), round(page.get_height() / 72 * 25.4)) for page in opened]
    opened.close()
    return sizes


@pytest.mark.parametrize(("paper", "size"), [("label", (90, 50)), ("vial", (62, 40)), ("a4", (210, 297))])
def test_a_print_has_the_paper_of_its_template(app: Flask, paper: str, size: tuple[int, int]) -> None:
    assert pages(made(app, paper)) == [size]


@pytest.mark.parametrize("paper", ["label", "vial"])
def test_the_code_is_read_from_a_label_printer(app: Flask, paper: str) -> None:
    assert barcodes.decode(drawn(made(app, paper), 203)) == b"FML1:C-1842"


def test_the_same_input_gives_the_same_bytes(app: Flask) -> None:
    assert made(app) == made(app)
    assert made(app) != made(app, name="MEYER Sofia")


@pytest.mark.parametrize(
    "address",
    ["https://192.0.2.1/x.png", "http://127.0.0.1:9/x.png", "file:///etc/passwd", "ftp://192.0.2.1/x"],
)
def test_nothing_is_fetched(app: Flask, address: str) -> None:
    outside = Markup('<img src="{}" alt=""><link rel="stylesheet" href="{}">').format(address, address)
    with pytest.raises(FatalURLFetchingError):
        made(app, outside=outside)


def test_what_people_typed_stays_text(app: Flask) -> None:
    opened = pypdfium2.PdfDocument(made(app, "a4", name="<img src=x> O’Hara"))
    text = opened[0].get_textpage().get_text_range()
    opened.close()
    assert "<img src=x>" in text


def test_a_print_opens_in_the_browser_and_is_not_kept(app: Flask) -> None:
    app.add_url_rule("/label", "label", lambda: pdf.answer(b"%PDF", "label-C-1842.pdf"))
    answer = app.test_client().get("/label")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "inline; filename=label-C-1842.pdf"
    assert answer.headers["Cache-Control"] == "no-store"
