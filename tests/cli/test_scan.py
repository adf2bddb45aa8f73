"""`formulary scan`: one scan a line, what it says, how sure it is, or why it is refused."""

import json

import pytest
from click.testing import CliRunner

from formulary.cli import main
from formulary.cli.scan import LONGEST_LINE

PACK = "010952000000050917290630"


def scan(text: str | bytes, *options: str) -> tuple[int, str]:
    """The exit code and what is written for this input."""
    result = CliRunner().invoke(main, ["scan", *options], input=text)
    return result.exit_code, result.output


def told(line: str) -> dict[str, object]:
    """What one line says as JSON."""
    return json.loads(scan(line, "--json")[1])


def test_a_scan_with_its_prefix_and_separator_is_sure():
    assert told(f"]d2{PACK}10TXA-2231\x1d2107\n") == {
        "line": 1,
        "gtin": "09520000000509",
        "lot": "TXA-2231",
        "expiry": "2029-06-30",
        "serial": "07",
        "own": None,
        "sure": True,
        "notes": [],
        "refused": [],
    }


@pytest.mark.parametrize("separator", ["\x1d", "<GS>", "<gs>"])
def test_the_separator_is_the_byte_or_its_name(separator):
    found = told(f"{PACK}10TXA-2231{separator}2107\n")
    assert (found["lot"], found["serial"]) == ("TXA-2231", "07")


def test_what_was_written_by_hand_is_to_be_compared_with_the_pack():
    status, said = scan(f"{PACK}10TXA-2231<GS>2107\n(01)09520000000509(10)TXA<GS>\n")
    assert status == 0
    first, note, second, again = said.splitlines()
    assert first == "1  GTIN 09520000000509, lot TXA-2231, expires 2029-06-30, serial 07: not sure"
    assert second == "2  GTIN 09520000000509, lot TXA: not sure"
    assert note == again
    assert "each field is to be compared with the pack" in note


def test_a_lost_separator_is_not_split_by_guessing_and_not_sure():
    found = told(f"{PACK}10TXA-2231210042\n")
    assert (found["lot"], found["serial"], found["sure"]) == ("TXA-2231210042", None, False)
    assert [note["code"] for note in found["notes"]] == ["scan.confirm", "scan.swallowed"]


def test_a_prefix_does_not_make_a_swallowed_field_sure():
    found = told(f"]d2{PACK}10TXA-2231210042\n")
    assert (found["lot"], found["sure"]) == ("TXA-2231210042", False)
    assert told(f"]d2{PACK}10TXA-2231210042\x1d2107\n")["sure"] is True


def test_a_file_may_begin_with_the_mark_of_its_encoding():
    assert scan(f"\ufeff]d2{PACK}\n".encode())[0] == 0


def test_a_label_of_ours_is_named():
    assert scan("FML1:V-0417\n") == (0, "1  our own label V-0417: sure\n")


def test_a_refused_line_says_why_and_the_others_are_still_read():
    status, said = scan(f"]d2{PACK}\n\nnonsense\n]d2{PACK}\n")
    assert status == 1
    assert [line.partition("  ")[0] for line in said.splitlines()] == ["1", "3", "4"]
    assert "3  refused: This code cannot be read." in said


@pytest.mark.parametrize("line", ["9" * (LONGEST_LINE * 3), "]", "\x00\x1d", "]d2\x1d\x1d"])
def test_a_wild_line_is_refused_in_one_line(line):
    status, said = scan(f"{line}\n]d2{PACK}\n")
    assert (status, len(said.splitlines())) == (1, 2)
    assert said.startswith("1  refused: ")


def test_bytes_that_are_no_text_are_refused():
    assert scan(b"\xff\xfe\x00\n")[0] == 1


def test_no_input_says_nothing():
    assert scan("") == (0, "")
