"""PDF from templates like pages: nothing is fetched from outside, the same input gives the same bytes."""

import hashlib
from typing import Any

from flask import Response, render_template

from formulary.web.assets import STATIC

SHEET = STATIC / "print.css"


def render(template: str, **context: Any) -> bytes:
    """The page of a template as PDF; the template extends components/print.html and chooses its paper."""
    return of_html(render_template(template, **context))


def of_html(html: str) -> bytes:
    """HTML as PDF, with the print sheet and nothing else; an address in it is refused."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - half a second that only a print should cost
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    fetcher = URLFetcher(allowed_protocols=(), fail_on_errors=True)
    sheet = CSS(string=SHEET.read_text(encoding="utf-8"), url_fetcher=fetcher)
    document = HTML(string=html, url_fetcher=fetcher)
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    return bytes(document.write_pdf(stylesheets=[sheet], pdf_identifier=identifier))


def answer(document: bytes, filename: str) -> Response:
    """The PDF as an answer that opens in the browser; the name is made by us, never by a person."""
    answered = Response(document, mimetype="application/pdf")
    answered.headers.set("Content-Disposition", "inline", filename=filename)
    return answered
