"""The page on which a scanner is set up: one scan of a known code, and what to change."""

from formulary.web.gs1 import GS
from tests.overview.doing import words

BODY = f"01095200000005091729063010AZQWY-7/M{GS}210042"


def scanned(client, raw, captured=True):
    """The page after this scan."""
    values = {"scan": raw, "scan-captured": "1" if captured else ""}
    answer = client.submit(client.get_ok("/scanner"), values, to="/scanner")
    return client.read(answer, "/scanner", 200)


def rows(page):
    """What is told of the scanner, a row each."""
    return [words(row) for table in page.all("tbody") for row in table.iter("tr")]


def test_a_scanner_that_sends_everything_is_ready(clients):
    page = scanned(clients("technician"), f"]d2{BODY}")
    assert words(page.all("h1")[0]) == "This scanner is ready"
    assert "It came as ]d201095200000005091729063010AZQWY-7/M<GS>210042" in words(page.all("main")[0])
    assert len(rows(page)) == 4


def test_what_is_to_be_set_stands_beside_what_came(clients):
    page = scanned(clients("auditor"), f"]d2{BODY.replace(GS, '')}")
    assert words(page.all("h1")[0]) == "This scanner needs a setting"
    assert "the lot reads “AZQWY-7/M210042”" in rows(page)[3]


def test_nothing_scanned_is_no_fault(clients):
    assert words(scanned(clients("technician"), "").all("h1")[0]) == "Set up a scanner"
