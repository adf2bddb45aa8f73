"""PDF from templates like pages: nothing is fetched from outside, the same input gives the same bytes."""

import hashlib
from typing import Any

from flask import Response, render_template

from formulary.web.assets import STATIC

SHEET = STATIC / "print.css"
TYPE_SIZES = ("", "type-small", "type-smaller", "type-smallest")
"""The classes of a label's type in print.css, down to 5.4 pt."""


def render(template: str, **context: Any) -> bytes:
    """The page of a template as PDF; the template extends components/print.html and chooses its paper."""
    return of_html(render_template(template, **context))


def render_labels(template: str, *, count: int, **context: Any) -> bytes:
    """So many labels as PDF, each on its own piece of label stock: set smaller where the words need it.

    What does not fit in the smallest type goes on on a further label. On A4 nothing is set smaller.
    """
    for size in TYPE_SIZES:
        html = render_template(template, type_size=size, **context)
        laid_out = _laid_out(html)
        if len(laid_out.pages) <= count:
            break
    return _written(laid_out, html)


def of_html(html: str) -> bytes:
    """HTML as PDF, with the print sheet and nothing else; an address in it is refused."""
    return _written(_laid_out(html), html)


def _laid_out(html: str) -> Any:
    from weasyprint import CSS, HTML  # noqa: PLC0415 - half a second that only a print should cost
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    fetcher = URLFetcher(allowed_protocols=(), fail_on_errors=True)
    sheet = CSS(string=SHEET.read_text(encoding="utf-8"), url_fetcher=fetcher)
    return HTML(string=html, url_fetcher=fetcher).render(stylesheets=[sheet])


def _written(laid_out: Any, html: str) -> bytes:
    return bytes(laid_out.write_pdf(pdf_identifier=hashlib.sha256(html.encode()).digest()[:16]))


def answer(document: bytes, filename: str) -> Response:
    """The PDF as an answer that opens in the browser; the name is made by us, never by a person."""
    answered = Response(document, mimetype="application/pdf")
    answered.headers.set("Content-Disposition", "inline", filename=filename)
    return answered
