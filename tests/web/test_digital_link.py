"""Digital Links: addresses that name a product, read and never followed."""

from datetime import date

import pytest

from formulary.rules.findings import Refused
from formulary.web.gs1 import read_scan

GTIN = "09506000134352"
HOST = "https://id.example"


def read(address: str, captured: bool = True) -> object:
    return read_scan(address, captured=captured, today=date(2026, 11, 24))


@pytest.mark.parametrize(
    "address",
    [
        f"{HOST}/01/{GTIN}/10/A%2F1/21/S?17=271231",
        f"http://x.example/p/q/01/{GTIN}/10/A%2F1/21/S?17=271231&linkType=all",
        f"]Q1{HOST}/01/{GTIN}/10/A%2F1/21/S?17=271231",
        f"]d1{HOST}/01/{GTIN}/10/A%2F1/21/S?17=271231",
    ],
)
def test_a_link_is_read_in_plain_symbols_too(address: str) -> None:
    scan = read(address)
    assert (scan.gtin, scan.lot, scan.serial, scan.expires_on) == (GTIN, "A/1", "S", date(2027, 12, 31))
    assert scan.trusted


def test_a_link_that_was_pasted_is_confirmed() -> None:
    assert not read(f"{HOST}/01/{GTIN}", captured=False).trusted


@pytest.mark.parametrize(
    "tail",
    [
        f"/01/{GTIN}/21/S/10/L",
        f"/01/{GTIN}/10/L/10/M",
        f"/01/{GTIN}/10",
        f"/01/{GTIN[1:]}",
        "/01/96385074",
        "",
        "/",
        "/02/x",
        f"/01/{GTIN}?17=",
        f"/01/{GTIN}?10=",
        f"/01/{GTIN}/17/271231",
        f"/01/{GTIN}/10/{'L' * 21}",
        f"/01/{GTIN}?999999=1",
        f"/01/{GTIN}?" + "&".join(f"a{n}=1" for n in range(60)),
        "://[",
        f"/01/{GTIN[:-1]}3",
        f"/01/{GTIN}?10=A&10=B",
        f"/01/{GTIN}/10/L?10=L",
        f"/01/{GTIN}/10/%00",
        f"/01/{GTIN}?17=279999",
    ],
)
def test_a_link_that_is_not_strict_is_refused(tail: str) -> None:
    with pytest.raises(Refused):
        read(HOST + tail)


def test_half_an_address_is_refused() -> None:
    with pytest.raises(Refused):
        read("http://[")
