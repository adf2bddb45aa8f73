"""Scans: every trap of the reading library is closed, and nothing else than a Scan or a refusal comes out."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.findings import Refused
from formulary.web.gs1 import GS, Scan, check_digit, gtin14, read_scan

TODAY = date(2026, 11, 24)
GTIN = "09506000134352"
FULL = f"]d201{GTIN}1727123110LOT-7/A{GS}21SER99"


def read(raw: str, *, captured: bool = True, today: date = TODAY) -> Scan:
    return read_scan(raw, captured=captured, today=today)


def code_of(raw: str, *, captured: bool = True) -> str:
    with pytest.raises(Refused) as refused:
        read(raw, captured=captured)
    (finding,) = refused.value.findings
    assert finding.reason and finding.remedy
    return finding.code


def test_a_captured_scan_is_taken_whole() -> None:
    assert read(FULL) == Scan(FULL, GTIN, "LOT-7/A", date(2027, 12, 31), "SER99", trusted=True)


@pytest.mark.parametrize("prefix", ["]d2", "]C1", "]Q3", "]e0", "]J1"])
def test_each_gs1_symbology_is_known(prefix: str) -> None:
    assert read(prefix + FULL[3:]).trusted


@pytest.mark.parametrize("raw", [FULL[3:], GS + FULL[3:], f"]d2{GS}{FULL[3:]}"])
def test_without_a_prefix_a_separator_proves_that_none_is_lost(raw: str) -> None:
    scan = read(raw)
    assert (scan.lot, scan.serial, scan.trusted) == ("LOT-7/A", "SER99", True)


def test_without_prefix_and_separator_each_field_is_confirmed() -> None:
    scan = read(f"01{GTIN}1727123110LOT7")
    assert (scan.lot, scan.trusted) == ("LOT7", False)
    assert [note.code for note in scan.notes] == ["scan.confirm"]


def test_what_our_capture_did_not_deliver_is_confirmed_field_by_field() -> None:
    assert not read(FULL, captured=False).trusted


def test_a_lot_that_may_have_swallowed_the_serial_says_so_and_is_never_split() -> None:
    scan = read(f"01{GTIN}10LOT21SER")
    assert scan.lot == "LOT21SER"
    assert [note.code for note in scan.notes] == ["scan.confirm", "scan.swallowed"]


def test_a_lot_longer_than_twenty_is_refused_and_never_split() -> None:
    assert code_of(f"]d201{GTIN}10{'L' * 20}21SER") == "scan.lot_too_long"
    assert code_of(f"[01]{GTIN}[10]{'L' * 21}") == "scan.lot_too_long"
    assert read(f"]d201{GTIN}10{'L' * 20}{GS}21SER").lot == "L" * 20


@pytest.mark.parametrize("raw", [f"01{GTIN[:-1]}310L1", f"[01]{GTIN[:-1]}3[10]L1", GTIN[1:-1] + "3"])
def test_a_wrong_check_digit_is_named(raw: str) -> None:
    assert code_of(raw) == "scan.bad_check_digit"


def test_a_wrong_check_digit_of_a_shipping_unit_is_named() -> None:
    assert code_of(f"00106141412345678901{'0'}01{GTIN}") in {"scan.bad_check_digit", "scan.unreadable"}
    assert code_of("00106141412345678900") == "scan.bad_check_digit"


@pytest.mark.parametrize("raw", ["", "   ", "\r\n"])
def test_nothing_is_not_a_scan(raw: str) -> None:
    assert code_of(raw) == "scan.empty"


@pytest.mark.parametrize(
    "raw",
    [
        "]",
        "]x",
        "]d",
        "]Z9" + FULL[3:],
        "hello",
        "L2231",
        f"01{GTIN}10{GS}21S",
        f"01{GTIN}10L{GS}{GS}21S",
        f"01{GTIN[:5]}",
        f"01{GTIN}10L Ö",
        f"01{GTIN}17ABCDEF",
        f"01{GTIN}99",
        "9" * 401,
        "٠١٢٣٤٥٦٧٨٩",
        f"01{GTIN}10é",
        "]d201",
        "00",
    ],
)
def test_what_is_no_code_of_medicine_is_refused(raw: str) -> None:
    assert code_of(raw) == "scan.unreadable"


@pytest.mark.parametrize(
    "raw", ["]d2", "]d2" + GS, "10LOT", "1727123110LOT", "21SER", "00106141412345678908"]
)
def test_a_code_without_a_product_is_refused(raw: str) -> None:
    assert code_of(raw) == "scan.no_product"


def test_a_code_of_a_box_and_a_product_at_once_is_refused() -> None:
    assert code_of(f"01{GTIN}02{GTIN}3712") == "scan.ambiguous"


@pytest.mark.parametrize("raw", [f"01{GTIN}10A{GS}10B", f"[01]{GTIN}[01]{GTIN}", f"01{GTIN}10A{GS}10A"])
def test_a_repeated_field_is_refused(raw: str) -> None:
    assert code_of(raw) == "scan.repeated"


@pytest.mark.parametrize("day", ["271331", "270230", "270001", "260229"])
def test_a_day_that_does_not_exist_is_refused(day: str) -> None:
    assert code_of(f"]d201{GTIN}17{day}10L") == "scan.bad_date"


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("270800", date(2027, 8, 31)),
        ("280200", date(2028, 2, 29)),
        ("270200", date(2027, 2, 28)),
        ("261200", date(2026, 12, 31)),
    ],
)
def test_day_00_is_the_last_day_of_the_month(written: str, means: date) -> None:
    scan = read(f"]d201{GTIN}17{written}10L")
    assert scan.expires_on == means
    assert [note.code for note in scan.notes] == ["scan.day_00"]
    assert scan.trusted


@pytest.mark.parametrize(
    ("written", "today", "year"),
    [
        ("761231", TODAY, 2076),
        ("771231", TODAY, 1977),
        ("000101", TODAY, 2000),
        ("991231", TODAY, 1999),
        ("000101", date(2060, 1, 1), 2100),
        ("101231", date(2060, 1, 1), 2110),
        ("111231", date(2060, 1, 1), 2011),
    ],
)
def test_the_century_depends_on_the_day_it_is_given(written: str, today: date, year: int) -> None:
    assert read(f"]d201{GTIN}17{written}10L", today=today).expires_on.year == year


def test_an_expiry_with_a_time_counts_by_its_day() -> None:
    assert read(f"]d201{GTIN}70032712311200{GS}10L").expires_on == date(2027, 12, 31)


@pytest.mark.parametrize(
    "raw",
    [
        f"[01]{GTIN}[17]271231[10]A(1)",
        f"(01){GTIN}(17)271231(10)A(1)",
        f"[01] {GTIN} [17] 271231 [10] A(1)",
        f"]d2[01]{GTIN}[17]271231[10]A(1)",
    ],
)
def test_what_is_written_for_eyes_is_read_and_confirmed(raw: str) -> None:
    scan = read(raw)
    assert (scan.gtin, scan.expires_on, scan.lot, scan.trusted) == (GTIN, date(2027, 12, 31), "A(1)", False)


@pytest.mark.parametrize("raw", [f"[01]{GTIN}]10[L", f"x[01]{GTIN}", "(x)1", "[]", "(", f"[01]{GTIN}[1]L"])
def test_brackets_in_the_wrong_place_are_refused(raw: str) -> None:
    assert code_of(raw) in {"scan.ambiguous", "scan.unreadable"}


def test_separators_spelled_out_are_read_and_confirmed() -> None:
    scan = read(f"01{GTIN}10LOT<GS>21SER")
    assert (scan.lot, scan.serial, scan.trusted) == ("LOT", "SER", False)


@pytest.mark.parametrize("digits", ["9506000134352", "09506000134352", "]E09506000134352"])
def test_a_bare_product_number_is_a_scan_of_the_product_alone(digits: str) -> None:
    assert read(digits).gtin == GTIN
    assert read(digits).lot == ""


@pytest.mark.parametrize("code", ["V-0417", "C-1842", "R-7", "P-20817"])
def test_our_own_codes_are_known(code: str) -> None:
    assert read(f"FML1:{code}") == Scan(f"FML1:{code}", own=code, trusted=True)
    assert read(f"]d1FML1:{code}").own == code


@pytest.mark.parametrize(
    "code", ["FML1:", "FML1:X-1", "FML1:V-", "FML2:V-1", "FML1:V-1 ", "fml1:V-1", "FML1:V-1234567890"]
)
def test_half_a_label_of_ours_is_refused(code: str) -> None:
    if code == "FML1:V-1 ":
        assert read(code).own == "V-1"
    else:
        assert code_of(code) == "scan.own_code"


def test_the_raw_text_is_kept() -> None:
    assert read(FULL + "\r").raw == FULL + "\r"


def test_check_digits() -> None:
    assert check_digit("950600013435") == "2"
    assert check_digit("0950600013435") == "2"


@pytest.mark.parametrize(
    ("typed", "full"),
    [("9506000134352", GTIN), ("96385074", "00000096385074"), ("036000291452", "00036000291452")],
)
def test_a_product_number_is_filled_to_fourteen(typed: str, full: str) -> None:
    assert gtin14(typed) == full


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_a_scan_or_a_refusal(text: str, captured: bool) -> None:
    try:
        assert isinstance(read(text, captured=captured), Scan)
    except Refused as refused:
        assert all(finding.code.startswith("scan.") for finding in refused.findings)


PIECES = [
    "01",
    GTIN,
    "17",
    "271231",
    "10",
    "21",
    "LOT",
    GS,
    "[",
    "]",
    "(",
    ")",
    "]d2",
    "<GS>",
    "http://a/01/",
    "?17=",
    "FML1:",
    "00",
    "é",
]


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.booleans())
def test_any_mixture_of_real_pieces_is_a_scan_or_a_refusal(pieces: list[str], captured: bool) -> None:
    try:
        scan = read("".join(pieces), captured=captured)
    except Refused as refused:
        assert all(finding.code.startswith("scan.") for finding in refused.findings)
    else:
        assert scan.gtin or scan.own
        assert len(scan.lot) <= 20


SAFE = st.text(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/.()_+!\"%&'*,:;<=>?",
    min_size=1,
    max_size=20,
)


@given(SAFE, SAFE)
def test_what_a_printer_writes_is_read_back(lot: str, serial: str) -> None:
    scan = read(f"]d201{GTIN}17271231" + f"10{lot}{GS}21{serial}")
    if "<GS>" not in f"{lot}{serial}".upper():
        assert (scan.lot, scan.serial) == (lot, serial)
