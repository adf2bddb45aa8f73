"""What one scan of a known code tells of a scanner: its keys, prefix, letters and separator."""

import pytest

from formulary.web.gs1 import GS, SYMBOL, ready, what_it_sends
from tests.support.barcodes import sent_by_a_scanner

BODY = f"01095200000005091729063010AZQWY-7/M{GS}210042"
WITHOUT = BODY.replace(GS, "")


def states(raw: str, captured: bool = True) -> str:
    """How keys, prefix, letters and separator stand."""
    return " ".join(row.state for row in what_it_sends(raw, captured=captured))


def words(raw: str, what: str) -> str:
    """What is said of one of them, with what to set."""
    return next(
        f"{row.words} {row.remedy}".strip() for row in what_it_sends(raw, captured=True) if row.what == what
    )


def test_the_code_that_is_shown_is_the_one_that_is_expected():
    assert sent_by_a_scanner(SYMBOL) == f"]d2{BODY}"


def test_a_scanner_that_sends_everything_is_ready():
    assert states(f"]d2{BODY}") == "pass pass pass pass"
    assert ready(what_it_sends(f"]d2{BODY}\r\n", captured=True))


@pytest.mark.parametrize(
    ("raw", "captured", "expected"),
    [
        (BODY, True, "pass warn pass pass"),
        (f"]d1{BODY}", True, "pass warn pass pass"),
        (f"]d2{WITHOUT}", True, "pass pass pass stop"),
        (WITHOUT, False, "unknown warn pass stop"),
        (f"]d2{GS}{WITHOUT}", True, "pass pass pass stop"),
        (f"]d2{WITHOUT}{GS}", True, "pass pass pass stop"),
        (f"]d2{WITHOUT.replace('290630', f'290630{GS}')}", True, "pass pass pass stop"),
        (f"]d2{BODY.swapcase()}", True, "pass pass stop pass"),
        (f"]d2{BODY.replace('A', 'Q', 1)}", True, "pass pass stop pass"),
        ("]d2010952000000050917290630", True, "pass pass unknown unknown"),
        ("]", True, "pass warn unknown unknown"),
    ],
)
def test_what_a_scanner_lacks_is_told(raw, captured, expected):
    assert states(raw, captured) == expected
    assert not ready(what_it_sends(raw, captured=captured))


def test_a_lost_separator_shows_the_wrong_lot_it_makes():
    assert words(f"]d2{WITHOUT}", "Separator") == (
        "The separator is lost: the lot reads “AZQWY-7/M210042”. "
        "Send FNC1 as GS (ASCII 29), typed as Ctrl+] or Alt+029."
    )


def test_another_keyboard_layout_is_named_by_the_first_letter_that_moved():
    assert words(f"]d2{BODY.replace('Q', 'A')}", "Letters") == (
        "“A” came for “Q”. Set the scanner to the keyboard layout of this computer."
    )


def test_nothing_scanned_is_not_ready():
    assert not ready(())
